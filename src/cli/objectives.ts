/** What a search can measure: a classifier by cross-validation, a language model by its loss on held-out text. */

import { crossValidate, type MethodName, readLabelledTexts } from '../classify/index.ts';
import { nearest } from '../errors.ts';
import {
  type Dimension,
  type Measurement,
  parseSpace,
  type SearchSpace,
  type Settings as Trying,
} from '../eval/index.ts';
import { methodOptions } from './classify-options.ts';
import { methodSettings } from './classifying.ts';
import type { CommandContext, OptionRow, OptionTable } from './command.ts';
import { hashTexts } from './corpus.ts';
import { fail } from './errors.ts';
import { openModelTrials, orFailure, trialLength } from './model-trials.ts';
import { checkValue, type RawValue, refuseGiven } from './options.ts';
import { onlyGiven } from './settings.ts';
import { trainOptions } from './train-options.ts';
import type { SearchTask } from './trials.ts';
import { LANGUAGE_MODEL, type tuneOptions } from './tune-options.ts';

export interface Objective {
  readonly goal: 'max' | 'min';
  readonly space: SearchSpace;
  /** Everything that scores depend on beside the settings. */
  readonly task: SearchTask;
  /** The command that takes the settings, and those that are always the same. */
  readonly command: 'classify' | 'train';
  readonly fixed: { readonly [name: string]: string | number | boolean };
  /** @param folder where the trial may keep what it needs to go on @param onProgress told the share of the trial that is done */
  measure(settings: Trying, folder: string, onProgress: (share: number) => void): Promise<Measurement>;
}

type Context = CommandContext<typeof tuneOptions>;

/** What is usually worth trying. */
const usualSpaces: { readonly [Method in MethodName | typeof LANGUAGE_MODEL]: string } = {
  'naive-bayes': 'smoothing=log:0.01:10; ngrams=int:1:3; maxFeatures=log-int:1000:200000',
  'complement-bayes': 'smoothing=log:0.01:10; ngrams=int:1:3; maxFeatures=log-int:1000:200000',
  perceptron: 'epochs=log-int:2:50; ngrams=int:1:3; maxFeatures=log-int:1000:200000',
  svm: 'c=log:0.01:100; ngrams=int:1:3; maxFeatures=log-int:1000:200000; loss=hinge,squared-hinge',
  mlp: 'lr=log:3e-4:3e-2; dropout=float:0:0.8; epochs=log-int:2:16; hidden=log-int:16:256',
  cnn: 'lr=log:3e-4:1e-2; dropout=float:0:0.8; epochs=log-int:2:12; filters=log-int:16:128; embedding=log-int:32:128',
  'language-model': 'lr=log:3e-4:3e-2; batchSize=log-int:4:32',
};

const { layers, width, heads, contextLength, batchSize, lr, cure, positions, norm, activation, block } =
  trainOptions;
const shapeOptions = { layers, width, heads, contextLength, positions, norm, activation, block };
const trainable = { batchSize, lr, cure, ...shapeOptions } satisfies OptionTable;

/** Reads the data; the objective that the options ask for. */
export function openObjective(context: Context): Promise<Objective> {
  return context.options.method === LANGUAGE_MODEL ? modelObjective(context) : classifierObjective(context);
}

/** The space, each of whose values is one that the option of its name takes. */
function spaceOf({ options }: Context, known: OptionTable): SearchSpace {
  const usual = usualSpaces[options.method as keyof typeof usualSpaces];
  const space = parseSpace(options.space ?? usual);
  for (const [name, dimension] of Object.entries(space)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      throw fail('cli/search-setting', { name, known: names, near: nearest(name, names) });
    }
    checkDimension(name, dimension, known[name]);
  }
  return space;
}

function checkDimension(name: string, dimension: Dimension, row: OptionRow): void {
  const check = (value: RawValue) => checkValue('tune search', `--space ${name}`, row, value);
  if (dimension.type === 'choice') {
    for (const value of dimension.values) check(value);
    return;
  }
  for (const end of [dimension.low, dimension.high]) check(end);
  // A rule of whole numbers is broken between the ends, not at them.
  if (!dimension.type.endsWith('int')) check((dimension.low + 2 * dimension.high) / 3 + 1e-9);
}

async function classifierObjective(context: Context): Promise<Objective> {
  const { options, signal } = context;
  refuse(context, ['steps', 'minutes', 'preset'], `--method ${options.method}`);
  const { data, folds, seed, score } = options;
  const method = options.method as MethodName;
  const reading = new Set(READING.filter((name) => context.given.has(name)));
  const space = spaceOf(context, methodOptions);
  const texts = await readLabelledTexts(data!, { ...options, signal });
  const hash = hashTexts(texts.map(({ text, label }) => ({ text: `${label}\0${text}` })));
  const counted = score === 'accuracy' ? 'accuracy' : 'macroF1';
  return {
    goal: 'max',
    space,
    task: { method, data: { source: data, sha256: hash }, folds, score, seed },
    command: 'classify',
    fixed: { method, seed, ...onlyGiven(options, reading) },
    async measure(settings, _, onProgress) {
      const found = await orFailure(
        ['classify/diverged'],
        crossValidate(method, texts, { ...methodSettings(settings), folds, seed, signal, onProgress }),
      );
      if ('failed' in found) return found;
      return { score: found.mean[counted], deviation: found.deviation[counted] };
    },
  };
}

/** How the data is read. */
const READING = ['textColumn', 'labelColumn', 'header'] as const;

async function modelObjective(context: Context): Promise<Objective> {
  const { options } = context;
  refuse(context, ['folds', 'score', 'labelColumn', 'header'], `--method ${LANGUAGE_MODEL}`);
  const { data, seed, preset, textColumn } = options;
  const length = trialLength('tune search', options);
  const space = spaceOf(context, trainable);
  const { sha256, measure } = await openModelTrials(context, { data: data!, preset, seed, length });
  return {
    goal: 'min',
    space,
    task: { method: LANGUAGE_MODEL, data: { source: data, sha256 }, preset, ...length, seed },
    command: 'train',
    fixed: { preset, ...length, seed, ...(textColumn !== undefined && { textColumn }) },
    measure,
  };
}

/** An option that would have no effect is refused. */
function refuse({ given }: Context, names: readonly string[], method: string): void {
  const reason = { reason: 'it is not for this method', zhReason: '它不用于此方法' };
  refuseGiven(given, names, { command: 'tune search', beside: method, ...reason });
}
