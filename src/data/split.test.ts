import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kFold, splitByHash, splitByShares } from './split.ts';

const poems = Array.from({ length: 2000 }, (_, i) => ({
  text: `${i % 2 ? '春眠不覺曉' : 'Call me Ishmael'} ${i}`,
  author: `author ${i % 50}`,
  period: i % 10 ? '宋' : '唐',
}));
const texts = (documents: readonly { text: string }[]) => new Set(documents.map((d) => d.text));

describe('splitting by hash', () => {
  test('about the asked share is held out, and nothing is lost', () => {
    const { train, heldOut } = splitByHash(poems, { heldOut: 0.1 });
    expect(train.length + heldOut.length).toBe(2000);
    expect(heldOut.length).toBeGreaterThan(150);
    expect(heldOut.length).toBeLessThan(250);
  });

  test('a poem lands on the same side whatever else is in the corpus, and in another order', () => {
    const { heldOut } = splitByHash(poems, { heldOut: 0.1, seed: 3 });
    const part = splitByHash(poems.slice(500).reverse(), { heldOut: 0.1, seed: 3 });
    for (const document of part.heldOut) expect(texts(heldOut)).toContain(document.text);
    for (const document of part.train) expect(texts(heldOut)).not.toContain(document.text);
    expect(texts(splitByHash(poems, { heldOut: 0.1, seed: 4 }).heldOut)).not.toEqual(texts(heldOut));
  });

  test('the sides are the same on every machine', () => {
    const heldOut = splitByHash(poems.slice(0, 60), { heldOut: 0.05, seed: 1 }).heldOut.map((d) => d.text);
    expect(heldOut).toMatchInlineSnapshot(`
      [
        "Call me Ishmael 4",
        "Call me Ishmael 12",
        "春眠不覺曉 17",
        "Call me Ishmael 18",
      ]
    `);
  });

  test('no text is ever on two sides, not even with other spaces', () => {
    const word = fc.constantFrom('春', 'sea', '風', 'whale');
    const corpus = fc.array(fc.tuple(word, word, fc.constantFrom(' ', '  ', '\n')), {
      minLength: 30,
      maxLength: 60,
    });
    fc.assert(
      fc.property(corpus, fc.integer({ min: 0, max: 1000 }), (rows, seed) => {
        const documents = rows.map(([a, b, space]) => ({ text: `${a}${space}${b}` }));
        for (const split of [
          () => splitByHash(documents, { heldOut: 0.4, seed }),
          () => splitByHash(documents, { heldOut: 0.4, seed, stratifyBy: (d) => d.text[0] }),
          () => kFold(documents, { folds: 2, seed })[0],
        ]) {
          let sides: ReturnType<typeof split>;
          try {
            sides = split();
          } catch {
            continue;
          }
          const plain = (d: { text: string }) => d.text.replace(/\s+/g, ' ');
          const train = new Set(sides.train.map(plain));
          for (const document of sides.heldOut) expect(train).not.toContain(plain(document));
        }
      }),
    );
  });

  test('a group stays together', () => {
    const { train, heldOut } = splitByHash(poems, { heldOut: 0.2, groupBy: (d) => d.author });
    const authors = new Set(train.map((d) => d.author));
    for (const { author } of heldOut) expect(authors).not.toContain(author);
  });

  test('each stratum has the same share', () => {
    const { heldOut } = splitByHash(poems, { heldOut: 0.1, stratifyBy: (d) => d.period });
    expect(heldOut.filter((d) => d.period === '唐').length).toBe(20);
    expect(heldOut.filter((d) => d.period === '宋').length).toBe(180);
  });

  test('groups and strata together: whole authors, in proportion', () => {
    const era = (author: string) => (Number(author.slice(7)) % 5 ? 'late' : 'early');
    const { heldOut } = splitByHash(poems, {
      heldOut: 0.2,
      groupBy: (d) => d.author,
      stratifyBy: (d) => era(d.author),
    });
    const authors = [...new Set(heldOut.map((d) => d.author))];
    expect(authors.map(era).filter((e) => e === 'early').length).toBe(2);
    expect(authors.map(era).filter((e) => e === 'late').length).toBe(8);
  });

  test('three sides', () => {
    const { train, valid, test: tested } = splitByShares(poems, { train: 0.8, valid: 0.1, test: 0.1 });
    expect(train.length + valid.length + tested.length).toBe(2000);
    expect(texts([...train, ...valid, ...tested]).size).toBe(2000);
  });

  test('in k folds every document is held out once', () => {
    for (const stratifyBy of [undefined, (d: (typeof poems)[number]) => d.period]) {
      const folds = kFold(poems, { folds: 5, stratifyBy });
      expect(folds.flatMap((f) => f.heldOut).length).toBe(2000);
      expect(texts(folds.flatMap((f) => f.heldOut)).size).toBe(2000);
      for (const { train, heldOut } of folds) expect(train.length + heldOut.length).toBe(2000);
    }
  });

  test('bad shares, empty sides and empty corpora are clear errors', () => {
    expect(() => splitByHash(poems, { heldOut: 0 })).toThrow('sum to 1');
    expect(() => splitByShares(poems, { a: 0.5, b: 0.4 })).toThrow('sum to 1');
    expect(() => splitByHash([])).toThrow('no text');
    expect(() => splitByHash([{ text: '一' }])).toThrow(/got none of 1 documents/);
    expect(() => kFold(poems, { folds: 1 })).toThrow('folds');
  });
});
