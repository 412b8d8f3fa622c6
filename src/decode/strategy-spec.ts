/** Strategies as they are written on a command line: `top-p:0.9`, `beam:4,length-penalty=0.8`. */

import { nearest } from '../errors.ts';
import { type Language, language } from '../language.ts';
import { fail } from './errors.ts';
import { PROCESSORS } from './processor-rows.ts';
import { PROCESSOR_ORDER } from './processor-table.ts';
import type { Strategy } from './strategy.ts';
import { type StrategySpecOptions, strategies } from './strategy-table.ts';
import { withTokenizer } from './with-tokenizer.ts';

/** How a strategy is written: `top-p[:topP]`. */
export function strategyUsage(name: string): string {
  const { args } = strategies[name];
  return name + args.map((argument) => `[:${argument.name}`).join('') + ']'.repeat(args.length);
}

/** One line for each strategy, its usage and what it does with its defaults: for help texts. */
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
  const { args, option: joined, build, needs, settings } = strategies[name];
  if (values.length > args.length) {
    throw fail('decode/strategy-arguments', { spec, usage: strategyUsage(name), most: args.length });
  }
  const all = new Map<string, unknown>();
  const set = (option: string, value: unknown): void => {
    if (all.has(option)) throw fail('decode/option-twice', { strategy: name, option: kebabCase(option) });
    all.set(option, value);
  };

  const numbers = args.map(({ name: argument, rule, holds, byDefault }, i) => {
    const value = values[i] === undefined ? byDefault : toNumber(values[i]);
    if (!holds(value))
      throw fail('decode/option', { option: `${name}: ${argument}`, rule, value: values[i] });
    return value;
  });
  if (joined) set(joined, numbers.join(':'));
  else args.forEach((argument, i) => set(argument.name, numbers[i]));

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
  if (needs && !options[needs]) throw fail('decode/strategy-model', { strategy: name, needs });
  const { tokenizer, ...given } = Object.fromEntries(all) as StrategySpecOptions;
  return build(tokenizer ? withTokenizer(given, tokenizer) : given);
}

/** Processor options whose value can be written as one word. */
const SPELLABLE: readonly string[] = [
  'preset',
  ...PROCESSOR_ORDER.filter((name) => PROCESSORS[name].settings.length > 0),
];

function settingValue(text: string): number | boolean | string {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = toNumber(text);
  return Number.isNaN(number) ? text : number;
}

const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

const camelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
