/** Models that can be opened: a run, a folder as Hugging Face's library has it, a GGUF file; each with its tokenizer. */

import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { createTextModel } from '../decode/index.ts';
import { InkstoneError } from '../errors.ts';
import type { SkippedCheckpoint } from '../io/index.ts';
import {
  type ActivationType,
  createEndlessModel,
  createLanguageModel,
  createRecurrentModel,
  type DecoderConfig,
  type DecoderLanguageModel,
  type DecoderParams,
  decoderConfig,
  type EndlessLanguageModel,
  type Extension,
  extended,
  type GgufMetadata,
  isDecoderFolder,
  isRecurrentConfig,
  memoryTokensIn,
  openDecoder,
  openGgufModel,
  openRwkv,
  paramsFromFile,
  pastFor,
  type RecurrentConfig,
  type RecurrentLanguageModel,
  type RecurrentParams,
  recurrentConfig,
  recurrentFromFile,
  type WeightType,
} from '../models/index.ts';
import { isBlocks } from '../tensor/index.ts';
import {
  type ChatTemplateSource,
  fromGgufVocabulary,
  type GgufVocabulary,
  loadTokenizer,
  readChatTemplate,
  type SavableTokenizer,
  type TokenizerFile,
} from '../text/index.ts';
import { isRun } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { type AdapterFolders, adapterBase, readAdapters } from './adapters.ts';
import { readTextFile } from './corpus.ts';
import { fail } from './errors.ts';
import type { Lengthening } from './lengthening.ts';
import { type EarlierRun, readWriterRun, type WriterConfig } from './runs.ts';

/** A model where it lies: what tells about it, and its weights when they are wanted. */
export type StoredModel = StoredDecoder | StoredRecurrent;

export interface StoredDecoder extends Stored {
  readonly kind: 'decoder';
  readonly config: DecoderConfig;
  params(): Promise<DecoderParams>;
}

export interface StoredRecurrent extends Stored {
  readonly kind: 'recurrent';
  readonly config: RecurrentConfig;
  params(): Promise<RecurrentParams>;
}

interface Stored {
  readonly path: string;
  readonly tokenizer: Tokenizer;
  /** What stands before every text: in training an end-of-text token did. */
  readonly prefixIds: readonly number[];
  readonly chatTemplate?: ChatTemplateSource;
  /** What it was trained by, where that was here. */
  readonly run?: EarlierRun<WriterConfig>;
}

/** Opens a run folder, a model folder or a GGUF file. Nothing but headers is read. */
export async function openModel(path: string): Promise<StoredModel> {
  if (isGgufPath(path)) return openGgufFile(path);
  if (await isDecoderFolder(path)) return openFolder(path);
  // A file that is no model is told what learns from it.
  const isFile = (await stat(path).catch(() => undefined))?.isFile();
  if (!isFile && !(await isRun(path))) throw fail('cli/no-model', { path });
  return openRunModel(path);
}

export const isGgufPath = (path: string): boolean => extname(path).toLowerCase() === '.gguf';

/** Where a file about a model lies: in its folder, or beside its file under the model's name. */
export const fileOfModel = (path: string, name: string): string =>
  isGgufPath(path) ? `${modelName(path)}.${name}` : join(path, name);

/** What a model is called: its folder, or its file without `.gguf`. */
export const modelName = (base: string): string => base.replace(/\.gguf$/i, '');

async function openRunModel(path: string): Promise<StoredModel> {
  const run = await readWriterRun(path);
  const { model } = run.config;
  const { tokenizer } = run;
  const chatTemplate = await readFolderTemplate(path);
  const stored = {
    path,
    tokenizer,
    prefixIds: tokenizer.eosId === undefined ? [] : [tokenizer.eosId],
    ...(chatTemplate && { chatTemplate }),
    run,
  };
  if (isRecurrentConfig(model)) {
    const config = recurrentConfig(model);
    const params = async () => recurrentFromFile(config, await run.run.weights());
    return { ...stored, kind: 'recurrent', config, params };
  }
  const config = decoderConfig(model);
  const params = async () => paramsFromFile(config, await run.run.weights());
  return { ...stored, kind: 'decoder', config, params };
}

const TOKENIZER = 'tokenizer.json';

