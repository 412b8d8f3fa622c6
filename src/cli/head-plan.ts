/** What a training of a task head is made of: examples on two sides, the model, how it learns. */

import { type HeadConfig, type HeadExample, type HeadTask, loraDefaults } from '../adapt/index.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import { type HeadBase, readHeadBase } from './head-base.ts';
import { knownOf, readHeadExamples, saidOf, splitExamples } from './head-data.ts';
import type { HeadTrainingOptions } from './head-training.ts';
import { foreignRecipe, type Recipe, tuningRecipe } from './recipe.ts';
import type { RunLength } from './runs.ts';
import type { tuneOptions } from './tune-options.ts';

export type HeadContext = CommandContext<typeof tuneOptions>;

/** Everything about a head that is to be trained. */
export interface HeadPlan {
  readonly base: HeadBase;
  readonly config: HeadConfig;
  readonly maxTokens: number;
  readonly train: readonly HeadExample[];
  readonly test: readonly HeadExample[];
  readonly recipe: Recipe;
  readonly tuning: HeadTrainingOptions['tuning'];
}

/** Share of the head's inputs that a step leaves out, as BERT has it. */
const HEAD_DROPOUT = 0.1;
/** Tokens of a row at most, as BERT's scripts have them. */
const ROW_TOKENS = { span: 384, other: 128 };

/** Reads the examples and the model, and chooses what is not said. */
export async function planHead(context: HeadContext, path: string): Promise<HeadPlan> {
  const { options, signal } = context;
  const task = options.task as HeadTask;
  const data = options.data!;
  const reading = { ...options, isLabelled: true, signal };
  const examples = await readHeadExamples(task, data, reading);
  const { train, test } =
    options.test === undefined
      ? splitExamples(examples, options)
      : { train: examples, test: await readHeadExamples(task, options.test, reading) };
  const known = knownOf(task, train, data);
  if (test.length === 0) throw fail('cli/head-unlabelled', { where: options.test ?? data });
  const { labels } = known;
  if (labels && !test.some((example) => saidOf(example).some((label) => labels.includes(label)))) {
    const rule = 'examples with a label that is learned';
    const zhRule = '含有所学标签的样例';
    const [option, got] =
      options.test === undefined ? ['--held-out', String(options.heldOut)] : ['--test', options.test];
    throw fail('cli/value', { command: 'tune head', option, rule, zhRule, got });
  }
  const base = await readHeadBase(path);
  const { contextLength, width } = base.body.config;
  const wanted = options.maxLength ?? (task === 'span' ? ROW_TOKENS.span : ROW_TOKENS.other);
  const { rank, alpha, headOnly } = options;
  const targets = options.targets?.split(',').map((name) => name.trim());
  const isAdapted = rank !== undefined || alpha !== undefined || targets !== undefined;
  const pooling = options.pooling ?? base.pooling;
  return {
    base,
    config: { task, width, pooling, dropout: HEAD_DROPOUT, ...known },
    maxTokens: Math.min(wanted, contextLength),
    train,
    test,
    recipe: recipeOf(options, base, isAdapted),
    tuning: {
      ...(headOnly && { headOnly }),
      ...(isAdapted && {
        lora: { rank: rank ?? loraDefaults.rank, ...(alpha && { alpha }), ...(targets && { targets }) },
      }),
    },
  };
}

/** Peak rates of the model under the head; BERT's paper has 2e-5 to 5e-5 for models much larger than those trained here. */
const RATES = { own: 3e-4, foreign: 5e-5 };
const BATCH_SIZE = 16;

function recipeOf(options: HeadContext['options'], { isOwn }: HeadBase, isAdapted: boolean): Recipe {
  const { lr, batchSize, precision } = options;
  // What an adapter adds begins at nothing and is small.
  const usual = isOwn || isAdapted ? RATES.own : RATES.foreign;
  return {
    ...tuningRecipe(foreignRecipe),
    beta2: 0.999,
    weightDecay: 0.01,
    warmupSteps: 10,
    batchSize: batchSize ?? BATCH_SIZE,
    lr: lr ?? usual,
    precision: (precision ?? 'f32') as Recipe['precision'],
  };
}

const EPOCHS = 3;
/** Fewer updates than these are no training: few examples are seen more often. */
const LEAST_STEPS = 100;

/** How long a training on so many examples is. */
export function lengthOf(
  { steps, minutes, epochs }: HeadContext['options'],
  examples: number,
  batchSize: number,
): RunLength {
  if (steps !== undefined) return { steps };
  if (minutes !== undefined) return { minutes };
  const perEpoch = Math.ceil(examples / batchSize);
  return { steps: epochs === undefined ? Math.max(LEAST_STEPS, EPOCHS * perEpoch) : epochs * perEpoch };
}
