import { describe, expect, test } from 'vitest';
import { createRng, type Rng } from '../rng.ts';
import { bandChance, bandHasher, bandsFor, LEAST_RECALL } from './min-hash.ts';
import { dropNearDuplicates, nearDuplicateLimits } from './near-duplicates.ts';
import { jaccard, shinglesOf } from './shingles.ts';

const words = Array.from({ length: 4000 }, (_, i) =>
  String(i * 7919 + 1).replace(/\d/g, (d) => 'etaoinshrd'[Number(d)]),
);
const characters = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(0x4e00 + i));

/** Texts as lists of units, so that a copy can differ in a known share of them. */
const languages = {
  English: { vocabulary: words, joiner: ' ' },
  Chinese: { vocabulary: characters, joiner: '' },
} as const;

const draw = (rng: Rng, vocabulary: readonly string[]): string =>
  vocabulary[Math.floor(vocabulary.length * rng.uniform() ** 2)];

/** Each third text is an earlier one with some units changed, taken out or put in. */
function textsWithCopies({ vocabulary, joiner }: (typeof languages)['English' | 'Chinese'], count: number) {
  const rng = createRng(7);
  const made: string[][] = [];
  for (let i = 0; i < count; i++) {
    if (i % 3 < 2) {
      made.push(Array.from({ length: 30 + rng.integer(60) }, () => draw(rng, vocabulary)));
      continue;
    }
    const share = 0.2 * rng.uniform();
    made.push(
      made[rng.integer(i)].flatMap((unit) => {
        if (rng.uniform() >= share) return [unit];
        return [[], [draw(rng, vocabulary)], [unit, draw(rng, vocabulary)]][rng.integer(3)];
      }),
    );
  }
  return made.map((units) => ({ text: units.join(joiner) }));
}

describe('shingles', () => {
  test('case, width and punctuation do not count; words and characters do', () => {
    const same = (a: string, b: string) => jaccard(shinglesOf(a), shinglesOf(b));
    expect(same('The CAT, sat down!', 'the cat sat ｄown')).toBe(1);
    expect(same('春眠不覺曉，處處聞啼鳥。', '春眠不覺曉\n處處聞啼鳥')).toBe(1);
    // 8 shingles of three characters each; one character in the middle is in three of them.
    expect(same('一二三四五六七八九十', '一二三四玉六七八九十')).toBe(5 / 11);
    expect(same('one two three four', 'one two three five')).toBe(1 / 3);
    expect(same('一二', '一二')).toBe(1);
    expect(same('一二', '二一')).toBe(0);
    expect(same('', '！ ……')).toBe(0);
    // Mostly Chinese text is cut by characters even with words in it, mostly English text by words.
    expect(shinglesOf('我用 GPT 写诗歌').length).toBe(4);
    expect(shinglesOf('the word 砚 means inkstone').length).toBe(3);
  });
});

describe('min-wise hashing', () => {
  test('pairs meet in a band as often as 1 − (1 − sʳ)ᵇ says', () => {
    const bands = { bands: 21, rows: 6 };
    const rng = createRng(3);
    const fresh = (count: number) =>
      Float64Array.from({ length: count }, () => Math.floor(rng.uniform() * 2 ** 26) * 2 ** 26);
    for (const similarity of [0.3, 0.5, 0.6, 0.7, 0.8]) {
      let met = 0;
      const trials = 200;
      for (let trial = 0; trial < trials; trial++) {
        const hash = bandHasher(bands, trial);
        // |A ∩ B| = 40, |A ∪ B| = 40 / s.
        const shared = fresh(40);
        const alone = Math.round((40 / similarity - 40) / 2);
        const a = hash(Float64Array.from([...shared, ...fresh(alone)]));
        const b = hash(Float64Array.from([...shared, ...fresh(alone)]));
        if (a.some((value, i) => value === b[i])) met++;
      }
      const chance = bandChance(40 / (40 + 2 * Math.round((40 / similarity - 40) / 2)), bands);
      // Four standard deviations.
      const slack = 4 * Math.sqrt((chance * (1 - chance)) / trials) + 0.002;
      expect(Math.abs(met / trials - chance), `s = ${similarity}`).toBeLessThan(slack);
    }
  });

  test('bands are as long as the recall allows', () => {
    for (const threshold of [0.1, 0.3, 0.5, 0.8, 0.9, 1]) {
      const { bands, rows } = bandsFor(threshold);
      expect(bandChance(threshold, { bands, rows })).toBeGreaterThanOrEqual(LEAST_RECALL);
      const longer = { bands: Math.floor(128 / (rows + 1)), rows: rows + 1 };
      if (rows < 128) expect(bandChance(threshold, longer)).toBeLessThan(LEAST_RECALL);
    }
    for (const threshold of [0, 0.09, 1.01, Number.NaN]) {
      expect(() => bandsFor(threshold)).toThrow(/threshold must be in \[0.1, 1\]/);
    }
  });
});

