/**
 * Two towers that are learnt here: a text becomes a vector by the terms in it, a reader by what was read before, and both are turned so that
 * what comes next lies near (as Huang et al. 2013, "Learning deep structured semantic models"; items by their features and a vector of their
 * own as in Kula 2015, "LightFM"). Both towers are linear: a score is the sum of what was read and of how liked the item is; and of its words
 * and what its text does not tell.
 */

import { initialize, normalInit, ParameterSpec, type Parameters, zerosInit } from '../nn/index.ts';
import { createRng, type Rng } from '../rng.ts';
import {
  add,
  affine,
  concat,
  crossEntropy,
  embedding,
  fromArray,
  matmul,
  mul,
  reshape,
  sum,
  type Tensor,
} from '../tensor/index.ts';
import { adamw, fitExamples, uniformGroup } from '../train/index.ts';
import { fail, positive, requireNumber, wholePositive } from './errors.ts';
import type { Lexicon } from './lexicon.ts';
import { loudest, loudnessOf, type MemoryOptions, type Recommender } from './method.ts';
import type { ReadingLog } from './reading-log.ts';
import type { TermRow } from './term-rows.ts';

export interface TowerOptions extends MemoryOptions {
  /** Numbers of a vector. Default 64. */
  readonly size?: number;
  /** Passes over the steps of all readers. Default 10. */
  readonly epochs?: number;
  /** Steps of readers in a batch. Default 256. */
  readonly batchSize?: number;
  /** Peak learning rate. Default 0.003. */
  readonly lr?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number, loss: number) => void;
}

/** What was learnt, as it is kept; `V` terms, `n` items, `d` numbers of a vector. */
export interface Towers {
  readonly size: number;
  /** [V, d], the most frequent terms of the lexicon. */
  readonly terms: Float32Array;
  /** [d, d]: from what was read to what is looked for. */
  readonly turn: Float32Array;
  /** [n, d]: what of an item its text does not tell; zeros for one that nobody liked. */
  readonly own: Float32Array;
  /** [n]: how much it is liked by anyone. */
  readonly bias: Float32Array;
}

/** Terms that have a vector; the rarer ones are too rare to learn. */
const MOST_TERMS = 30_000;
/** Terms of one text that count, those with the greatest weight. */
const TEXT_TERMS = 64;
/** What was read before a step, so many. */
const HISTORY = 30;
/** Items drawn against the right one in every step. */
const NEGATIVES = 1000;
/** The vector of an item's own is hidden so often, so that its text learns to do without (DropoutNet; Volkovs, Yu and Poutanen 2017). */
const HIDE_OWN = 0.5;
/** Of the scores at the beginning, which are cosines of texts; outside of what is learnt, as an optimizer's steps are of one size. */
const SHARPNESS = 8;
const FEWEST_STEPS = 20;

interface Step {
  readonly before: readonly number[];
  readonly target: number;
}

/** From each thing that a reader liked to the next. */
function stepsOf(log: ReadingLog): Step[] {
  const steps: Step[] = [];
  for (const user of log.users()) {
    const liked = log
      .historyOf(user)
      .filter(({ weight }) => weight > 0)
      .map(({ item }) => item);
    for (let i = 1; i < liked.length; i++) {
      steps.push({ before: liked.slice(Math.max(0, i - HISTORY), i), target: liked[i] });
    }
  }
  return steps;
}

/** The terms of a text that have a vector, the weightiest of them, at length 1. */
function towerRow({ columns, values }: TermRow, terms: number): TermRow {
  const kept = Array.from(columns, (column, k) => ({ column, value: values[k] }))
    .filter(({ column }) => column < terms)
    .sort((a, b) => b.value - a.value)
    .slice(0, TEXT_TERMS);
  const length = Math.hypot(...kept.map(({ value }) => value)) || 1;
  return {
    columns: Uint32Array.from(kept, ({ column }) => column),
    values: Float64Array.from(kept, ({ value }) => value / length),
  };
}

const towerSpec = (terms: number, items: number, size: number) => ({
  // Random rows of this length keep the products of texts (Johnson and Lindenstrauss 1984): learning begins with tf-idf.
  terms: new ParameterSpec([terms, size], normalInit(1 / Math.sqrt(size))),
  turn: new ParameterSpec([size, size], (shape) => {
    const data = new Float32Array(size * size);
    for (let i = 0; i < size; i++) data[i * size + i] = 1;
    return fromArray(data, shape, 'f32');
  }),
  own: new ParameterSpec([items, size], zerosInit),
  bias: new ParameterSpec([items, 1], zerosInit),
});
type TowerParams = Parameters<ReturnType<typeof towerSpec>>;

/**
 * Learns from what readers liked one after another: cross-entropy of the next item among items drawn at random, which stand for all of them
 * (importance sampling; Jean et al. 2015). Where there are fewer items than are drawn it is exact.
 *
 * @throws `recommend/too-little`, `recommend/diverged`; the signal's reason
 */
