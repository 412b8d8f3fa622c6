/** Unigram, WordPiece and BPE over characters against Hugging Face tokenizers (tokenizer-models.py made the numbers). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Component } from '../../src/text/components.ts';
import { readCutter } from '../../src/text/cutters.ts';
import {
  createDetokenizer,
  encodePairs,
  loadTokenizer,
  saveTokenizer,
  type Truncation,
  trainUnigram,
  trainWordPiece,
} from '../../src/text/index.ts';
import { readNormalizer } from '../../src/text/normalizers.ts';

interface Golden {
  readonly texts: string[];
  readonly files: {
    readonly name: string;
    /** A vocabulary or merges that are a number are those of the file at that place. */
    readonly file: { readonly model: { readonly [part: string]: unknown } };
    readonly ids: number[][];
    /** Null where the text comes back. */
    readonly decoded: (string | null)[];
  }[];
  readonly special: { readonly file: string; readonly texts: string[]; readonly ids: number[][] };
  readonly cuts: {
    readonly name: string;
    readonly component: Component;
    readonly texts: string[];
    readonly pieces: string[][];
  }[];
  readonly normal: { readonly component: Component; readonly made: string[] }[];
  readonly pairs: {
    readonly name: string;
    readonly template: unknown;
    readonly maxTokens: number | null;
    readonly strategy: string;
    readonly side: 'left' | 'right';
    readonly texts: [string, string][];
    readonly ids: number[][];
    readonly mask: number[][];
    readonly types: number[][];
  }[];
  readonly wordPiece: {
    readonly text: string;
    readonly vocabSize: number;
    readonly minFrequency: number;
    readonly vocab: string[];
  }[];
  readonly unigram: {
    readonly name: string;
    readonly texts: string[];
    readonly vocabSize: number;
    readonly options: Record<string, number>;
    readonly vocab: [string, number][];
  }[];
}

/** The whole file at a place. */
function fileAt(place: number): string {
  const { file } = golden.files[place];
  const model: Record<string, unknown> = { ...file.model };
  for (const part of ['vocab', 'merges']) {
    const from = model[part];
    if (typeof from === 'number') model[part] = golden.files[from].file.model[part];
  }
  return JSON.stringify({ ...file, model });
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'tokenizer-models.json'), 'utf8'));

/** The text that spells a byte token: there it becomes one, here it is ordinary text. */
const spellsByte = golden.texts.findIndex((text) => text.includes('<0x41>'));

const spaceless = (text: string): string => (text.startsWith(' ') ? text.slice(1) : text);

describe('files of Hugging Face tokenizers give its ids and its text', () => {
  test.each(golden.files.map((each, place) => ({ ...each, place })))(
    '$name',
    ({ name, place, ids, decoded }) => {
      const tokenizer = loadTokenizer(fileAt(place));
      const encoded = golden.texts.map((text) => tokenizer.encode(text));
      encoded.forEach((row, i) => {
        if (i === spellsByte && name === 'unigram, bytes') return;
        expect({ text: golden.texts[i], ids: row }).toEqual({ text: golden.texts[i], ids: ids[i] });
        // `decode` gives a prefix space back.
        const text = tokenizer.decode(row);
        const wanted = decoded[i] ?? golden.texts[i];
        expect([text, spaceless(text)]).toContain(wanted);
        const detokenizer = createDetokenizer(tokenizer);
        expect(row.map((id) => detokenizer.push(id)).join('') + detokenizer.flush()).toBe(text);
      });
      const again = loadTokenizer(saveTokenizer(tokenizer));
      expect(golden.texts.map((text) => again.encode(text))).toEqual(encoded);
      expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
    },
  );

  test('special tokens, where they are allowed', () => {
    const { file, texts, ids } = golden.special;
    const tokenizer = loadTokenizer(file);
    expect(texts.map((text) => tokenizer.encode(text, { allowSpecial: true }))).toEqual(ids);
  });
});

describe('components do what they do there', () => {
  test.each(golden.cuts)('pre-tokenizer $name', ({ component, texts, pieces }) => {
    const cut = readCutter(component);
    const found = texts.map((text) => {
      const parts: string[] = [];
      if (text !== '') cut(text, true, (piece, start, end) => parts.push(piece.slice(start, end)));
      return parts;
    });
    expect(found).toEqual(pieces);
  });

  test.each(golden.normal)('normalizer $component.type', ({ component, made }) => {
    const normalize = readNormalizer(component)!;
    golden.texts.forEach((text, i) => {
      expect({ text, made: normalize(text) }).toEqual({ text, made: made[i] });
    });
  });
});

describe('pairs', () => {
  test.each(golden.pairs)('$name, at most $maxTokens, $strategy, $side', (wanted) => {
    const tokenizer = loadTokenizer(
      JSON.stringify({ ...JSON.parse(fileAt(0)), post_processor: wanted.template }),
    );
    const found = encodePairs(tokenizer, wanted.texts, {
      padId: 0,
      maxTokens: wanted.maxTokens ?? undefined,
      side: wanted.side,
      truncation: wanted.strategy.replace('_', '-') as Truncation,
    });
    const rows = (values: ArrayLike<number>): number[][] =>
      Array.from({ length: found.rows }, (_, row) =>
        Array.from(values).slice(row * found.columns, (row + 1) * found.columns),
      );
    expect(rows(found.ids)).toEqual(wanted.ids);
    expect(rows(found.mask)).toEqual(wanted.mask);
    expect(rows(found.types)).toEqual(wanted.types);
  });
});

describe('training gives the vocabulary of Hugging Face tokenizers', () => {
  test.each(golden.wordPiece)('WordPiece of $vocabSize, at least $minFrequency', async (wanted) => {
    const tokenizer = await trainWordPiece([wanted.text], {
      vocabSize: wanted.vocabSize,
      minFrequency: wanted.minFrequency,
      spaceIdeographs: false,
    });
    expect(Object.keys(tokenizer.toJSON().model.vocab).sort()).toEqual([...wanted.vocab].sort());
  });

  test.each(golden.unigram)('Unigram: $name', async ({ name, texts, vocabSize, options, vocab }) => {
    const tokenizer = await trainUnigram(texts, {
      vocabSize,
      specialTokens: [],
      byteFallback: false,
      pattern: name.includes('gpt2') ? 'gpt2' : 'metaspace',
      addPrefixSpace: !name.includes('gpt2'),
      maxPieceLength: options.max_piece_length,
      shrinkingFactor: options.shrinking_factor,
      estimations: options.n_sub_iterations,
    });
    const found = new Map(tokenizer.toJSON().model.vocab);
    expect([...found.keys()].sort()).toEqual(vocab.map(([piece]) => piece).sort());
    // Required characters that were dropped get scores in no order there.
    const lowest = Math.min(...vocab.map(([, score]) => score)) + 0.02;
    for (const [piece, score] of vocab) if (score > lowest) expect(found.get(piece)).toBeCloseTo(score, 5);
  });
});
