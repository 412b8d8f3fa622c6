/** Words on a plot, in every language. */

import type { Language } from '../language.ts';

/** Words in each language, or a name that is the same in all. */
export type Label = string | { readonly [L in Language]: string };

/** The label in one language. */
export function labelIn(label: Label, lang: Language): string {
  return typeof label === 'string' ? label : label[lang];
}

/** Labels joined to one: `inBoth((say) => `${say(name)} (n = 3)`)`. */
export function inBoth(build: (say: (label: Label) => string, lang: Language) => string): Label {
  const [en, zh] = (['en', 'zh'] as const).map((lang) => build((label) => labelIn(label, lang), lang));
  return { en, zh };
}

/** About how wide the label is at a font size in px, in its widest language: ideographs are square. */
export function widthOf(label: Label, size: number): number {
  const width = (text: string): number =>
    [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 1 : 0.56) * size, 0);
  return Math.max(width(labelIn(label, 'en')), width(labelIn(label, 'zh')));
}
