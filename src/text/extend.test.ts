import { describe, expect, test } from 'vitest';
import { chinese, english } from '../../test/golden/tokenizer-texts.ts';
import type { Tokenizer } from '../types.ts';
import { characterBpeTokenizer } from './character-bpe.ts';
import { byteTokenName } from './characters.ts';
import { extendTokenizer } from './extend.ts';
import { trainBpe } from './train-bpe.ts';
import { trainUnigram } from './train-unigram.ts';
import { trainWordPiece } from './train-word-piece.ts';

/** LLaMA's kind: characters, bytes for the rest. */
function characterBpe() {
  const letters = [...new Set(`${english}▁`.replaceAll(' ', ''))].sort();
  const vocab = new Map(
    ['<unk>', ...Array.from({ length: 256 }, (_, byte) => byteTokenName(byte)), ...letters, 'th', '▁th'].map(
      (token, id) => [token, id],
    ),
  );
  return characterBpeTokenizer({
    vocab,
    merges: [
      ['t', 'h'],
      ['▁', 'th'],
    ],
    unknownToken: '<unk>',
    byteFallback: true,
    specialTokens: new Map([['<unk>', 0]]),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
  });
}

const kinds: [string, () => Promise<Tokenizer> | Tokenizer, boolean][] = [
  ['byte-level BPE', () => trainBpe([english], { vocabSize: 300 }), true],
  ['BPE over characters', characterBpe, true],
  ['Unigram', () => trainUnigram([english], { vocabSize: 330 }), true],
  ['WordPiece', () => trainWordPiece([english], { vocabSize: 120 }), false],
];

test('WordPiece: more characters than there is room for, and those that are rare', async () => {
  const old = await trainWordPiece([english], { vocabSize: 120 });
  const many = String.fromCodePoint(...Array.from({ length: 300 }, (_, i) => 0x4e00 + i));
  const texts = [`${many} ${many} 龍`];
  const { tokenizer, added } = await extendTokenizer(old, texts, {
    vocabSize: old.vocabSize + 20,
    minFrequency: 2,
  });
  expect(added).toHaveLength(20);
  expect(tokenizer.encode('龍')).toEqual([tokenizer.unknownId]);
  const all = await extendTokenizer(old, texts, { vocabSize: 1000, minFrequency: 2 });
  expect(all.tokenizer.encode('龍')).toEqual([tokenizer.unknownId]);
  expect(all.tokenizer.encode('一')).not.toEqual([tokenizer.unknownId]);
});

describe('a vocabulary that learns Chinese', () => {
  test.each(kinds)('%s: old ids and old text stay, new text gets shorter', async (_, make, lossless) => {
    const old = await make();
    const texts = [chinese, chinese];
    const { tokenizer, added } = await extendTokenizer(old, texts, {
      vocabSize: old.vocabSize + 40,
      matching: String.raw`\p{Script=Han}`,
    });
    expect(added).toHaveLength(40);
    expect(tokenizer.vocabSize).toBe(old.vocabSize + 40);
    expect(tokenizer.encode(english)).toEqual(old.encode(english));
    for (let id = 0; id < old.vocabSize; id++) expect(tokenizer.tokenBytes(id)).toEqual(old.tokenBytes(id));
    expect(tokenizer.specialTokens).toEqual(old.specialTokens);
    added.forEach(({ id, from }, i) => {
      expect(id).toBe(old.vocabSize + i);
      expect(from.length).toBeGreaterThan(0);
      expect(from.every((each) => each < old.vocabSize)).toBe(true);
      // What stood for it before reads the same.
      if (lossless) expect(old.decode(from)).toBe(tokenizer.decode([id]));
    });
    const ids = tokenizer.encode(chinese);
    if (lossless) {
      expect(ids.length).toBeLessThan(old.encode(chinese).length);
      expect(tokenizer.decode(ids)).toBe(chinese);
    } else {
      // Every ideograph is a word of its own, and was unknown.
      const unknown = (found: readonly number[]) => found.filter((id) => id === tokenizer.unknownId).length;
      expect(unknown(ids)).toBeLessThan(unknown(old.encode(chinese)));
    }
  });

  test('twice, and with added tokens behind the vocabulary', async () => {
    const first = await extendTokenizer(await trainBpe([english], { vocabSize: 280 }), [chinese], {
      vocabSize: 300,
    });
    const second = await extendTokenizer(first.tokenizer, [chinese], { vocabSize: 320 });
    expect(second.added[0].id).toBe(first.tokenizer.vocabSize);
    expect(second.tokenizer.decode(second.tokenizer.encode(chinese))).toBe(chinese);
  });

  test('options are checked', async () => {
    const old = await trainBpe([english], { vocabSize: 280 });
    await expect(extendTokenizer(old, [chinese], { vocabSize: 280 })).rejects.toThrow(
      /from 281, one more than now/,
    );
    await expect(extendTokenizer(old, [chinese], { vocabSize: 300, matching: '(' })).rejects.toMatchObject({
      code: 'text/pattern',
    });
    const foreign = { ...old, toJSON: undefined } as unknown as Tokenizer;
    await expect(extendTokenizer(foreign, [], { vocabSize: 999 })).rejects.toMatchObject({
      code: 'text/not-savable',
    });
  });
});
