/** Runs a benchmark task on a model; the scores are defined as in lm-evaluation-harness (Gao et al.). */

import { fail } from '../errors.ts';
import { answerScore } from '../metrics/answers.ts';
import { resamples } from '../significance.ts';
import { deviationOf } from '../spread.ts';
import type { BenchmarkModel } from './model.ts';
import { type ShotOptions, shotPrompt } from './prompt.ts';
import {
  type BenchmarkItem,
  type BenchmarkTask,
  choicesOf,
  fieldText,
  type GenerationTask,
  type MultipleChoiceTask,
  type PerplexityTask,
  rightAnswers,
  rightChoice,
} from './task.ts';

export interface BenchmarkScore {
  readonly value: number;
  /** Standard error: of a mean √(variance / n) with n − 1, else the spread of 1,000 bootstrap draws. NaN for a single item. */
  readonly error: number;
}

export interface BenchmarkResult {
  readonly task: string;
  readonly kind: BenchmarkTask['type'];
  readonly model: string;
  readonly shots: number;
  readonly items: number;
  /** Items whose prompt did not fit and lost its beginning. */
  readonly cut: number;
  /**
   * multiple-choice: `acc` and `acc-norm`, the choice of the greatest log-likelihood, and of the greatest by its characters; `chance`.
   * generation: `exact-match` and `f1`. perplexity: `bits-per-byte`, `byte-perplexity`, `word-perplexity` (words between white space).
   */
  readonly scores: { readonly [name: string]: BenchmarkScore };
}

export interface BenchmarkOptions extends ShotOptions {
  /** What examples are taken from; default: the items. */
  readonly examples?: readonly BenchmarkItem[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws `eval/no-likelihoods` where the task needs probabilities and the model tells none */
export async function runBenchmark(
  model: BenchmarkModel,
  task: BenchmarkTask,
  items: readonly BenchmarkItem[],
  options: BenchmarkOptions,
): Promise<BenchmarkResult> {
  if (items.length === 0) throw fail('eval/no-records', { where: task.name });
  const shots = task.type === 'perplexity' ? 0 : options.shots;
  const about = { task: task.name, kind: task.type, model: model.name, shots, items: items.length };
  if (task.type === 'multiple-choice') return { ...about, ...(await choose(model, task, items, options)) };
  if (task.type === 'generation') return { ...about, ...(await answer(model, task, items, options)) };
  return { ...about, ...(await read(model, task, items, options)) };
}

type Scored = Pick<BenchmarkResult, 'cut' | 'scores'>;

async function choose(
  { name, likelihoods }: BenchmarkModel,
  task: MultipleChoiceTask,
  items: readonly BenchmarkItem[],
  { examples = items, signal, onProgress, ...shot }: BenchmarkOptions,
): Promise<Scored> {
  if (!likelihoods) throw fail('eval/no-likelihoods', { model: name, task: task.name });
  const [right, rightByLength, chance]: number[][] = [[], [], []];
  let cut = 0;
  for (const [i, item] of items.entries()) {
    const choices = choicesOf(task, item);
    const context = shotPrompt(task, item, examples, shot);
    const pairs = choices.map((choice) => ({ context, continuation: task.delimiter + choice }));
    const found = await likelihoods(pairs, signal);
    const place = rightChoice(task, item);
    const totals = found.map(({ logLikelihood }) => logLikelihood);
    right.push(Number(placeOfGreatest(totals) === place));
    const byCharacter = totals.map((total, k) => total / [...choices[k]].length);
    rightByLength.push(Number(placeOfGreatest(byCharacter) === place));
    chance.push(1 / choices.length);
    cut += Number(found.some(({ isCut }) => isCut));
    onProgress?.(i + 1, items.length);
  }
  return { cut, scores: { acc: meanOf(right), 'acc-norm': meanOf(rightByLength), chance: meanOf(chance) } };
}

const placeOfGreatest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

async function answer(
  { write }: BenchmarkModel,
  task: GenerationTask,
  items: readonly BenchmarkItem[],
  { examples = items, signal, onProgress, ...shot }: BenchmarkOptions,
): Promise<Scored> {
  const { maxTokens, stop, lang } = task;
  const scores: { exact: number; f1: number }[] = [];
  let cut = 0;
  for (const [i, item] of items.entries()) {
    const written = await write(shotPrompt(task, item, examples, shot), { maxTokens, stop, signal });
    // What was cut short is no wrong answer.
    signal?.throwIfAborted();
    cut += Number(written.isCut);
    const rules = lang === 'zh' ? 'cmrc' : 'squad';
    scores.push(answerScore(written.text.trim(), rightAnswers(task, item), { rules }));
    onProgress?.(i + 1, items.length);
  }
  const of = (name: 'exact' | 'f1') => meanOf(scores.map((score) => score[name]));
  return { cut, scores: { 'exact-match': of('exact'), f1: of('f1') } };
}

async function read(
  { name, score }: BenchmarkModel,
  task: PerplexityTask,
  items: readonly BenchmarkItem[],
  { signal, onProgress }: BenchmarkOptions,
): Promise<Scored> {
  if (!score) throw fail('eval/no-likelihoods', { model: name, task: task.name });
  const encoder = new TextEncoder();
  const rows: { bits: number; bytes: number; words: number }[] = [];
  for (const [i, item] of items.entries()) {
    const text = fieldText(item, task.text);
    const [{ bits }] = await score([text], signal);
    rows.push({ bits, bytes: encoder.encode(text).length, words: text.split(/\s+/).length });
    onProgress?.(i + 1, items.length);
  }
  const rate = (per: 'bytes' | 'words', places: Iterable<number>): number => {
    let [bits, units] = [0, 0];
    for (const i of places) {
      bits += rows[i].bits;
      units += rows[i][per];
    }
    return bits / units;
  };
  const scored = (per: 'bytes' | 'words', figure: (bits: number) => number): BenchmarkScore => {
    const drawn = Array.from(resamples(rows.length), (places) => figure(rate(per, places)));
    return {
      value: figure(rate(per, rows.keys())),
      error: rows.length > 1 ? deviationOf(drawn) : Number.NaN,
    };
  };
  return {
    cut: 0,
    scores: {
      'bits-per-byte': scored('bytes', (bits) => bits),
      'byte-perplexity': scored('bytes', (bits) => 2 ** bits),
      'word-perplexity': scored('words', (bits) => 2 ** bits),
    },
  };
}

const meanOf = (values: readonly number[]): BenchmarkScore => ({
  value: values.reduce((a, b) => a + b, 0) / values.length,
  error: deviationOf(values) / Math.sqrt(values.length),
});
