/** The strategies that have a name: what follows the name, what they do, how they are made. */

import type { Language } from '../language.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import {
  type BeamSearchOptions,
  beamSampling,
  beamSearch,
  type DiverseBeamSearchOptions,
  diverseBeamSearch,
} from './beam-search.ts';
import { classifierFreeGuidance, type GuidanceOptions } from './classifier-free-guidance.ts';
import { type ContrastiveDecodingOptions, contrastiveDecoding } from './contrastive-decoding.ts';
import { type ContrastiveSearchOptions, contrastiveSearch } from './contrastive-search.ts';
import { fail } from './errors.ts';
import { type LookBackSearchOptions, lookBackSearch } from './look-back-search.ts';
import { collectProcessors, PROCESSOR_ORDER, type ProcessorOptions } from './processor-table.ts';
import { greedySearch, sampling } from './sampling.ts';
import {
  type PromptLookupOptions,
  promptLookup,
  type SpeculativeOptions,
  speculative,
} from './speculative.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy may be given besides what its text says. */
export interface StrategySpecOptions extends ProcessorOptions {
  /** The model that proposes in `speculative`. */
  readonly draft?: LanguageModel;
  /** The model that `contrastive-decoding` goes away from. */
  readonly amateur?: LanguageModel;
  /** The negative prompt of `guidance`. */
  readonly negativeIds?: readonly number[];
  /** Turns what is written as text, such as the breakers of `dry`, into ids. */
  readonly tokenizer?: Tokenizer;
}

/** A positional argument: `0.9` of `top-p:0.9`. */
export interface StrategyArgument {
  readonly name: string;
  /** What must hold, in words. */
  readonly rule: string;
  readonly holds: (value: number) => boolean;
  readonly byDefault: number;
}

export interface StrategyRow {
  /** Each sets the option of its name, unless `option` is there. */
  readonly args: readonly StrategyArgument[];
  /** The one option that the arguments spell together, with colons. */
  readonly option?: keyof ProcessorOptions;
  /** Options of its own that may follow as `,name=value`, besides those of the processors. */
  readonly settings: readonly string[];
  /** The second model without which it cannot be. */
  readonly needs?: 'draft' | 'amateur';
  readonly doc: Readonly<Record<Language, string>>;
  readonly build: (options: StrategySpecOptions) => Strategy;
}

type AllOptions = StrategySpecOptions &
  Omit<ContrastiveSearchOptions, 'alpha'> &
  DiverseBeamSearchOptions &
  Omit<LookBackSearchOptions, 'alpha'> &
  GuidanceOptions &
  PromptLookupOptions &
  Omit<ContrastiveDecodingOptions, 'strategy'>;

/** A row with words and a factory; the rest as given. */
function row(
  args: readonly StrategyArgument[],
  en: string,
  zh: string,
  build: (options: AllOptions) => Strategy,
  more: Partial<Pick<StrategyRow, 'option' | 'settings' | 'needs'>> = {},
): StrategyRow {
  return { args, doc: { en, zh }, settings: [], build, ...more };
}

const number = (
  name: string,
  rule: string,
  holds: (value: number) => boolean,
  byDefault: number,
): StrategyArgument => ({ name, rule, holds: (value) => Number.isFinite(value) && holds(value), byDefault });

const integer = (name: string, least: number, byDefault: number): StrategyArgument =>
  number(name, `an integer ≥ ${least}`, (n) => Number.isSafeInteger(n) && n >= least, byDefault);

const share = (name: string, byDefault: number): StrategyArgument =>
  number(name, 'in (0, 1]', (value) => value > 0 && value <= 1, byDefault);

const weight = (name: string, byDefault: number): StrategyArgument =>
  number(name, 'in [0, 1]', (value) => value >= 0 && value <= 1, byDefault);

const positive = (name: string, byDefault: number): StrategyArgument =>
  number(name, 'a number > 0', (value) => value > 0, byDefault);

const BEAM_SETTINGS = ['lengthPenalty', 'earlyStopping'] satisfies (keyof BeamSearchOptions)[];
const DRAFT_SETTINGS = ['draftTokens'] satisfies (keyof SpeculativeOptions)[];

