/** A few seconds in which this machine shows how fast it is: a training step, one row through a matrix, and counting on some of the texts. */

import { summaryOf } from '../apps/index.ts';
import { type LabelledText, trainClassifier } from '../classify/index.ts';
import { roughTokens } from '../context/index.ts';
import { type ChoiceTask, ngramModel } from '../eval/index.ts';
import { decoderConfig, flopsPerToken } from '../models/index.ts';
import { bm25Index, createAnalyzer } from '../retrieve/index.ts';
import { createRng, shuffle } from '../rng.ts';
import { lastingScope, matmul, measureKernels, ones, scope } from '../tensor/index.ts';
import { trainCharacters } from '../text/index.ts';
import type { TextDocument } from '../types.ts';
import { orFailure } from './model-trials.ts';
import { createGenerator, createStepper } from './profiling.ts';
import { trainingPresets } from './recipe.ts';

export interface MachineSpeed {
  readonly kernels: string;
  readonly processor: string;
  readonly threads: number;
  readonly matmulGflops: number;
  /** Of whole training steps of a small model. */
  readonly trainGflops: number;
  /** Weights that one token reads. */
  readonly readGBs: number;
  /** What a layer takes for one token beside reading its weights. */
  readonly layerMs: number;
}

const { model: PROBED, recipe } = trainingPresets['shakespeare-cpu'];
const PROBED_VOCABULARY = 256;
/** Rows and columns of the matrix that is read: more than a cache holds. */
const MATRIX = { rows: 2048, columns: 4096 };
const [STEPS, TOKENS, READS] = [2, 32, 5];

/** Takes about a second; on the TypeScript kernels some more. */
export async function measureMachine(): Promise<MachineSpeed> {
  const { kernels, processor, threads, matmulGflops } = measureKernels({ quick: true });
  const config = decoderConfig({ ...PROBED, vocabSize: PROBED_VOCABULARY });
  const batchSize = kernels === 'typescript' ? 1 : recipe.batchSize;
  const step = createStepper({ config, batchSize, precision: 'f32' });
  const stepSeconds = await fastest(STEPS, step);
  const flops = batchSize * config.contextLength * flopsPerToken(config).training;
  const { rows, columns } = MATRIX;
  const memory = lastingScope();
  const [matrix, row] = memory.run(() => [ones([rows, columns]), ones([1, rows])]);
  const readSeconds = await fastest(READS, () => scope(() => void matmul(row, matrix)));
  memory.end();
  const readGBs = (4 * rows * columns) / readSeconds / 1e9;
  const token = createGenerator(config, { texts: 1, prompt: 8 });
  const tokenMs = 1000 * (await fastest(TOKENS, token));
  return {
    kernels,
    processor,
    threads,
    matmulGflops,
    trainGflops: flops / stepSeconds / 1e9,
    readGBs,
    layerMs: tokenMs / config.layers,
  };
}

/** Seconds of the fastest of some calls, after one that does not count: what else runs here makes the others slower. */
async function fastest(calls: number, work: () => void | Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= calls; i++) {
    const start = performance.now();
    await work();
    if (i > 0) best = Math.min(best, performance.now() - start);
  }
  return best / 1000;
}

/** The models that count, or learn as fast as they read. */
export const countedModels = ['naive-bayes', 'svm', 'cnn', 'ngram', 'bm25', 'extract'] as const;
export type CountedModel = (typeof countedModels)[number];

/** What some texts took, and what came of them. */
export interface SliceResult {
  readonly tokens: number;
  readonly texts: number;
  readonly learnSeconds: number;
  readonly askSeconds: number;
  readonly parameters: number;
}

/** Half of the texts and all of them: how cost grows. */
export interface SliceSpeed {
  readonly half: SliceResult;
  readonly whole: SliceResult;
}

/** Characters of the texts that are tried; more tells little more. */
const SLICE_CHARACTERS = 40_000;
const PIECE_CHARACTERS = 1000;

const countedFor: { readonly [Task in ChoiceTask]?: readonly CountedModel[] } = {
  classify: ['naive-bayes', 'svm', 'cnn'],
  write: ['ngram'],
  summarize: ['extract'],
  answer: ['bm25'],
  search: ['bm25'],
};

/** Errors of texts that there is nothing to learn from. */
const TOO_LITTLE = ['classify/no-features'];

/** How fast the models of a task count on some of the texts; of `classify` these have labels. */
export async function measureCounting(
  task: ChoiceTask,
  texts: readonly TextDocument[],
  signal?: AbortSignal,
): Promise<CountingSpeeds> {
  const slice = task === 'classify' ? labelledSlice(texts) : piecesOf(texts);
  const part = (share: number) => slice.slice(0, Math.max(2, Math.ceil(slice.length * share)));
  const found: { [Name in CountedModel]?: SliceSpeed } = {};
  for (const name of countedFor[task] ?? []) {
    const whole = await orFailure(TOO_LITTLE, fastestTry(name, slice, signal));
    // Of a few short texts some learn nothing: what they take is not known.
    if ('failed' in whole) continue;
    const half = await orFailure(TOO_LITTLE, tryOn(name, part(0.5), signal));
    found[name] = { half: 'failed' in half ? whole : half, whole };
  }
  return found;
}

