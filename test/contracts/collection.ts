/** What must hold of stored collections on every driver: run on PGlite and on PostgreSQL. */

import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bm25Index,
  type Collection,
  type CollectionSettings,
  createAnalyzer,
  exactIndex,
  library,
  reciprocalRankFusion,
  vectorRows,
  weightedFusion,
} from '../../src/retrieve/index.ts';
import { openStore, type StorePlace } from '../../src/store/index.ts';
import { trainCharacters } from '../../src/text/index.ts';
import type { Database, Embedder } from '../../src/types.ts';

const analyze = createAnalyzer();
const tokenizer = trainCharacters(['春眠不觉晓，处处闻啼鸟。the quick brown fox'], { minFrequency: 1 });

/** A vector of sums over the letters: alike for texts of like letters. */
const vectorOf = (text: string): number[] => {
  const vector = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
  for (const letter of text) vector[letter.codePointAt(0)! % 6] += 1;
  return vector;
};
const embedder: Embedder = {
  embed: async (texts) => ({ vectors: texts.map(vectorOf), promptTokens: 0 }),
};
const parts = { analyze, tokenizer, embedder };
const settings: CollectionSettings = {
  chunkTokens: 400,
  overlap: 0,
  tokenizer: 'characters',
  chinese: 'platform',
  embedder: 'letters',
};

const words = [
  'fox',
  'foxes',
  'brown',
  'river',
  '长江',
  '春眠',
  '江水',
  'the',
  "'; drop table chunks; --",
  '%',
  '$1',
];
const sentence = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 })
  .map((list) => list.join(' '));
const key = fc.constantFrom('a', 'b', 'c\'";--', 'd\0e', '砚');
const change = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ put: fc.array(fc.record({ key, text: sentence }), { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ remove: fc.array(key, { maxLength: 2 }) }) },
);

let names = 0;

