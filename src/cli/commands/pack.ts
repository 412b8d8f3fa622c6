/** `inkstone pack FILE --model RUN`: a text compressed with a model's probabilities, beside what other programs make of it. */

import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type PackedText, packText } from '../../eval/index.ts';
import { decodeUtf8, describeFileError, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import type { packOptions } from '../information-options.ts';
import { openPacker } from '../packers.ts';
import { formatTable } from '../terminal.ts';

const say = defineMessages({
  packing: { en: (d: { file: string }) => `packing ${d.file}`, zh: (d) => `压缩 ${d.file}` },
  written: {
    en: (d: { out: string; tokens: number; lanes: number; raw: number }) =>
      `${d.out}: ${d.tokens} tokens in ${d.lanes} ${d.lanes === 1 ? 'lane' : 'lanes'}${d.raw > 0 ? `, and ${d.raw} bytes that the tokenizer cannot spell as they are` : ''}`,
    zh: (d) =>
      `${d.out}：${d.tokens} 个词元，${d.lanes} 路${d.raw > 0 ? `；另有 ${d.raw} 字节分词器无法拼写，按原样保存` : ''}`,
  },
  bytes: { en: () => 'bytes', zh: () => '字节' },
  perByte: { en: () => 'bits a byte', zh: () => '每字节比特' },
  text: { en: () => 'the text', zh: () => '原文' },
  packed: { en: () => 'packed', zh: () => '压缩后' },
  code: { en: () => '  without the header', zh: () => '  不计文件头' },
  model: { en: () => "  the model's own surprise", zh: () => '  模型自身的信息量' },
});

export async function run(context: CommandContext<typeof packOptions>): Promise<void> {
  const { args, options, terminal, signal } = context;
  const [file] = args;
  const bytes = await readFile(file).catch((error) => {
    throw describeFileError(error, file);
  });
  const text = wholeText(bytes, file);
  const packer = await openPacker('pack', context);
  const bar = terminal.bar(say('packing', { file }), 1);
  const onProgress = (done: number, total: number): void => bar.update(done, total);
  const { lanes } = options;
  const packed = await packText(text, packer, { lanes, signal, onProgress }).finally(() => bar.stop());
  const out = options.out ?? `${file}.ink`;
  await writeFileAtomic(out, packed.file);
  const others = await otherPackers(bytes);
  const { file: content, ...figures } = packed;
  const sizes = { packedBytes: content.length, ...others };
  terminal.json({ type: 'packed', file, out, model: packer.name, ...figures, ...sizes });
  const { tokens, rawBytes: raw } = packed;
  terminal.print(say('written', { out, tokens, lanes: packed.lanes, raw }));
  for (const line of formatTable(sizeTable(packed, others))) terminal.print(`  ${line}`);
}

/** The text of the file to the last byte: a byte order mark stays, and bytes that are no text are an error. */
function wholeText(bytes: Uint8Array, path: string): string {
  decodeUtf8(bytes, path);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

interface OtherSizes {
  readonly gzipBytes: number;
  readonly brotliBytes: number;
}

/** What gzip and Brotli make of it, each at its best. */
async function otherPackers(bytes: Uint8Array): Promise<OtherSizes> {
  const [zipped, broth] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
    }),
  ]);
  return { gzipBytes: zipped.length, brotliBytes: broth.length };
}

function sizeTable(packed: PackedText, { gzipBytes, brotliBytes }: OtherSizes): string[][] {
  const { textBytes, codeBytes, modelBits } = packed;
  const row = (name: string, bytes: number): string[] => [
    name,
    String(Math.ceil(bytes)),
    textBytes === 0 ? '' : ((8 * bytes) / textBytes).toFixed(4),
  ];
  return [
    ['', say('bytes', {}), say('perByte', {})],
    row(say('text', {}), textBytes),
    row(say('packed', {}), packed.file.length),
    row(say('code', {}), codeBytes),
    row(say('model', {}), modelBits / 8),
    row('gzip -9', gzipBytes),
    row('brotli 11', brotliBytes),
  ];
}
