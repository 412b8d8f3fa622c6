/**
 * Word vectors by negative sampling: Mikolov et al., "Distributed representations of words and phrases and their compositionality",
 * 2013. A row of the memory for each word as input and as output, and scratch rows for each thread.
 */

import type { SharedMemory, VectorKernels } from './vector-kernels.ts';

export interface SamplingPlan {
  readonly method: 'skip-gram' | 'cbow';
  readonly words: number;
  /** Numbers of a vector, and bytes of its row, a multiple of 32. */
  readonly size: number;
  readonly rowBytes: number;
  readonly window: number;
  readonly negatives: number;
  readonly epochs: number;
  readonly lr: number;
  readonly seed: number;
  readonly threads: number;
}

/** Where the rows lie: inputs, outputs, then two rows of scratch for each thread. */
export const inputRow = ({ rowBytes }: SamplingPlan, word: number): number => word * rowBytes;
export const outputRow = ({ words, rowBytes }: SamplingPlan, word: number): number =>
  (words + word) * rowBytes;
export const scratchRow = ({ words, rowBytes }: SamplingPlan, thread: number): number =>
  (2 * words + 2 * thread) * rowBytes;
export const memoryBytes = (plan: SamplingPlan): number => scratchRow(plan, plan.threads);

/** Numbers of 32 random bits (xorshift; Marsaglia 2003); one stream for each thread. */
export function xorshift(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const LEAST_LR_SHARE = 1e-4 / 0.025;

/** The learning rate after a share of all words: it falls in a line. */
export const lrAt = (lr: number, share: number): number => lr * Math.max(LEAST_LR_SHARE, 1 - share);

/** The sigmoid. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Steps of gradient descent on −log σ(o·v) − Σ log σ(−u·v): v is the row `input`, o the output of `target`, u those of the words in
 * `negatives` at the time. The outputs move at once; the step of the input is added to the row `gradient`.
 */
export function descent(
  kernels: VectorKernels,
  plan: SamplingPlan,
  { gradient, negatives }: { readonly gradient: number; readonly negatives: ArrayLike<number> },
): (input: number, target: number, lr: number) => void {
  const { rowBytes } = plan;
  return (input, target, lr) => {
    for (let k = -1; k < negatives.length; k++) {
      const word = k < 0 ? target : negatives[k];
      if (k >= 0 && word === target) continue;
      const output = outputRow(plan, word);
      // d/dx −log σ(x) = σ(x) − 1, d/dx −log σ(−x) = σ(x)
      const slope = sigmoid(kernels.dot(input, output, rowBytes)) - (k < 0 ? 1 : 0);
      kernels.push(output, input, gradient, rowBytes, -slope * lr);
    }
  };
}

/** Steps for one input, and for the mean of several: both are whole steps of gradient descent of all rows involved. */
export interface Predictions {
  /** The word `near` predicts `target`. */
  one(near: number, target: number, lr: number): void;
  /** The mean of words predicts it; each gets its share of the step (İrsoy et al., "Corrected CBOW", 2021). */
  mean(near: ArrayLike<number>, target: number, lr: number): void;
}

/** Works in the two scratch rows of a thread, which are 0 before and after; `negatives` are read at each call. */
export function predictions(
  kernels: VectorKernels,
  plan: SamplingPlan,
  {
    memory,
    thread,
    negatives,
  }: { readonly memory: SharedMemory; readonly thread: number; readonly negatives: ArrayLike<number> },
): Predictions {
  const { rowBytes } = plan;
  const values = new Float32Array(memory.buffer);
  const gradient = scratchRow(plan, thread);
  const sum = gradient + rowBytes;
  const clear = (row: number): void => void values.fill(0, row / 4, (row + rowBytes) / 4);
  const step = descent(kernels, plan, { gradient, negatives });
  return {
    one(near, target, lr) {
      const input = inputRow(plan, near);
      step(input, target, lr);
      kernels.add(input, gradient, rowBytes, 1);
      clear(gradient);
    },
    mean(near, target, lr) {
      const share = 1 / near.length;
      for (let i = 0; i < near.length; i++) kernels.add(sum, inputRow(plan, near[i]), rowBytes, share);
      step(sum, target, lr);
      for (let i = 0; i < near.length; i++) kernels.add(inputRow(plan, near[i]), gradient, rowBytes, share);
      clear(gradient);
      clear(sum);
    },
  };
}

/** What one thread works with. */
export interface SamplingJob {
  readonly plan: SamplingPlan;
  readonly memory: SharedMemory;
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  /** How likely a word is to stay in the text: of the frequent ones many occurrences are passed over. */
  readonly keep: Float64Array;
  /** Words, each as often as its share of count^0.75 says. */
  readonly table: Int32Array;
  /** Words read by all threads; 1 to stop; and how many threads are there. */
  readonly progress: BigInt64Array;
  readonly thread: number;
}

/** Reads chunk by chunk, epoch by epoch, every `threads`-th chunk; without locks (Hogwild; Niu et al. 2011). */
export function sampleChunks(job: SamplingJob, kernels: VectorKernels): void {
  const { plan, starts, progress, thread } = job;
  const read = chunkReader(job, kernels);
  const chunks = starts.length - 1;
  const total = plan.epochs * starts[chunks];
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    for (let chunk = thread; chunk < chunks; chunk += plan.threads) {
      if (Atomics.load(progress, 1) !== 0n) return;
      const share = Number(Atomics.load(progress, 0)) / total;
      read(starts[chunk], starts[chunk + 1], lrAt(plan.lr, share));
      Atomics.add(progress, 0, BigInt(starts[chunk + 1] - starts[chunk]));
    }
  }
}

/** Learns from the words between two places. */
function chunkReader(
  job: SamplingJob,
  kernels: VectorKernels,
): (from: number, to: number, lr: number) => void {
  const { plan, memory, ids, keep, table, thread } = job;
  const { method, window } = plan;
  const random = xorshift(plan.seed * plan.threads + thread);
  const negatives = new Int32Array(plan.negatives);
  const { one, mean } = predictions(kernels, plan, { memory, thread, negatives });
  const kept: number[] = [];
  const near: number[] = [];
  const drawNegatives = (): void => {
    for (let k = 0; k < negatives.length; k++) negatives[k] = table[random() % table.length];
  };
  const skipGram = (target: number, lr: number): void => {
    for (const word of near) {
      drawNegatives();
      one(word, target, lr);
    }
  };
  const bagOfWords = (target: number, lr: number): void => {
    drawNegatives();
    mean(near, target, lr);
  };
  const learn = method === 'cbow' ? bagOfWords : skipGram;

  return (from, to, lr) => {
    kept.length = 0;
    for (let i = from; i < to; i++) if (random() < keep[ids[i]] * 2 ** 32) kept.push(ids[i]);
    for (let centre = 0; centre < kept.length; centre++) {
      const reach = 1 + (random() % window);
      near.length = 0;
      const last = Math.min(kept.length - 1, centre + reach);
      for (let j = Math.max(0, centre - reach); j <= last; j++) if (j !== centre) near.push(kept[j]);
      if (near.length > 0) learn(kept[centre], lr);
    }
  };
}