/** Every strategy that has a name. Help texts, the command line and the lab read this table. */
export const strategies: Readonly<Record<string, StrategyRow>> = {
  greedy: row([], 'the likeliest token every time', '每次都取最可能的词元', (options) => {
    refuseIgnored(options);
    return greedySearch(options);
  }),
  sample: row([], "drawn from the model's whole distribution", '按模型的完整分布抽样', sampling),
  temperature: row(
    [positive('temperature', 0.8)],
    'drawn from the distribution made sharper (below 1) or flatter (above 1)',
    '抽样前让分布更尖（小于 1）或更平（大于 1）',
    sampling,
  ),
  'top-k': row(
    [integer('topK', 1, 40)],
    'drawn from the k likeliest tokens',
    '从最可能的 k 个词元中抽样',
    sampling,
  ),
  'top-p': row(
    [share('topP', 0.9)],
    'nucleus: drawn from the fewest tokens that are likely p together',
    '核采样：从合计概率达到 p 的最少词元中抽样',
    sampling,
  ),
  'min-p': row(
    [share('minP', 0.1)],
    'drawn from the tokens at least p times as likely as the likeliest',
    '从概率不低于最高者 p 倍的词元中抽样',
    sampling,
  ),
  typical: row(
    [share('typicalP', 0.95)],
    'drawn from the tokens whose surprise is nearest to the expected one',
    '从信息量最接近期望值的词元中抽样',
    sampling,
  ),
  epsilon: row(
    [share('epsilonCutoff', 3e-4)],
    'drawn from the tokens that are at least so likely',
    '从概率不低于该值的词元中抽样',
    sampling,
  ),
  eta: row(
    [share('etaCutoff', 3e-4)],
    'drawn from the tokens that are at least so likely, a lower bar where the model is uncertain',
    '从概率不低于该值的词元中抽样，模型不确定时门槛更低',
    sampling,
  ),
  'top-n-sigma': row(
    [positive('topNSigma', 1)],
    'drawn from the tokens whose logit is within n standard deviations of the greatest',
    '从 logit 距最大值不超过 n 个标准差的词元中抽样',
    sampling,
  ),
  'top-h': row(
    [share('topH', 0.4)],
    'drawn from the likeliest tokens up to a share of the entropy',
    '从最可能的词元中抽样，直到占满熵的一定份额',
    sampling,
  ),
  mirostat: row(
    [positive('tau', 5), positive('eta', 0.1)],
    'drawn so that each token surprises by tau bits on average',
    '抽样时让每个词元的平均信息量保持在 tau 比特',
    sampling,
    { option: 'mirostat' },
  ),
  'look-back': row(
    [positive('alpha', 1), integer('k', 1, 5)],
    'greedy, but where a repeat threatens one of the k likeliest, drawn by how near it leads to the prompt',
    '平时取最可能的词元；有重复苗头时读出最可能的 k 个，按其去向与提示的接近程度抽样',
    lookBackSearch,
    { settings: ['window'] },
  ),
  beam: row(
    [integer('beams', 1, 4)],
    'beam search: the likeliest text, as far as so many beginnings at a time can find it',
    '束搜索：同时保留若干开头，找出最可能的文本',
    beamSearch,
    { settings: BEAM_SETTINGS },
  ),
  'beam-sample': row(
    [integer('beams', 1, 4)],
    'beam search whose next tokens are drawn by chance',
    '下一词元靠抽样的束搜索',
    beamSampling,
    { settings: BEAM_SETTINGS },
  ),
  diverse: row(
    [
      integer('beams', 1, 4),
      integer('groups', 1, 2),
      number('diversityPenalty', 'a number ≥ 0', (value) => value >= 0, 1),
    ],
    'beam search in groups, each avoiding what the others say',
    '分组束搜索，各组避开其他组说过的词元',
    diverseBeamSearch,
    { settings: BEAM_SETTINGS },
  ),
  contrastive: row(
    [integer('k', 1, 5), weight('alpha', 0.6)],
    'contrastive search: likely, and unlike what was said, by the hidden states',
    '对比搜索：既可能，隐藏状态又不同于前文',
    contrastiveSearch,
  ),
  'contrastive-decoding': row(
    [weight('alpha', 0.1)],
    'what the model says more than an amateur model does',
    '取本模型比业余模型更愿意说的内容',
    ({ amateur, alpha, amateurTemperature, beta, ...processors }) =>
      contrastiveDecoding(amateur!, { alpha, amateurTemperature, beta, strategy: sampling(processors) }),
    { needs: 'amateur', settings: ['amateurTemperature', 'beta'] },
  ),
  guidance: row(
    [number('scale', 'a number ≥ 0', (value) => value >= 0, 1.5)],
    'classifier-free guidance: towards the prompt, away from the negative one',
    '无分类器引导：靠近提示，远离负面提示',
    ({ scale, negativeIds, ...processors }) =>
      classifierFreeGuidance(sampling(processors), { scale, negativeIds }),
  ),
  lookup: row(
    [integer('draftTokens', 1, 10)],
    'sampling, faster where the text repeats itself: it proposes its own continuation',
    '抽样，文本有重复时更快：由前文提出续写',
    promptLookup,
    { settings: ['minMatch'] },
  ),
  speculative: row(
    [integer('draftTokens', 1, 4)],
    'sampling, faster with a small model that proposes',
    '抽样，由小模型先提出词元以加速',
    ({ draft, ...options }) => speculative(draft!, options),
    { needs: 'draft', settings: DRAFT_SETTINGS },
  ),
};

/** Greedy search leaves out what cannot change the likeliest token; whoever asks for it by name should know. */
function refuseIgnored(options: ProcessorOptions): void {
  for (const option of PROCESSOR_ORDER) {
    const value = options[option];
    if (value === undefined) continue;
    const isIgnored =
      option === 'temperature' ||
      (collectProcessors({ [option]: value }).length > 0 &&
        collectProcessors({ [option]: value, temperature: 0 }).length === 0);
    if (isIgnored) throw fail('decode/strategy-conflict', { strategy: 'greedy', option });
  }
}