export async function trainTowers(
  lexicon: Lexicon,
  log: ReadingLog,
  { size = 64, epochs = 10, batchSize = 256, lr = 0.003, seed = 0, ...options }: TowerOptions = {},
): Promise<Towers> {
  for (const [name, value] of Object.entries({ size, epochs, batchSize })) {
    requireNumber(name, value, wholePositive);
  }
  requireNumber('lr', lr, positive);
  const steps = stepsOf(log);
  if (steps.length < FEWEST_STEPS) {
    throw fail('recommend/too-little', { method: 'towers', needed: FEWEST_STEPS, got: steps.length });
  }
  // They stand most frequent first: a term of one text joins it to no other.
  const shared = lexicon.vocabulary.holders.findLastIndex((texts) => texts > 1) + 1;
  const terms = Math.max(1, Math.min(MOST_TERMS, shared));
  const rows = lexicon.rows.map((row) => towerRow(row, terms));
  const params = initialize(towerSpec(terms, rows.length, size), createRng(seed));
  const warm = Int32Array.from(log.likes.keys()).filter((item) => log.likes[item] > 0);
  const loss = (p: TowerParams, examples: Int32Array, step: number): Tensor => {
    const rng = createRng(seed).split(`step ${step}`);
    const chosen = Array.from(examples, (example) => steps[example]);
    return stepLoss(p, chosen, {
      rows,
      size,
      negatives: drawItems(warm, rng),
      count: warm.length,
      rng,
      ...options,
    });
  };
  const { signal, onProgress } = options;
  const fit = { epochs, batchSize: Math.min(batchSize, steps.length), lr, seed, signal, onProgress, clip: 1 };
  const grouping = uniformGroup(adamw({ weightDecay: 0.01 }));
  if (!(await fitExamples({ params, count: steps.length, loss }, { ...fit, grouping }))) {
    throw fail('recommend/diverged', undefined);
  }
  const array = ({ data }: Tensor): Float32Array => Float32Array.from(data as Float32Array);
  const bias = array(params.bias);
  // An item that nobody met is like one of those that somebody did.
  const usual = warm.reduce((total, item) => total + bias[item], 0) / warm.length;
  log.likes.forEach((likes, item) => {
    if (likes === 0) bias[item] = usual;
  });
  return {
    size,
    terms: array(params.terms),
    turn: array(params.turn).map((value) => SHARPNESS * value),
    own: array(params.own),
    bias,
  };
}

/** Some of the items, each at most once. */
function drawItems(items: Int32Array, rng: Rng): Int32Array {
  if (items.length <= NEGATIVES) return items;
  const drawn = new Set<number>();
  while (drawn.size < NEGATIVES) drawn.add(items[rng.integer(items.length)]);
  return Int32Array.from(drawn);
}

interface StepParts extends MemoryOptions {
  readonly rows: readonly TermRow[];
  readonly size: number;
  readonly negatives: Int32Array;
  /** How many items there are to draw from. */
  readonly count: number;
  readonly rng: Rng;
}

/** The mean cross-entropy of the targets, nats. */
function stepLoss(p: TowerParams, steps: readonly Step[], parts: StepParts): Tensor {
  const { rows, size, negatives, count, rng } = parts;
  // Every item of the step once: those that are drawn first.
  const places = new Map<number, number>();
  for (const item of negatives) places.set(item, places.size);
  const placeOf = (item: number): number => {
    const known = places.get(item);
    if (known !== undefined) return known;
    places.set(item, places.size);
    return places.size - 1;
  };
  const targets = Int32Array.from(steps, ({ target }) => placeOf(target));
  const before = steps.map((step) => step.before.map(placeOf));
  const items = Int32Array.from(places.keys());
  const vectors = itemTensor(p, items, { rows, size, rng });

  const weights = new Float32Array(steps.length * items.length);
  before.forEach((own, row) => {
    const loudness = loudnessOf(
      own.map(() => ({ weight: 1 })),
      parts,
    );
    own.forEach((place, i) => (weights[row * items.length + place] += loudness[i]));
  });
  const read = matmul(fromArray(weights, [steps.length, items.length], 'f32'), vectors);
  const readers = affine(matmul(read, p.turn), SHARPNESS, 0);

  const ids = (data: Int32Array): Tensor => fromArray(data, [data.length], 'i32');
  const right = add(
    sum(mul(readers, embedding(vectors, ids(targets))), { axis: -1, keepDims: true }),
    embedding(p.bias, ids(Int32Array.from(steps, ({ target }) => target))),
  );
  const drawn = ids(Int32Array.from(negatives.keys()));
  const others = add(
    matmul(readers, embedding(vectors, drawn), { transB: true }),
    reshape(embedding(p.bias, ids(negatives)), [1, negatives.length]),
  );
  // Those that are drawn stand for all; the right one does not stand against itself.
  const shift = new Float32Array(steps.length * negatives.length).fill(
    Math.log(Math.max(1, (count - 1) / Math.max(1, negatives.length - 1))),
  );
  targets.forEach((place, row) => {
    if (place < negatives.length) shift[row * negatives.length + place] = -1e9;
  });
  const logits = concat([right, add(others, fromArray(shift, [steps.length, negatives.length], 'f32'))], 1);
  return crossEntropy(logits, fromArray(new Int32Array(steps.length), [steps.length], 'i32'));
}