async function openFolder(path: string): Promise<StoredModel> {
  const recurrent = await openRwkv(path);
  const decoder = recurrent ? undefined : await openDecoder(path);
  const tokenizer = await readFolderTokenizer(path);
  const chatTemplate = await readFolderTemplate(path);
  const stored = {
    path,
    tokenizer,
    prefixIds: leadingIds(tokenizer.toJSON()),
    ...(chatTemplate && { chatTemplate }),
  };
  return recurrent
    ? { ...stored, kind: 'recurrent', ...recurrent }
    : { ...stored, kind: 'decoder', ...decoder! };
}

async function readFolderTokenizer(folder: string): Promise<SavableTokenizer> {
  return loadTokenizer(await readTextFile(join(folder, TOKENIZER)));
}

/** The special tokens that the file's post-processor puts before a text. */
function leadingIds({ post_processor: root, added_tokens: added }: TokenizerFile): number[] {
  type Step = { readonly SpecialToken?: { readonly id?: unknown } };
  type Processor = { readonly single?: unknown; readonly processors?: unknown };
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const of = (processor: Processor | null | undefined): Step[] => [
    ...list(processor?.single).map((step) => step as Step),
    ...list(processor?.processors).flatMap((inner) => of(inner as Processor)),
  ];
  const steps = of(root as Processor | null);
  const leading = steps.slice(
    0,
    Math.max(
      0,
      steps.findIndex((step) => !step?.SpecialToken),
    ),
  );
  return leading.flatMap((step) => added.find(({ content }) => content === step.SpecialToken?.id)?.id ?? []);
}

async function openGgufFile(path: string): Promise<StoredModel> {
  const { config, metadata, params } = await openGgufModel(path);
  const tokenizer = await ggufTokenizer(path, metadata);
  const number = (key: string): number | undefined => {
    const value = metadata.get(`tokenizer.ggml.${key}`)?.value;
    return typeof value === 'number' ? value : undefined;
  };
  const bosId = number('bos_token_id');
  const addsBos = metadata.get('tokenizer.ggml.add_bos_token')?.value ?? addsBosUnsaid(metadata);
  const template = metadata.get('tokenizer.chat_template')?.value;
  const spell = (id: number | undefined) =>
    id !== undefined && id < tokenizer.vocabSize ? tokenizer.decode([id], { keepSpecial: true }) : '';
  const tokens = { bos_token: spell(bosId), eos_token: spell(number('eos_token_id')) };
  return {
    kind: 'decoder',
    path,
    config,
    tokenizer,
    prefixIds: addsBos === true && bosId !== undefined && bosId < tokenizer.vocabSize ? [bosId] : [],
    ...(typeof template === 'string' && { chatTemplate: { template, tokens } }),
    params,
  };
}

/** Whether a vocabulary begins a text with a token of its own where the file does not say. */
const addsBosUnsaid = (metadata: GgufMetadata): boolean =>
  metadata.get('tokenizer.ggml.pre')?.value === 'llama-bpe' ||
  metadata.get('tokenizer.ggml.model')?.value === 'llama';

/** The tokenizer in the file, or, of a kind that is not read from there, the `tokenizer.json` beside it. */
async function ggufTokenizer(path: string, metadata: GgufMetadata): Promise<SavableTokenizer> {
  const value = (key: string): unknown => metadata.get(`tokenizer.ggml.${key}`)?.value;
  const texts = (key: string): readonly string[] => {
    const entry = metadata.get(`tokenizer.ggml.${key}`);
    return entry?.type === 'array' && entry.of === 'string' ? entry.value : [];
  };
  const kinds = value('token_type');
  const scores = value('scores');
  const addSpacePrefix = value('add_space_prefix');
  const eosId = value('eos_token_id');
  const unknownId = value('unknown_token_id');
  try {
    return fromGgufVocabulary({
      model: value('model') as GgufVocabulary['model'],
      pre: value('pre') as string | undefined,
      tokens: texts('tokens'),
      kinds: kinds instanceof Int32Array ? Array.from(kinds) : [],
      merges: texts('merges'),
      ...(scores instanceof Float32Array && { scores }),
      ...(typeof addSpacePrefix === 'boolean' && { addSpacePrefix }),
      ...(typeof unknownId === 'number' && { unknownId }),
      ...(typeof eosId === 'number' && { eosId }),
    });
  } catch (error) {
    if (!(error instanceof InkstoneError) || error.code !== 'text/gguf') throw error;
    const folder = dirname(path);
    const isThere = await stat(join(folder, TOKENIZER)).catch(() => undefined);
    if (!isThere) throw error;
    return readFolderTokenizer(folder);
  }
}

