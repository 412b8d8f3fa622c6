/**
 * Training cures of repetition, side by side: one model of English (WikiText) and one of Chinese (Tang poems) trained by
 * the likelihood, then each cure as fine-tuning of it, and what every model writes with every decoder. Every run is kept in
 * a folder and goes on where it stopped:
 *   npm run bench -- cures --config '{"folder":"runs/cures","only":"en","cures":["unlikelihood:1"]}'
 * The English text is not ours to ship: its two files are read from `data`.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDocuments, type SplitCorpus, splitCorpus } from '../src/cli/corpus.ts';
import { loadModel, type OpenedModel } from '../src/cli/models.ts';
import { type ModelShape, type Recipe, tuningRecipe } from '../src/cli/recipe.ts';
import {
  findEarlierRun,
  type InitialWeights,
  isFinished,
  readEarlierRun,
  readInitialWeights,
} from '../src/cli/runs.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { learnBpe } from '../src/cli/tokenizers.ts';
import { prepareTraining } from '../src/cli/training.ts';
import { tokenizeDocuments } from '../src/data/index.ts';
import { generateTokens, parseStrategy } from '../src/decode/index.ts';
import { predictionRepeats, seqRep } from '../src/repeat/index.ts';
import { formatCures } from '../src/train/index.ts';
import type { TextDocument, Tokenizer } from '../src/types.ts';
import type { BenchOptions } from './main.ts';

interface Config {
  readonly folder: string;
  /** Where the English text lies. */
  readonly data?: string;
  readonly only?: string;
  readonly cures?: readonly string[];
  readonly decoders?: readonly string[];
  /** Of the fine-tuning: updates, sequences in a batch, peak rate. */
  readonly steps?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  /** What differs from a language's own base model, such as `{"steps":6000,"width":192}`; kept in a folder of its own. */
  readonly base?: Partial<BaseSize>;
  /** Of the matrix products in training; bf16 where the processor has it. */
  readonly precision?: Recipe['precision'];
  readonly prompts?: number;
  /** One object a line instead of a table. */
  readonly json?: boolean;
}

interface BaseSize extends ModelShape {
  readonly vocabSize: number;
  readonly steps: number;
}

interface Language {
  readonly base: BaseSize;
  readonly prefix: number;
  /** A text of one piece is read at random places: in its order, a short fine-tuning would see its beginning only. */
  readonly rows: Recipe['rows'];
  documents(data: string): Promise<readonly TextDocument[]>;
}

const terminal = createTerminal({ json: true });
const { signal } = new AbortController();
const NEW_TOKENS = 100;
/** Held-out tokens that are read for perplexity and predictions. */
const READ_TOKENS = 32_000;

const languages: Readonly<Record<string, Language>> = {
  en: {
    base: { vocabSize: 2000, steps: 2000, contextLength: 160, width: 128, layers: 4, heads: 4 },
    prefix: 50,
    rows: 'windows',
    documents: async (data) => {
      const parts = ['valid', 'test'].map((part) =>
        readFileSync(join(data, `wikitext2.${part}.txt`), 'utf8'),
      );
      return [{ text: parts.join('') }];
    },
  },
  zh: {
    base: { vocabSize: 4000, steps: 2000, contextLength: 128, width: 128, layers: 4, heads: 4 },
    prefix: 28,
    rows: 'documents',
    documents: async () => {
      const { documents } = await loadDocuments('tang', { terminal, signal });
      return documents.filter(({ text }) => text.length >= 20 && text.length <= 120);
    },
  },
};

const baseRecipe: Omit<Recipe, 'rows' | 'precision'> = {
  batchSize: 16,
  lr: 3e-3,
  optimizer: 'muon',
  muonLr: 0.02,
  beta1: 0.9,
  beta2: 0.95,
  weightDecay: 0.1,
  schedule: 'linear',
  warmupSteps: 50,
  floor: 0,
  clip: 1,
  init: 0.02,
};

