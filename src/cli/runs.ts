/** Run folders: what `config.json` says, and whether a run can be gone on with. */

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { AdapterMethod, HeadConfig, PromptEncoder, SoftPromptMethod } from '../adapt/index.ts';
import { createTextModel } from '../decode/index.ts';
import type { TensorData } from '../io/index.ts';
import {
  type DecoderConfig,
  type EncoderConfig,
  type EncoderDecoderConfig,
  isEncoderDecoderConfig,
  isRecurrentConfig,
  type RecurrentConfig,
} from '../models/index.ts';
import type { Work } from '../serve/index.ts';
import { fingerprint, loadTokenizer } from '../text/index.ts';
import { isRun, readRun, readRunConfig, type SavedRun } from '../train/index.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import type { RunPreparation } from './corpus-options.ts';
import { fail } from './errors.ts';
import type { FederatedSettings } from './federating.ts';
import type { GanRecord } from './gan-training.ts';
import type { LanguageRecord } from './mixed-training.ts';
import type { PrivacyPlan } from './privacy.ts';
import type { Recipe } from './recipe.ts';
import { runsByAge } from './run-ages.ts';
import type { TokenizerOrigin } from './tokenizers.ts';

/** How long a training is: updates, or minutes. */
export type RunLength =
  | { readonly steps: number; readonly minutes?: undefined }
  | { readonly steps?: undefined; readonly minutes: number };

/** What the lab found, in the folder of the run. */
export const LAB_FILE = 'lab.json';

/** What `config.json` of a run says: everything that made it. */
export interface RunConfig<Model = DecoderConfig> {
  readonly version: 1;
  readonly model: Model;
  readonly tokenizer: {
    /** Of `tokenizer.json`. */
    readonly fingerprint: string;
    readonly made: TokenizerOrigin;
  };
  readonly data: {
    readonly source: string;
    /** How it was read and which repeats were taken out, if not as usual. */
    readonly prepared?: RunPreparation;
    /** SHA-256 of the text, both sides. */
    readonly sha256: string;
    readonly documents: number;
    readonly heldOutDocuments: number;
    readonly trainTokens: number;
    /** What is mixed, each language in its share. */
    readonly languages?: readonly LanguageRecord[];
  };
  readonly training: { readonly seed: number } & RunLength & Recipe;
  /** What the privacy of its text comes to. */
  readonly privacy?: PrivacyPlan;
  /** How it was trained by many; its steps are rounds. */
  readonly federated?: FederatedSettings;
  /** How it was trained against a critic; its steps are rounds. */
  readonly gan?: GanRecord;
  /** The run whose model was at the beginning; none for one trained from scratch. */
  readonly init?: InitialRun;
  /** What of that model is trained, where that is not all of it. */
  readonly tuning?: Tuning;
  /** What stands on the model for a task, instead of the head that makes tokens. */
  readonly head?: HeadSetup;
}

/** A task head, and how rows are made for it. */
export interface HeadSetup extends HeadConfig {
  /** What the model under it is. */
  readonly on: 'encoder' | 'decoder';
  readonly maxTokens: number;
  /** Stand before every text of a model that writes. */
  readonly prefixIds: readonly number[];
  /** How rows were read, for `predict`. */
  readonly secondColumn?: string;
}

/** How a model that is there is changed. */
export interface Tuning {
  readonly method: 'full' | AdapterMethod | SoftPromptMethod;
  readonly rank?: number;
  readonly alpha?: number;
  readonly targets?: readonly string[];
  readonly virtualTokens?: number;
  readonly innerSize?: number;
  readonly encoder?: PromptEncoder;
  /** The words that virtual tokens begin with. */
  readonly startText?: string;
  readonly headOnly?: boolean;
  readonly freezeLayers?: number;
  /** Share of old text among the new. */
  readonly replay?: number;
  /** How strongly the numbers are held that matter to old text. */
  readonly ewc?: number;
  /** How the layers of the model are kept while an adapter is trained beside them. */
  readonly weights?: 'q8_0' | 'q4_0';
  /** The data are conversations, of which the answers alone count. */
  readonly answers?: boolean;
}

/** Where a run's first weights came from. */
export interface InitialRun {
  readonly run: string;
  readonly step: number;
  /** SHA-256 of the weights. */
  readonly sha256: string;
}

