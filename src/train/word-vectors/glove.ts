/** GloVe: vectors whose products are the logarithms of how often words stand together. Pennington, Socher and Manning 2014. */

import { createRng, type Rng, shuffle } from '../../rng.ts';
import { fail } from '../errors.ts';
import { checkWhole } from './check.ts';
import type { WordCorpus } from './word-corpus.ts';
import type { TrainedVectors } from './word2vec.ts';

export interface GloveOptions {
  /** Numbers of a vector. Default 100. */
  readonly size?: number;
  /** Words at most between two that see each other; a pair d places apart counts 1/d. Default 10. */
  readonly window?: number;
  /** Default 15. */
  readonly epochs?: number;
  /** Of AdaGrad. Default 0.05. */
  readonly lr?: number;
  /** Pairs seen this often or more weigh the most; below, (x/xMax)^0.75. Default 10: the published 100 is for billions of words. */
  readonly xMax?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (pairs: number, total: number) => void;
}

/** Pairs of words and how often they stand together. */
export interface Cooccurrences {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float64Array;
}

/** Different pairs at most: a table of more would not fit. */
const MOST_PAIRS = 16_000_000;

/** Counts pairs both ways round, each at distance d as 1/d; in the order of first sight. */
export function cooccurrences({ words, ids, starts }: WordCorpus, window = 10): Cooccurrences {
  checkWhole('cooccurrences', 'window', window);
  const places = new Map<number, number>();
  const weights: number[] = [];
  const add = (a: number, b: number, weight: number): void => {
    const key = a * words.length + b;
    const place = places.get(key);
    if (place !== undefined) weights[place] += weight;
    else {
      if (weights.length === MOST_PAIRS) {
        throw fail('train/option', {
          where: 'cooccurrences',
          option: 'window',
          rule: `small enough for ${MOST_PAIRS} different pairs, or \`minCount\` greater`,
          zhRule: `足够小，使不同词对不超过 ${MOST_PAIRS}，或增大 \`minCount\``,
          got: window,
        });
      }
      places.set(key, weights.length);
      weights.push(weight);
    }
  };
  for (let chunk = 0; chunk + 1 < starts.length; chunk++) {
    for (let i = starts[chunk]; i < starts[chunk + 1]; i++) {
      for (let j = Math.max(starts[chunk], i - window); j < i; j++) {
        add(ids[i], ids[j], 1 / (i - j));
        add(ids[j], ids[i], 1 / (i - j));
      }
    }
  }
  const keys = Float64Array.from(places.keys());
  return {
    first: Int32Array.from(keys, (key) => Math.floor(key / words.length)),
    second: Int32Array.from(keys, (key) => key % words.length),
    weight: Float64Array.from(weights),
  };
}

/** Vectors, their biases, and the squares of gradients that AdaGrad sums up; rows of `size` + 1, the bias last. */
export interface GloveState {
  readonly size: number;
  readonly main: Float32Array;
  readonly context: Float32Array;
  readonly mainSquares: Float32Array;
  readonly contextSquares: Float32Array;
}

/** Small random vectors; squares begin at 1. */
export function gloveState(words: number, size: number, rng: Rng): GloveState {
  const length = words * (size + 1);
  const random = () => Float32Array.from({ length }, () => (rng.uniform() - 0.5) / (size + 1));
  const [main, context] = [random(), random()];
  return {
    size,
    main,
    context,
    mainSquares: new Float32Array(length).fill(1),
    contextSquares: new Float32Array(length).fill(1),
  };
}

/**
 * One pair: J = ½·f(x)·(w·c + b + b′ − log x)² with f(x) = min(1, x/xMax)^0.75; one step of AdaGrad; returns J before it. With lr 0 it only
 * tells.
 */
export function gloveStep(
  { size, main, context, mainSquares, contextSquares }: GloveState,
  pair: { readonly first: number; readonly second: number; readonly weight: number },
  { lr, xMax }: { readonly lr: number; readonly xMax: number },
): number {
  const a = pair.first * (size + 1);
  const b = pair.second * (size + 1);
  let score = main[a + size] + context[b + size];
  for (let i = 0; i < size; i++) score += main[a + i] * context[b + i];
  const error = score - Math.log(pair.weight);
  const slope = Math.min(1, pair.weight / xMax) ** 0.75 * error;
  if (lr > 0) {
    for (let i = 0; i <= size; i++) {
      const isBias = i === size;
      const mainGradient = isBias ? slope : slope * context[b + i];
      const contextGradient = isBias ? slope : slope * main[a + i];
      // The squares grow after the step, as in the published program.
      main[a + i] -= (lr * mainGradient) / Math.sqrt(mainSquares[a + i]);
      context[b + i] -= (lr * contextGradient) / Math.sqrt(contextSquares[b + i]);
      mainSquares[a + i] += mainGradient * mainGradient;
      contextSquares[b + i] += contextGradient * contextGradient;
    }
  }
  return 0.5 * slope * error;
}

/** Pairs between pauses. */
const PAUSE_PAIRS = 20_000;
/** One pair of so many is held out. */
const HELD_OUT_EVERY = 50;

/** Learns from a corpus of at least 2 different words. The vector of a word is the sum of its two. The same seed gives the same. */
export async function trainGlove(corpus: WordCorpus, options: GloveOptions = {}): Promise<TrainedVectors> {
  const {
    size = 100,
    window = 10,
    epochs = 15,
    lr = 0.05,
    xMax = 10,
    seed = 0,
    signal,
    onProgress,
  } = options;
  for (const [name, value] of Object.entries({ size, window, epochs })) checkWhole('trainGlove', name, value);
  const { words } = corpus;
  checkWhole('trainGlove', 'words', words.length, 2);
  const start = performance.now();
  const { first, second, weight } = cooccurrences(corpus, window);
  const rng = createRng(seed);
  const state = gloveState(words.length, size, rng);
  const order = Int32Array.from({ length: first.length }, (_, i) => i);
  shuffle(order, rng);
  const aside = Math.floor(order.length / HELD_OUT_EVERY);
  const [heldOut, learned] = [order.subarray(0, aside), order.subarray(aside)];
  const pairAt = (i: number) => ({ first: first[i], second: second[i], weight: weight[i] });
  const meanLoss = (): number =>
    heldOut.reduce((sum, i) => sum + gloveStep(state, pairAt(i), { lr: 0, xMax }), 0) / aside;
  const before = aside > 0 ? meanLoss() : 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(learned, rng);
    for (let at = 0; at < learned.length; at++) {
      if (at % PAUSE_PAIRS === 0) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        onProgress?.(epoch * learned.length + at, epochs * learned.length);
      }
      gloveStep(state, pairAt(learned[at]), { lr, xMax });
    }
  }
  const vectors = new Float32Array(words.length * size);
  for (let word = 0; word < words.length; word++) {
    for (let i = 0; i < size; i++) {
      const from = word * (size + 1) + i;
      vectors[word * size + i] = state.main[from] + state.context[from];
    }
  }
  return {
    words,
    size,
    vectors,
    ...(aside > 0 && { heldOut: { before, after: meanLoss(), count: aside } }),
    wordsRead: epochs * corpus.ids.length,
    seconds: (performance.now() - start) / 1000,
  };
}
