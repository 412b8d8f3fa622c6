/** `inkstone tokenizer compare FILE…`: how several tokenizers cut the same text. */

import { defineMessages } from '../../language.ts';
import { loadTokenizer, tokenizerStats } from '../../text/index.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import { formatTable, truncate } from '../terminal.ts';
import type { tokenizerOptions } from '../tokenizer-options.ts';

const say = defineMessages({
  file: { en: () => 'tokenizer', zh: () => '分词器' },
  kind: { en: () => 'kind', zh: () => '类型' },
  size: { en: () => 'vocabulary', zh: () => '词表' },
  used: { en: () => 'used', zh: () => '用到' },
  tokens: { en: () => 'tokens', zh: () => '词元' },
  perCharacter: { en: () => 'per character', zh: () => '每字' },
  perWord: { en: () => 'per word', zh: () => '每词' },
  bytes: { en: () => 'bytes each', zh: () => '每词元字节' },
  unknown: { en: () => 'unknown', zh: () => '未知' },
  fallback: { en: () => 'as bytes', zh: () => '按字节' },
  longest: { en: () => 'longest tokens', zh: () => '最长词元' },
  lost: {
    en: (d: { file: string; count: number }) =>
      `${d.file}: ${d.count} unknown tokens stand for text that cannot be given back`,
    zh: (d) => `${d.file}：有 ${d.count} 个未知词元，所代表的文字无法还原`,
  },
});

/** Prints one row a tokenizer; `textOf` gives the text to measure on. */
export async function compare(
  { args, terminal }: CommandContext<typeof tokenizerOptions>,
  textOf: () => Promise<string>,
): Promise<void> {
  const files = args.slice(1);
  if (files.length === 0) {
    const example = 'inkstone tokenizer compare a.json b.json --text 春眠不觉晓';
    throw fail('cli/missing-argument', { command: 'tokenizer compare', argument: 'file', example });
  }
  const text = await textOf();
  const head = [
    'file',
    'kind',
    'size',
    'used',
    'tokens',
    'perCharacter',
    'perWord',
    'bytes',
    'unknown',
    'fallback',
  ] as const;
  const rows = [[...head, 'longest' as const].map((name) => say(name, {}))];
  const lost: string[] = [];
  for (const file of files) {
    const tokenizer = loadTokenizer(await readTextFile(file));
    const stats = tokenizerStats(tokenizer, text);
    const kind = tokenizer.toJSON().model.type;
    terminal.json({ file, kind, vocabSize: tokenizer.vocabSize, ...stats });
    rows.push([
      file,
      kind,
      String(tokenizer.vocabSize),
      `${(100 * stats.vocabUsed).toFixed(1)} %`,
      String(stats.tokens),
      stats.tokensPerCharacter.toFixed(3),
      stats.tokensPerWord.toFixed(3),
      stats.bytesPerToken.toFixed(2),
      String(stats.unknownTokens),
      `${(100 * stats.fallbackShare).toFixed(2)} %`,
      truncate(stats.longestTokens.map((token) => JSON.stringify(token)).join(' '), 60),
    ]);
    if (stats.unknownTokens > 0) lost.push(say('lost', { file, count: stats.unknownTokens }));
  }
  for (const line of [...formatTable(rows), ...lost]) terminal.print(line);
}
