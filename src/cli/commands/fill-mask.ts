/** `inkstone fill-mask RUN --text …`: what an encoder would put in the hidden places of a text. */

import { fillMask } from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { readEncoder } from '../encoders.ts';
import { fail } from '../errors.ts';
import type { fillMaskOptions } from '../fill-mask-options.ts';

export async function run({
  args,
  options,
  terminal,
}: CommandContext<typeof fillMaskOptions>): Promise<void> {
  const { text, top } = options;
  if (text === undefined) throw fail('cli/missing-value', { command: 'fill-mask', option: '--text' });
  const encoder = await readEncoder(args[0]);
  const places = await fillMask(encoder, encoder.tokenizer, text, { top });
  for (const [place, guesses] of places.entries()) {
    terminal.json({ type: 'guesses', place, guesses });
    if (places.length > 1) terminal.print(`[MASK] ${place + 1}`);
    for (const guess of guesses) {
      const share = `${(100 * guess.probability).toFixed(1)} %`.padStart(7);
      terminal.print(`${share}  ${guess.text.replaceAll('\n', ' ')}`);
    }
  }
}
