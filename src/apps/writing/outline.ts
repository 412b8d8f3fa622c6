/** An outline: headings, and notes under them on what each section shall say. */

import { fail } from '../papers/errors.ts';

export interface OutlineSection {
  readonly heading: string;
  /** 1 is the highest. */
  readonly depth: number;
  readonly notes: readonly string[];
}

export interface Outline {
  readonly title: string;
  readonly sections: readonly OutlineSection[];
}

export const MOST_SECTIONS = 60;
/** Characters of the notes of one section. */
const MOST_NOTES = 4000;

/**
 * Markdown: the first `#` is the title, the others are sections, lines and list items under them notes.
 *
 * @throws `papers/outline`, `papers/too-many`
 */
export function readOutline(text: string, name: string): Outline {
  let title = '';
  const sections: { heading: string; depth: number; notes: string[] }[] = [];
  const before: string[] = [];
  for (const raw of text.replace(/^---\n[\s\S]*?\n---\n/, '').split(/\r?\n/)) {
    const line = raw.trim();
    const [, marks, heading] = /^(#{1,6})[ \t]{1,8}(\S.{0,300}?)[ \t]{0,8}#{0,6}$/.exec(line) ?? [];
    if (heading !== undefined) {
      if (marks.length === 1 && title === '' && sections.length === 0) title = heading;
      else sections.push({ heading, depth: marks.length, notes: [] });
      continue;
    }
    const note = line.replace(/^(?:[-*+•]|\d+[.)、])\s*/u, '').trim();
    if (note === '') continue;
    const own = sections.at(-1);
    if (!own) before.push(note);
    else if (own.notes.join('\n').length + note.length <= MOST_NOTES) own.notes.push(note);
  }
  if (sections.length === 0) throw fail('papers/outline', { name });
  if (sections.length > MOST_SECTIONS)
    throw fail('papers/too-many', { name, what: 'sections', most: MOST_SECTIONS });
  return { title: title || before[0] || '', sections };
}
