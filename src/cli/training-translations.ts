/** What an encoder–decoder makes of held-out sources while it learns: soon, then at growing distances; kept with the metrics. */

import { defineMessages } from '../language.ts';
import { encoderDecoderModel } from '../models/index.ts';
import type { Tokenizer } from '../types.ts';
import type { PairTraining } from './pair-training.ts';
import type { TextPair } from './pairs.ts';
import type { TrainingWatch } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { isPowerOfTwo } from './training-samples.ts';
import { translateTexts } from './translators.ts';

const say = defineMessages({
  sample: {
    en: (d: { step: number; source: string; text: string; target: string }) =>
      `step ${d.step}: ${d.source} → ${d.text} (a person: ${d.target})`,
    zh: (d) => `第 ${d.step} 步：${d.source} → ${d.text}（人工：${d.target}）`,
  },
});

/** Translates one held-out source, another each time, at evaluations 1, 2, 4, 8 and so on. */
export function watchTranslations(
  training: PairTraining,
  tokenizer: Tokenizer,
  heldOut: readonly TextPair[],
  terminal: Terminal,
): TrainingWatch {
  const { sourceLength } = training.config;
  const fitting = heldOut.filter(({ text }) => tokenizer.encode(text).length < sourceLength);
  const model = encoderDecoderModel(training.params, training.config);
  let [evaluations, shown] = [0, 0];
  return {
    async onEvaluation({ step }) {
      if (!isPowerOfTwo(++evaluations) || fitting.length === 0) return;
      const { text: source, target } = fitting[shown++ % fitting.length];
      const [text] = await translateTexts({ model, tokenizer }, [source]);
      const record = { type: 'translation', step, source, text, target };
      await training.run.append(record);
      terminal.json(record);
      terminal.print(`  ${say('sample', { step, source, text, target }).replaceAll('\n', ' ')}`);
    },
  };
}