/** `none` is the likelihood alone, for as long: what fine-tuning does by itself. `scratch:` trains a new model. */
const CURES = [
  'unlikelihood:1',
  'unlikelihood-seq',
  'unlikelihood:1+unlikelihood-seq',
  'none',
  'ditto',
  'scalegrad:0.2',
  'simctg:0.5',
  'repetition-dropout:0.6',
  'unlikelihood:1:adaptive',
  'noise:tokens:0.1',
];

const DECODERS = ['greedy', 'beam:4', 'top-k:50', 'top-p:0.9', 'contrastive:5:0.6'];

export async function run(options: BenchOptions): Promise<void> {
  const given = JSON.parse(options.config ?? '{"folder":"runs/cures"}') as Config;
  const config = { ...given, json: options.json };
  for (const name of Object.keys(languages)) {
    if (config.only && config.only !== name) continue;
    await runLanguage(name, languages[name], config);
  }
}

async function runLanguage(name: string, language: Language, config: Config): Promise<void> {
  const split = splitCorpus(await language.documents(config.data ?? '../shared/data/text'));
  const folder = join(config.folder, `${name}-mle`);
  const { vocabSize, steps: baseSteps, ...model } = { ...language.base, ...config.base };
  const tokenizer = existsSync(join(folder, 'tokenizer.json'))
    ? (await readEarlierRun(folder)).tokenizer
    : await learnBpe(split.train, vocabSize, { terminal, signal });
  const shared = {
    corpus: split,
    source: name,
    tokenizer,
    tokenizerMade: { vocabSize },
    model,
    seed: 1,
    saveEvery: { steps: 50 },
    signal,
  };
  const base: Recipe = { ...baseRecipe, rows: language.rows, precision: config.precision ?? 'f32' };
  await trainTo(folder, { ...shared, recipe: base, steps: baseSteps });
  const init = await readInitialWeights(await readEarlierRun(folder));
  const held = await heldOutIds(split, tokenizer);
  if (!config.json) process.stdout.write(tableHead(config.decoders ?? DECODERS));
  await report(name, 'mle', folder, held, language, config);
  for (const cure of config.cures ?? CURES) {
    const isScratch = cure.startsWith('scratch:');
    const spec = cure.replace(/^scratch:/, '');
    const { steps = 250, batchSize = 16, lr = 1e-3 } = config;
    const tuning = isScratch ? '' : `-${steps}x${batchSize}-${lr}`;
    const tuned = join(config.folder, `${name}-${cure.replaceAll(':', '_')}${tuning}`);
    const recipe = isScratch ? base : { ...tuningRecipe(base), batchSize, lr };
    await trainTo(tuned, {
      ...shared,
      ...(isScratch ? {} : { init: { ...init, run: 'mle' } }),
      recipe: spec === 'none' ? recipe : { ...recipe, cure: formatCures(spec) },
      steps: isScratch ? baseSteps : steps,
    });
    await report(name, cure, tuned, held, language, config);
  }
}

/** Trains a run to its end, however often it was stopped. */
async function trainTo(
  folder: string,
  options: Omit<Parameters<typeof prepareTraining>[0], 'folder'> & { readonly init?: InitialWeights },
): Promise<void> {
  const earlier = await findEarlierRun(folder);
  if (earlier && isFinished(earlier)) return;
  const training = await prepareTraining({ folder, ...options });
  try {
    for await (const event of training.events()) {
      await training.run.append(event);
      if (event.type === 'finish' || (event.type === 'step' && event.step % 50 === 0)) {
        process.stderr.write(`${folder} ${JSON.stringify(event)}\n`);
      }
    }
  } finally {
    await training.run.close();
  }
}

async function heldOutIds(split: SplitCorpus, tokenizer: Tokenizer): Promise<Int32Array> {
  const { tokens } = await tokenizeDocuments(split.heldOut, tokenizer, { signal });
  return Int32Array.from(tokens.subarray(0, READ_TOKENS));
}

