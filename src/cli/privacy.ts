/** A training that keeps its text private: what was asked for, what it comes to with this text, and how its steps are made. */

import { randomInt } from 'node:crypto';
import { type Batch, type ExampleRows, exampleRows, type TokenCorpus } from '../data/index.ts';
import { defineMessages } from '../language.ts';
import {
  epsilonOf,
  noiseFor,
  type Place,
  type PrivacyAccount,
  poissonSamples,
  privateGradients,
  type TrainOptions,
} from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import type { CommandContext, OptionValues } from './command.ts';
import { FEW_DOCUMENTS, hashTexts, type SplitCorpus } from './corpus.ts';
import { fail } from './errors.ts';
import { flagOf, refuseGiven } from './options.ts';
import { privacyOptions } from './privacy-options.ts';
import { BYTES, type Privacy } from './recipe.ts';
import type { RunConfig } from './runs.ts';
import type { Terminal } from './terminal.ts';

const say = defineMessages({
  plan: {
    en: (d: PlanWords) =>
      `private: ε ${d.epsilon} at δ ${d.delta} after ${d.steps} steps, for each of ${d.examples} ${{ document: 'documents', piece: 'pieces of text' }[d.unit]}; noise ${d.noise}, gradients cut to ${d.clip}, about ${d.expected} a step`,
    zh: (d: PlanWords) =>
      `差分隐私：${d.steps} 步后 ε ${d.epsilon}，δ ${d.delta}，保护 ${d.examples} ${{ document: '篇文本', piece: '个片段' }[d.unit]}中的每一个；噪声 ${d.noise}，梯度裁剪到 ${d.clip}，每步约 ${d.expected} 个`,
  },
  pieces: {
    en: () => 'a piece is protected, not a person or a text of many pieces',
    zh: () => '受保护的是单个片段，不是某个人，也不是由许多片段组成的文本',
  },
  tokenizer: {
    en: () =>
      'not covered by ε: the tokenizer, which is learnt from the same text; --vocab-size 257 takes bytes, --tokenizer one made elsewhere',
    zh: () => 'ε 不涵盖分词器：它学自同一文本；--vocab-size 257 只用字节，--tokenizer 可用别处制作的分词器',
  },
  init: {
    en: () => 'not covered by ε: what the model learnt before',
    zh: () => 'ε 不涵盖模型此前学到的内容',
  },
  folder: {
    en: () =>
      'ε is about the weights: give away what inkstone export writes, not the run folder, which holds the seed of the noise and exact losses',
    zh: () => 'ε 只涉及权重：请交出 inkstone export 的结果，而非训练目录，其中有噪声的种子和精确的损失',
  },
});

/** What a private training comes to with its text; kept in the run's config. */
export interface PrivacyPlan {
  readonly unit: 'document' | 'piece';
  /** How many of them there are, which is no secret. */
  readonly examples: number;
  /** The probability of each to be in a step. */
  readonly rate: number;
  readonly noise: number;
  readonly clip: number;
  readonly delta: number;
  readonly steps: number;
  /** After all steps. */
  readonly epsilon: number;
}

interface PlanWords extends Omit<PrivacyPlan, 'epsilon' | 'delta' | 'noise'> {
  readonly epsilon: string;
  readonly delta: string;
  readonly noise: string;
  readonly expected: number;
}

type Given = Pick<CommandContext, 'given'> & { readonly options: OptionValues<typeof privacyOptions> };

/**
 * What was asked for, over what the run that is there was begun with; nothing for a training that is not private. @throws beside what
 * cannot be private.
 */
export function privacyOf({ options, given }: Given, before: Privacy | undefined): Privacy | undefined {
  const names = Object.keys(privacyOptions) as (keyof typeof privacyOptions)[];
  const first = names.find((name) => given.has(name));
  if (first || before) refuseBesidePrivacy(given);
  if (!first) return before;
  if (given.has('private')) {
    refuseGiven(given, ['privateNoise'], {
      command: 'train',
      beside: '--private',
      reason: 'the noise follows from ε, or ε from the noise',
      zhReason: '噪声由 ε 决定，或 ε 由噪声决定',
    });
  } else if (!given.has('privateNoise') && !before) {
    throw fail('cli/needs-option', {
      command: 'train',
      option: flagOf(first),
      needed: '--private|--private-noise',
    });
  }
  const {
    private: epsilon,
    privateNoise: noise,
    privateClip: clip,
    privateDelta: delta,
    privateUnit: unit,
  } = options;
  const target = epsilon !== undefined ? { epsilon } : noise !== undefined ? { noise } : undefined;
  const { epsilon: _, noise: __, ...kept } = before ?? { clip };
  return {
    ...(target ? kept : before!),
    ...target,
    ...(given.has('privateClip') && { clip }),
    ...(delta !== undefined && { delta }),
    ...(unit !== undefined && { unit }),
  } as Privacy;
}

function refuseBesidePrivacy(given: Given['given']): void {
  const beside = { command: 'train', beside: '--private' };
  refuseGiven(given, ['nearDuplicates', 'repeatedLines'], {
    ...beside,
    reason: 'whether a text is kept would depend on other texts',
    zhReason: '一篇文本是否保留会取决于其他文本',
  });
  refuseGiven(given, ['minutes'], {
    ...beside,
    reason: 'ε is spent by steps: give --steps',
    zhReason: 'ε 按步数消耗：请给出 --steps',
  });
  refuseGiven(given, ['teacher'], {
    ...beside,
    reason: 'what the teacher knows of the text is not covered',
    zhReason: '教师对文本的了解不受保护',
  });
}

