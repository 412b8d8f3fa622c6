/** `inkstone generate RUN`: a trained model writes, streamed as it comes. */

import {
  type ConstraintSpec,
  PROCESSOR_ORDER,
  PROCESSORS,
  type Preset,
  type ProcessorOptions,
  parseStrategy,
  type Strategy,
  type Task,
  taskPreset,
  varyText,
  withTokenizer,
} from '../../decode/index.ts';
import { defineMessages } from '../../language.ts';
import { energyFigures, energyMeter } from '../../train/index.ts';
import type { GuardStats, Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { constraintOf } from '../constraint.ts';
import { readTextFile } from '../corpus.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import type { generateOptions } from '../generate-options.ts';
import { lengtheningOf } from '../lengthening.ts';
import { checkActivations, loadModel } from '../models.ts';
import { flagOf } from '../options.ts';
import { tellSkipped } from '../outcome.ts';

const say = defineMessages({
  finish: {
    en: (d: { reason: string; tokens: number; rate: number; guard: GuardStats | undefined }) =>
      `[${d.reason}, ${d.tokens} tokens, ${d.rate.toFixed(0)} tokens/s${d.guard?.repairs ? `, ${d.guard.repairs} loop repairs, ${d.guard.discardedTokens} tokens discarded` : ''}]`,
    zh: (d) =>
      `[${d.reason}，${d.tokens} 个词元，每秒 ${d.rate.toFixed(0)} 个${d.guard?.repairs ? `，修复循环 ${d.guard.repairs} 次，丢弃 ${d.guard.discardedTokens} 个词元` : ''}]`,
  },
});

type Context = CommandContext<typeof generateOptions>;

/** What shapes the draw of a token: nothing for a greedy decoder, which draws none. */
const SAMPLING = PROCESSOR_ORDER.filter((name) => !PROCESSORS[name].reorders);
/** Of plain sampling, when neither a strategy nor a temperature is asked for. */
const DEFAULT_TEMPERATURE = 0.9;

/** The strategy that the options ask for. An option that would have no effect is refused, not ignored. */
export function strategyOf(
  { options, given }: Pick<Context, 'options' | 'given'>,
  tokenizer: Tokenizer,
  constraint?: ConstraintSpec,
): Strategy {
  const { strategy, task } = options;
  const suited: ProcessorOptions = task === undefined ? {} : taskPreset(task as Task);
  if (task !== undefined && given.has('strategy')) {
    throw fail('cli/conflict', {
      command: 'generate',
      options: ['--task', '--strategy'],
      reason: 'a task says how tokens are drawn',
      zhReason: '任务已规定如何抽取词元',
    });
  }
  const temperature = options.temperature ?? suited.temperature;
  const isGreedy = strategy === 'greedy' || temperature === 0;
  const ignored = SAMPLING.filter(
    (name) => given.has(name) && !(name === 'temperature' && temperature === 0),
  );
  const isOther = temperature === 0 && strategy !== 'greedy' && given.has('strategy');
  if (isGreedy && (ignored.length > 0 || isOther)) {
    const isTask = strategy !== 'greedy' && options.temperature === undefined;
    const greedy = isTask
      ? `--task ${task}`
      : `--${strategy === 'greedy' ? 'strategy greedy' : 'temperature 0'}`;
    throw fail('cli/conflict', {
      command: 'generate',
      options: [greedy, ...(isOther ? [`--strategy ${strategy}`] : ignored.map(flagOf))],
      reason: 'greedy always takes the likeliest token',
      zhReason: '贪心总取概率最高的词元',
    });
  }
  const { badWords, processorPreset } = options;
  const table: Readonly<Record<string, unknown>> = { ...options, badWords: badWords?.split(',') };
  const processors: ProcessorOptions = {
    ...suited,
    ...(constraint && { constraint }),
    ...Object.fromEntries(
      PROCESSOR_ORDER.filter((name) => given.has(name) && !(name === 'temperature' && isGreedy)).map(
        (name) => [name, table[name]],
      ),
    ),
    ...(processorPreset !== undefined && { preset: processorPreset as Preset }),
  };
  const isPlain = strategy === 'sample' && !isGreedy && !given.has('dynamicTemperature');
  const all = { ...(isPlain && { temperature: DEFAULT_TEMPERATURE }), ...processors };
  return parseStrategy(
    isGreedy ? 'greedy' : strategy,
    withTokenizer({ ...all, ...(isGreedy && { temperature: undefined }) }, tokenizer),
  );
}

/** The rules of `--vary`, one set of words a line. */
async function varyOf({ vary, varyRate, seed }: Context['options']) {
  if (vary === undefined) {
    if (varyRate === undefined) return undefined;
    throw fail('cli/missing-value', { command: 'generate', option: '--vary' });
  }
  const lines = (await readTextFile(vary)).split('\n').filter((line) => line.trim() !== '');
  const sets = lines.map((line) => line.split('|').map((word) => word.trim()));
  return varyText({ sets, rate: varyRate, seed });
}

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const rates = energyRates('generate');
  const constraint = await constraintOf(options);
  const vary = await varyOf(options);
  const { adapter } = options;
  checkActivations('generate', options);
  const saved = await loadModel(args[0], {
    weights: options.weights,
    activations: options.activations,
    ...(adapter !== undefined && { adapters: { [adapter]: adapter.split(',') } }),
    lengthening: await lengtheningOf('generate', options),
  });
  const { writer, tokenizer } = saved;
  tellSkipped(terminal, saved);
  const { prompt, maxTokens, n, seed, stop } = options;
  const parts = writer.generate({
    prompt,
    maxTokens,
    n,
    seed,
    adapter,
    strategy: strategyOf(context, tokenizer, constraint),
    guard: options.guard ?? false,
    ...(stop !== undefined && { stop }),
    signal,
  });
  // Several texts grow side by side: each is shown whole when it ends; a single one as it grows.
  const texts = Array.from({ length: n }, () => prompt);
  const start = performance.now();
  const meter = energyMeter();
  const isShownAsItGrows = n === 1 && !vary;
  if (isShownAsItGrows) terminal.write(prompt);
  for await (const part of parts) {
    const index = part.index ?? 0;
    if (part.type === 'loop-repaired') terminal.json(part);
    else if (part.type === 'text-delta') {
      texts[index] += part.text;
      if (isShownAsItGrows) terminal.write(part.text);
      if (!vary) terminal.json(part);
    } else {
      if (part.reason === 'error') throw part.error;
      const { reason, completionTokens: tokens, guard } = part;
      const rate = tokens / ((performance.now() - start) / 1000);
      const varied = vary?.(texts[index].slice(prompt.length));
      const text = varied ? prompt + varied.text : texts[index];
      terminal.json({
        ...{ ...part, text, tokensPerSecond: rate, energy: energyFigures(meter.used(), rates) },
        ...(varied && { variations: varied.variations }),
      });
      terminal.print(isShownAsItGrows ? '' : text);
      terminal.print(say('finish', { reason, tokens, rate, guard }));
    }
  }
}
