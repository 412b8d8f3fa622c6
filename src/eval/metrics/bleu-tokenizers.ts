/** How BLEU cuts a text: the tokenizers of sacrebleu that need no model (Post, "A call for clarity in reporting BLEU scores", 2018). */

import { splitText } from '../../repeat/index.ts';

/** ASCII punctuation but full stop, comma, apostrophe and hyphen, which depend on their neighbours. */
const MARKS = /[ -&(-+/:-@[-`{-~]/g;
const BREAK_AFTER_OTHER = /([^0-9])([.,])/g;
const BREAK_BEFORE_OTHER = /([.,])([^0-9])/g;
const HYPHEN_AFTER_DIGIT = /([0-9])-/g;

/**
 * What `zh` sets apart from its neighbours. NOTE sacrebleu writes two ranges beyond U+FFFF with four digits, so that
 * U+2001–U+2A6D (dashes, curly quotation marks, arrows, signs) count as Chinese and the rare characters from U+20000 do
 * not; published scores have it so.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/g;

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
];

function splitMarks(line: string): string[] {
  const apart = line
    .replace(MARKS, ' $& ')
    .replace(BREAK_AFTER_OTHER, '$1 $2 ')
    .replace(BREAK_BEFORE_OTHER, ' $1 $2')
    .replace(HYPHEN_AFTER_DIGIT, '$1 - ');
  return splitText(apart, 'words');
}

/**
 * `13a`: as WMT's mteval-v13a, for languages that put spaces between words; `zh`: Chinese characters one by one, the rest as
 * 13a; `char`: every character that is not white space; `none`: what stands between white space.
 */
export const bleuTokenizers = {
  '13a': (text: string): string[] => {
    let line = stripBlanks(text).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
    if (line.includes('&')) for (const [entity, sign] of ENTITIES) line = line.replaceAll(entity, sign);
    return splitMarks(` ${line} `);
  },
  zh: (text: string): string[] => splitMarks(stripBlanks(text).replace(CHINESE, ' $& ')),
  char: (text: string): string[] => splitText(text, 'characters'),
  none: (text: string): string[] => splitText(text, 'words'),
} as const;

export type BleuTokenizer = keyof typeof bleuTokenizers;

/** Without what Python counts as white space at the ends. */
export function stripBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (end > 0 && isBlank(text[end - 1])) end--;
  while (start < end && isBlank(text[start])) start++;
  return text.slice(start, end);
}

const isBlank = (character: string): boolean => splitText(character, 'words').length === 0;
