/** Tang and Song poems of the package `chinese-poetry`, and the rules that take the editors' hands out of them. */

import type { Source } from '../io/index.ts';
import type { Sentence } from '../language.ts';
import type { CleaningRule } from './clean.ts';
import type { CorpusDocument } from './documents.ts';
import { fail } from './errors.ts';

/** Every poem of a source whose files hold lists of `{ title, author, paragraphs }`; the lines of `paragraphs` become lines. */
export async function* readPoems(
  source: Source,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<CorpusDocument> {
  for (const file of source.files) {
    options.signal?.throwIfAborted();
    let records: unknown;
    try {
      records = JSON.parse(await file.text());
    } catch (error) {
      throw fail('data/poems', { path: file.path, reason: (error as Error).message }, error);
    }
    if (!Array.isArray(records))
      throw fail('data/poems', { path: file.path, reason: 'expected a list of poems' });
    for (const record of records) {
      const { title, author, paragraphs } = Object(record) as {
        title?: unknown;
        author?: unknown;
        paragraphs?: unknown;
      };
      if (!Array.isArray(paragraphs) || !paragraphs.every((line) => typeof line === 'string')) {
        throw fail('data/poems', { path: file.path, reason: 'a poem has no list `paragraphs`' });
      }
      yield {
        text: paragraphs.join('\n'),
        source: file.path,
        ...(typeof title === 'string' && { title }),
        ...(typeof author === 'string' && { author }),
      };
    }
  }
}

const label = (en: string, zh: string): Sentence<void> => ({ en: () => en, zh: () => zh });
const HAN = /\p{Script=Han}/u;

/**
 * What the poems of this package need, found by counting every character that is no ideograph (2.0.1, 311,855 poems):
 * 4,600 hold editors' notes in brackets, 880 restored characters in [ ], 2,500 lack characters (□, ●, {parts}), 290 are
 * listings of lost poems, 110 have title or quotation marks in the verse, 340 use ？ for a lost character or a question.
 */
export const poemRules: readonly CleaningRule[] = [
  {
    name: 'notes',
    label: label("editors' notes in brackets", '括号中的编者注'),
    apply: removeNotes,
  },
  {
    name: 'open-notes',
    label: label('brackets that do not close', '括号不配对'),
    apply: (text) => (/[（）〖〗〔〕〈〉【】]/.test(text) ? undefined : text),
  },
  {
    name: 'restorations',
    label: label('brackets around restored characters', '校补字的方括号'),
    apply: (text) => text.replace(/[[［]([^[\]［］\n]{1,7})[\]］]/g, '$1'),
  },
  {
    name: 'citations',
    label: label('lines that name a book', '书目出处'),
    apply: (text) => text.replace(/^《[^《》\n]*》[^\n]*卷[^\n]*(\n|$)/gm, ''),
  },
  {
    name: 'verse-marks',
    label: label('title and quotation marks in the verse', '诗句中的书名号与引号'),
    apply: (text) => text.replace(/[《》「」『』“”‘’·]/g, ''),
  },
  {
    name: 'stray-marks',
    label: label('marks left alone', '残留的标点'),
    apply: (text) =>
      text
        .replace(/^[，。、；：？！\s]+/, '')
        .replace(/\n[，。、；：？！\s]+/g, '\n')
        .replace(/([，。、；：？！])[，。、；：]+/g, '$1')
        .trim(),
  },
  {
    name: 'no-verse',
    label: label('no verse left', '没有诗句'),
    apply: (text) => (HAN.test(text) ? text : undefined),
  },
  {
    name: 'listings',
    label: label('listings of lost poems', '存目'),
    apply: (text, { title = '' }) =>
      /^(存目|前言)/.test(title) || /^(詩題|诗题)/.test(text) ? undefined : text,
  },
  {
    name: 'lost-characters',
    label: label('characters are lost', '缺字'),
    apply: (text) => (hasLostCharacters(text) ? undefined : text),
  },
  {
    name: 'foreign-characters',
    label: label('characters that no verse has', '混入非诗句字符'),
    apply: (text) => (/^[\p{Script=Han}，。、；：？！\n]+$/u.test(text) ? text : undefined),
  },
];

const BRACKET = /[（〖〔〈【）〗〕〉】]/g;

/** Removes （…） 〖…〗 〔…〕 〈…〉 【…】, nested or over several lines; leaves the text if they do not pair. */
function removeNotes(text: string): string {
  let depth = 0;
  let kept = '';
  let from = 0;
  for (const { 0: bracket, index } of text.matchAll(BRACKET)) {
    if ('（〖〔〈【'.includes(bracket)) {
      if (depth++ === 0) kept += text.slice(from, index);
    } else {
      if (--depth < 0) return text;
      from = index + 1;
    }
  }
  return depth === 0 ? kept + text.slice(from) : text;
}

/** Signs for what the editors could not read or print, and a ？ that fills a place in regular verse. */
function hasLostCharacters(text: string): boolean {
  if (/[□■●○〇�{}\ue000-\uf8ff⿰-⿻]/.test(text)) return true;
  if (!/？[^\n]/.test(text)) return false;
  // With ？ counted as a character, all clauses have one length of regular verse only if it stands for a character.
  const clauses = text.split(/[，。、；：！\n]+/).filter(Boolean);
  const length = [...clauses[0]].length;
  return length >= 4 && length <= 8 && clauses.every((clause) => [...clause].length === length);
}
