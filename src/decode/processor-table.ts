/** From options to the processors that run, checked together. */

import { InkstoneError } from '../errors.ts';
import { fail } from './errors.ts';
import type { DecodeStep } from './history.ts';
import { checkIds, checkOneOf } from './options.ts';
import { PRESETS, type Preset } from './presets.ts';
import type { ProcessorName, ProcessorOptions } from './processor-options.ts';
import { biasEntries, PROCESSOR_ORDER, PROCESSORS } from './processor-rows.ts';
import { type Filter, fused } from './processors/fused.ts';
import type { LogitsProcessor } from './processors.ts';

/** Options that decide the same thing. */
interface Clash {
  readonly one: ProcessorName;
  readonly others: readonly ProcessorName[];
  readonly reason: string;
  readonly zhReason: string;
}

const CLASHES: readonly Clash[] = [
  {
    one: 'mirostat',
    others: [
      ...(['lookBack', 'topNSigma', 'topH', 'topK', 'topP', 'minP', 'typicalP'] as const),
      ...(['epsilonCutoff', 'etaCutoff', 'xtc'] as const),
    ],
    reason: 'mirostat itself decides how many tokens stay',
    zhReason: 'mirostat 自己决定留下多少词元',
  },
  {
    one: 'dynamicTemperature',
    others: ['temperature'],
    reason: 'both set the temperature',
    zhReason: '两者都设定温度',
  },
  {
    one: 'lookBack',
    others: ['topK', 'topP', 'minP', 'typicalP', 'topNSigma', 'topH'],
    reason: 'look-back itself decides how many tokens stay',
    zhReason: '回看自己决定留下多少词元',
  },
];

/**
 * Collects the enabled processors in order. All options that are out of range, misspelt or in each other's way are
 * reported together. A processor that leaves no token allowed throws `decode/banned-all` with its name.
 */
export function collectProcessors(options: ProcessorOptions): LogitsProcessor[] {
  const problems: InkstoneError[] = [];
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InkstoneError)) throw error;
      problems.push(error);
      return undefined;
    }
  };

  const { preset } = options;
  if (preset !== undefined) attempt(() => checkOneOf('preset', preset, Object.keys(PRESETS)));
  const chosen = PRESETS[preset as Preset];
  const order = chosen?.order ?? PROCESSOR_ORDER;
  const conventions = (chosen?.conventions ?? {}) as Readonly<Record<string, object>>;
  const isGreedy = options.temperature === 0;

  const enabled = new Set<ProcessorName>();
  const chain: (Filter & { readonly isRule: boolean })[] = order.flatMap((name) => {
    if (options[name] === undefined) return [];
    const built = attempt(() => PROCESSORS[name].build(options[name], conventions[name])) ?? [];
    if (built.length > 0) enabled.add(name);
    const { kind, reorders } = PROCESSORS[name];
    if (isGreedy && !reorders) return [];
    return built.map((process, i) => ({
      process: watched(name === 'processors' ? `processors[${i}]` : name, process),
      cuts: kind === 'filter',
      isRule: kind === 'rule',
    }));
  });
  for (const { one, others, reason, zhReason } of CLASHES) {
    const clashing = enabled.has(one) ? others.filter((other) => enabled.has(other)) : [];
    if (clashing.length > 0)
      problems.push(fail('decode/clash', { options: [one, ...clashing], reason, zhReason }));
  }
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) throw fail('decode/options', { problems });

  const first = chain.findIndex(({ isRule }) => !isRule);
  const last = chain.findLastIndex(({ isRule }) => !isRule);
  const filters = chain.slice(first, last + 1);
  const processors = chain.map(({ process }) => process);
  // Filters of their own stand together, unless a rule such as a processor of one's own comes between them.
  if (filters.length < 2 || filters.some(({ isRule }) => isRule)) return processors;
  return [...processors.slice(0, first), fused(filters), ...processors.slice(last + 1)];
}

/** The processor, answering for what it bans. */
function watched(processor: string, process: LogitsProcessor): LogitsProcessor {
  return (logits: Float32Array, step: DecodeStep) => {
    process(logits, step);
    for (let i = 0; i < logits.length; i++) if (logits[i] !== Number.NEGATIVE_INFINITY) return;
    throw fail('decode/banned-all', { processor, position: step.ids.length, vocabSize: logits.length });
  };
}

/** Checks that every id which the options name is in the vocabulary. */
export function checkNamedIds(options: ProcessorOptions, vocabSize: number): void {
  const { logitBias, badWords = [], forcedPrefix = [], dry } = options;
  const check = (where: string, values: readonly unknown[]): void => {
    for (const value of values) {
      if (typeof value !== 'string') checkIds(where, [value].flat() as number[], vocabSize);
    }
  };
  check(
    'logitBias',
    biasEntries(logitBias ?? {}).map(([id]) => id),
  );
  check('badWords', 'words' in badWords ? badWords.words : badWords);
  if (typeof forcedPrefix !== 'string') check('forcedPrefix', forcedPrefix);
  if (typeof dry === 'object') check('dry.breakers', dry.breakers ?? []);
}

export type { ProcessorName, ProcessorOptions };
export { biasEntries, PROCESSOR_ORDER };
