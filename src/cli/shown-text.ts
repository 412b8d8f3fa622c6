/** Texts of documents and models, as a terminal may show them. */

import type { Passage } from '../retrieve/index.ts';

/** Without characters that would steer the terminal. */
export const withoutControls = (text: string): string => text.replace(/(?![\n\t])\p{Cc}/gu, '');

/** Without line breaks, too. */
export const inOneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** `notes/a.md:120–380 · Chapter › Section`; places are in UTF-16 units. */
export function placeOf({
  key,
  start,
  end,
  title,
  headings,
}: Pick<Passage, 'key' | 'start' | 'end' | 'title' | 'headings'>): string {
  const over = [...(title ? [title] : []), ...headings].join(' › ');
  return inOneLine(`${key}:${start}–${end}${over ? ` · ${over}` : ''}`);
}
