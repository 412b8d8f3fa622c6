/** What an encoder guesses while it learns: one hidden token of a held-out text, soon, then at growing distances; kept with the metrics. */

import { defineMessages } from '../language.ts';
import { type EncoderConfig, type EncoderParams, encoderFrame, fillMask } from '../models/index.ts';
import type { Tokenizer } from '../types.ts';
import type { TrainingWatch } from './progress.ts';
import type { Terminal } from './terminal.ts';
import type { OpenTraining } from './training.ts';
import { isPowerOfTwo } from './training-samples.ts';

const say = defineMessages({
  guess: {
    en: (d: { step: number; text: string; guesses: string; hidden: string }) =>
      `step ${d.step}: ${d.text} – guesses ${d.guesses}; it was ${d.hidden}`,
    zh: (d) => `第 ${d.step} 步：${d.text}——猜 ${d.guesses}；原为 ${d.hidden}`,
  },
});

/** Tokens of the text that is shown. */
const SHOWN = 16;
const GUESSES = 3;

/** Guesses the middle token of the text's beginning at evaluations 1, 2, 4, 8 and so on; nothing of a text that is too short. */
export function watchGuesses(
  training: OpenTraining<EncoderConfig, EncoderParams>,
  tokenizer: Tokenizer,
  text: string,
  terminal: Terminal,
): TrainingWatch {
  const { mask, start, end } = encoderFrame(tokenizer);
  const most = Math.min(SHOWN, training.config.contextLength - start.length - end.length);
  const ids = tokenizer.encode(text).slice(0, most);
  if (!mask || ids.length < 3) return {};
  const middle = Math.floor(ids.length / 2);
  const [before, hidden, after] = [ids.slice(0, middle), [ids[middle]], ids.slice(middle + 1)].map((part) =>
    tokenizer.decode(part),
  );
  const masked = `${before}${mask.name}${after}`;
  let evaluations = 0;
  return {
    async onEvaluation({ step }) {
      if (!isPowerOfTwo(++evaluations)) return;
      const [guesses] = await fillMask(training, tokenizer, masked, { top: GUESSES });
      const record = { type: 'guess', step, text: masked, hidden, guesses };
      await training.run.append(record);
      terminal.json(record);
      const shown = guesses.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(0)} %`);
      const words = { step, text: masked, guesses: shown.join(', '), hidden };
      terminal.print(`  ${say('guess', words).replaceAll('\n', ' ')}`);
    },
  };
}
