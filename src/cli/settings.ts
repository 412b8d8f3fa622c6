/** What a training is made by, beside its text: from a preset or an earlier run, with the options given put over it. */

import { decoderConfig, encoderConfig, encoderDecoderConfig, recurrentConfig } from '../models/index.ts';
import { differingKeys, formatCures } from '../train/index.ts';
import { parseAttention } from './attention-spec.ts';
import { fail } from './errors.ts';
import { isRecurrent } from './model-options.ts';
import { flagOf } from './options.ts';
import {
  type EncoderShape,
  encoderPreset,
  type ModelShape,
  type PairShape,
  pairPreset,
  privateRecipe,
  type Recipe,
  type RecurrentShape,
  recurrentPreset,
  type TrainingPreset,
  tuningRecipe,
} from './recipe.ts';
import type { EarlierRun, InitialRun, RunConfig, RunLength } from './runs.ts';
import type { TokenizerOrigin } from './tokenizers.ts';

export interface Settings<Model = ModelShape> {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly tokenizer: TokenizerOrigin;
  readonly seed: number;
  readonly length: RunLength;
  /** The run whose model is at the beginning. */
  readonly init?: InitialRun;
}

/** Options that change a setting, under their names on the command line. */
export interface SettingOptions
  extends Partial<Pick<ModelShape, (typeof MODEL)[number]>>,
    Partial<
      Pick<
        Recipe,
        | 'batchSize'
        | 'lr'
        | 'fim'
        | 'expertBalance'
        | 'labelSmoothing'
        | 'mixTemperature'
        | 'distillation'
        | 'privacy'
      >
    > {
  readonly architecture?: string;
  readonly precision?: string;
  readonly cure?: string;
  readonly attention?: string;
  readonly activeExperts?: number;
  readonly objective?: string;
  readonly masking?: string;
  readonly maskRate?: number;
  readonly wholeWords?: boolean;
  /** A file, or `characters`. */
  readonly tokenizer?: string;
  readonly vocabSize?: number;
  readonly steps?: number;
  readonly minutes?: number;
  readonly seed?: number;
}

const MODEL = [
  'layers', 'width', 'heads', 'contextLength', 'positions', 'block', 'activation', 'norm', 'experts', 'expertsPerToken',
  'window', 'attentionBlock', 'attentionStride', 'linearAttention', 'prefix',
] as const; // biome-ignore format: a list
const RECIPE = [
  'batchSize', 'lr', 'precision', 'fim', 'cure', 'labelSmoothing', 'mixTemperature', 'distillation', 'privacy',
] as const; // biome-ignore format: a list
/** What a model that is there has already. */
const OF_THE_MODEL = [
  ...MODEL, 'architecture', 'attention', 'activeExperts', 'tokenizer', 'vocabSize',
] as const; // biome-ignore format: a list

/** The options that the user gave; defaults are left out. */
export function onlyGiven<Options extends object>(
  options: Options,
  given: ReadonlySet<string>,
): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => given.has(name))) as Partial<Options>;
}

/** The settings of a preset with options over them; `length` where neither says one. */
export function presetSettings(
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Fallback,
): Settings {
  // Every field of the shape is filled, so that settings can be compared.
  return settingsOf(preset, options, fallback, (model) => decoderConfig({ ...model, vocabSize: 1 }));
}

/** The same for an encoder, of the sizes that the preset has. */
export function encoderSettings(
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Fallback,
): Settings<EncoderShape> {
  return settingsOf(encoderPreset(preset), options, fallback, (model) =>
    encoderConfig({ ...model, vocabSize: 1 }),
  );
}

/** The same for a recurrent model. */
export function recurrentSettings(
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Fallback,
): Settings<RecurrentShape> {
  const { architecture } = options;
  const made = recurrentPreset(preset, isRecurrent(architecture) ? architecture : 'lstm');
  return settingsOf(made, options, fallback, (model) => recurrentConfig({ ...model, vocabSize: 1 }));
}