export type CountingSpeeds = { readonly [Name in CountedModel]?: SliceSpeed };

/** Texts drawn at random, those that are the first of their label in front: so each part has several labels. */
function labelledSlice(texts: readonly TextDocument[]): LabelledText[] {
  const order = shuffle(
    Uint32Array.from(texts, (_, i) => i),
    createRng(0),
  );
  const seen = new Set<string>();
  const [firsts, others]: [LabelledText[], LabelledText[]] = [[], []];
  let characters = 0;
  for (const place of order) {
    const { text, label = '' } = texts[place];
    if (characters >= SLICE_CHARACTERS && seen.size > 1) break;
    (seen.has(label) ? others : firsts).push({ text: text.slice(0, SLICE_CHARACTERS), label });
    seen.add(label);
    characters += text.length;
  }
  return [...firsts, ...others];
}

/** The beginning of the texts, in pieces. */
function piecesOf(texts: readonly TextDocument[]): LabelledText[] {
  const pieces: LabelledText[] = [];
  for (const { text } of texts) {
    for (let from = 0; from < text.length; from += PIECE_CHARACTERS) {
      if (pieces.length * PIECE_CHARACTERS >= SLICE_CHARACTERS) return pieces;
      pieces.push({ text: text.slice(from, from + PIECE_CHARACTERS), label: '' });
    }
  }
  return pieces;
}

/** A second and a third time are faster, until code that has never run is compiled; what takes long needs no second time. */
const [MOST_TRIES, LONG_SECONDS] = [3, 0.5];

async function fastestTry(
  name: CountedModel,
  texts: readonly LabelledText[],
  signal?: AbortSignal,
): Promise<SliceResult> {
  let best = await tryOn(name, texts, signal);
  for (let i = 1; i < MOST_TRIES && best.learnSeconds + best.askSeconds < LONG_SECONDS; i++) {
    const next = await tryOn(name, texts, signal);
    best = {
      ...next,
      learnSeconds: Math.min(best.learnSeconds, next.learnSeconds),
      askSeconds: Math.min(best.askSeconds, next.askSeconds),
    };
  }
  return best;
}

/** Learns from the texts and is asked about them. */
async function tryOn(
  name: CountedModel,
  texts: readonly LabelledText[],
  signal?: AbortSignal,
): Promise<SliceResult> {
  const plain = texts.map(({ text }) => text);
  const tokens = plain.reduce((sum, text) => sum + roughTokens.encode(text).length, 0);
  const start = performance.now();
  const learnt = await learners[name](texts, signal);
  const between = performance.now();
  await learnt.ask(plain);
  const [learnSeconds, askSeconds] = [(between - start) / 1000, (performance.now() - between) / 1000];
  return { texts: texts.length, tokens, learnSeconds, askSeconds, parameters: learnt.parameters };
}

interface Learnt {
  readonly parameters: number;
  ask(texts: readonly string[]): unknown;
}

const classifier =
  (method: 'naive-bayes' | 'svm' | 'cnn') =>
  async (texts: readonly LabelledText[], signal?: AbortSignal): Promise<Learnt> => {
    const { parameters, classify } = await trainClassifier(method, texts, { seed: 0, signal });
    return { parameters, ask: classify };
  };

const learners: {
  readonly [Name in CountedModel]: (texts: readonly LabelledText[], signal?: AbortSignal) => Promise<Learnt>;
} = {
  'naive-bayes': classifier('naive-bayes'),
  svm: classifier('svm'),
  cnn: classifier('cnn'),
  async ngram(texts) {
    const plain = texts.map(({ text }) => text);
    const tokenizer = trainCharacters(plain);
    const ids = tokenizer.encode(plain.join('\n'));
    const model = ngramModel(ids, { vocabSize: tokenizer.vocabSize });
    // A text is written token by token, and each wants all probabilities.
    const ask = () => ids.slice(0, ASKED).forEach((_, i) => void model.logProbabilities(ids.slice(0, i)));
    return { parameters: model.grams, ask };
  },
  async bm25(texts) {
    const analyze = createAnalyzer();
    const terms = texts.map(({ text }) => analyze(text));
    const index = bm25Index(terms);
    return {
      parameters: new Set(terms.flat()).size,
      ask: () => terms.slice(0, ASKED).forEach((query) => void index.search(query.slice(0, QUERY), 5)),
    };
  },
  async extract(texts, signal) {
    const all = texts.map(({ text }) => text).join('\n');
    return { parameters: 0, ask: () => summaryOf(all, { method: 'extract', signal }) };
  },
};

/** Tokens that are written, or queries that are put, and words of a query. */
export const ASKED = 100;
const QUERY = 8;