describe('near duplicates', () => {
  test.each(Object.entries(languages))('%s: as brute force says', async (_, language) => {
    const documents = textsWithCopies(language, 600);
    for (const threshold of [0.5, 0.8]) {
      const shingles = documents.map(({ text }) => shinglesOf(text));
      const kept: number[] = [];
      documents.forEach((_, i) => {
        if (!kept.some((k) => jaccard(shingles[k], shingles[i]) >= threshold)) kept.push(i);
      });
      const expected = new Set(kept.map((i) => documents[i]));
      const found = await dropNearDuplicates(documents, { threshold });
      const dropped = documents.length - kept.length;
      expect(dropped).toBeGreaterThan(40);
      const isFound = new Set(found.documents);
      const wrong = documents.filter((document) => expected.has(document) !== isFound.has(document));
      expect(wrong.length).toBeLessThan(Math.max(2, 0.02 * dropped));
      for (const { kept, dropped, similarity } of found.report.examples) {
        expect(similarity).toBe(jaccard(shinglesOf(kept), shinglesOf(dropped)));
        expect(similarity).toBeGreaterThanOrEqual(threshold);
      }
      expect(found.report).toMatchObject({ documentsIn: 600, documentsOut: isFound.size, cutShort: 0 });
    }
  });

  test('the first of a cluster stays, in any way of arriving, each time the same', async () => {
    const [text] = textsWithCopies(languages.English, 1).map((document) => document.text);
    const documents = [`${text} end`, 'other words entirely here', text, `a ${text}`].map((text) => ({
      text,
    }));
    const first = await dropNearDuplicates(documents);
    expect(first.documents).toEqual(documents.slice(0, 2));
    const arriving = async function* () {
      yield* documents;
    };
    expect(await dropNearDuplicates(arriving())).toEqual(first);
  });

  test('empty documents, one shingle 100,000 times, a huge document', async () => {
    const huge = Array.from({ length: 100_000 }, (_, i) => words[(i * i) % 4000]).join(' ');
    const documents = [
      '',
      '……',
      '',
      'ha '.repeat(100_000),
      'ha '.repeat(100_001),
      '哈'.repeat(100_000),
      huge,
      `${huge} end`,
    ].map((text) => ({ text }));
    const { documents: kept } = await dropNearDuplicates(documents);
    expect(kept).toEqual([0, 1, 2, 3, 5, 6].map((i) => documents[i]));
  });

  test('many documents that are alike, but not enough, take linear work', async () => {
    const rng = createRng(1);
    // 60 words in common, 24 of their own: similarity about 0.55, so that a band is often shared.
    const common = Array.from({ length: 60 }, () => draw(rng, words)).join(' ');
    const documents = Array.from({ length: 300 }, () => ({
      text: `${common} ${Array.from({ length: 24 }, () => draw(rng, words)).join(' ')}`,
    }));
    const { report } = await dropNearDuplicates(documents);
    expect(report.documentsOut).toBe(300);
    expect(report.cutShort).toBeGreaterThan(10);
    expect(report.compared).toBeLessThanOrEqual(300 * nearDuplicateLimits.candidates);
  });

  test('stops when told', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(dropNearDuplicates([{ text: 'a' }], { signal: controller.signal })).rejects.toThrow(/abort/);
  });
});
