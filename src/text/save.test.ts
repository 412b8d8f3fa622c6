import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chinese, english } from '../../test/golden/tokenizer-texts.ts';
import type { Tokenizer } from '../types.ts';
import { encodeBatch } from './batch.ts';
import { trainCharacters } from './characters.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { fingerprint, saveTokenizer } from './save.ts';
import { sha256 } from './sha256.ts';
import { encodeParts, special } from './special.ts';
import { tokenizerStats } from './stats.ts';
import { trainBpe } from './train-bpe.ts';

const bpe = await trainBpe([english, chinese], { vocabSize: 300, specialTokens: ['<|endoftext|>', '<问>'] });
const characters = trainCharacters(english + chinese);

describe('a fingerprint', () => {
  test('is the SHA-256 of the saved file', () => {
    for (const tokenizer of [bpe, characters]) {
      expect(fingerprint(tokenizer)).toBe(
        createHash('sha256').update(saveTokenizer(tokenizer)).digest('hex'),
      );
    }
  });

  test('is the same for a tokenizer that was saved and loaded, another for another tokenizer', async () => {
    expect(fingerprint(loadTokenizer(saveTokenizer(bpe)))).toBe(fingerprint(bpe));
    const other = await trainBpe([english, chinese], {
      vocabSize: 301,
      specialTokens: ['<|endoftext|>', '<问>'],
    });
    const prints = [bpe, characters, other].map(fingerprint);
    expect(new Set(prints).size).toBe(3);
  });

  test('is the true SHA-256 for messages of every length', () => {
    for (let length = 0; length < 200; length++) {
      const message = Uint8Array.from({ length }, (_, i) => i * 7);
      expect(sha256(message)).toBe(createHash('sha256').update(message).digest('hex'));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (message) => {
        expect(sha256(message)).toBe(createHash('sha256').update(message).digest('hex'));
      }),
    );
  });

  test('of a tokenizer from elsewhere is an error', () => {
    const foreign = { ...bpe, toJSON: undefined } as unknown as Tokenizer;
    expect(() => fingerprint(foreign)).toThrow(expect.objectContaining({ code: 'text/not-savable' }));
  });
});

describe('parts', () => {
  test('of a prompt: text cannot forge a special token, a value can name one', () => {
    const forged = encodeParts(bpe, ['<问>']);
    expect(forged).not.toContain(bpe.specialTokens.get('<问>'));
    expect(encodeParts(bpe, [special('<问>'), '明月', special('<|endoftext|>')])).toEqual([
      1,
      ...bpe.encode('明月'),
      0,
    ]);
    expect(() => encodeParts(bpe, [special('<答>')])).toThrow(
      /"<答>" is not a special token .*<\|endoftext\|>, <问>/,
    );
  });
});

describe('a batch', () => {
  test('fills short rows on the asked side and says what it cut', () => {
    const small = trainCharacters('ab中', { byteFallback: false });
    const right = encodeBatch(small, ['a', 'ab中', ''], { padId: 9 });
    expect([right.rows, right.columns]).toEqual([3, 3]);
    expect([...right.ids]).toEqual([0, 9, 9, 0, 1, 2, 9, 9, 9]);
    expect([...right.mask]).toEqual([1, 0, 0, 1, 1, 1, 0, 0, 0]);
    const left = encodeBatch(small, ['a', 'ab中'], { padId: 9, maxTokens: 2, side: 'left' });
    expect([...left.ids]).toEqual([9, 0, 1, 2]);
    expect([...left.mask]).toEqual([0, 1, 1, 1]);
    expect([...left.cut]).toEqual([0, 1]);
    expect([...encodeBatch(small, ['ab中'], { padId: 9, maxTokens: 2 }).ids]).toEqual([0, 1]);
    expect(() => encodeBatch(small, ['a'], { padId: 9, maxTokens: 0 })).toThrow(/`maxTokens`/);
  });
});

describe('statistics', () => {
  test('count characters, bytes, tokens, fragments and unknown characters', () => {
    const small = trainCharacters('ab中');
    expect(tokenizerStats(small, 'ab中𠀀é!')).toEqual({
      characters: 6,
      bytes: 12,
      tokens: 10,
      charactersPerToken: 0.6,
      bytesPerToken: 1.2,
      tokensPerCharacter: 10 / 6,
      tokensPerWord: 10 / 4,
      fragments: 6,
      unknownCharacters: 3,
      fallbackShare: 0.7,
      unknownTokens: 0,
      distinctTokens: 9,
      vocabUsed: 9 / small.vocabSize,
      longestTokens: ['a', 'b', '中'],
    });
    const stats = tokenizerStats(bpe, english);
    expect(stats.charactersPerToken).toBeGreaterThan(1);
    expect(stats.unknownCharacters).toBe(0);
    expect(tokenizerStats(bpe, '').charactersPerToken).toBe(0);
  });
});
