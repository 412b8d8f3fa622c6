import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awkwardText } from '../../test/golden/tokenizer-texts.ts';
import { MAX_CACHED_UNITS, PieceCache } from './piece-cache.ts';

/** What the cache has for a whole text, or `undefined`. */
function lookUp(cache: PieceCache, text: string): number[] | undefined {
  const out: number[] = [];
  return cache.appendIds(text, 0, text.length, PieceCache.hash(text, 0, text.length), out) ? out : undefined;
}

function keep(cache: PieceCache, text: string, ids: readonly number[]): void {
  cache.keep(text, 0, text.length, PieceCache.hash(text, 0, text.length), Int32Array.from(ids), ids.length);
}

describe('the memory of pieces', () => {
  test('knows what was kept and nothing else', () => {
    const piece = awkwardText.filter((text) => text.length > 0 && text.length <= MAX_CACHED_UNITS);
    const entries = fc.uniqueArray(fc.tuple(piece, fc.array(fc.nat(), { maxLength: 64 })), {
      selector: ([text]) => text,
    });
    fc.assert(
      fc.property(entries, piece, (kept, other) => {
        const cache = new PieceCache();
        for (const [text, ids] of kept) {
          expect(lookUp(cache, text)).toBeUndefined();
          keep(cache, text, ids);
        }
        for (const [text, ids] of kept) expect(lookUp(cache, text)).toEqual(ids);
        if (!kept.some(([text]) => text === other)) expect(lookUp(cache, other)).toBeUndefined();
      }),
    );
  });

  test('grows up to its bound, then forgets all and goes on, and is never wrong', () => {
    const cache = new PieceCache(2 ** 13);
    let most = 0;
    const known = (until: number): number => {
      let count = 0;
      for (let i = 0; i <= until; i++) {
        const ids = lookUp(cache, `月${i}`);
        if (!ids) continue;
        expect(ids).toEqual([i, i + 1]);
        count++;
      }
      return count;
    };
    for (let i = 0; i < 4000; i++) {
      keep(cache, `月${i}`, [i, i + 1]);
      if (i % 100 === 0) {
        const count = known(i);
        expect(count).toBeGreaterThan(0);
        most = Math.max(most, count);
      }
    }
    // A record takes six or seven integers: about 1,200 fit.
    expect(most).toBeGreaterThan(900);
    expect(most).toBeLessThan(1400);
  });

  test('tells pieces of one hash and one length apart', () => {
    const cache = new PieceCache();
    const pieces = [
      '明月',
      '明日',
      '日月',
      'abc',
      'abd',
      'xbc',
      '明月光a',
      '明日光a',
      '明月光b',
      'a\u0000',
      'ad',
    ];
    pieces.forEach((text, id) => {
      cache.keep(text, 0, text.length, 7, Int32Array.of(id), 1);
    });
    pieces.forEach((text, id) => {
      const out: number[] = [];
      expect(cache.appendIds(text, 0, text.length, 7, out)).toBe(true);
      expect(out).toEqual([id]);
    });
  });

  test('does not keep very many ids', () => {
    const cache = new PieceCache();
    keep(cache, 'a', Array(65).fill(1));
    expect(lookUp(cache, 'a')).toBeUndefined();
  });
});
