/** `inkstone tune merge RUN ADAPTER…`: a model with adapters in its weights, as a model of its own. */

import { stat } from 'node:fs/promises';
import { defineMessages } from '../../language.ts';
import { saveTokenizer } from '../../text/index.ts';
import { openRun, trackParameters } from '../../train/index.ts';
import { withAdapters } from '../adapters.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { exporters } from '../exporters.ts';
import { modelName, openModel, requireDecoder, type StoredDecoder } from '../models.ts';
import { readInitialWeights } from '../runs.ts';
import { quoteWord } from '../shell-words.ts';
import type { tuneOptions } from '../tune-options.ts';

const say = defineMessages({
  written: {
    en: (d: { out: string; path: string; adapters: string }) =>
      `${d.out}: ${d.path} with ${d.adapters} in its weights; let it write: npx inkstone generate ${quoteWord(d.out)}`,
    zh: (d) =>
      `${d.out}：已将 ${d.adapters} 并入 ${d.path} 的权重；让它写作：npx inkstone generate ${quoteWord(d.out)}`,
  },
});

export async function mergeAdapters(context: CommandContext<typeof tuneOptions>): Promise<void> {
  const { args, options, terminal } = context;
  const [, path, ...folders] = args;
  if (folders.length === 0) {
    const example = 'inkstone tune merge runs/poems runs/poems-lora';
    throw fail('cli/missing-argument', { command: 'tune merge', argument: '<adapter>', example });
  }
  const out = options.out ?? `${modelName(path)}-merged`;
  if (await stat(out).catch(() => undefined)) throw fail('cli/merge-there', { out });
  const fitted = withAdapters(requireDecoder('tune merge', await openModel(path)), folders);
  // Before a folder is made: an adapter that does not fit leaves nothing behind.
  const params = await fitted.params();
  const merged = { ...fitted, params: async () => params };
  if (merged.run) await writeRun(out, merged, merged.run);
  else await exporters.hf.write(out, merged, { type: 'f32' });
  terminal.json({ type: 'written', out, base: path, adapters: folders });
  terminal.print(say('written', { out, path, adapters: folders.join(' + ') }));
}

/** A finished run whose only checkpoint has the merged weights; its config names the run that they come from. */
async function writeRun(
  out: string,
  merged: StoredDecoder,
  earlier: NonNullable<StoredDecoder['run']>,
): Promise<void> {
  const params = await merged.params();
  const { run, step, sha256 } = await readInitialWeights(earlier);
  const { tuning: _, ...config } = earlier.config;
  const made = await openRun(out, {
    config: { ...config, init: { run, step, sha256 } },
    tokenizer: saveTokenizer(earlier.tokenizer),
  });
  try {
    await made.save({ place: earlier.run.place!, tracked: trackParameters(params, () => undefined) });
  } finally {
    await made.close();
  }
}
