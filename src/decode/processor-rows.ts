/** Which processors there are: one row each, in the order in which they run unless a preset has another. */

import { compiled } from './constraints/compile.ts';
import { fail } from './errors.ts';
import { checkKeys, checkNumber } from './options.ts';
import type { ProcessorName, ProcessorOptions, ProcessorSettings } from './processor-options.ts';
import * as make from './processors.ts';

/** What one option of `ProcessorOptions` means. */
export interface ProcessorRow {
  readonly doc: { readonly en: string; readonly zh: string };
  /** Its settings in the order of the text form, the one that a bare number gives first; empty if it takes no number. */
  readonly settings: readonly string[];
  /** Whether it can change which token is the likeliest, so that greedy search needs it. */
  readonly reorders: boolean;
  /** `rule`: looks at ids or the text. `scale` and `filter` look at the logits alone; only a filter bans. */
  readonly kind: 'rule' | 'scale' | 'filter';
  /** The processors for this value and the settings that hold unless given; none if the value is neutral. */
  readonly build: (value: unknown, conventions: object | undefined) => readonly make.LogitsProcessor[];
}

type Words = ProcessorRow['doc'];

/** A row for an option that is a number. */
function number(
  doc: Words,
  neutral: number,
  { kind, reorders }: Pick<ProcessorRow, 'kind' | 'reorders'>,
  build: (value: number) => make.LogitsProcessor,
): ProcessorRow {
  return {
    doc,
    settings: ['value'],
    kind,
    reorders,
    build: (value) => (value === neutral ? [] : [build(value as number)]),
  };
}

/** A row for an option with several settings; the neutral value is that of the first. */
function settings<Name extends keyof ProcessorSettings>(
  name: Name,
  order: readonly (keyof ProcessorSettings[Name] & string)[],
  doc: Words,
  neutral: number | undefined,
  { kind, reorders }: Pick<ProcessorRow, 'kind' | 'reorders'>,
  build: (settings: ProcessorSettings[Name]) => make.LogitsProcessor,
): ProcessorRow {
  return {
    doc,
    settings: order,
    kind,
    reorders,
    build(value, conventions) {
      const given = readSettings(name, order, value);
      if (neutral !== undefined && given[order[0]] === neutral) return [];
      return [build({ ...conventions, ...given } as ProcessorSettings[Name])];
    },
  };
}

/** The settings that a number, a text or an object spells. */
export function readSettings(
  name: string,
  order: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') {
    const words = value.split(':').map((word) => word.trim());
    if (words.length > order.length || words.includes('')) {
      throw fail('decode/option', { option: name, rule: order.join(':'), value: JSON.stringify(value) });
    }
    return Object.fromEntries(words.map((word, i) => [order[i], wordValue(order[i], word)]));
  }
  if (typeof value !== 'object' || value === null) return { [order[0]]: value };
  checkKeys(value, order, name);
  return Object.fromEntries(Object.entries(value).filter(([, setting]) => setting !== undefined));
}

function wordValue(setting: string, word: string): unknown {
  // A key is text: 007 is not 7.
  if (setting === 'key') return word;
  if (word === 'true' || word === 'false') return word === 'true';
  return Number.isNaN(Number(word)) ? word : Number(word);
}

/** About single ids or the text: greedy search needs it. */
const RULE = { kind: 'rule', reorders: true } as const;
/** Keeps the likeliest tokens: greedy search does not notice. */
const FILTER = { kind: 'filter', reorders: false } as const;

const PENALTY_SETTINGS = ['window', 'includePrompt'] as const;

