/** The items by their terms: rows that every method shares, for likeness, for reasons, and to rank by. */

import type { Item } from './items.ts';
import { loudest, type WordReason } from './method.ts';
import {
  countCut,
  learnVocabulary,
  rowProduct,
  type TermCounts,
  type TermRow,
  tfIdf,
  type Vocabulary,
} from './term-rows.ts';
import { type TermCutter, termCutter } from './terms.ts';

export interface Lexicon {
  readonly items: readonly Item[];
  readonly vocabulary: Vocabulary;
  /** Tf-idf, of length 1; of a text without a known term empty. */
  readonly rows: readonly TermRow[];
  readonly countsOf: (text: string) => TermCounts;
  readonly rowOf: (text: string) => TermRow;
  /** The cosine of two items, from 0 to 1. */
  readonly likeness: (a: number, b: number) => number;
  /** Weighted columns as words of the item, with their places: the loudest first. */
  readonly wordsOf: (item: number, weights: ReadonlyMap<number, number>) => WordReason[];
}

/** Title and text, as far as the text does not begin with the title. */
export const wholeText = ({ title, text }: Item): string =>
  title === undefined || text.startsWith(title) ? text : `${title}\n${text}`;

/** Learns which terms there are; with `vocabulary` those of an earlier time. */
export function createLexicon(
  items: readonly Item[],
  {
    vocabulary: given,
    cut = termCutter(),
  }: { readonly vocabulary?: Vocabulary; readonly cut?: TermCutter } = {},
): Lexicon {
  const counts = items.map((item) => countCut(cut, wholeText(item)));
  const vocabulary = given ?? learnVocabulary(counts);
  const weighting = tfIdf(vocabulary);
  const rows = counts.map(weighting.item);
  const columnOf = new Map(vocabulary.names.map((name, column) => [name, column]));
  return {
    ...{ items, vocabulary, rows },
    countsOf: (text) => countCut(cut, text),
    rowOf: (text) => weighting.item(countCut(cut, text)),
    likeness: (a, b) => rowProduct(rows[a], rows[b]),
    wordsOf(item, weights) {
      const { text } = items[item];
      const places = new Map<number, [start: number, end: number][]>();
      for (const { term, start, end } of cut(text)) {
        const column = columnOf.get(term);
        if (column === undefined || !weights.has(column)) continue;
        const own = places.get(column);
        if (own) own.push([start, end]);
        else places.set(column, [[start, end]]);
      }
      const words = Array.from(weights, ([column, weight]) => {
        const own = places.get(column) ?? [];
        // As it is written there, not its stem.
        const written = own.length > 0 ? text.slice(...own[0]) : vocabulary.names[column];
        return { text: written, weight, places: own };
      });
      return loudest(words);
    },
  };
}