/** The weights of a run, to begin another one with. */
export interface InitialWeights extends InitialRun {
  readonly weights: ReadonlyMap<string, TensorData>;
}

/** Reads the latest weights of a run as the beginning of another. */
export async function readInitialWeights({ run }: EarlierRun<unknown>): Promise<InitialWeights> {
  return initialWeights(run.folder, run.place?.step ?? 0, await run.weights());
}

/** Weights as the beginning of a run, with their hash. */
export function initialWeights(
  run: string,
  step: number,
  weights: InitialWeights['weights'],
): InitialWeights {
  const hash = createHash('sha256');
  for (const [name, { data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return { run, step, sha256: hash.digest('hex'), weights };
}

/** A run that was begun earlier, checked: its config is ours and its tokenizer the one it was trained with. */
export interface EarlierRun<Model = DecoderConfig> {
  readonly run: SavedRun;
  readonly config: RunConfig<Model>;
  readonly tokenizer: Tokenizer;
}

/** The config of a model that writes. */
export type WriterConfig = DecoderConfig | RecurrentConfig;

/** Reads the run folder of a model that writes, whatever it is made of, without changing it. */
export async function readWriterRun(folder: string): Promise<EarlierRun<WriterConfig>> {
  const earlier = await readAnyRun<WriterConfig>(folder);
  if (isMasked(earlier.config)) throw fail('cli/masked-run', { folder });
  if (isEncoderDecoderConfig(earlier.config.model)) throw fail('cli/pair-run', { folder });
  const { tuning, init } = earlier.config;
  if (tuning && tuning.method !== 'full') throw fail('cli/adapter-run', { folder, base: init?.run ?? '…' });
  return earlier;
}

/** The same of a decoder only. */
export async function readEarlierRun(folder: string): Promise<EarlierRun> {
  return requireDecoderRun(await readWriterRun(folder), folder);
}

/** What `--init` names; or what the run that is there began with, as long as it has no checkpoint of its own. */
export const startFolder = (
  given: string | undefined,
  earlier: EarlierRun<unknown> | undefined,
): string | undefined => given ?? (earlier?.run.place ? undefined : earlier?.config.init?.run);

function requireDecoderRun(earlier: EarlierRun<WriterConfig>, folder: string): EarlierRun {
  const { model } = earlier.config;
  if (isRecurrentConfig(model))
    throw fail('cli/recurrent-run', { where: 'run', path: folder, cell: model.cell });
  return earlier as EarlierRun;
}

/** The training of a decoder or of an adapter in this folder, if there is one. */
export async function findTuningRun(folder: string): Promise<EarlierRun | undefined> {
  if (!(await isRun(folder))) return undefined;
  const earlier = await readAnyRun<WriterConfig>(folder);
  if (isMasked(earlier.config)) throw fail('cli/masked-run', { folder });
  return requireDecoderRun(earlier, folder);
}

/** The same of a recurrent model only. */
export async function readRecurrentRun(folder: string): Promise<EarlierRun<RecurrentConfig>> {
  const earlier = await readWriterRun(folder);
  if (!isRecurrentConfig(earlier.config.model))
    throw fail('cli/recurrent-only', { where: 'run', path: folder });
  return earlier as EarlierRun<RecurrentConfig>;
}

/** Reads the run folder of an encoder without changing it. */
export async function readEncoderRun(folder: string): Promise<EarlierRun<EncoderConfig>> {
  const earlier = await readAnyRun<EncoderConfig>(folder);
  if (!isMasked(earlier.config)) throw fail('cli/decoder-run', { folder });
  return earlier;
}

/** Reads the run folder of an encoder–decoder without changing it. */
export async function readPairRun(folder: string): Promise<EarlierRun<EncoderDecoderConfig>> {
  const earlier = await readAnyRun<EncoderDecoderConfig>(folder);
  if (!isEncoderDecoderConfig(earlier.config.model)) throw fail('cli/pair-only', { folder });
  return earlier;
}

/** Whether the folder is the run of an encoder–decoder. */
export async function isPairRun(folder: string): Promise<boolean> {
  return (await isRun(folder)) && isEncoderDecoderConfig(modelIn(await readRunConfig(folder)));
}

const modelIn = (config: unknown): unknown => (config as Partial<RunConfig> | undefined)?.model;

/** Whether what a run's `config.json` says is of an encoder: one that learned to guess hidden tokens. */
const isMasked = (config: unknown): boolean =>
  (config as Partial<RunConfig> | undefined)?.training?.masked !== undefined;

/** Whether the folder is the run of an encoder. */
export async function isMaskedRun(folder: string): Promise<boolean> {
  return (await isRun(folder)) && isMasked(await readRunConfig(folder));
}

/** Whether the folder is the run of a recurrent model. */
export async function isRecurrentRun(folder: string): Promise<boolean> {
  if (!(await isRun(folder))) return false;
  return isRecurrentConfig(modelIn(await readRunConfig(folder)));
}

/** Reads the run folder of a model with a task head. */
export async function readHeadRun(
  folder: string,
): Promise<EarlierRun<EncoderConfig | DecoderConfig> & { readonly head: HeadSetup }> {
  const earlier = await readRunOfOurs<EncoderConfig | DecoderConfig>(folder);
  const { head } = earlier.config;
  if (!head) throw fail('cli/no-head', { folder });
  return { ...earlier, head };
}

/** The task head that a run's `config.json` tells of. */
const headOf = (config: unknown): HeadSetup | undefined => (config as Partial<RunConfig> | undefined)?.head;

/** What the model of a run is for when it is served; undefined where it can only be asked by a command, or put on another model. */
export function workOfRun(config: unknown): Work | undefined {
  const head = headOf(config);
  if (head) return head.task === 'classify' ? 'classify' : undefined;
  if (isEncoderDecoderConfig(modelIn(config))) return 'translate';
  if (isMasked(config)) return 'fill-mask';
  const method = (config as Partial<RunConfig> | undefined)?.tuning?.method ?? 'full';
  return method === 'full' ? 'write' : undefined;
}

async function readAnyRun<Model>(folder: string): Promise<EarlierRun<Model>> {
  const earlier = await readRunOfOurs<Model>(folder);
  const { head } = earlier.config;
  if (head) throw fail('cli/head-run', { folder, task: head.task });
  return earlier;
}

export async function readRunOfOurs<Model>(folder: string): Promise<EarlierRun<Model>> {
  const run = await readRun(folder);
  const config = run.config as RunConfig<Model>;
  const sections = [config?.model, config?.tokenizer, config?.data, config?.training];
  if (
    config?.version !== 1 ||
    !sections.every((section) => typeof section === 'object' && section !== null)
  ) {
    throw fail('cli/run-config', { folder });
  }
  const tokenizer = run.tokenizer === undefined ? undefined : loadTokenizer(run.tokenizer);
  if (!tokenizer || fingerprint(tokenizer) !== config.tokenizer.fingerprint) {
    throw fail('cli/run-tokenizer', { folder });
  }
  return { run, config, tokenizer };
}

/** The run in this folder, if there is one. */
export async function findEarlierRun(folder: string): Promise<EarlierRun | undefined> {
  return (await isRun(folder)) ? readEarlierRun(folder) : undefined;
}

/** The model of a folder that writes, was trained last and has a checkpoint. */
export async function latestModel(runs: string): Promise<string | undefined> {
  for (const folder of await runsByAge(runs)) {
    const saved = await readRun(folder).catch(() => undefined);
    if (!saved?.place) continue;
    const { config } = saved;
    if (!isMasked(config) && !headOf(config) && !isEncoderDecoderConfig(modelIn(config))) return folder;
  }
  return undefined;
}

/** `runs/` and a readable name of the data; with `suffix` behind it. */
export function defaultFolder(source: string, suffix = ''): string {
  const path = source.startsWith('npm:') ? source.slice('npm:'.length) : resolve(source);
  const name = basename(path)
    .replace(/@[^@]*$/, '')
    .replace(/\.[a-z]+$/i, '');
  return `runs/${name || 'run'}${suffix}`;
}

/** Whether its steps or minutes are used up. */
export function isFinished({ run, config }: EarlierRun<unknown>): boolean {
  const { steps, minutes } = config.training;
  if (!run.place) return false;
  return steps === undefined ? run.place.seconds >= minutes * 60 : run.place.step >= steps;
}

/** A model that writes from the beginning of a document: in training an end-of-text token stood before each. */
export function writerOf(model: LanguageModel, tokenizer: Tokenizer): ReturnType<typeof createTextModel> {
  const { eosId } = tokenizer;
  return createTextModel(model, tokenizer, eosId === undefined ? {} : { prefixIds: [eosId] });
}