/** The chat template that a folder brings, as models from elsewhere do: `tokenizer_config.json`, `chat_template.jinja`. */
async function readFolderTemplate(folder: string): Promise<ChatTemplateSource | undefined> {
  const read = (name: string) =>
    readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  const config = await read('tokenizer_config.json');
  const template = await read('chat_template.jinja');
  if (config === undefined && template === undefined) return undefined;
  return readChatTemplate(config ?? '{}', template);
}

export type OpenedModel = StoredModel & {
  readonly model: DecoderLanguageModel | RecurrentLanguageModel | EndlessLanguageModel;
  readonly writer: ReturnType<typeof createTextModel>;
  /** Damaged checkpoints that were passed over. */
  readonly skipped: readonly SkippedCheckpoint[];
};

export interface LoadModelOptions {
  /** What its sequences take at most together. */
  readonly memoryBytes?: number;
  /** How matrices and the past are kept. Default `f32`. */
  readonly weights?: WeightType;
  /** What weights in blocks multiply. Default `float`. */
  readonly activations?: ActivationType;
  /** Adapters that sequences can be read with, by name; they stay beside the weights. */
  readonly adapters?: AdapterFolders;
  /** How it reads beyond what it was trained on. */
  readonly lengthening?: Lengthening;
}

/** Opens a model and loads its weights: of a run, those of the latest checkpoint. */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<OpenedModel> {
  const { extend } = options.lengthening ?? {};
  const opened = await openModel(path);
  const stored = extend ? extendedModel(requireDecoder('--extend', opened), extend) : opened;
  const { tokenizer, prefixIds, run } = stored;
  const model = await readWith(stored, options, opened);
  const writer = createTextModel(model, tokenizer, { prefixIds });
  return { ...stored, model, writer, skipped: run?.run.skipped ?? [] };
}

/** @throws where activations are to be rounded and weights are not in blocks. */
export function checkActivations(command: string, { weights, activations }: LoadModelOptions): void {
  if (activations !== 'int8' || (weights && isBlocks(weights))) return;
  throw fail('cli/needs-option', {
    command,
    option: '--activations int8',
    needed: '--weights q8_0|--weights q4_0',
  });
}

/** `lying`: the model as it lies, by whose config the layers of adapters are named. */
async function readWith(
  stored: StoredModel,
  options: LoadModelOptions,
  lying: StoredModel,
): Promise<OpenedModel['model']> {
  const { memoryBytes = Number.POSITIVE_INFINITY, weights, activations, adapters: folders = {} } = options;
  const { endless } = options.lengthening ?? {};
  if (endless) {
    const { params, config } = requireDecoder('--endless', stored);
    const { sinks, window = config.contextLength - sinks } = endless;
    return createEndlessModel(await params(), config, { sinks, window, weights, activations });
  }
  // What a recurrent model keeps of a text grows with the logarithm of its length; it has no budget.
  const isAdapted = Object.keys(folders).length > 0;
  if (stored.kind === 'recurrent' && !isAdapted && !(weights && isBlocks(weights)))
    return createRecurrentModel(await stored.params(), stored.config, { weights });
  const decoder = requireDecoder(isAdapted ? 'adapter' : `--weights ${weights}`, stored);
  const { config } = decoder;
  const memoryTokens = Number.isFinite(memoryBytes)
    ? memoryTokensIn(memoryBytes, config, pastFor(weights))
    : undefined;
  const params = await decoder.params();
  const read = isAdapted
    ? await readAdapters(folders, adapterBase(stored.path, requireDecoder('adapter', lying).config, params))
    : {};
  return createLanguageModel(params, config, { memoryTokens, weights, activations, ...read });
}

/** The same weights with another context. */
export const extendedModel = (stored: StoredDecoder, extension: Extension): StoredDecoder => ({
  ...stored,
  config: extended(stored.config, extension),
});

/** A model that must be a Transformer. */
export function requireDecoder(where: string, stored: StoredModel): StoredDecoder {
  if (stored.kind === 'decoder') return stored;
  throw fail('cli/recurrent-run', { where, path: stored.path, cell: stored.config.cell });
}
