import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { awkwardText, chinese, english } from '../../test/golden/tokenizer-texts.ts';
import { createDetokenizer } from './detokenizer.ts';
import { encodePairs } from './pairs.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { type SavableTokenizer, saveTokenizer } from './save.ts';
import { tokenizerStats } from './stats.ts';
import type { WordPieceEntry } from './tokenizer-file.ts';
import { trainWordPiece } from './train-word-piece.ts';

let tokenizer: SavableTokenizer<WordPieceEntry>;
beforeAll(async () => {
  tokenizer = await trainWordPiece([english, chinese], { vocabSize: 260 });
});

describe('a trained WordPiece tokenizer', () => {
  test('takes the longest piece first, gives words back and loses what it cannot spell', () => {
    const tokens = (text: string) => {
      const spelled = new Map(
        Object.entries(tokenizer.toJSON().model.vocab).map(([token, id]) => [id, token]),
      );
      return tokenizer.encode(text).map((id) => spelled.get(id));
    };
    expect(tokenizer.decode(tokenizer.encode('Shall I compare thee to a day?'))).toBe(
      'shall i compare thee to a day?',
    );
    expect(tokens('明月光')).toEqual(['明', '月', '光']);
    expect(tokens('zebra 〇')).toEqual(['[UNK]', '[UNK]']);
    expect(tokens('a'.repeat(101))).toEqual(['[UNK]']);
    expect(tokenizer.unknownId).toBe(1);
    expect(tokenizerStats(tokenizer, 'zebra a').unknownTokens).toBe(1);
  });

  test('text that spells a special token is ordinary text', () => {
    fc.assert(
      fc.property(awkwardText, fc.constantFrom('[CLS]', '[MASK]', '[SEP]'), (text, name) => {
        const ids = tokenizer.encode(text + name + text);
        expect(ids).not.toContain(tokenizer.specialTokens.get(name));
        const detokenizer = createDetokenizer(tokenizer);
        expect(ids.map((id) => detokenizer.push(id)).join('') + detokenizer.flush()).toBe(
          tokenizer.decode(ids),
        );
      }),
      { numRuns: 60 },
    );
    expect(tokenizer.encode('a [MASK]', { allowSpecial: true })).toContain(4);
  });

  test('is the same when saved and loaded, and when trained again', async () => {
    expect(saveTokenizer(loadTokenizer(saveTokenizer(tokenizer)))).toBe(saveTokenizer(tokenizer));
    const again = await trainWordPiece([english, chinese], { vocabSize: 260 });
    expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
  });

  test('options are checked', async () => {
    const make = (more: object) => trainWordPiece([chinese], { vocabSize: 300, ...more });
    await expect(make({ vocabSize: 20 })).rejects.toThrow(/must be at least \d+ .*got 20/);
    await expect(make({ vocabSize: 20, alphabetSize: 10 })).resolves.toBeDefined();
    await expect(make({ alphabetSize: 0 })).rejects.toThrow(/`alphabetSize`/);
    await expect(make({ specialTokens: ['x'] })).rejects.toThrow(/`specialTokens`/);
    await expect(make({ minFrequency: -1 })).rejects.toThrow(/`minFrequency`/);
  });

  test.each(['a', '哈', '\u0301', ' ', '.'])('a long text of %j is encoded', (unit) => {
    expect(tokenizer.encode(unit.repeat(300_000)).length).toBeLessThanOrEqual(300_000);
  });
});

describe('pairs', () => {
  test('get their template; a room that is too small is an error', () => {
    const { ids, types, mask, columns, cut } = encodePairs(tokenizer, [['明月', '光'], ['月']], {
      padId: 0,
      maxTokens: 5,
    });
    const [cls, sep] = ['[CLS]', '[SEP]'].map((name) => tokenizer.specialTokens.get(name)!);
    const [moon, light, bright] = ['月', '光', '明'].map((text) => tokenizer.encode(text)[0]);
    expect([...ids]).toEqual([cls, bright, sep, light, sep, cls, moon, sep, 0, 0]);
    expect([...types]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect([...mask]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect([columns, ...cut]).toEqual([5, 1, 0]);
    expect(() => encodePairs(tokenizer, [['a', 'b']], { padId: 0, maxTokens: 2 })).toThrow(
      /`maxTokens`.*got 2/,
    );
    const only = { padId: 0, maxTokens: 6, truncation: 'only-first' } as const;
    expect(() => encodePairs(tokenizer, [['月', '床前明月光']], only)).toThrow(/`maxTokens`/);
  });
});
