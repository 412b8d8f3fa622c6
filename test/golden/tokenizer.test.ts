/** Trainer, encoder, pre-tokenizers and files against Hugging Face tokenizers (tokenizer.py made the numbers). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createDetokenizer,
  loadTokenizer,
  type PatternName,
  type SavableTokenizer,
  saveTokenizer,
  trainBpe,
} from '../../src/text/index.ts';
import { patternSplitter } from '../../src/text/pattern.ts';

interface Golden {
  readonly tricky: string[];
  readonly trained: {
    readonly name: string;
    readonly pattern: PatternName;
    readonly texts: string[];
    readonly vocabSize: number;
    readonly minFrequency: number;
    readonly merges: string[];
    /** Tokens after the two special ones and the 256 bytes. */
    readonly vocab: [string, number][];
    /** The file that the library wrote, without its model. */
    readonly file: Record<string, unknown>;
    readonly ids: number[][];
  }[];
  readonly ties: { readonly text: string; readonly vocabSize: number; readonly merges: string[] }[];
  readonly files: {
    readonly name: string;
    readonly file: string;
    readonly texts: string[];
    readonly ids: number[][];
    readonly decoded: string[];
  }[];
  readonly special: {
    readonly file: string;
    readonly texts: string[];
    readonly ids: number[][];
    readonly kept: string[];
    readonly skipped: string[];
  };
  readonly pieces: { readonly pattern: string; readonly pieces: string[][] }[];
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'tokenizer.json'), 'utf8'));

const streamed = (tokenizer: SavableTokenizer, ids: readonly number[]): string => {
  const detokenizer = createDetokenizer(tokenizer);
  return ids.map((id) => detokenizer.push(id)).join('') + detokenizer.flush();
};

describe('training gives the merges, ids and file of Hugging Face tokenizers', () => {
  test.each(golden.trained)('$name', async (wanted) => {
    const tokenizer = await trainBpe(wanted.texts, {
      vocabSize: wanted.vocabSize,
      minFrequency: wanted.minFrequency,
      specialTokens: ['<|endoftext|>', '<用户>'],
      pattern: wanted.pattern,
    });
    const { model, ...rest } = tokenizer.toJSON();
    expect(model.merges).toEqual(wanted.merges);
    expect(Object.entries(model.vocab).slice(258)).toEqual(wanted.vocab);
    expect({ ...rest, model: null }).toEqual(wanted.file);
    expect(golden.tricky.map((text) => tokenizer.encode(text))).toEqual(wanted.ids);
    const again = loadTokenizer(saveTokenizer(tokenizer));
    expect(golden.tricky.map((text) => again.encode(text))).toEqual(wanted.ids);
    expect(wanted.ids.map((ids) => again.decode(ids))).toEqual(golden.tricky);
    expect(wanted.ids.map((ids) => streamed(again, ids))).toEqual(golden.tricky);
  });

  test.each(golden.ties)('equal counts and runs: $text', async ({ text, vocabSize, merges }) => {
    const tokenizer = await trainBpe([text], { vocabSize, minFrequency: 0, specialTokens: [] });
    expect(tokenizer.toJSON().model.merges).toEqual(merges);
  });
});

describe('files of Hugging Face tokenizers give its ids and its text', () => {
  test.each(golden.files)('$name', ({ file, texts, ids, decoded }) => {
    const tokenizer = loadTokenizer(file);
    expect(texts.map((text) => tokenizer.encode(text))).toEqual(ids);
    expect(ids.map((row) => tokenizer.decode(row))).toEqual(decoded);
    const again = loadTokenizer(saveTokenizer(tokenizer));
    expect(texts.map((text) => again.encode(text))).toEqual(ids);
    expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
  });

  test('special tokens, where they are allowed', () => {
    const { file, texts, ids, kept, skipped } = golden.special;
    const tokenizer = loadTokenizer(file);
    expect(texts.map((text) => tokenizer.encode(text, { allowSpecial: true }))).toEqual(ids);
    expect(ids.map((row) => tokenizer.decode(row, { keepSpecial: true }))).toEqual(kept);
    expect(ids.map((row) => tokenizer.decode(row))).toEqual(skipped);
  });
});

describe('patterns cut text as Oniguruma does', () => {
  test.each(golden.pieces)('$pattern', ({ pattern, pieces }) => {
    const next = patternSplitter(pattern);
    const cut = golden.tricky.map((text) => {
      const found: string[] = [];
      for (let start = 0; start < text.length; ) {
        const end = next(text, start);
        found.push(text.slice(start, end));
        start = end;
      }
      return found;
    });
    expect(cut).toEqual(pieces);
  });
});