/** The same for an encoder–decoder. */
export function pairSettings(
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Fallback,
): Settings<PairShape> {
  return settingsOf(pairPreset(preset), options, fallback, (model) =>
    encoderDecoderConfig({ ...model, vocabSize: 1, startId: 0 }),
  );
}

/** What of a run's config another training takes over. */
export type RunMaker<Model> = Pick<RunConfig<Model>, 'model' | 'tokenizer' | 'training'>;

interface Fallback {
  readonly seed: number;
  readonly length: RunLength;
}

function settingsOf<Model extends object>(
  { model, recipe, tokenizer, steps }: TrainingPreset<Model>,
  options: SettingOptions,
  fallback: Fallback,
  complete: (model: Model) => Model & { readonly vocabSize: number },
): Settings<Omit<Model, 'vocabSize'>> {
  const length = steps === undefined ? fallback.length : { steps };
  const settings = withOptions({ model, recipe, tokenizer, seed: fallback.seed, length }, options);
  return { ...settings, model: withoutVocabulary(complete(settings.model)) };
}

/** The settings for going on with the model of a run in a new one: its shape and recipe, at lower rates. */
export function tuningSettings<Model extends object>(
  { config }: { readonly config: RunMaker<Model> },
  init: InitialRun,
  options: SettingOptions,
  fallback: Fallback,
): Settings<Omit<Model, 'vocabSize'>> {
  const given = OF_THE_MODEL.find((name) => options[name] !== undefined);
  if (given) {
    const reason = { reason: 'the model is there already', zhReason: '模型已经存在' };
    throw fail('cli/conflict', { command: 'train', options: ['--init', flagOf(given)], ...reason });
  }
  const model = withoutVocabulary(config.model);
  const { seed: __, steps: ___, minutes: ____, ...recipe } = config.training;
  const {
    cure: _____,
    distillation: ______,
    privacy: _______,
    mixTemperature: ________,
    fim: _________,
    ...plain
  } = tuningRecipe(recipe);
  const ownRecipe = options.privacy ? privateRecipe(plain) : plain;
  return withOptions(
    { model, recipe: ownRecipe, tokenizer: config.tokenizer.made, ...fallback, init },
    options,
  );
}

/** The settings of a run that is there. @throws unless every option given is the one it was made with. */
export function earlierSettings<Model extends object>(
  earlier: EarlierRun<Model>,
  options: SettingOptions,
  start?: InitialRun,
): Settings<Omit<Model, 'vocabSize'>> {
  const { model, training, tokenizer } = earlier.config;
  const { seed, steps, minutes, ...recipe } = training;
  const shape = withoutVocabulary(model);
  const length = steps === undefined ? { minutes } : { steps };
  const { init } = earlier.config;
  const settings = { model: shape, recipe, tokenizer: tokenizer.made, seed, length, ...(init && { init }) };
  requireSame(earlier, settings, { ...withOptions(settings, options), ...(start && { init: start }) });
  return settings;
}

/** The settings of a preset, which must be those of the run that is there. */
export function requireEarlier<Model extends object, Wanted extends object>(
  earlier: EarlierRun<Model>,
  wanted: Settings<Wanted>,
): Settings<Wanted> {
  requireSame(earlier, earlierSettings(earlier, {}), wanted);
  return wanted;
}

/** The shape of a model without what its tokenizer decides. */
function withoutVocabulary<Model extends object>(model: Model): Omit<Model, 'vocabSize'> {
  const { vocabSize: _, startId: __, ...shape } = model as Model & { vocabSize: number; startId?: number };
  return shape as unknown as Omit<Model, 'vocabSize'>;
}

function requireSame(
  { run }: Pick<EarlierRun, 'run'>,
  before: Settings<object>,
  wanted: Settings<object>,
): void {
  const flat = ({ model, recipe, length, ...rest }: Settings<object>) => ({
    ...rest,
    ...length,
    ...model,
    ...recipe,
  });
  const differing = differingKeys(flat(before), flat(wanted));
  if (differing.length) throw fail('cli/other-run', { folder: run.folder, differing });
}

