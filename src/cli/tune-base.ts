/** What a tuning begins with: the model, its settings, and the text that it learned before. */

import { chunkDocuments } from '../data/index.ts';
import { InkstoneError } from '../errors.ts';
import { defineMessages } from '../language.ts';
import { type DecoderConfig, type DecoderParams, namedTensors, tensorsToFile } from '../models/index.ts';
import { createRng } from '../rng.ts';
import { fromArray } from '../tensor/index.ts';
import type { TextDocument } from '../types.ts';
import type { CommandContext } from './command.ts';
import { loadDocuments, type SplitCorpus, splitCorpus } from './corpus.ts';
import { fail } from './errors.ts';
import type { KeptReading } from './kept-reading.ts';
import type { StoredDecoder, StoredModel } from './models.ts';
import { foreignRecipe, type Recipe } from './recipe.ts';
import { textsOfRun } from './run-texts.ts';
import { type EarlierRun, type InitialRun, initialWeights, type Tuning } from './runs.ts';
import { earlierSettings, onlyGiven, type RunMaker, type Settings, tuningSettings } from './settings.ts';
import { DEFAULT_MINUTES } from './train-parts.ts';
import { tuneOptions } from './tune-options.ts';

type Context = CommandContext<typeof tuneOptions>;
/** `kept`: where text that was read before is taken from. */
export type TuneContext = Context & { readonly kept?: KeptReading };

const say = defineMessages({
  untied: {
    en: () => 'the head was one with the table of the input; it becomes a matrix of its own',
    zh: () => '输出头原与输入词表是同一矩阵；现另成一个矩阵',
  },
  unread: {
    en: (d: { reason: string }) =>
      `what it forgets is not measured, its own text cannot be read: ${d.reason}; name it with --old-data`,
    zh: (d) => `无法读取它原先的文本，因此不度量遗忘：${d.reason}；可用 --old-data 指明`,
  },
});

/** The model to be tuned. */
export interface TuneBase {
  readonly config: DecoderConfig;
  readonly params: DecoderParams;
  readonly init: InitialRun;
  readonly maker: RunMaker<DecoderConfig>;
}

type TuningOption = Exclude<keyof Tuning, 'method'>;

const { rank, alpha, targets, virtualTokens, startText, innerSize, encoder } = tuneOptions;
const { headOnly, freezeLayers, replay, ewc, answers, weights } = tuneOptions;

/** The verbs that read each: one that compares methods gives each of them its own. */
const tuningOptions = Object.fromEntries(
  Object.entries({
    ...{ rank, alpha, targets, virtualTokens, startText, innerSize, encoder },
    ...{ headOnly, freezeLayers, replay, ewc, answers, weights },
  } satisfies { [Name in TuningOption]: unknown }).map(([name, row]) => [name, row.verbs]),
) as { readonly [Name in TuningOption]: readonly string[] };

/** What is asked for, over what a run that is there was begun with. */
export function tuningOf(
  { options, given }: Context,
  method: Tuning['method'],
  earlier: EarlierRun | undefined,
): Tuning {
  const { headOnly, freezeLayers, replay, answers } = options;
  if (headOnly && freezeLayers !== undefined) {
    const reason = {
      reason: 'with the head alone all layers are frozen',
      zhReason: '只训练输出头时所有层都已冻结',
    };
    throw fail('cli/conflict', { command: 'tune', options: ['--head-only', '--freeze-layers'], ...reason });
  }
  if (answers && replay !== undefined) {
    const reason = { reason: 'old text has no answers', zhReason: '旧文本没有问答' };
    throw fail('cli/conflict', { command: 'tune', options: ['--answers', '--replay'], ...reason });
  }
  const targets = options.targets?.split(',').map((name) => name.trim());
  const asked = Object.entries({ ...options, targets }).filter(
    ([name, value]) =>
      given.has(name) && value !== undefined && tuningOptions[name as TuningOption]?.includes(method),
  );
  return { ...earlier?.config.tuning, ...Object.fromEntries(asked), method };
}

