import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { corpusDiversity, isShortLined, movingTypeTokenRatio } from './corpus-diversity.ts';

const rng = createRng(3);
const words = (count: number, kinds: number): string =>
  Array.from(
    { length: count },
    () => `word${String.fromCharCode(97 + rng.integer(kinds), 97 + rng.integer(kinds))}`,
  ).join(' ');

describe('diversity of a corpus', () => {
  test('MATTR is the mean over all windows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(5)), { maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        (texts, window) => {
          const ids = texts.flat();
          const ratios = ids
            .slice(0, Math.max(0, ids.length - window + 1))
            .map((_, i) => new Set(ids.slice(i, i + window)).size / window);
          const mean = ratios.length
            ? ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
            : undefined;
          const got = movingTypeTokenRatio(texts, window);
          if (mean === undefined) expect(got).toBeUndefined();
          else expect(got).toBeCloseTo(mean, 10);
        },
      ),
    );
  });

  test.each([
    ['床前明月光，\n疑是地上霜。', true],
    ['床前明月光，疑是地上霜。', false],
    [`${'a word '.repeat(30)}\n${'a word '.repeat(30)}`, false],
    [`short\n${'a word '.repeat(30)}`, false],
  ])('%j: in short lines %s', (text, expected) => {
    expect(isShortLined(text)).toBe(expected);
  });

  test('a poorer vocabulary and texts that are alike show in every measure', async () => {
    const rich = Array.from({ length: 30 }, () => ({ text: `${words(60, 26)}.`, source: 'rich.txt' }));
    const poor = Array.from({ length: 30 }, () => ({ text: `${words(60, 3)}.`, source: 'poor.txt' }));
    const report = await corpusDiversity([...rich, ...poor]);
    expect(report.whole).toMatchObject({
      documents: 60,
      sampledWords: 3600,
      sentenceWords: 60,
      sentenceSpread: 0,
    });
    const [a, b] = report.sources;
    expect([a.source, b.source].sort()).toEqual(['poor.txt', 'rich.txt']);
    const [more, less] = a.source === 'rich.txt' ? [a, b] : [b, a];
    for (const n of [0, 1, 2]) expect(more.distinct[n]).toBeGreaterThan(less.distinct[n]);
    expect(more.mattr!).toBeGreaterThan(2 * less.mattr!);
    expect(more.entropy).toBeGreaterThan(less.entropy + 2);
    expect(more.selfBleu!).toBeLessThan(less.selfBleu!);
  });

  test('languages, verse and sentences of Chinese and English', async () => {
    const documents = [
      { text: '床前明月光，\n疑是地上霜。', source: 'a' },
      { text: '举头望明月，\n低头思故乡。', source: 'a' },
      { text: 'It was a bright cold day in April. The clocks were striking thirteen.', source: 'b' },
    ];
    const { whole, languages, sources } = await corpusDiversity(documents);
    expect(languages).toEqual([
      { language: 'zh', documents: 2 },
      { language: 'en', documents: 1 },
    ]);
    expect(whole.shortLined).toBeCloseTo(2 / 3);
    expect(whole.sentenceWords).toBeCloseTo((5 * 4 + 8 + 5) / 6);
    expect(sources.map(({ source, shortLined, mattr }) => [source, shortLined, mattr])).toEqual([
      ['b', 0, undefined],
      ['a', 1, undefined],
    ]);
  });

  test('many sources are joined by folder or host, what is left under …', async () => {
    const document = (source: string, title?: string) => ({
      text: 'one two three',
      source,
      ...(title && { title }),
    });
    const sources = async (documents: { text: string; source: string }[]) =>
      (await corpusDiversity(documents)).sources.map(({ source, documents: count }) => [source, count]);
    const files = Array.from({ length: 20 }, (_, i) => document(`${i % 2 ? 'odd' : 'even'}/${i}.txt`));
    expect((await sources(files)).sort()).toEqual([
      ['even/', 10],
      ['odd/', 10],
    ]);
    const hosts = Array.from({ length: 30 }, (_, i) => document('c.wet', `https://H${i}.test/x`));
    const found = await sources(hosts);
    expect(found).toHaveLength(12);
    expect(found).toContainEqual(['…', 19]);
    expect(found).toContainEqual(['h0.test', 1]);
  });

  test('the same seed gives the same; a sample holds so many words', async () => {
    const documents = Array.from({ length: 50 }, () => ({ text: words(40, 20) }));
    const of = async (seed: number) => (await corpusDiversity(documents, { seed, sampleWords: 777 })).whole;
    expect(await of(1)).toEqual(await of(1));
    expect((await of(1)).distinct).not.toEqual((await of(2)).distinct);
    expect((await of(1)).sampledWords).toBe(777);
  });
});
