/**
 * Which repeats of the corpus a model repeats in turn: "repetition in, repetition out" (Li et al. 2023). Counts n-grams that
 * occur twice within one document, as there (n = 2).
 */

import { type CorpusRepetition, corpusRepetition, type Ids } from '../repeat/index.ts';
import { checkInteger } from './errors.ts';

export interface CorpusRepeats {
  readonly n: number;
  /** rep-2/3/4 of the corpus and of what the model wrote, in windows of the same length. */
  readonly corpus: CorpusRepetition;
  readonly written: CorpusRepetition;
  /** Different n-grams that some document says twice. */
  readonly repeatsInCorpus: number;
  /** Share of these that the model says twice in a text too. */
  readonly reproduced: number;
  /** Places in the model's texts where it says an n-gram again. */
  readonly repeatsWritten: number;
  /** Share of these whose n-gram some document says twice as well. */
  readonly learnt: number;
}

/** Compares the repeats within documents with those within the model's texts. */
export function corpusRepeats(
  corpus: readonly Ids[],
  written: readonly Ids[],
  { n = 2 }: { readonly n?: number } = {},
): CorpusRepeats {
  checkInteger('corpusRepeats', 'n', n, 1);
  const known = new Set<string>();
  for (const ids of corpus) for (const gram of repeatedNgrams(ids, n)) known.add(gram);
  const said = new Set<string>();
  let [repeatsWritten, learnt] = [0, 0];
  for (const ids of written) {
    for (const gram of repeatedNgrams(ids, n)) {
      repeatsWritten++;
      if (!known.has(gram)) continue;
      learnt++;
      said.add(gram);
    }
  }
  const longest = written.reduce((most, { length }) => Math.max(most, length), 1);
  return {
    n,
    corpus: corpusRepetition(corpus.flatMap((ids) => windowsOf(ids, longest))),
    written: corpusRepetition(written),
    repeatsInCorpus: known.size,
    reproduced: share(said.size, known.size),
    repeatsWritten,
    learnt: share(learnt, repeatsWritten),
  };
}

/** Each n-gram, at each place where it has been said before in the same text. */
function* repeatedNgrams(ids: Ids, n: number): Generator<string> {
  const seen = new Set<string>();
  for (let i = 0; i + n <= ids.length; i++) {
    const gram = Array.prototype.slice.call(ids, i, i + n).join(' ');
    if (seen.has(gram)) yield gram;
    seen.add(gram);
  }
}

function windowsOf(ids: Ids, length: number): number[][] {
  const windows: number[][] = [];
  for (let i = 0; i < ids.length; i += length) windows.push(Array.prototype.slice.call(ids, i, i + length));
  return windows;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
