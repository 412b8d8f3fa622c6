/** Strategies by name, as they are written on a command line: `top-p:0.9`, `sample,temperature=0.7`. */

import { nearest } from '../errors.ts';
import { type Language, language } from '../language.ts';
import { fail } from './errors.ts';
import { collectProcessors, PROCESSOR_ORDER, type ProcessorOptions } from './processor-table.ts';
import { greedySearch, sampling } from './sampling.ts';
import type { Strategy } from './strategy.ts';

/** What a specification may be given besides its text. */
export interface StrategySpecOptions extends ProcessorOptions {}

/** A positional argument: `0.9` of `top-p:0.9`. */
export interface StrategyArgument {
  /** The option that it sets. */
  readonly option: string;
  /** What must hold, in words. */
  readonly rule: string;
  readonly holds: (value: number) => boolean;
  readonly byDefault: number;
}

export interface StrategyRow {
  readonly args: readonly StrategyArgument[];
  readonly doc: Readonly<Record<Language, string>>;
  /** Options of its own that may follow as `,name=value`, besides those of the processors. */
  readonly settings?: readonly string[];
  readonly build: (options: StrategySpecOptions) => Strategy;
}

const integer = (option: string, least: number, byDefault: number): StrategyArgument => ({
  option,
  rule: `an integer ≥ ${least}`,
  holds: (value) => Number.isSafeInteger(value) && value >= least,
  byDefault,
});

const share = (option: string, byDefault: number): StrategyArgument => ({
  option,
  rule: 'in (0, 1]',
  holds: (value) => value > 0 && value <= 1,
  byDefault,
});

const table = {
  greedy: {
    args: [],
    doc: {
      en: 'the likeliest token every time',
      zh: '每次都取最可能的词元',
    },
    build: (options) => {
      for (const option of PROCESSOR_ORDER) {
        if (
          option === 'temperature' ? options.temperature !== undefined : isIgnoredWhenGreedy(option, options)
        ) {
          throw fail('decode/strategy-conflict', { strategy: 'greedy', option });
        }
      }
      return greedySearch(options);
    },
  },
  sample: {
    args: [],
    doc: {
      en: "drawn from the model's whole distribution",
      zh: '按模型的完整分布抽样',
    },
    build: sampling,
  },
  temperature: {
    args: [{ option: 'temperature', rule: 'a number > 0', holds: (t) => t > 0, byDefault: 0.8 }],
    doc: {
      en: 'drawn from the distribution made sharper (below 1) or flatter (above 1)',
      zh: '抽样前让分布更尖（小于 1）或更平（大于 1）',
    },
    build: sampling,
  },
  'top-k': {
    args: [integer('topK', 1, 40)],
    doc: {
      en: 'drawn from the k likeliest tokens',
      zh: '从最可能的 k 个词元中抽样',
    },
    build: sampling,
  },
  'top-p': {
    args: [share('topP', 0.9)],
    doc: {
      en: 'nucleus: drawn from the fewest tokens that are likely p together',
      zh: '核采样：从合计概率达到 p 的最少词元中抽样',
    },
    build: sampling,
  },
  'min-p': {
    args: [share('minP', 0.1)],
    doc: {
      en: 'drawn from the tokens at least p times as likely as the likeliest',
      zh: '从概率不低于最高者 p 倍的词元中抽样',
    },
    build: sampling,
  },
  typical: {
    args: [share('typicalP', 0.95)],
    doc: {
      en: 'drawn from the tokens whose surprise is nearest to the expected one',
      zh: '从信息量最接近期望值的词元中抽样',
    },
    build: sampling,
  },
} as const satisfies Readonly<Record<string, StrategyRow>>;

/** Every strategy that has a name, with its arguments and what it does. */
export const strategies: Readonly<Record<string, StrategyRow>> = table;

/** How a strategy is written: `top-p[:topP]`. */
export function strategyUsage(name: string): string {
  const { args } = strategies[name];
  return name + args.map(({ option }) => `[:${option}`).join('') + ']'.repeat(args.length);
}

/** One line for each strategy, `usage`, defaults and what it does: for help texts. */
export function describeStrategies(lang: Language = language()): { usage: string; doc: string }[] {
  return Object.entries(strategies).map(([name, { args, doc }]) => {
    const defaults = [name, ...args.map(({ byDefault }) => byDefault)].join(':');
    return { usage: strategyUsage(name), doc: args.length === 0 ? doc[lang] : `${doc[lang]} (${defaults})` };
  });
}

/**
 * The strategy that a text names: a name, its arguments after colons, further options after commas. Arguments left out
 * have their defaults. `options` come in addition; one given twice, or one that the strategy would ignore, is an error.
 *
 * @example
 * parseStrategy('top-p:0.9,temperature=0.7,no-repeat-ngram=3')
 */
export function parseStrategy(spec: string, options: StrategySpecOptions = {}): Strategy {
  const [head, ...tail] = spec.split(',').map((part) => part.trim());
  const [name, ...values] = head.split(':');
  if (!Object.hasOwn(strategies, name)) {
    const known = Object.keys(strategies);
    throw fail('decode/unknown-strategy', { name, known: known.join(', '), near: nearest(name, known) });
  }
  const { args, build, settings = [] } = strategies[name];
  if (values.length > args.length) {
    throw fail('decode/strategy-arguments', { spec, usage: strategyUsage(name), most: args.length });
  }
  const all = new Map<string, unknown>();
  const set = (option: string, value: unknown): void => {
    if (all.has(option)) throw fail('decode/option-twice', { strategy: name, option });
    all.set(option, value);
  };
  args.forEach(({ option, rule, holds, byDefault }, i) => {
    const value = values[i] === undefined ? byDefault : toNumber(values[i]);
    if (!holds(value)) throw fail('decode/option', { option: `${name}: ${option}`, rule, value: values[i] });
    set(option, value);
  });
  const known = [...SPELLABLE, ...settings];
  for (const setting of tail) {
    const [key, value, ...rest] = setting.split('=');
    const option = camelCase(key.trim());
    if (!known.includes(option) || value === undefined || rest.length > 0) {
      const near = nearest(option, known);
      throw fail('decode/strategy-setting', { spec, setting, near: near && kebabCase(near) });
    }
    set(option, settingValue(value.trim()));
  }
  for (const [option, value] of Object.entries(options)) if (value !== undefined) set(option, value);
  return build(Object.fromEntries(all));
}

/** Processor options whose value is a single word. */
const SPELLABLE: readonly string[] = PROCESSOR_ORDER.filter(
  (option) => option !== 'processors' && option !== 'logitBias',
);

/** Whether an option is set and greedy search would leave it out. */
function isIgnoredWhenGreedy(option: keyof ProcessorOptions, options: ProcessorOptions): boolean {
  if (options[option] === undefined) return false;
  const alone = { [option]: options[option] };
  return collectProcessors(alone).length > 0 && collectProcessors({ ...alone, temperature: 0 }).length === 0;
}

function settingValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = toNumber(text);
  return Number.isNaN(number) ? text : number;
}

const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

const camelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
