/** Word2Vec: vectors of words from the words around them, with negative sampling; several threads write to one shared memory. */

import { startWorker } from '../../io/index.ts';
import { checkWhole } from './check.ts';
import {
  inputRow,
  memoryBytes,
  outputRow,
  type SamplingJob,
  type SamplingPlan,
  sigmoid,
  xorshift,
} from './negative-sampling.ts';
import { fastKernels, sharedMemory } from './vector-kernels.ts';
import type { WordCorpus } from './word-corpus.ts';

/** A vector for each word. */
export interface WordVectors {
  readonly words: readonly string[];
  readonly size: number;
  /** words × size, row by row. */
  readonly vectors: Float32Array<ArrayBuffer>;
}

export interface Word2VecOptions {
  /** Default `skip-gram`. */
  readonly method?: 'skip-gram' | 'cbow';
  /** Numbers of a vector. Default 100. */
  readonly size?: number;
  /** Words at most between two that see each other. Default 5. */
  readonly window?: number;
  /** Words drawn against each right one. Default 5. */
  readonly negatives?: number;
  /** Default 5. */
  readonly epochs?: number;
  /** At the beginning; it falls in a line. Default 0.025, with `cbow` 0.05. */
  readonly lr?: number;
  /** Words more frequent than this share are passed over now and then. Default 0.001. */
  readonly sample?: number;
  /** Threads that learn at the same time. 1, the default, gives the same vectors for the same seed; more do not. */
  readonly threads?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (words: number, total: number) => void;
}

export interface TrainedVectors extends WordVectors {
  /** Mean loss of a prediction (of GloVe: of a pair) that was not learned from: before and after. None of a short text. */
  readonly heldOut?: { readonly before: number; readonly after: number; readonly count: number };
  /** Words read, all epochs together. */
  readonly wordsRead: number;
  readonly seconds: number;
}

/** One chunk of so many is held out. */
const HELD_OUT_EVERY = 50;
const TABLE_SIZE = 2 ** 20;
const ROW_STEP_BYTES = 32;

/** Learns from a corpus of at least 2 different words. */
export async function trainWord2Vec(
  corpus: WordCorpus,
  options: Word2VecOptions = {},
): Promise<TrainedVectors> {
  const {
    method = 'skip-gram',
    size = 100,
    window = 5,
    negatives = 5,
    epochs = 5,
    threads = 1,
    seed = 0,
  } = options;
  const { lr = method === 'cbow' ? 0.05 : 0.025, sample = 1e-3, signal, onProgress } = options;
  for (const [name, value] of Object.entries({ size, window, negatives, epochs, threads })) {
    checkWhole('trainWord2Vec', name, value);
  }
  const { words, counts } = corpus;
  checkWhole('trainWord2Vec', 'words', words.length, 2);
  const rowBytes = Math.ceil((4 * size) / ROW_STEP_BYTES) * ROW_STEP_BYTES;
  const plan: SamplingPlan = {
    ...{ method, words: words.length, size, rowBytes, window, negatives, epochs, lr, seed, threads },
  };
  const memory = sharedMemory(memoryBytes(plan));
  const random = xorshift(seed);
  const values = new Float32Array(memory.buffer);
  for (let word = 0; word < words.length; word++) {
    const row = inputRow(plan, word) / 4;
    for (let i = 0; i < size; i++) values[row + i] = (random() / 2 ** 32 - 0.5) / size;
  }
  const { learned, heldOut } = splitChunks(corpus);
  const base = {
    plan,
    memory,
    ...learned,
    keep: keepShares(counts, sample),
    table: samplingTable(counts),
    progress: new BigInt64Array(new SharedArrayBuffer(24)),
  };
  const before = heldOut && samplingLoss(base, heldOut);
  const start = performance.now();
  await runThreads(base, { signal, onProgress });
  const seconds = (performance.now() - start) / 1000;
  const vectors = new Float32Array(words.length * size);
  for (let word = 0; word < words.length; word++) {
    const row = inputRow(plan, word) / 4;
    vectors.set(values.subarray(row, row + size), word * size);
  }
  return {
    words,
    size,
    vectors,
    ...(heldOut && {
      heldOut: { before: before!, after: samplingLoss(base, heldOut), count: heldOut.ids.length },
    }),
    wordsRead: epochs * learned.ids.length,
    seconds,
  };
}

type Job = Omit<SamplingJob, 'thread'>;
type Chunks = Pick<SamplingJob, 'ids' | 'starts'>;