/** Reads the weights of the model. A head that is trained alone must be a matrix of its own. */
export async function readTuneBase(
  stored: StoredDecoder,
  { headOnly }: Tuning,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<TuneBase> {
  const params = await stored.params();
  const weights = tensorsToFile(namedTensors(params));
  const { run, sha256, step } = initialWeights(stored.path, stored.run?.run.place?.step ?? 0, weights);
  const { tokenizer, training } = stored.run?.config ?? {
    tokenizer: { fingerprint: '', made: 'given' as const },
    training: { seed: 0, steps: 1, ...foreignRecipe },
  };
  const base = { config: stored.config, params, init: { run, step, sha256 } };
  const { config } = base;
  const unties = headOnly && config.tiedHead;
  if (unties) terminal.print(say('untied', {}));
  const model = unties ? { ...config, tiedHead: false } : config;
  return {
    ...base,
    ...(unties && { config: model, params: untied(params) }),
    maker: { model, tokenizer, training },
  };
}

function untied(params: DecoderParams): DecoderParams {
  const { data, shape } = params.embedding.weight;
  const weight = fromArray<'f32'>(Float32Array.from(data as Float32Array), shape, 'f32');
  return { ...params, head: { weight } };
}

/** Peak rates that suit what is trained: the fewer numbers, the higher (docs/LOG.md). Few numbers do not decay. */
const recipes: { readonly [M in Tuning['method']]: Partial<Recipe> } = {
  full: {},
  lora: { lr: 3e-3, weightDecay: 0 },
  ia3: { lr: 2e-2, weightDecay: 0 },
  bottleneck: { lr: 1e-2, weightDecay: 0 },
  prompt: { lr: 0.1, weightDecay: 0 },
  'p-tuning': { lr: 3e-3, weightDecay: 0 },
  prefix: { lr: 1e-2, weightDecay: 0 },
  'p-tuning-v2': { lr: 0.3, weightDecay: 0 },
};

/** The settings of the model's training at lower rates, with the options over them; a run that is there keeps its own. */
export function tuneSettings(
  { options, given }: Context,
  { maker, init }: TuneBase,
  method: Tuning['method'],
  earlier: EarlierRun | undefined,
): Settings {
  const flags = onlyGiven(options, given);
  if (earlier) return earlierSettings(earlier, flags, init);
  const fallback = { seed: options.seed, length: { minutes: DEFAULT_MINUTES } };
  const settings = tuningSettings({ config: maker }, init, flags, fallback);
  const recipe = { ...settings.recipe, ...recipes[method], ...(flags.lr !== undefined && { lr: flags.lr }) };
  return { ...settings, recipe };
}

/** Text that the model learned before, on both sides. */
export interface OldTexts {
  readonly name: string;
  readonly train: readonly TextDocument[];
  readonly heldOut: readonly TextDocument[];
}

/** The text that is named; else that of the model's own training, where it is known and can be read. */
export async function readOldTexts(
  context: TuneContext,
  stored: StoredModel,
  { replay, ewc }: Tuning,
): Promise<OldTexts | undefined> {
  const needed = replay !== undefined ? '--replay' : ewc !== undefined ? '--ewc' : undefined;
  const { options, terminal, signal } = context;
  const { oldData, offline } = options;
  const reading = { terminal, signal, offline, kept: context.kept };
  if (oldData === '') {
    if (needed === undefined) return undefined;
    const reason = { reason: 'it is old text that is kept by it', zhReason: '它要保住的正是旧文本' };
    throw fail('cli/conflict', { command: 'tune', options: [needed, '--no-old-data'], ...reason });
  }
  if (oldData !== undefined) {
    const { name, documents } = await loadDocuments(oldData, reading);
    return { name, ...splitCorpus(documents) };
  }
  if (!stored.run && needed === undefined) return undefined;
  try {
    const { name, heldOut, training = [] } = await textsOfRun(stored, reading);
    const documents = (texts: readonly string[]) => texts.map((text) => ({ text }));
    return { name, train: documents(training), heldOut: documents(heldOut) };
  } catch (error) {
    if (!(error instanceof InkstoneError) || needed !== undefined) throw error;
    terminal.error(say('unread', { reason: error.message }));
    return undefined;
  }
}

/** The corpus with old text among the new: so many characters of it, drawn by the seed, that they are `share` of all. */
export function withReplay(
  corpus: SplitCorpus,
  old: readonly TextDocument[],
  share: number,
  seed: number,
): { readonly corpus: SplitCorpus; readonly count: number } {
  const drawn = drawReplay(old, (charactersOf(corpus.train) * share) / (1 - share), seed);
  return { corpus: { ...corpus, train: [...corpus.train, ...drawn] }, count: drawn.length };
}

export const charactersOf = (documents: readonly TextDocument[]): number =>
  documents.reduce((sum, { text }) => sum + text.length, 0);

/** A longer text comes in pieces, so that a whole book is not drawn for a few pages. */
const REPLAY_PIECE = 4_000;

/** About so many characters of old documents, drawn by the seed; all of them where there are fewer. */
export function drawReplay(
  old: readonly TextDocument[],
  characters: number,
  seed: number,
): readonly TextDocument[] {
  const rng = createRng(seed).split('replay');
  const left = characters > 0 ? [...chunkDocuments(old, { maxCharacters: REPLAY_PIECE })] : [];
  const drawn: TextDocument[] = [];
  for (let length = 0; length < characters && left.length > 0; length += drawn.at(-1)!.text.length) {
    const place = rng.integer(left.length);
    drawn.push(left[place]);
    left[place] = left.at(-1)!;
    left.pop();
  }
  return drawn;
}
