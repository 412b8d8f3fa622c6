/** Texts that a model writes while it learns: soon, then at growing distances; kept with the metrics of the run. */

import { defineMessages } from '../language.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import type { TrainingWatch } from './progress.ts';
import { sampleWriter } from './showcase.ts';
import type { Terminal } from './terminal.ts';
import type { OpenTraining } from './training.ts';

const say = defineMessages({
  sample: {
    en: (d: { step: number; text: string; rep: string }) => `step ${d.step}, rep-4 ${d.rep} %: ${d.text}`,
    zh: (d) => `第 ${d.step} 步，rep-4 ${d.rep} %：${d.text}`,
  },
});

export const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** Writes with the model as it is just then from the opening at evaluations 1, 2, 4, 8 and so on; nothing without an opening. */
export function watchSamples(
  training: OpenTraining,
  model: LanguageModel,
  tokenizer: Tokenizer,
  opening: string | undefined,
  terminal: Terminal,
): TrainingWatch {
  if (!opening) return {};
  const write = sampleWriter(model, tokenizer);
  let evaluations = 0;
  return {
    async onEvaluation({ step }) {
      if (!isPowerOfTwo(++evaluations)) return;
      const { text, rep4 } = await write(opening, step);
      const record = { type: 'sample', step, opening, text, rep4 };
      await training.run.append(record);
      terminal.json(record);
      terminal.print(`  ${say('sample', { step, text: text.replaceAll('\n', ' '), rep: rep4.toFixed(0) })}`);
    },
  };
}