/** The vectors [items, d] of some items, their own part hidden now and then. */
function itemTensor(
  p: TowerParams,
  items: Int32Array,
  { rows, size, rng }: Pick<StepParts, 'rows' | 'size' | 'rng'>,
): Tensor {
  const longest = items.reduce((most, item) => Math.max(most, rows[item].columns.length), 1);
  const columns = new Int32Array(items.length * longest);
  const values = new Float32Array(items.length * longest);
  const shown = new Float32Array(items.length);
  items.forEach((item, i) => {
    columns.set(rows[item].columns, i * longest);
    values.set(rows[item].values, i * longest);
    shown[i] = rng.uniform() < HIDE_OWN ? 0 : 1;
  });
  const count = items.length;
  const found = embedding(p.terms, fromArray(columns, [count, longest], 'i32'));
  const texts = reshape(matmul(fromArray(values, [count, 1, longest], 'f32'), found), [count, size]);
  const own = embedding(p.own, fromArray(items, [count], 'i32'));
  return add(texts, mul(own, fromArray(shown, [count, 1], 'f32')));
}

/** Recommends by towers that were learnt. */
export function byTowers(lexicon: Lexicon, towers: Towers, options: MemoryOptions = {}): Recommender {
  const { size, terms, turn, own, bias } = towers;
  const known = terms.length / size;
  const rows = lexicon.rows.map((row) => towerRow(row, known));
  const addText = (to: Float64Array, { columns, values }: TermRow): Float64Array => {
    columns.forEach((column, k) => {
      for (let i = 0, at = column * size; i < size; i++, at++) to[i] += values[k] * terms[at];
    });
    return to;
  };
  const vectors = new Float32Array(rows.length * size);
  rows.forEach((row, item) => {
    vectors.set(addText(Float64Array.from(own.subarray(item * size, (item + 1) * size)), row), item * size);
  });
  const turned = (vector: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) for (let k = 0; k < size; k++) out[k] += vector[i] * turn[i * size + k];
    return out;
  };
  const along = (asked: Float64Array, data: Float32Array, from: number): number => {
    let total = 0;
    for (let i = 0; i < size; i++) total += asked[i] * data[from + i];
    return total;
  };
  return {
    method: 'towers',
    async judge(taste) {
      const loudness = loudnessOf(taste, options);
      const reads = taste.map((read) =>
        read.item === undefined
          ? addText(new Float64Array(size), towerRow(lexicon.rowOf(read.text), known))
          : vectors.subarray(read.item * size, (read.item + 1) * size),
      );
      if (!reads.some((vector, i) => loudness[i] > 0 && vector.some((value) => value !== 0)))
        return undefined;
      const mean = new Float64Array(size);
      reads.forEach((vector, i) => {
        for (let k = 0; k < size; k++) mean[k] += loudness[i] * vector[k];
      });
      const asked = turned(mean);
      return {
        scores: Float64Array.from(rows, (_, item) => along(asked, vectors, item * size) + bias[item]),
        explain(item) {
          const weights = new Map<number, number>();
          rows[item].columns.forEach((column, k) => {
            weights.set(column, rows[item].values[k] * along(asked, terms, column * size));
          });
          const own = reads.map((vector, read) => ({
            read,
            weight: loudness[read] === 0 ? 0 : loudness[read] * along(turned(vector), vectors, item * size),
          }));
          return {
            reads: loudest(own.filter(({ weight }) => weight !== 0)),
            words: lexicon.wordsOf(item, weights),
            wordsBy: 'weights',
          };
        },
      };
    },
  };
}

/** The same towers for more items, that follow those that were there: only their texts speak for them. */
export function withNewItems(towers: Towers, items: number, log: Pick<ReadingLog, 'likes'>): Towers {
  const { size, own, bias } = towers;
  const warm = Array.from(bias.keys()).filter((item) => log.likes[item] > 0);
  const usual = warm.reduce((total, item) => total + bias[item], 0) / Math.max(1, warm.length);
  const wide = new Float32Array(items * size);
  wide.set(own);
  const long = new Float32Array(items).fill(usual);
  long.set(bias);
  return { ...towers, own: wide, bias: long };
}
