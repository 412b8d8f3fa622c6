/** Word vectors: the fast kernels, what is learned from a text whose words are known to be alike, and files. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createRng } from '../../rng.ts';
import { cooccurrences, trainGlove } from './glove.ts';
import { lrAt, xorshift } from './negative-sampling.ts';
import { loadWordVectors, parseVectorText, saveWordVectors, vectorText } from './vector-files.ts';
import { fastKernels, plainKernels, sharedMemory } from './vector-kernels.ts';
import { wordCorpus } from './word-corpus.ts';
import { trainWord2Vec, type WordVectors } from './word2vec.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-vectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sentences of two worlds: words of one stand together and never with those of the other. */
function twoWorlds(sentences: number): string[][] {
  const rng = createRng(3);
  const worlds = ['sea ship sail wave wind', '山 林 鹿 松 云'].map((world) => world.split(' '));
  return Array.from({ length: sentences }, () => {
    const world = worlds[rng.integer(2)];
    return Array.from({ length: 12 }, () => world[rng.integer(world.length)]);
  });
}
const corpus = wordCorpus(twoWorlds(600));

function cosine({ words, size, vectors }: WordVectors, a: string, b: string): number {
  const row = (word: string) =>
    vectors.subarray(words.indexOf(word) * size, (words.indexOf(word) + 1) * size);
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)));
}

