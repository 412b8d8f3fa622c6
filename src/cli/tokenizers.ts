/** The tokenizer of a training: from a file, by characters, or trained on the text with progress. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defineMessages } from '../language.ts';
import { loadTokenizer, trainBpe, trainCharacters } from '../text/index.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import type { CommandContext } from './command.ts';
import { readTextFile } from './corpus.ts';
import { BYTES } from './recipe.ts';
import { formatDuration } from './terminal.ts';

/** How a tokenizer was made: by characters, trained to a size that was asked for, or given as a file. */
export type TokenizerOrigin = 'characters' | 'given' | { readonly vocabSize: number };

const say = defineMessages({
  merging: {
    en: (d: { done: number; total: number }) => `merging pairs: ${d.done} of ${d.total} tokens`,
    zh: (d) => `合并字节对：${d.done}/${d.total} 个词元`,
  },
  vocabulary: {
    en: (d: { size: number; perToken: string; seconds: string }) =>
      `byte-level BPE with ${d.size} tokens, ${d.perToken} characters a token (${d.seconds})`,
    zh: (d) => `字节级 BPE，${d.size} 个词元，平均每词元 ${d.perToken} 字（用时 ${d.seconds}）`,
  },
});

const END_OF_TEXT = '<|endoftext|>';
/** Enough text to train a tokenizer by; more changes nothing. */
export const MOST_TOKENIZER_CHARACTERS = 4_000_000;
/** Texts by which the characters per token are measured. */
const MEASURED_TEXTS = 500;

type Context = Pick<CommandContext, 'terminal' | 'signal'>;

/** Byte-level BPE trained on an even part of the documents; `special` tokens beside the end of a text. */
export async function learnBpe(
  documents: readonly TextDocument[],
  vocabSize: number,
  { terminal, signal }: Context,
  special: readonly string[] = [],
): Promise<Tokenizer> {
  const start = performance.now();
  const total = documents.reduce((sum, { text }) => sum + text.length, 0);
  const stride = Math.max(1, Math.ceil(total / MOST_TOKENIZER_CHARACTERS));
  const texts = documents.filter((_, i) => i % stride === 0).map(({ text }) => text);
  const tokenizer = await trainBpe(texts, {
    vocabSize,
    specialTokens: [END_OF_TEXT, ...special],
    onProgress: ({ phase, done, total: all }) => {
      if (phase === 'merge') terminal.live(say('merging', { done, total: all! }));
    },
    signal,
  });
  terminal.endLive({ keep: false });
  const sample = texts.slice(0, MEASURED_TEXTS);
  const tokens = sample.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  const perToken = (sample.reduce((sum, text) => sum + text.length, 0) / tokens).toFixed(2);
  const seconds = formatDuration((performance.now() - start) / 1000);
  terminal.print(`  ${say('vocabulary', { size: tokenizer.vocabSize, perToken, seconds })}`);
  return tokenizer;
}

/** Bytes, and the end of a text: learnt from nothing. */
export const byteTokenizer = (): Promise<Tokenizer> =>
  trainBpe([], { vocabSize: BYTES, specialTokens: [END_OF_TEXT] });

/** One token a character. A single text has no ends to mark. */
export function learnCharacters(
  documents: readonly TextDocument[],
  special: readonly string[] = [],
): Tokenizer {
  const texts = documents.map(({ text }) => text);
  const isMany = texts.length > 1;
  return trainCharacters(texts, {
    specialTokens: isMany ? [END_OF_TEXT, ...special] : special,
    byteFallback: isMany,
  });
}

/** The tokenizer of a folder, or of its file. */
export async function readTokenizerAt(path: string): Promise<Tokenizer> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory();
  return readTokenizer(isFolder ? join(path, 'tokenizer.json') : path);
}

/** A tokenizer from its file. */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  return loadTokenizer(await readTextFile(path));
}
