/**
 * Training cures of repetition, side by side: one model of English (WikiText) and one of Chinese (Tang poems) trained by
 * the likelihood, then each cure as fine-tuning of it, and what every model writes with every decoder. Every run is kept in
 * a folder and goes on where it stopped:
 *   npm run bench -- cures --config '{"folder":"/tmp/cures","only":"en","cures":["unlikelihood:1"]}'
 * The English text is not ours to ship: its two files are read from `data`.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDocuments, type SplitCorpus, splitCorpus } from '../src/cli/corpus.ts';
import { type ModelShape, type Recipe, tuningRecipe } from '../src/cli/recipe.ts';
import { type InitialWeights, loadRun, readEarlierRun, readInitialWeights } from '../src/cli/runs.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { learnBpe } from '../src/cli/tokenizers.ts';
import { prepareTraining } from '../src/cli/training.ts';
import { tokenizeDocuments } from '../src/data/index.ts';
import * as decode from '../src/decode/index.ts';
import { type Reply, type Strategy, strategies } from '../src/decode/index.ts';
import type { DecoderLanguageModel } from '../src/models/index.ts';
import { predictionRepeats, seqRep } from '../src/repeat/index.ts';
import { formatCures } from '../src/train/index.ts';
import type { StepRequest, StepResult, TextDocument, Tokenizer } from '../src/types.ts';
import type { BenchOptions } from './main.ts';

interface Config {
  readonly folder: string;
  /** Where the English text lies. */
  readonly data?: string;
  readonly only?: string;
  readonly cures?: readonly string[];
  readonly decoders?: readonly string[];
  readonly tuningSteps?: number;
  readonly prompts?: number;
}

interface Language {
  readonly vocabSize: number;
  readonly model: ModelShape;
  readonly prefix: number;
  documents(data: string): Promise<readonly TextDocument[]>;
}

const terminal = createTerminal({ json: true });
const { signal } = new AbortController();
const NEW_TOKENS = 100;
/** Held-out tokens that are read for perplexity and predictions. */
const READ_TOKENS = 32_000;
const BASE_STEPS = 2000;

const languages: Readonly<Record<string, Language>> = {
  en: {
    vocabSize: 2000,
    model: { contextLength: 160, width: 128, layers: 4, heads: 4 },
    prefix: 50,
    documents: async (data) => {
      const parts = ['valid', 'test'].map((part) =>
        readFileSync(join(data, `wikitext2.${part}.txt`), 'utf8'),
      );
      return [{ text: parts.join('') }];
    },
  },
  zh: {
    vocabSize: 4000,
    model: { contextLength: 128, width: 128, layers: 4, heads: 4 },
    prefix: 28,
    documents: async () => {
      const { documents } = await loadDocuments('tang', { terminal, signal });
      return documents.filter(({ text }) => text.length >= 20 && text.length <= 120);
    },
  },
};

const baseRecipe: Recipe = {
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
  rows: 'documents',
  init: 0.02,
  precision: 'f32',
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
  const config = JSON.parse(options.config ?? '{"folder":"runs/cures"}') as Config;
  for (const name of Object.keys(languages)) {
    if (config.only && config.only !== name) continue;
    await runLanguage(name, languages[name], config);
  }
}