describe('kernels', () => {
  test('the fast ones do what the clear ones do, at any place and of any length', () => {
    const rows = fc.integer({ min: 1, max: 6 }).chain((blocks) =>
      fc.record({
        length: fc.constant(32 * blocks),
        values: fc.array(fc.float({ min: -2, max: 2, noNaN: true }), {
          minLength: 24 * blocks,
          maxLength: 24 * blocks,
        }),
        scale: fc.float({ min: -1, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(rows, ({ length, values, scale }) => {
        const [fast, plain] = [fastKernels, plainKernels].map((kernelsOf) => {
          const memory = sharedMemory(4 * length);
          const view = new Float32Array(memory.buffer);
          view.set(values, length / 4);
          const kernels = kernelsOf(memory);
          const [a, b, c] = [length, 2 * length, 3 * length];
          const dot = kernels.dot(a, b, length);
          kernels.push(a, b, c, length, scale);
          kernels.add(b, c, length, scale);
          return [dot, ...view.subarray(0, length)];
        });
        fast.forEach((value, i) => {
          expect(Math.abs(value - plain[i])).toBeLessThan(1e-4);
        });
        // Nothing before the first row was touched.
        expect(fast.slice(1, 1 + length / 4).every((value) => value === 0)).toBe(true);
      }),
    );
  });
});

describe('corpus', () => {
  test('words by frequency, rare ones left out, chunks that end with their text', () => {
    const { words, counts, ids, starts } = wordCorpus([['a', 'b', 'b', 'x'], ['c', 'a', 'b'], ['y']], {
      minCount: 1,
    });
    expect(words).toEqual(['b', 'a', 'x', 'c', 'y']);
    expect([...counts]).toEqual([3, 2, 1, 1, 1]);
    expect([...starts]).toEqual([0, 4, 7, 8]);
    expect([...ids]).toEqual([1, 0, 0, 2, 3, 1, 0, 4]);
    const frequent = wordCorpus([['a', 'b', 'b', 'x'], ['y']], { minCount: 2 });
    expect([frequent.words, [...frequent.starts]]).toEqual([['b'], [0, 2]]);
    expect([...wordCorpus([Array(2500).fill('a')]).starts]).toEqual([0, 1000, 2000, 2500]);
  });

  test('pairs both ways, by 1/distance', () => {
    const small = wordCorpus(
      [
        ['a', 'b', 'c'],
        ['a', 'b'],
      ],
      { minCount: 1 },
    );
    const { first, second, weight } = cooccurrences(small, 2);
    const pairs = Object.fromEntries(
      Array.from(weight, (value, i) => [small.words[first[i]] + small.words[second[i]], value]),
    );
    expect(pairs).toEqual({ ab: 2, ba: 2, bc: 1, cb: 1, ac: 0.5, ca: 0.5 });
    expect(cooccurrences(small, 1).weight).toHaveLength(4);
  });
});

test('the learning rate falls in a line to a floor, and the streams differ', () => {
  expect([lrAt(0.025, 0), lrAt(0.025, 0.5), lrAt(0.025, 1)]).toEqual([0.025, 0.0125, 0.0001]);
  const draws = [0, 1, 2].map((seed) => xorshift(seed)());
  expect(new Set(draws).size).toBe(3);
});

describe('learning', () => {
  const options = { size: 12, epochs: 12, sample: 1, seed: 4 };

  test.each(['skip-gram', 'cbow', 'glove'] as const)(
    '%s tells two worlds apart, and repeats itself for the same seed',
    async (method) => {
      const learn = (seed: number) =>
        method === 'glove'
          ? trainGlove(corpus, { size: 12, epochs: 12, seed })
          : trainWord2Vec(corpus, { ...options, method, seed, lr: 0.1 });
      const learned = await learn(4);
      for (const [a, b, other] of [
        ['sea', 'wave', '鹿'],
        ['松', '云', 'ship'],
      ]) {
        expect(cosine(learned, a, b)).toBeGreaterThan(cosine(learned, a, other) + 0.5);
      }
      const { before, after } = learned.heldOut!;
      expect(after).toBeLessThan(before - 0.2 * Math.abs(before));
      expect((await learn(4)).vectors).toEqual(learned.vectors);
      expect((await learn(5)).vectors).not.toEqual(learned.vectors);
    },
  );

  test('two threads read every word once an epoch and learn the same worlds', async () => {
    const seen: number[] = [];
    const learned = await trainWord2Vec(corpus, {
      ...options,
      threads: 2,
      lr: 0.1,
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(cosine(learned, 'sea', 'wave')).toBeGreaterThan(cosine(learned, 'sea', '鹿') + 0.5);
    expect(seen.at(-1)).toBe(1);
    expect(learned.wordsRead).toBe(12 * (corpus.ids.length - learned.heldOut!.count));
  });

  test('it stops when told to, and refuses what cannot be', async () => {
    const controller = new AbortController();
    const signal = controller.signal;
    const long = trainWord2Vec(corpus, { ...options, epochs: 1_000_000, signal });
    setTimeout(() => controller.abort(), 50);
    await expect(long).rejects.toThrow('aborted');
    await expect(trainGlove(corpus, { signal })).rejects.toThrow('aborted');
    await expect(trainWord2Vec(corpus, { size: 0 })).rejects.toThrow(
      /`size` must be a whole number of at least 1, got 0/,
    );
    const single = wordCorpus([['a', 'a', 'a', 'a', 'a']]);
    await expect(trainWord2Vec(single)).rejects.toThrow(
      /`words` must be a whole number of at least 2, got 1/,
    );
    await expect(trainGlove(single)).rejects.toThrow(/at least 2, got 1/);
  });
});

describe('files', () => {
  const vectors: WordVectors = {
    words: ['sea', '海', 'of'],
    size: 2,
    vectors: Float32Array.of(1, -0.5, 0.1, 3e-9, 0, 7),
  };

  test('a folder and the text format give back words and numbers', async () => {
    await saveWordVectors(join(folder, 'saved'), vectors, { method: 'cbow' });
    expect(await loadWordVectors(join(folder, 'saved'))).toEqual(vectors);
    writeFileSync(join(folder, 'v.txt'), vectorText(vectors));
    expect(await loadWordVectors(join(folder, 'v.txt'))).toEqual(vectors);
    expect(vectorText(vectors)).toMatch(/^3 2\nsea 1 -0\.5\n海 0\.1\d* /);
    // As GloVe writes them: without a first line.
    expect(parseVectorText('sea 1 2\nof 3 4\n', 'x')).toEqual({
      words: ['sea', 'of'],
      size: 2,
      vectors: Float32Array.of(1, 2, 3, 4),
    });
  });

  test.each([
    ['2 2\nsea 1 2\n', /x: must have a vector for each word: 2 vectors, 1 words/],
    ['', /must have a vector for each word/],
    ['2 2\nsea 1 2\nof 1\n', /vector 2 must be a word and as many numbers/],
    ['1 2\nsea 1 two\n', /vector 1 must be/],
    ['2 1\nsea 1\nsea 2\n', /each word must stand once, 1 stand again/],
  ])('%j is refused', (text, error) => {
    expect(() => parseVectorText(text, 'x')).toThrow(error);
  });

  test('a folder whose words are not those of its rows', async () => {
    await saveWordVectors(join(folder, 'odd'), vectors);
    writeFileSync(join(folder, 'odd', 'words.txt'), 'sea\n');
    await expect(loadWordVectors(join(folder, 'odd'))).rejects.toThrow(/3 vectors, 1 words/);
    await expect(loadWordVectors(join(folder, 'none'))).rejects.toThrow(/no such file or folder/);
  });
});