/** A new option without a row does not compile. */
export const PROCESSORS: { readonly [Name in ProcessorName]-?: ProcessorRow } = {
  constraint: {
    doc: { en: 'a form that the text must have', zh: '文本必须符合的形式' },
    settings: [],
    ...RULE,
    build: (constraint) => [compiled(constraint as NonNullable<ProcessorOptions['constraint']>).processor],
  },
  processors: {
    doc: { en: 'processors of your own', zh: '自定义处理器' },
    settings: [],
    ...RULE,
    build: (own) => own as readonly make.LogitsProcessor[],
  },
  logitBias: {
    doc: { en: 'adds to the logits of single tokens', zh: '给个别词元的 logit 加上偏置' },
    settings: [],
    ...RULE,
    build: (bias) => [make.logitBias(biasEntries(bias as never))],
  },
  repetitionPenalty: settings(
    'repetitionPenalty',
    ['theta', ...PENALTY_SETTINGS],
    { en: 'above 1: tokens already seen become less likely', zh: '大于 1：已出现的词元更不易再出现' },
    1,
    RULE,
    ({ theta, ...rest }) => make.repetitionPenalty(theta, rest),
  ),
  frequencyPenalty: settings(
    'frequencyPenalty',
    ['alpha', ...PENALTY_SETTINGS],
    { en: 'taken off the logit for each time the token was written', zh: '词元每写过一次，logit 就减去此值' },
    0,
    RULE,
    ({ alpha, ...rest }) => make.frequencyPenalty(alpha, rest),
  ),
  presencePenalty: settings(
    'presencePenalty',
    ['alpha', ...PENALTY_SETTINGS],
    { en: 'taken off the logit once if the token was written', zh: '词元只要写过，logit 就减去此值' },
    0,
    RULE,
    ({ alpha, ...rest }) => make.presencePenalty(alpha, rest),
  ),
  dry: settings(
    'dry',
    ['multiplier', 'base', 'allowedLength', 'window', 'includePrompt', 'breakers'],
    {
      en: 'DRY: what would make a repeat longer is punished, the more the longer it is',
      zh: 'DRY：惩罚会让重复变长的词元，重复越长惩罚越重',
    },
    0,
    RULE,
    ({ multiplier, breakers, ...rest }) =>
      make.dry(multiplier, { ...rest, breakers: breakers?.map((breaker) => inIds('dry.breakers', breaker)) }),
  ),
  noRepeatNgram: settings(
    'noRepeatNgram',
    ['n', 'includePrompt'],
    { en: 'no n-gram of this size twice', zh: '不让同一个 n 元组出现两次' },
    0,
    RULE,
    ({ n, ...rest }) => make.noRepeatNgram(n, rest),
  ),
  badWords: {
    doc: { en: 'words that must not be written', zh: '不许写出的词' },
    settings: [],
    ...RULE,
    build(value, conventions) {
      const given = Array.isArray(value) ? { words: value } : (value as ProcessorSettings['badWords']);
      checkKeys(given, ['words', 'includePrompt'], 'badWords');
      const { words, ...rest } = { ...conventions, ...given };
      return words.length === 0
        ? []
        : [
            make.badWords(
              words.map((word) => inIds('badWords', word)),
              rest,
            ),
          ];
    },
  },
  minTokens: number(
    { en: 'no end before this many tokens', zh: '至少写这么多词元才可结束' },
    0,
    RULE,
    make.minTokens,
  ),
  forcedPrefix: {
    doc: { en: 'what the text must begin with', zh: '文本必须以此开头' },
    settings: [],
    ...RULE,
    build(value) {
      const prefix = inIds('forcedPrefix', value as string | readonly number[]);
      return prefix.length === 0 ? [] : [make.forcedPrefix(prefix)];
    },
  },
  lookBack: settings(
    'lookBack',
    ['alpha', 'k', 'support', 'window'],
    {
      en: 'look-back: greedy, except that one of k is drawn where the distribution is this near to an earlier one',
      zh: '回看：平时贪心；分布与先前某一步近到此值时，从前 k 个中抽取',
    },
    0,
    { kind: 'rule', reorders: false },
    ({ alpha, ...rest }) => make.lookBack(alpha, rest),
  ),
  noise: settings(
    'noise',
    ['scale', 'kind'],
    { en: 'random numbers of this scale added to all logits', zh: '给全部 logit 加上此幅度的随机数' },
    0,
    RULE,
    ({ scale, ...rest }) => make.noise(scale, rest),
  ),
  temperature: {
    doc: { en: 'below 1 is safer, above 1 wilder; 0 is greedy', zh: '低于 1 更稳，高于 1 更放；0 为贪心' },
    settings: ['value'],
    kind: 'scale',
    reorders: false,
    build(value) {
      checkNumber('temperature', value, 'a number ≥ 0', (t) => t >= 0);
      return value === 0 || value === 1 ? [] : [make.temperature(value as number)];
    },
  },
  dynamicTemperature: settings(
    'dynamicTemperature',
    ['min', 'max', 'exponent'],
    { en: 'a temperature from min to max that follows the entropy', zh: '随熵在下限与上限之间变化的温度' },
    undefined,
    { kind: 'scale', reorders: false },
    make.dynamicTemperature,
  ),
  topNSigma: number(
    {
      en: 'only logits within n standard deviations of the greatest',
      zh: '只留与最大 logit 相差不超过 n 个标准差的词元',
    },
    0,
    FILTER,
    make.topNSigma,
  ),
  topH: number(
    {
      en: 'only the likeliest tokens that make up this share of the entropy',
      zh: '只从占熵此比例的最高者中选',
    },
    0,
    FILTER,
    make.topH,
  ),
  topK: number(
    { en: 'only the k likeliest tokens', zh: '只从概率最高的 k 个词元中选' },
    0,
    FILTER,
    make.topK,
  ),
  topP: number(
    { en: 'only the likeliest tokens that together have probability p', zh: '只从累计概率达到 p 的词元中选' },
    1,
    FILTER,
    make.topP,
  ),
  minP: number(
    { en: 'only tokens at least p times as likely as the likeliest', zh: '只留概率不低于最高者 p 倍的词元' },
    0,
    FILTER,
    make.minP,
  ),
  typicalP: number(
    { en: 'only tokens whose surprise is nearest to the expected one', zh: '只留信息量最接近期望值的词元' },
    1,
    { kind: 'filter', reorders: true },
    make.typicalP,
  ),
  epsilonCutoff: number(
    { en: 'only tokens at least this likely', zh: '只留概率不低于此值的词元' },
    0,
    FILTER,
    make.epsilonCutoff,
  ),
  etaCutoff: number(
    {
      en: 'only tokens at least this likely, less where the model is uncertain',
      zh: '只留概率不低于此值的词元，模型没把握时放宽',
    },
    0,
    FILTER,
    make.etaCutoff,
  ),
  xtc: settings(
    'xtc',
    ['probability', 'threshold'],
    {
      en: 'with this probability, leaves out the top choices but the least likely',
      zh: '以此概率去掉高概率词元，只留其中概率最低的一个',
    },
    0,
    { kind: 'filter', reorders: true },
    ({ probability, ...rest }) => make.xtc(probability, rest),
  ),
  mirostat: settings(
    'mirostat',
    ['tau', 'eta', 'version', 'surprise', 'm'],
    { en: 'keeps the surprise near this many bits a token', zh: '让每个词元的信息量保持在约此比特数' },
    0,
    { kind: 'rule', reorders: false },
    ({ tau, ...rest }) => make.mirostat(tau, rest),
  ),
  watermark: settings(
    'watermark',
    ['key', 'delta', 'gamma', 'context'],
    {
      en: 'a watermark: this key makes some tokens likelier, and who has it can tell the text',
      zh: '水印：以此密钥让部分词元更易出现，持密钥者可辨认文本',
    },
    undefined,
    RULE,
    // A key of digits may be given as a number.
    ({ key, ...rest }) => make.watermark(String(key ?? ''), rest),
  ),
};

/** The names of the processor options, in the order in which they are applied. */
export const PROCESSOR_ORDER = Object.keys(PROCESSORS) as readonly ProcessorName[];

/** The pairs of a bias given as a map or as an object. */
export function biasEntries(bias: NonNullable<ProcessorOptions['logitBias']>): [id: number, bias: number][] {
  if (bias instanceof Map) return [...bias];
  return Object.entries(bias).map(([id, value]) => [Number(id), value as number]);
}

function inIds(option: string, value: number | string | readonly number[]): readonly number[] {
  if (typeof value === 'string') throw fail('decode/text-option', { option, text: value });
  return typeof value === 'number' ? [value] : value;
}
