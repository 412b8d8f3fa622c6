/** `inkstone generate RUN`: a trained model writes, streamed as it comes. */

import type { GenerationRequest } from '../../decode/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { generateOptions } from '../option-tables.ts';
import { flagOf } from '../options.ts';
import { tellSkipped } from '../outcome.ts';
import { loadRun } from '../runs.ts';

const say = defineMessages({
  finish: {
    en: (d: { reason: string; tokens: number; rate: number }) =>
      `[${d.reason}, ${d.tokens} tokens, ${d.rate.toFixed(0)} tokens/s]`,
    zh: (d) => `[${d.reason}，${d.tokens} 个词元，每秒 ${d.rate.toFixed(0)} 个]`,
  },
});

type Context = CommandContext<typeof generateOptions>;

/** What shapes the draw of a token: nothing for a greedy decoder, which draws none. */
const SAMPLING = ['temperature', 'topK', 'topP', 'minP'] as const;

/** The request that the options ask for. An option that would have no effect is refused, not ignored. */
export function requestOf({ options, given }: Pick<Context, 'options' | 'given'>): GenerationRequest {
  const { prompt, maxTokens, stop, n, seed, repetitionPenalty, strategy, temperature } = options;
  const isGreedy = strategy === 'greedy' || temperature === 0;
  const ignored = SAMPLING.filter(
    (name) => given.has(name) && !(name === 'temperature' && temperature === 0),
  );
  if (isGreedy && ignored.length) {
    const greedy = strategy === 'greedy' ? '--strategy greedy' : '--temperature 0';
    throw fail('cli/conflict', {
      command: 'generate',
      options: [greedy, ...ignored.map(flagOf)],
      reason: 'greedy always takes the likeliest token',
      zhReason: '贪心总取概率最高的词元',
    });
  }
  const { topK, topP, minP } = options;
  return {
    prompt,
    maxTokens,
    n,
    seed,
    repetitionPenalty,
    ...(stop === undefined ? {} : { stop }),
    ...(isGreedy ? { temperature: 0 } : { temperature, topK, topP, minP }),
  };
}

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const request = requestOf(context);
  const { run: saved, writer } = await loadRun(args[0]);
  tellSkipped(terminal, saved);
  // Several texts grow side by side: each is shown whole when it ends; a single one as it grows.
  const texts = Array.from({ length: options.n }, () => options.prompt);
  const start = performance.now();
  if (options.n === 1) terminal.write(options.prompt);
  for await (const part of writer.generate({ ...request, signal })) {
    const index = part.index ?? 0;
    if (part.type === 'text-delta') {
      texts[index] += part.text;
      if (options.n === 1) terminal.write(part.text);
      terminal.json(part);
    } else if (part.type === 'finish') {
      if (part.reason === 'error') throw part.error;
      const rate = part.completionTokens / ((performance.now() - start) / 1000);
      terminal.json({ ...part, text: texts[index], tokensPerSecond: rate });
      terminal.print(options.n === 1 ? '' : texts[index]);
      terminal.print(say('finish', { reason: part.reason, tokens: part.completionTokens, rate }));
    }
  }
}
