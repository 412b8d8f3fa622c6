import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chinese, cut, english } from '../../test/golden/tokenizer-texts.ts';
import { byteSpellings, spellBytes } from './byte-level.ts';
import type { TrainingProgress } from './pacer.ts';
import { splitters } from './split.ts';
import { trainBpe } from './train-bpe.ts';

/** The definition, without any cleverness: count all pairs, merge the best, again. */
function slowMerges(texts: readonly string[], count: number, minFrequency: number): string[] {
  const ids = new Map([...byteSpellings].sort().map((spelling, id) => [spelling, id]));
  let words = texts.flatMap((text) =>
    cut(splitters.gpt2, text).map((piece) => [...spellBytes(new TextEncoder().encode(piece))]),
  );
  const merges: string[] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    const key = (pair: string): number[] => pair.split(' ').map((spelling) => ids.get(spelling)!);
    const [best] = [...pairs].sort(
      (a, b) => b[1] - a[1] || key(a[0])[0] - key(b[0])[0] || key(a[0])[1] - key(b[0])[1],
    );
    if (!best || best[1] < Math.max(1, minFrequency)) break;
    const [left, right] = best[0].split(' ');
    merges.push(best[0]);
    if (!ids.has(left + right)) ids.set(left + right, ids.size);
    words = words.map((word) => {
      const merged: string[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) {
          merged.push(left + right);
          i++;
        } else merged.push(word[i]);
      }
      return merged;
    });
  }
  return merges;
}

describe('training', () => {
  test('equals counting all pairs anew for every merge', async () => {
    const words = fc.array(fc.constantFrom('ab', 'ba', ' c', 'abc', '中', '中文', ' 文', '\n', 'bcd '), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(words, async (chosen) => {
        const text = chosen.join('');
        const tokenizer = await trainBpe([text], { vocabSize: 280, minFrequency: 2, specialTokens: [] });
        expect(tokenizer.toJSON().model.merges).toEqual(slowMerges([text], 24, 2));
      }),
      { numRuns: 60 },
    );
    const tokenizer = await trainBpe([english, chinese], { vocabSize: 356, specialTokens: [] });
    expect(tokenizer.toJSON().model.merges).toEqual(slowMerges([english, chinese], 100, 2));
  });

  test('does not depend on the order of the texts, and reads async texts too', async () => {
    const options = { vocabSize: 350 };
    async function* stream() {
      yield chinese;
      yield english;
    }
    const one = await trainBpe([english, chinese], options);
    const other = await trainBpe(stream(), options);
    expect(other.toJSON()).toEqual(one.toJSON());
  });

  test('stops when no pair is frequent enough', async () => {
    const tokenizer = await trainBpe(['abab cd'], { vocabSize: 1000 });
    expect(tokenizer.toJSON().model.merges).toEqual(['a b']);
    expect(tokenizer.vocabSize).toBe(258);
    const all = await trainBpe(['abab cd'], { vocabSize: 1000, minFrequency: 0 });
    expect(all.toJSON().model.merges).toHaveLength(4);
    expect((await trainBpe([], { vocabSize: 1000 })).vocabSize).toBe(257);
  });

  test('never makes a special token out of text', async () => {
    const tokenizer = await trainBpe(['the the the'], { vocabSize: 300, specialTokens: ['the'] });
    expect(tokenizer.encode('the the')).not.toContain(tokenizer.specialTokens.get('the'));
    expect(tokenizer.decode(tokenizer.encode('the the'))).toBe('the the');
    const { merges } = tokenizer.toJSON().model;
    expect(merges).toContain('h e');
    expect(merges.map((merge) => (merge as string).replace(' ', ''))).not.toContain('the');
  });

  test('special tokens get the first ids, the end of documents by name or by option', async () => {
    const usual = await trainBpe([english], { vocabSize: 300 });
    expect([...usual.specialTokens]).toEqual([['<|endoftext|>', 0]]);
    expect(usual.eosId).toBe(0);
    const own = await trainBpe([chinese], {
      vocabSize: 300,
      specialTokens: ['<始>', '<终>'],
      eosToken: '<终>',
    });
    expect([...own.specialTokens]).toEqual([
      ['<始>', 0],
      ['<终>', 1],
    ]);
    expect(own.eosId).toBe(1);
    const none = await trainBpe([chinese], { vocabSize: 300, specialTokens: ['<始>'] });
    expect(none.eosId).toBeUndefined();
  });

  test.each([
    [{ vocabSize: 256 }, /from 257 .* got 256/],
    [{ vocabSize: 300.5 }, /whole number/],
    [{ vocabSize: 2 ** 22 }, /to 2097152/],
    [{ vocabSize: 300, minFrequency: -1 }, /`minFrequency` must be 0 or larger, got -1/],
    [{ vocabSize: 300, specialTokens: ['<a>', '<a>'] }, /must differ/],
    [{ vocabSize: 300, specialTokens: ['a'] }, /spell one byte, got "a"/],
    [{ vocabSize: 300, specialTokens: [''] }, /at least two characters/],
    [{ vocabSize: 300, eosToken: '<eos>' }, /`eosToken` must be one of the special tokens/],
    [{ vocabSize: 300, pattern: '(' }, /pattern "\("/],
  ])('options are checked: %o', async (options, message) => {
    await expect(trainBpe([english], options)).rejects.toThrow(message);
  });

  test('can be stopped, tells how far it is and lets other work run', async () => {
    const text = Array.from({ length: 400_000 }, (_, i) => `w${(i * 7919) % 20011}`).join(' ');
    const seen: TrainingProgress[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await trainBpe([text], { vocabSize: 600, onProgress: (progress) => seen.push(progress) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(seen.at(-1)).toEqual({ phase: 'merge', done: 600, total: 600 });
    const controller = new AbortController();
    const stopped = trainBpe([text], {
      vocabSize: 600,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow(/abort/i);
    await expect(trainBpe([text], { vocabSize: 600, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