export function collectionContract(open: () => Promise<StorePlace>): void {
  let place: StorePlace;
  let database: Database;
  beforeAll(async () => {
    place = await open();
    database = openStore(place);
    return () => database.close();
  });

  /** A new collection of a tenant. */
  async function fresh(tenant = '', own: CollectionSettings = settings): Promise<Collection> {
    const name = `collection '${names++}`;
    await library(database, tenant).create(name, own);
    return library(database, tenant).open(name, own.embedder ? parts : { ...parts, embedder: undefined });
  }

  describe('collections', () => {
    test('documents in order of their keys, page by page, each with the passages that a search sees', async () => {
      const own: CollectionSettings = { ...settings, chunkTokens: 12, overlap: 4, embedder: undefined };
      const [collection, other] = [await fresh('one', own), await fresh('two', own)];
      const text = Array.from({ length: 9 }, (_, i) => `句子𠮷${i}春眠不觉晓。`).join('');
      await collection.put([
        { key: 'b', text, title: 'Fox' },
        { key: "c'%", text: 'x', source: 'elsewhere' },
        { key: 'B', text: 'y' },
        { key: '砚', text: 'z' },
      ]);
      const keys = async (options: Partial<Parameters<Collection['list']>[0]>) =>
        (await collection.list({ limit: 9, ...options })).map(({ key }) => key);
      expect(await keys({})).toEqual(['B', 'b', "c'%", '砚']);
      expect(await keys({ limit: 2, after: 'B' })).toEqual(['b', "c'%"]);
      expect([await keys({ search: 'fOX' }), await keys({ search: '%' })]).toEqual([['b'], ["c'%"]]);
      expect(await other.list({ limit: 9 })).toEqual([]);
      expect(await other.view('b', { limit: 9 })).toBeUndefined();
      const whole = (await collection.view('b', { limit: 99 }))!;
      expect(whole).toMatchObject({ key: 'b', title: 'Fox', source: 'b', passages: whole.shown.length });
      expect(whole.shown.map((one) => one.text).join('')).toBe(text);
      expect(whole.shown.some(({ repeated }) => repeated > 0)).toBe(true);
      for (const { text: part, start } of whole.shown) expect(text.startsWith(part, start)).toBe(true);
      // Around a place: some passages before it, so many in all.
      const at = whole.shown[5].start + 1;
      const part = (await collection.view('b', { at, limit: 4 }))!;
      expect(part.shown).toEqual(whole.shown.slice(3, 7));
      expect((await collection.view('b', { at: 1e6, limit: 9 }))!.shown).toEqual(whole.shown.slice(-3));
    });

    test('after any changes two tenants each find exactly what is theirs, scored as in memory', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), change), { maxLength: 10 }),
          sentence,
          async (changes, query) => {
            const collections = [await fresh('one'), await fresh('two')];
            const kept = [new Map<string, string>(), new Map<string, string>()];
            for (const [who, step] of changes) {
              if ('put' in step) {
                await collections[who].put(step.put);
                for (const one of step.put) {
                  if (kept[who].get(one.key) === one.text) continue;
                  kept[who].delete(one.key);
                  kept[who].set(one.key, one.text);
                }
              } else {
                const there = new Set(step.remove.filter((one) => kept[who].delete(one)));
                expect(await collections[who].remove(step.remove)).toBe(there.size);
              }
            }
            for (const [who, collection] of collections.entries()) {
              const texts = [...kept[who].values()];
              const found = await collection.search(query, { mode: 'bm25', top: 100 });
              const expected = bm25Index(texts.map(analyze)).search(analyze(query), 100);
              const byText = (a: readonly [string, number], b: readonly [string, number]) =>
                b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
              const round = (score: number) => Number(score.toFixed(9));
              expect(found.map((one) => [one.text, round(one.score)] as const).sort(byText)).toEqual(
                expected.map(({ index, score }) => [texts[index], round(score)] as const).sort(byText),
              );
            }
          },
        ),
        { numRuns: 15 },
      );
    });

    test('vectors, words and both give the same as in memory, by every metric; a change is seen', async () => {
      const collection = await fresh();
      const texts = ['the brown fox', 'a river and a fox', 'rivers', '江水很宽', '春眠不觉晓'];
      await collection.put(texts.map((text) => ({ key: text, text })));
      const query = 'brown river 江';
      for (const metric of ['cosine', 'dot', 'l2'] as const) {
        const found = await collection.search(query, { mode: 'vector', metric, top: 3 });
        const rows = vectorRows(texts.map(vectorOf));
        const expected = exactIndex(rows, metric).search(vectorOf(query), 3);
        expect(found.map(({ text }) => text)).toEqual(expected.map(({ index }) => texts[index]));
        for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(expected[i].score, 6);
        // So few are all met by the graph.
        expect(await collection.search(query, { mode: 'vector', metric, top: 3, approximate: true })).toEqual(
          found,
        );
      }
      const ranked = async (mode: 'bm25' | 'vector') =>
        (await collection.search(query, { mode, top: 100 })).map(({ text, score }) => ({ id: text, score }));
      const both = [await ranked('bm25'), await ranked('vector')];
      const order = async (fusion?: Parameters<Collection['search']>[1]) =>
        (await collection.search(query, fusion)).map(({ text }) => text);
      expect(await order()).toEqual(reciprocalRankFusion(both).map(({ id }) => id));
      const weights = { by: 'weights', bm25: 0.9, vector: 0.1 } as const;
      expect(await order({ fusion: weights })).toEqual(weightedFusion(both, [0.9, 0.1]).map(({ id }) => id));
      const nearest = 'brown river 江';
      await collection.put([{ key: 'new', text: nearest }]);
      expect((await collection.search(query, { mode: 'vector', top: 1 }))[0].text).toBe(nearest);
      await collection.remove(['new']);
      expect((await collection.search(query, { mode: 'vector', top: 9 })).length).toBe(texts.length);
      const reversed = await collection.search(query, {
        rerank: async (_, passages) => passages.map((_, i) => i),
        top: 2,
      });
      expect(reversed.map(({ text }) => text)).toEqual((await order()).reverse().slice(0, 2));
    });

    test('passages say where they stand, and a document is its chunks', async () => {
      const small = { ...settings, chunkTokens: 40, overlap: 8, embedder: undefined };
      const collection = await fresh('', small);
      const text =
        '# One\nthe fox sleeps. the fox wakes.\n\n## Two\nthe river is deep. nobody swims there.\n';
      const report = await collection.put([{ key: 'k', text, source: 'dir/k.md', title: 'Animals' }]);
      expect(report).toMatchObject({ added: 1, changed: 0, same: 0 });
      const [first] = await collection.search('who swims?');
      expect(first).toMatchObject({
        key: 'k',
        source: 'dir/k.md',
        title: 'Animals',
        headings: ['One', 'Two'],
      });
      expect(text.slice(first.start, first.end)).toBe(first.text);
      expect(first.text).toContain('nobody swims');
      // The title is found, though no chunk has it.
      expect((await collection.search('animal'))[0].start).toBe(0);
      expect(await collection.text('k')).toBe(text);
      expect(await collection.put([{ key: 'k', text, source: 'dir/k.md', title: 'Animals' }])).toMatchObject({
        added: 0,
        changed: 0,
        same: 1,
      });
      expect(await collection.put([{ key: 'k', text: 'short' }])).toMatchObject({ changed: 1, chunks: 1 });
      expect(await collection.text('k')).toBe('short');
      expect(await collection.text('none')).toBeUndefined();
      await expect(collection.search('x', { mode: 'vector' })).rejects.toMatchObject({
        code: 'retrieve/no-vectors',
      });
      await expect(collection.search('x', { top: 0 })).rejects.toMatchObject({ code: 'retrieve/option' });
    });

    test('a document says when it changed and when it was last found to be so; terms say how rare they are', async () => {
      const collection = await fresh('', { ...settings, embedder: undefined });
      const before = Date.now();
      await collection.put([
        { key: 'a', text: 'the first fox' },
        { key: 'b', text: 'a river' },
      ]);
      const times = async () => {
        const [{ changed, checked }] = await collection.search('fox');
        return { changed: changed!.getTime(), checked: checked!.getTime() };
      };
      const first = await times();
      expect(first.changed).toBeGreaterThanOrEqual(before);
      expect(first.checked).toBe(first.changed);
      await expect.poll(Date.now).toBeGreaterThan(first.changed);
      await collection.put([
        { key: 'a', text: 'the first fox' },
        { key: 'b', text: 'a lake' },
      ]);
      const second = await times();
      expect(second.changed).toBe(first.changed);
      expect(second.checked).toBeGreaterThan(first.checked);
      const terms = collection.analyze('fox lake river');
      expect(await collection.holders(terms)).toEqual({ passages: 2, holders: [1, 1, 0] });
      expect(await collection.holders([])).toEqual({ passages: 2, holders: [] });
    });

    test('what fails changes nothing', async () => {
      const collection = await fresh();
      await collection.put([{ key: 'a', text: 'the first fox' }]);
      const own = library(database);
      const broken = await own.open(collection.name, {
        ...parts,
        embedder: {
          async embed(texts) {
            if (texts.includes('third')) throw new Error('no');
            return { vectors: texts.map(() => [Number.NaN]), promptTokens: 0 };
          },
        },
      });
      const more = [
        { key: 'a', text: 'changed' },
        { key: 'b', text: 'third' },
      ];
      await expect(broken.put(more)).rejects.toMatchObject({ code: 'retrieve/not-finite' });
      await expect(broken.put(more.slice(1))).rejects.toThrow('no');
      expect(await collection.keys()).toEqual(['a']);
      expect(await collection.text('a')).toBe('the first fox');
    });

    test('no more documents than may be: of two changes at once one is refused, whole', async () => {
      const collection = await fresh();
      await collection.put([{ key: 'a', text: 'the first fox' }]);
      const two = (name: string) =>
        ['1', '2'].map((number) => ({ key: name + number, text: `the fox ${name}` }));
      const both = await Promise.allSettled(['b', 'c'].map((name) => collection.put(two(name), { most: 4 })));
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = both.find((one) => one.status === 'rejected')!;
      expect(refused.reason).toMatchObject({ code: 'retrieve/full', data: { most: 4 } });
      const keys = await collection.keys();
      expect(keys).toHaveLength(3);
      // What is there may change, and there is room for one more.
      expect(await collection.put([{ key: 'a', text: 'a fox' }], { most: 3 })).toMatchObject({ changed: 1 });
      expect(await collection.put([{ key: 'd', text: 'a fox' }], { most: 4 })).toMatchObject({ added: 1 });
    });

    test('to remove nothing changes nothing', async () => {
      const collection = await fresh();
      const version = () =>
        database.query<{ version: number }>('select version from collections where name = $1', [
          collection.name,
        ]);
      const before = await version();
      expect(await collection.remove([])).toBe(0);
      expect(await version()).toEqual(before);
    });

    test('a long text leaves others their turn, and is given up in the middle', async () => {
      const collection = await fresh();
      const controller = new AbortController();
      let read = 0;
      const counting = (text: string) => {
        if (++read === 20) setImmediate(() => controller.abort());
        return analyze(text);
      };
      const own = await library(database).open(collection.name, { ...parts, analyze: counting });
      const long = [{ key: 'long', text: 'the quick brown fox. '.repeat(2000) }];
      await expect(own.put(long, { signal: controller.signal })).rejects.toThrow(/abort/);
      expect(read).toBeLessThanOrEqual(48);
      expect(await collection.keys()).toEqual([]);
    });

    test('a library lists its own; names and settings that do not fit are refused', async () => {
      const own = library(database, 'lister');
      await own.create('notes', settings);
      await own.create('notes', settings);
      expect(await own.list()).toEqual([{ name: 'notes', settings, documents: 0, chunks: 0 }]);
      expect(await library(database, 'other').settings('notes')).toBeUndefined();
      expect(await library(database, 'other').remove('notes')).toBe(false);
      await expect(own.create('notes', { ...settings, chunkTokens: 9 })).rejects.toMatchObject({
        code: 'retrieve/settings',
        data: { setting: 'chunkTokens', kept: 400, got: 9 },
      });
      await expect(own.open('none', parts)).rejects.toMatchObject({ data: { known: ['notes'] } });
      expect(await own.remove('notes')).toBe(true);
      expect(await own.list()).toEqual([]);
    });
  });
}
