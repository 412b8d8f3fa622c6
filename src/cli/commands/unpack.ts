/** `inkstone unpack FILE.ink --model RUN`: the text that was packed with the same model. */

import { readFile, stat } from 'node:fs/promises';
import { unpackText } from '../../eval/index.ts';
import { describeFileError, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { unpackOptions } from '../information-options.ts';
import { openPacker } from '../packers.ts';

const say = defineMessages({
  unpacking: { en: (d: { file: string }) => `unpacking ${d.file}`, zh: (d) => `解压 ${d.file}` },
  written: {
    en: (d: { out: string; bytes: number }) => `${d.out}: ${d.bytes} bytes, as they were`,
    zh: (d) => `${d.out}：${d.bytes} 字节，与原文一致`,
  },
});

export async function run(context: CommandContext<typeof unpackOptions>): Promise<void> {
  const { args, options, terminal, signal } = context;
  const [file] = args;
  const out = options.out ?? (await nameBefore(file));
  const packed = await readFile(file).catch((error) => {
    throw describeFileError(error, file);
  });
  const packer = await openPacker('unpack', context);
  const bar = terminal.bar(say('unpacking', { file }), 1);
  const onProgress = (done: number, total: number): void => bar.update(done, total);
  const reading = unpackText(packed, packer, { path: file, signal, onProgress });
  const text = new TextEncoder().encode(await reading.finally(() => bar.stop()));
  await writeFileAtomic(out, text);
  terminal.json({ type: 'unpacked', file, out, textBytes: text.length });
  terminal.print(say('written', { out, bytes: text.length }));
}

/** The name without `.ink`, where nothing lies yet. */
async function nameBefore(file: string): Promise<string> {
  const name = file.replace(/\.ink$/i, '');
  if (name === file) throw fail('cli/unpack-name', { file });
  if (await stat(name).catch(() => undefined)) throw fail('cli/unpack-name', { file, there: name });
  return name;
}
