/** `inkstone generate RUN`: a trained model writes, streamed as it comes. */

import type { GenerationRequest } from '../../decode/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import type { generateOptions } from '../option-tables.ts';
import { loadRun } from '../runs.ts';

const say = defineMessages({
  finish: {
    en: (d: { reason: string; tokens: number; rate: number }) =>
      `[${d.reason}, ${d.tokens} tokens, ${d.rate.toFixed(0)} tokens/s]`,
    zh: (d) => `[${d.reason}，${d.tokens} 个词元，每秒 ${d.rate.toFixed(0)} 个]`,
  },
});

/** The request that the command's options ask for; greedy ignores no option silently: it takes none of sampling's. */
export function requestOf(options: CommandContext<typeof generateOptions>['options']): GenerationRequest {
  const { prompt, maxTokens, stop, n, seed, repetitionPenalty } = options;
  const sampling =
    options.strategy === 'greedy'
      ? { temperature: 0 }
      : { temperature: options.temperature, topK: options.topK, topP: options.topP, minP: options.minP };
  return {
    prompt,
    maxTokens,
    n,
    seed,
    repetitionPenalty,
    ...(stop === undefined ? {} : { stop }),
    ...sampling,
  };
}

export async function run(context: CommandContext<typeof generateOptions>): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { writer } = await loadRun(args[0]);
  // Several texts grow side by side: each is shown whole when it ends; a single one as it grows.
  const texts = Array.from({ length: options.n }, () => options.prompt);
  const start = performance.now();
  if (options.n === 1) terminal.write(options.prompt);
  for await (const part of writer.generate({ ...requestOf(options), signal })) {
    const index = part.index ?? 0;
    if (part.type === 'text-delta') {
      texts[index] += part.text;
      if (options.n === 1) terminal.write(part.text);
      terminal.json(part);
    } else if (part.type === 'finish') {
      const rate = part.completionTokens / ((performance.now() - start) / 1000);
      terminal.json({ ...part, text: texts[index], tokensPerSecond: rate });
      terminal.print(options.n === 1 ? '' : texts[index]);
      terminal.print(say('finish', { reason: part.reason, tokens: part.completionTokens, rate }));
    }
  }
}