/** Every fiftieth chunk aside, if there are so many. */
function splitChunks({ ids, starts }: WordCorpus): { learned: Chunks; heldOut?: Chunks } {
  const chunks = starts.length - 1;
  if (chunks < HELD_OUT_EVERY) return { learned: { ids, starts } };
  const pick = (isHeldOut: boolean): Chunks => {
    const chosen = Array.from({ length: chunks }, (_, chunk) => chunk).filter(
      (chunk) => (chunk % HELD_OUT_EVERY === HELD_OUT_EVERY - 1) === isHeldOut,
    );
    const lengths = chosen.map((chunk) => starts[chunk + 1] - starts[chunk]);
    const borders = new Int32Array(new SharedArrayBuffer(4 * (chosen.length + 1)));
    lengths.forEach((length, i) => {
      borders[i + 1] = borders[i] + length;
    });
    const text = new Int32Array(new SharedArrayBuffer(4 * borders[chosen.length]));
    chosen.forEach((chunk, i) => {
      text.set(ids.subarray(starts[chunk], starts[chunk + 1]), borders[i]);
    });
    return { ids: text, starts: borders };
  };
  return { learned: pick(false), heldOut: pick(true) };
}

/** √(t/f) + t/f, at most 1: the published program's rule. */
function keepShares(counts: Uint32Array, sample: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const keep = new Float64Array(new SharedArrayBuffer(8 * counts.length));
  counts.forEach((count, word) => {
    const ratio = (sample * total) / count;
    keep[word] = Math.min(1, Math.sqrt(ratio) + ratio);
  });
  return keep;
}

function samplingTable(counts: Uint32Array): Int32Array {
  const weights = Float64Array.from(counts, (count) => count ** 0.75);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new Int32Array(new SharedArrayBuffer(4 * TABLE_SIZE));
  let word = 0;
  let reached = weights[0] / total;
  for (let i = 0; i < TABLE_SIZE; i++) {
    table[i] = word;
    if ((i + 1) / TABLE_SIZE > reached && word < counts.length - 1) reached += weights[++word] / total;
  }
  return table;
}

const POLL_MS = 100;

/** Runs all threads to their end; an error or the signal ends them all. */
async function runThreads(
  job: Job,
  { signal, onProgress }: Pick<Word2VecOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  signal?.throwIfAborted();
  const { plan, starts, progress } = job;
  const total = plan.epochs * starts[starts.length - 1];
  const workers = Array.from({ length: plan.threads }, (_, thread) => {
    const workerData: SamplingJob = { ...job, thread };
    return startWorker('sampling-worker', { beside: import.meta.url, workerData });
  });
  const stop = (): void => void Atomics.store(progress, 1, 1n);
  signal?.addEventListener('abort', stop);
  const poll = setInterval(() => onProgress?.(Number(Atomics.load(progress, 0)), total), POLL_MS);
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('error', reject);
            worker.once('exit', () => resolve());
          }),
      ),
    );
  } finally {
    stop();
    clearInterval(poll);
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  onProgress?.(total, total);
}

/**
 * Mean loss of a prediction, in nats: of a word by its neighbour (or, with `cbow`, by the mean of its neighbours), against words drawn
 * in the same way each time. The window is the widest.
 */
function samplingLoss({ plan, memory, table }: Job, { ids, starts }: Chunks): number {
  const kernels = fastKernels(memory);
  const { window, rowBytes, negatives } = plan;
  const values = new Float32Array(memory.buffer);
  const mean = memoryBytes(plan) - rowBytes;
  const random = xorshift(12345);
  let [sum, predictions] = [0, 0];
  const judge = (input: number, target: number): void => {
    predictions++;
    sum -= Math.log(sigmoid(kernels.dot(input, outputRow(plan, target), rowBytes)));
    for (let k = 0; k < negatives; k++) {
      const word = table[random() % table.length];
      if (word !== target) sum -= Math.log(sigmoid(-kernels.dot(input, outputRow(plan, word), rowBytes)));
    }
  };
  for (let chunk = 0; chunk + 1 < starts.length; chunk++) {
    for (let centre = starts[chunk]; centre < starts[chunk + 1]; centre++) {
      const first = Math.max(starts[chunk], centre - window);
      const last = Math.min(starts[chunk + 1] - 1, centre + window);
      if (last === first) continue;
      for (let j = first; j <= last; j++) {
        if (j === centre) continue;
        const input = inputRow(plan, ids[j]);
        if (plan.method === 'skip-gram') judge(input, ids[centre]);
        else kernels.add(mean, input, rowBytes, 1 / (last - first));
      }
      if (plan.method === 'skip-gram') continue;
      judge(mean, ids[centre]);
      values.fill(0, mean / 4, (mean + rowBytes) / 4);
    }
  }
  return sum / predictions;
}
