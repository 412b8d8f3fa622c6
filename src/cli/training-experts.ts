/** How evenly a mixture of experts is used while it learns: told at each evaluation, kept with the metrics of the run. */

import { expertUses, usesByLayer } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import type { DecoderLanguageModel } from '../models/index.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import type { TrainingWatch } from './progress.ts';
import type { Terminal } from './terminal.ts';
import type { OpenTraining } from './training.ts';

const say = defineMessages({
  use: {
    en: (d: { step: number; least: string; most: string; even: string }) =>
      `step ${d.step}, experts: the least used has ${d.least} % of its layer's choices, the most used ${d.most} % (even: ${d.even} %)`,
    zh: (d) =>
      `第 ${d.step} 步，专家：用得最少的占该层选择的 ${d.least} %，最多的占 ${d.most} %（均匀：${d.even} %）`,
  },
});

/** Held-out texts that are looked at, and tokens of each. */
const MOST_TEXTS = 16;
const MOST_TOKENS = 512;
/** No token is longer on the whole: more of a text need not be cut into tokens. */
const CHARACTERS_A_TOKEN = 16;

/** Nothing for a model without experts. */
export function watchExperts(
  training: OpenTraining,
  model: DecoderLanguageModel,
  tokenizer: Tokenizer,
  heldOut: readonly TextDocument[],
  terminal: Terminal,
): TrainingWatch {
  const { experts } = model.config;
  if (experts === undefined) return {};
  const most = Math.min(MOST_TOKENS, model.contextLength);
  const texts = heldOut
    .slice(0, MOST_TEXTS)
    .map(({ text }) => tokenizer.encode(text.slice(0, CHARACTERS_A_TOKEN * most)))
    .map((ids) => ids.slice(0, most))
    .filter((ids) => ids.length > 0);
  if (texts.length === 0) return {};
  return {
    async onEvaluation({ step }) {
      const uses = await expertUses(model, tokenizer, texts);
      const shares = uses.map(({ share }) => share);
      const record = {
        type: 'experts',
        step,
        layers: usesByLayer(uses).map((own) => own.map(({ share }) => Number(share.toFixed(4)))),
      };
      await training.run.append(record);
      terminal.json(record);
      const percent = (share: number): string => (100 * share).toFixed(1);
      const [least, most] = [Math.min(...shares), Math.max(...shares)].map(percent);
      terminal.print(`  ${say('use', { step, least, most, even: percent(1 / experts) })}`);
    },
  };
}