function withOptions<Model extends object>(base: Settings<Model>, options: SettingOptions): Settings<Model> {
  const { tokenizer, vocabSize, steps, minutes, seed } = options;
  if (steps !== undefined && minutes !== undefined) {
    const reason = {
      reason: 'a run ends after steps or after minutes',
      zhReason: '训练以步数或以时间为终点',
    };
    throw fail('cli/conflict', { command: 'train', options: ['--steps', '--minutes'], ...reason });
  }
  if (tokenizer !== undefined && vocabSize !== undefined) {
    const reason = { reason: 'the tokenizer has its own size', zhReason: '分词器自有词表大小' };
    throw fail('cli/conflict', { command: 'train', options: ['--tokenizer', '--vocab-size'], ...reason });
  }
  const cure = options.cure === undefined ? undefined : formatCures(options.cure);
  const values = {
    ...options,
    cure,
    ...(options.attention !== undefined && parseAttention(options.attention)),
    expertsPerToken: options.activeExperts,
    prefix: prefixOf(base.model, options),
  };
  const pick = <T extends object>(names: readonly (keyof SettingOptions)[], object: T): T => ({
    ...object,
    ...Object.fromEntries(
      names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
    ),
  });
  const model = { ...pick(MODEL, base.model), ...cellOf(base.model, options) };
  return {
    model,
    recipe: {
      ...pick(RECIPE, base.recipe),
      ...maskingOf(base.recipe, options),
      ...balanceOf(model, base.recipe, options),
    },
    ...(base.init && { init: base.init }),
    tokenizer: originOf(tokenizer, vocabSize) ?? base.tokenizer,
    seed: seed ?? base.seed,
    length: steps !== undefined ? { steps } : minutes !== undefined ? { minutes } : base.length,
  };
}

/** Whether a beginning is read in both directions, where that is said and another than it was. */
const prefixOf = (model: object, { objective }: SettingOptions): boolean | undefined =>
  objective === undefined || (objective === 'prefix') === 'prefix' in model
    ? undefined
    : objective === 'prefix';

/** The cell that was asked for, of a model that has cells. */
const cellOf = (model: object, { architecture }: SettingOptions): { cell?: string } =>
  'cell' in model && architecture !== undefined ? { cell: architecture } : {};

/** As Switch Transformers were trained. */
const BALANCE = 0.01;

function balanceOf(
  model: object,
  { expertBalance: before }: Recipe,
  { expertBalance, activeExperts, cure, distillation }: SettingOptions,
): Pick<Recipe, 'expertBalance'> {
  if ('experts' in model) {
    const other = cure !== undefined ? '--cure' : distillation && '--teacher';
    if (other) {
      const reason = { reason: 'it has a loss without their balance', zhReason: '它的损失不含专家的均衡' };
      throw fail('cli/conflict', { command: 'train', options: ['--experts', other], ...reason });
    }
    return { expertBalance: expertBalance ?? before ?? BALANCE };
  }
  if (expertBalance === undefined && activeExperts === undefined) return {};
  const option = flagOf(activeExperts === undefined ? 'expertBalance' : 'activeExperts');
  throw fail('cli/needs-option', { command: 'train', option, needed: '--experts' });
}

/** Fixed masks of each row, as BERT was trained with. */
const STATIC_COPIES = 10;

function maskingOf(
  { masked }: Recipe,
  { masking, maskRate, wholeWords }: SettingOptions,
): Pick<Recipe, 'masked'> {
  if (!masked) return {};
  const { rate, copies } = masked;
  return {
    masked: {
      rate: maskRate ?? rate,
      copies: masking === undefined ? copies : masking === 'static' ? STATIC_COPIES : 0,
      wholeWords: wholeWords ?? masked.wholeWords,
    },
  };
}

function originOf(tokenizer: string | undefined, vocabSize: number | undefined): TokenizerOrigin | undefined {
  if (tokenizer !== undefined) return tokenizer === 'characters' ? 'characters' : 'given';
  return vocabSize === undefined ? undefined : { vocabSize };
}
