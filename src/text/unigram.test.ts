import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { awkwardText, brokenText, chinese, english, wellFormed } from '../../test/golden/tokenizer-texts.ts';
import { createDetokenizer } from './detokenizer.ts';
import type { TrainingProgress } from './pacer.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { type SavableTokenizer, saveTokenizer } from './save.ts';
import { trainUnigram } from './train-unigram.ts';
import { unigramTokenizer } from './unigram.ts';

const kinds = new Map<string, SavableTokenizer>();
beforeAll(async () => {
  const texts = [english, chinese];
  kinds.set('gpt2', await trainUnigram(texts, { vocabSize: 500 }));
  kinds.set('cl100k', await trainUnigram(texts, { vocabSize: 420, pattern: 'cl100k' }));
  kinds.set('metaspace', await trainUnigram(texts, { vocabSize: 500, pattern: 'metaspace' }));
});

/** The sign that metaspace has for a space reads as one. */
const spaced = (name: string, text: string): string =>
  name === 'metaspace' ? text.replaceAll('▁', ' ') : text;

describe('a trained Unigram tokenizer', () => {
  test('gives back every text, byte by byte and in any chunks', () => {
    for (const [name, tokenizer] of kinds) {
      fc.assert(
        fc.property(awkwardText, (text) => {
          const ids = tokenizer.encode(text);
          expect(tokenizer.decode(ids)).toBe(spaced(name, text));
          // Offsets: the bytes of the tokens are those of the text, one after the other.
          const bytes = Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id)));
          expect(bytes.equals(Buffer.from(spaced(name, text)))).toBe(true);
          const detokenizer = createDetokenizer(tokenizer);
          expect(ids.map((id) => detokenizer.push(id)).join('') + detokenizer.flush()).toBe(
            spaced(name, text),
          );
        }),
        { numRuns: 60 },
      );
    }
  });

  test('reads a lone surrogate as U+FFFD, as UTF-8 does', () => {
    const tokenizer = kinds.get('gpt2')!;
    fc.assert(
      fc.property(brokenText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
    );
  });

  test('is the same when saved and loaded, and when trained again', async () => {
    for (const tokenizer of kinds.values()) {
      expect(saveTokenizer(loadTokenizer(saveTokenizer(tokenizer)))).toBe(saveTokenizer(tokenizer));
    }
    const again = await trainUnigram([english, chinese], { vocabSize: 500 });
    expect(saveTokenizer(again)).toBe(saveTokenizer(kinds.get('gpt2')!));
  });

  test('no text becomes a special token or a byte by its spelling', () => {
    for (const tokenizer of kinds.values()) {
      for (const text of ['<|endoftext|>', '<0x41>', '你<0xE4>']) {
        const ids = tokenizer.encode(text);
        expect(tokenizer.decode(ids)).toBe(text);
        expect(ids).not.toContain(tokenizer.eosId);
      }
      expect(tokenizer.encode('a<|endoftext|>', { allowSpecial: true })).toContain(tokenizer.eosId);
    }
  });

  test('a long text without a space is encoded and comes back', () => {
    for (const unit of ['a', '哈', '\u0301', ' ', '\n']) {
      const text = unit.repeat(60_000);
      for (const tokenizer of kinds.values())
        expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
    }
  });

  test('says how far it is and stops when asked', async () => {
    const seen: TrainingProgress[] = [];
    await trainUnigram([english, chinese], { vocabSize: 400, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ phase: 'estimate' });
    const stopped = trainUnigram([english], { vocabSize: 400, signal: AbortSignal.abort(new Error('stop')) });
    await expect(stopped).rejects.toThrow('stop');
  });

  test('options are checked', async () => {
    const make = (more: object) => trainUnigram([chinese], { vocabSize: 400, ...more });
    await expect(make({ vocabSize: 256 })).rejects.toThrow(/from 258 .*got 256/);
    await expect(make({ vocabSize: 20, byteFallback: false })).rejects.toThrow(
      /must be \d+ larger for the \d+ characters/,
    );
    await expect(make({ maxPieceLength: 0 })).rejects.toThrow(/`maxPieceLength`/);
    await expect(make({ shrinkingFactor: 1 })).rejects.toThrow(/`shrinkingFactor`/);
    await expect(make({ minFrequency: -1 })).rejects.toThrow(/`minFrequency`/);
    await expect(make({ specialTokens: ['<a>', '<a>'] })).rejects.toThrow(/`specialTokens`/);
    await expect(make({ pattern: '(' })).rejects.toMatchObject({ code: 'text/pattern' });
    expect((await trainUnigram([], { vocabSize: 300 })).encode('a')).toHaveLength(1);
  });
});

describe('Unigram encoding', () => {
  /** Every segmentation, the definition. */
  function bestScore(text: string, scores: ReadonlyMap<string, number>, unknown: number): number {
    if (text === '') return 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let end = 1; end <= text.length; end++) {
      const score = scores.get(text.slice(0, end)) ?? (end === 1 ? unknown : Number.NEGATIVE_INFINITY);
      best = Math.max(best, score + bestScore(text.slice(end), scores, unknown));
    }
    return best;
  }

  test('finds the best of all segmentations', () => {
    const vocab = fc.uniqueArray(
      fc.tuple(
        fc.string({ unit: fc.constantFrom('a', 'b', '中'), minLength: 1, maxLength: 3 }),
        fc.integer({ min: -90, max: -1 }),
      ),
      { selector: ([piece]) => piece, minLength: 1, maxLength: 8 },
    );
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '中'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(vocab, text, (pieces, given) => {
        const all = [['<unk>', 0] as const, ...pieces];
        const tokenizer = unigramTokenizer({ vocab: all, unknownId: 0, decoder: { type: 'Fuse' } });
        const lowest = Math.min(0, ...pieces.map(([, score]) => score));
        const ids = tokenizer.encode(given);
        // Neighbouring unknown characters are one token: count the characters that pieces leave.
        const spelled = ids.filter((id) => id !== 0);
        const left = given.length - spelled.reduce((sum, id) => sum + all[id][0].length, 0);
        const score = spelled.reduce((sum, id) => sum + all[id][1], 0) + left * (lowest - 10);
        expect(score).toBe(bestScore(given, new Map(pieces), lowest - 10));
      }),
      { numRuns: 200 },
    );
  });

  test('without an unknown token a character outside the vocabulary is an error', () => {
    const tokenizer = unigramTokenizer({ vocab: [['a', -1]], decoder: { type: 'Fuse' } });
    expect(tokenizer.encode('aa')).toEqual([0, 0]);
    expect(() => tokenizer.encode('a中')).toThrow(expect.objectContaining({ code: 'text/no-character' }));
  });
});