async function runLanguage(name: string, language: Language, config: Config): Promise<void> {
  const split = splitCorpus(await language.documents(config.data ?? '../shared/data/text'), 0);
  const folder = join(config.folder, `${name}-mle`);
  const tokenizer = existsSync(join(folder, 'tokenizer.json'))
    ? (await readEarlierRun(folder)).tokenizer
    : await learnBpe(split.train, language.vocabSize, { terminal, signal });
  const shared = {
    corpus: split,
    source: name,
    tokenizer,
    tokenizerMade: { vocabSize: language.vocabSize },
    model: language.model,
    seed: 1,
    saveEvery: { seconds: 30 },
    signal,
  };
  await trainTo(folder, { ...shared, recipe: baseRecipe, steps: BASE_STEPS });
  const init = await readInitialWeights(await readEarlierRun(folder));
  const held = await heldOutIds(split, tokenizer);
  await report(name, 'mle', folder, held, language, config);
  for (const cure of config.cures ?? CURES) {
    const isScratch = cure.startsWith('scratch:');
    const spec = cure.replace(/^scratch:/, '');
    const tuned = join(config.folder, `${name}-${cure.replaceAll(':', '_')}`);
    const recipe = isScratch ? baseRecipe : { ...tuningRecipe(baseRecipe), lr: 1e-3 };
    await trainTo(tuned, {
      ...shared,
      ...(isScratch ? {} : { init: { ...init, run: 'mle' } }),
      recipe: spec === 'none' ? recipe : { ...recipe, cure: formatCures(spec) },
      steps: isScratch ? BASE_STEPS : (config.tuningSteps ?? 250),
    });
    await report(name, cure, tuned, held, language, config);
  }
}

/** Trains a run to its end, however often it was stopped. */
async function trainTo(
  folder: string,
  options: Omit<Parameters<typeof prepareTraining>[0], 'folder'> & { readonly init?: InitialWeights },
): Promise<void> {
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
  const { model } = await loadRun(folder);
  figures.read ??= readingFigures(model, held);
  const prompts = Array.from({ length: config.prompts ?? 50 }, (_, i) => {
    const at = i * Math.floor((held.length - prefix) / (config.prompts ?? 50));
    return Array.from(held.subarray(at, at + prefix));
  });
  for (const decoder of config.decoders ?? DECODERS) {
    const strategy = strategyOf(decoder);
    if (!strategy || figures[decoder]) continue;
    figures[decoder] = writingFigures(decodeAll(model, prompts, strategy));
    writeFileSync(file, JSON.stringify(figures));
  }
  process.stdout.write(`${JSON.stringify({ language, cure, ...figures })}\n`);
}

/** A strategy by name; `undefined` where there is none of that name. */
function strategyOf(spec: string): Strategy | undefined {
  const [name, size] = spec.split(':');
  if (name === 'beam') return decode.beamSearch({ beams: Number(size) });
  return Object.hasOwn(strategies, name) ? decode.parseStrategy(spec) : undefined;
}

/** Perplexity, accuracy, rep/128, wrep/128 and uniq over windows of held-out text. */
function readingFigures(model: DecoderLanguageModel, held: Int32Array) {
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

/** Continues every prompt by one strategy, all of them in step: their requests go to the model in one batch. */
function decodeAll(
  model: DecoderLanguageModel,
  prompts: readonly (readonly number[])[],
  strategy: Strategy,
): number[][] {
  const texts = prompts.map((): number[] => []);
  let live = prompts.map((promptIds, index) => {
    const task = {
      model,
      promptIds,
      promptLength: promptIds.length,
      n: 1,
      maxTokens: NEW_TOKENS,
      eosIds: new Set<number>(),
      seed: index,
    };
    return { index, running: strategy({ ...task, logprobs: undefined }), reply: undefined as Reply };
  });
  while (live.length) {
    const waiting = live.flatMap((text) => {
      for (;;) {
        const { value: event, done } = text.running.next(text.reply);
        if (done) return [];
        if (event.type === 'step') return [{ text, event }];
        if (event.type === 'token') texts[text.index].push(event.id);
        text.reply = undefined;
      }
    });
    const kinds = new Map<string, typeof waiting>();
    for (const each of waiting) {
      const kind = JSON.stringify(each.event.wants ?? {});
      kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
    }
    for (const group of kinds.values()) {
      const batch: StepRequest[] = group.flatMap(({ event }) => event.batch);
      const results: StepResult[] = batch.length ? model.step(batch, group[0].event.wants) : [];
      let from = 0;
      for (const { text, event } of group) {
        text.reply = results.slice(from, from + event.batch.length);
        from += event.batch.length;
      }
    }
    live = waiting.map(({ text }) => text);
  }
  return texts;
}