/** A seed that nobody knows. */
export const secretSeed = (): number => randomInt(2 ** 48 - 1);

/** @throws where a private training would begin with a model that has learnt from the same text. */
export function requireOtherText({ data }: RunConfig<unknown>, run: string, split: SplitCorpus): void {
  if (data.sha256 === hashTexts([...split.train, ...split.heldOut])) throw fail('cli/private-init', { run });
}

/** The examples of a text: its documents, or where there are few, or no token ends one, pieces. */
export function privateExamples(
  { unit }: Privacy,
  tokens: TokenCorpus,
  { eosId, contextLength, seed }: Pick<Tokenizer, 'eosId'> & { contextLength: number; seed: number },
): { readonly unit: PrivacyPlan['unit']; readonly rows: ExampleRows } {
  const isMany = tokens.starts.length > FEW_DOCUMENTS;
  if (unit === 'document' && eosId === undefined) throw fail('cli/private-documents', {});
  const chosen = unit ?? (isMany && eosId !== undefined ? 'document' : 'piece');
  const ends = chosen === 'document' ? { eosId } : {};
  return { unit: chosen, rows: exampleRows({ tokens, contextLength, seed, ...ends }) };
}

export type PrivateExamples = ReturnType<typeof privateExamples>;

/** δ where none is given: it must be far below one in as many as there are examples, or giving one of them away would do. */
export const usualDelta = (examples: number): number => 0.1 / examples;

/** Finds the noise of an ε, or the ε of a noise. */
export function planPrivacy(
  { privacy, batchSize }: { readonly privacy: Privacy; readonly batchSize: number },
  { unit, rows }: PrivateExamples,
  steps: number,
): PrivacyPlan {
  const { clip } = privacy;
  const examples = rows.rowsPerEpoch;
  const rate = Math.min(1, batchSize / examples);
  const delta = privacy.delta ?? usualDelta(examples);
  const noise = privacy.noise ?? noiseFor({ epsilon: privacy.epsilon!, delta, rate, steps });
  const { epsilon } = epsilonOf([{ rate, noise, steps }], delta);
  return { unit, examples, rate, noise, clip, delta, steps, epsilon };
}

/** What a private training has spent after so many steps. */
export const spentBy = ({ rate, noise }: PrivacyPlan, steps: number): PrivacyAccount => [
  { rate, noise, steps },
];

/** Whether what a checkpoint says was spent follows from its steps and their noise. */
export const isAccounted = (plan: PrivacyPlan, place: Place): boolean =>
  JSON.stringify(place.privacy) === JSON.stringify(spentBy(plan, place.step));

/** Its steps: a sample of single examples each, of which no gradient counts for more than another's. */
export function privateSteps<Params>(
  { rate, examples, noise, clip }: PrivacyPlan,
  { rows }: PrivateExamples,
  seed: number,
): Pick<
  TrainOptions<Params, { batch: Batch; index: number }>,
  'batch' | 'draw' | 'gradients' | 'tokensPerBatch' | 'divergenceFactor'
> {
  const expected = rate * examples;
  const sample = poissonSamples({ count: examples, rate, seed });
  return {
    draw: (step) => sample(step).map((example) => step * examples + example),
    batch: (index) => ({ batch: onlyRow(rows, index), index }),
    gradients: privateGradients({ clip, noise, expected, seed }),
    tokensPerBatch: Math.round(expected * rows.meanLength),
    // The loss of an empty sample is 0.
    divergenceFactor: Number.POSITIVE_INFINITY,
  };
}

/** Rows are cut to multiples of this: few sizes of memory are used again and again. */
const LENGTH_STEP = 16;

/** A batch of one row, without the places at its end that do not count. */
function onlyRow(rows: ExampleRows, row: number): Batch {
  const [inputs, targets] = [new Int32Array(rows.contextLength), new Int32Array(rows.contextLength)];
  rows.fill(row, inputs, targets, 0);
  const length = Math.ceil(rows.lengthOf(row) / LENGTH_STEP) * LENGTH_STEP;
  const contextLength = Math.min(rows.contextLength, length);
  return {
    inputs: inputs.subarray(0, contextLength),
    targets: targets.subarray(0, contextLength),
    batchSize: 1,
    contextLength,
  };
}

/** What is private and what is not, before the first step. */
export function tellPrivacy(
  terminal: Terminal,
  plan: PrivacyPlan,
  about: Pick<RunConfig, 'tokenizer' | 'init'>,
): void {
  const { epsilon, delta, noise, rate, examples } = plan;
  const words = { epsilon: epsilon.toFixed(2), delta: delta.toPrecision(2), noise: noise.toFixed(3) };
  terminal.print(say('plan', { ...plan, ...words, expected: Math.round(rate * examples) }));
  const { init, tokenizer } = about;
  const { made } = tokenizer;
  const isLearnt = !init && made !== 'given' && (made === 'characters' || made.vocabSize > BYTES);
  if (plan.unit === 'piece') terminal.print(`  ${say('pieces', {})}`);
  if (isLearnt) terminal.print(`  ${say('tokenizer', {})}`);
  if (init) terminal.print(`  ${say('init', {})}`);
  terminal.print(`  ${say('folder', {})}`);
  terminal.json({
    type: 'privacy',
    ...plan,
    notCovered: [...(isLearnt ? ['tokenizer'] : []), ...(init ? ['init'] : [])],
  });
}
