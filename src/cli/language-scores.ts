/** How a model does in each language of a mixture: told while it learns and at the end. */

import { defineMessages } from '../language.ts';
import type { LanguageScore } from './mixed-training.ts';
import type { TrainingWatch } from './progress.ts';
import { compactNumber, formatTable, type Terminal } from './terminal.ts';
import type { WatchedTraining } from './training.ts';

const say = defineMessages({
  line: {
    en: (d: { step: number; scores: string }) => `step ${d.step}, held-out bits/byte: ${d.scores}`,
    zh: (d) => `第 ${d.step} 步，留出比特/字节：${d.scores}`,
  },
  head: {
    en: () => 'language|share|tokens seen|nats/token|bits/char|bits/byte',
    zh: () => '语言|比例|已学词元|奈特/词元|比特/字|比特/字节',
  },
});

/** A line at each evaluation; nothing for a training on one text. */
export function watchLanguages(training: WatchedTraining, terminal: Terminal): TrainingWatch {
  return {
    async onEvaluation({ step, heldOutLoss }) {
      const { languages } = training.figuresOf(heldOutLoss, step);
      if (!languages) return;
      const scores = languages.map(({ name, bitsPerByte }) => `${name} ${bitsPerByte.toFixed(3)}`).join(', ');
      terminal.print(`  ${say('line', { step, scores })}`);
    },
  };
}

/** The table at the end. */
export function tellLanguages(terminal: Terminal, languages: readonly LanguageScore[] = []): void {
  if (languages.length === 0) return;
  const rows = languages.map(({ name, share, tokensSeen, loss, bitsPerCharacter, bitsPerByte }) => [
    ...[name, `${(100 * share).toFixed(1)} %`, compactNumber(tokensSeen), loss.toFixed(4)],
    ...[bitsPerCharacter.toFixed(3), bitsPerByte.toFixed(3)],
  ]);
  const table = formatTable([say('head', {}).split('|'), ...rows]);
  for (const line of ['', ...table.map((line) => `  ${line}`), '']) terminal.print(line);
}
