/** One line of the lab's table: what a strategy wrote, measured beside the texts of people. */

import {
  countNgrams,
  createVocabulary,
  degenerateByCoverage,
  type EndLoop,
  endLoop,
  endsInLoop,
  measureTexts,
  type RepetitionReport,
  splitText,
  type TokenUnit,
} from '../repeat/index.ts';
import type { FinishReason } from '../types.ts';
import type { ReadText } from './read-texts.ts';
import { bootstrapInterval, type Interval, pairedPermutationTest } from './significance.ts';

/** A figure and its 95 % interval over prompts. */
export interface Estimate extends Interval {
  readonly value: number;
}

export interface LabText {
  /** The continuation. */
  readonly text: string;
  readonly reason: FinishReason;
  /** The loop in which it ends, in tokens: a word that is cut off at the end does not hide it. */
  readonly loop?: EndLoop & {
    /** Where in the text its second copy begins, in UTF-16 units. */
    readonly secondAt: number;
  };
  /** Whether it ends in a loop, or one n-gram makes up 30 % of it. */
  readonly isStuck: boolean;
  /** How often the guard repaired it. */
  readonly repairs: number;
}

export interface LabRow {
  /** The specification of the strategy; `people` for the texts that people wrote. */
  readonly name: string;
  readonly guard: boolean;
  readonly report: RepetitionReport;
  /** (1 − rep-2)(1 − rep-3)(1 − rep-4) of all continuations, in percent. */
  readonly diversity: Estimate;
  /** Mean over the prompts of the repeated share of 4-grams. */
  readonly seqRep4: Estimate;
  /** Share of texts that end in a loop or are degenerate by coverage. */
  readonly stuck: Estimate;
  /** Coherence: mean log-probability of a token under the model itself, given the prompt, in nats. */
  readonly logprob: Estimate;
  /** How likely so great a difference of seq-rep-4 to people is by chance, over all rows together; none for people. */
  readonly pValue?: number;
  readonly tokensPerSecond?: number;
  readonly texts: readonly LabText[];
}

/** What `measureRow` needs of each text, in the order of the prompts. */
export interface RowInput {
  readonly name: string;
  readonly guard: boolean;
  readonly unit: TokenUnit;
  readonly seed: number;
  readonly seconds?: number;
  readonly decode: (ids: readonly number[]) => string;
  readonly texts: readonly {
    readonly ids: readonly number[];
    readonly reason: FinishReason;
    readonly repairs: number;
  }[];
  /** Prompt and continuation as the model read them, and where the continuations begin. */
  readonly read: readonly ReadText[];
  readonly starts: readonly number[];
}

/** Measures one row; p-values come later, when all rows are there. */
export function measureRow(input: RowInput): LabRow {
  const { name, guard, unit, seed, seconds, decode, read, starts } = input;
  const number = createVocabulary();
  const written = input.texts.map(({ ids }) => decode(ids));
  const units = written.map((text) => number(splitText(text, unit)));
  const counts = units.map((ids) => countNgrams(ids, [2, 3, 4]));
  const seqRep4 = counts.map(([, , { repeated, total }]) => (total === 0 ? 0 : repeated / total));
  const texts = input.texts.map(({ ids, reason, repairs }, i): LabText => {
    const found = endLoop(ids);
    const loop = found && {
      ...found,
      secondAt: decode(ids.slice(0, found.onset + found.period)).length,
    };
    const isStuck = loop !== undefined || endsInLoop(units[i]) || degenerateByCoverage(units[i]);
    return { text: written[i], reason, repairs, isStuck, ...(loop && { loop }) };
  });
  const logprobs = read.flatMap((text, i) => {
    const own = text.logprobs.subarray(Math.max(starts[i] - 1, 0));
    return own.length === 0 ? [] : [own.reduce((sum, logprob) => sum + logprob, 0) / own.length];
  });
  const diversity = (items: ArrayLike<number>): number => {
    let left = 100;
    for (let n = 0; n < 3; n++) {
      let [repeated, total] = [0, 0];
      for (let i = 0; i < items.length; i++) {
        repeated += counts[items[i]][n].repeated;
        total += counts[items[i]][n].total;
      }
      left *= total === 0 ? 1 : 1 - repeated / total;
    }
    return left;
  };
  const estimate = (count: number, statistic: (items: ArrayLike<number>) => number): Estimate => {
    if (count === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
    const all = Array.from({ length: count }, (_, i) => i);
    return { value: statistic(all), ...bootstrapInterval(count, statistic, { seed }) };
  };
  const meanOf = (values: readonly number[]): Estimate =>
    estimate(values.length, (items) => {
      let sum = 0;
      for (let i = 0; i < items.length; i++) sum += values[items[i]];
      return sum / items.length;
    });
  const tokens = input.texts.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    name,
    guard,
    report: measureTexts(written, { unit, selfBleu: true }),
    diversity: estimate(counts.length, diversity),
    seqRep4: meanOf(seqRep4),
    stuck: meanOf(texts.map(({ isStuck }) => Number(isStuck))),
    logprob: meanOf(logprobs),
    ...(seconds !== undefined && { tokensPerSecond: tokens / Math.max(seconds, 1e-9) }),
    texts,
  };
}

/** The share of repeated 4-grams of each text of a row: what rows are compared by. */
export function seqRep4Of({ texts, report: { unit } }: LabRow): number[] {
  if (unit === 'ids') throw new TypeError('a row of the lab counts pieces of text');
  const number = createVocabulary();
  return texts.map(({ text }) => {
    const [{ repeated, total }] = countNgrams(number(splitText(text, unit)), [4]);
    return total === 0 ? 0 : repeated / total;
  });
}

/** p-values of each row against people, prompt by prompt, before they are adjusted to be many. */
export function comparePaired(rows: readonly LabRow[], people: LabRow, seed: number): number[] {
  const theirs = seqRep4Of(people);
  return rows.map((row) => pairedPermutationTest(seqRep4Of(row), theirs, { seed }));
}