/** One line: what the model predicts while it reads, and what it writes with each decoder. Figures are kept in its folder. */
async function report(
  language: string,
  cure: string,
  folder: string,
  held: Int32Array,
  { prefix }: Language,
  config: Config,
): Promise<void> {
  const file = join(folder, 'figures.json');
  const figures: Record<string, unknown> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const { model } = await loadModel(folder);
  figures.read ??= readingFigures(model, held);
  const prompts = Array.from({ length: config.prompts ?? 50 }, (_, i) => {
    const at = i * Math.floor((held.length - prefix) / (config.prompts ?? 50));
    return Array.from(held.subarray(at, at + prefix));
  });
  const decoders = config.decoders ?? DECODERS;
  for (const decoder of decoders) {
    if (figures[decoder]) continue;
    figures[decoder] = writingFigures(await decodeAll(model, prompts, decoder));
    writeFileSync(file, JSON.stringify(figures));
  }
  const row = { language, cure, ...figures } as unknown as Row;
  process.stdout.write(config.json ? `${JSON.stringify(row)}\n` : tableRow(row, decoders));
}

type Row = { readonly cure: string; readonly read: Reading } & Readonly<Record<string, Writing>>;
type Reading = ReturnType<typeof readingFigures>;
type Writing = ReturnType<typeof writingFigures>;

const tableHead = (decoders: readonly string[]): string => {
  const names = ['cure', 'perplexity', 'accuracy', 'rep/128', 'wrep/128', 'uniq', 'uniq-seq', ...decoders];
  return `| ${names.join(' | ')} |\n|${' --- |'.repeat(names.length)}\n`;
};

/** uniq-seq is of the greedy texts; under each decoder stands seq-rep-4. */
function tableRow({ cure, read, ...written }: Row, decoders: readonly string[]): string {
  const share = (x: number) => x.toFixed(3).replace(/^0/, '');
  const { perplexity, accuracy, rep, wrep, uniq } = read;
  const repeats = decoders.map((decoder) => share(written[decoder].seqRep4));
  const figures = [perplexity.toFixed(2), ...[accuracy, rep, wrep].map(share), uniq, written.greedy?.uniq];
  return `| ${[cure, ...figures, ...repeats].join(' | ')} |\n`;
}

/** Perplexity, accuracy, rep/128, wrep/128 and uniq over windows of held-out text. */
function readingFigures(model: OpenedModel['model'], held: Int32Array) {
  const length = model.contextLength;
  const predictions: number[] = [];
  const targets: number[] = [];
  let loss = 0;
  for (let start = 0; start + 1 < held.length; start += length) {
    const window = held.subarray(start, Math.min(start + length + 1, held.length));
    const sequence = model.open();
    const [{ logits }] = model.step([{ sequence, ids: window.subarray(0, -1) }], { logits: 'all' });
    sequence.close();
    logits.forEach((row, i) => {
      const target = window[i + 1];
      let best = 0;
      for (let id = 1; id < row.length; id++) if (row[id] > row[best]) best = id;
      let sum = 0;
      for (const x of row) sum += Math.exp(x - row[best]);
      loss += row[best] + Math.log(sum) - row[target];
      predictions.push(best);
      targets.push(target);
    });
  }
  return {
    perplexity: Math.exp(loss / targets.length),
    accuracy: predictions.filter((id, i) => id === targets[i]).length / targets.length,
    ...predictionRepeats(predictions, targets, 128),
  };
}

function writingFigures(texts: readonly (readonly number[])[]) {
  const mean = (f: (ids: readonly number[]) => number) =>
    texts.reduce((sum, ids) => sum + f(ids), 0) / texts.length;
  return {
    seqRep1: mean((ids) => seqRep(ids, 1)),
    seqRep4: mean((ids) => seqRep(ids, 4)),
    uniq: new Set(texts.flat()).size,
  };
}

/** Continues every prompt by one strategy, all of them in one batch. */
async function decodeAll(
  model: OpenedModel['model'],
  prompts: readonly (readonly number[])[],
  decoder: string,
): Promise<number[][]> {
  const texts = prompts.map((): number[] => []);
  const options = { strategy: parseStrategy(decoder), maxTokens: NEW_TOKENS, seed: 0 };
  for await (const event of generateTokens(model, prompts, options)) {
    if (event.type === 'token') texts[event.index].push(event.id);
  }
  return texts;
}
