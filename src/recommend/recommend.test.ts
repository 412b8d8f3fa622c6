/** Recommenders: scores that are the sum of their reasons, what is left out, splits without leaks, and what measuring finds. */

import { describe, expect, test } from 'vitest';
import { kindNames, madeEvents, madeItems } from '../../test/readers.ts';
import { bm25Index } from '../retrieve/index.ts';
import type { Embedder } from '../types.ts';
import { neighbours, popularity, recentPopularity } from './by-readers.ts';
import { byTerms } from './by-terms.ts';
import { byVectors, itemVectors } from './by-vectors.ts';
import { readWhen } from './events.ts';
import { fused } from './fused.ts';
import { createLexicon } from './lexicon.ts';
import { measureRecommenders } from './measure.ts';
import type { Recommender, Taste } from './method.ts';
import { orderOf, rankItems } from './rank.ts';
import { logOf, type ReadingLog, ratingScale, readingLog, weightOf } from './reading-log.ts';
import { recommend } from './recommend.ts';
import { splitEvents } from './split-events.ts';
import { termCutter } from './terms.ts';
import { byTowers, trainTowers, withNewItems } from './two-towers.ts';
import { wordEmbedder } from './word-embedder.ts';

const items = madeItems(12);
const lexicon = createLexicon(items);
const events = madeEvents(items, { readers: 60, reads: 12 });
const scale = ratingScale(events);
const { log } = logOf(items, events, scale);
const placeOf = (id: string): number => log.placeOf(id)!;
const taste: Taste = [
  { item: placeOf('sea-1'), weight: 1 },
  { item: placeOf('月-2'), weight: 0.5 },
  { item: placeOf('war-3'), weight: -1 },
  { text: 'tea with a guest，春雨', weight: 1 },
];

test.each([
  ['2026-03-01', Date.UTC(2026, 2, 1)],
  ['2026年3月1日', Date.UTC(2026, 2, 1)],
  ['2026/3/1 08:30', Date.UTC(2026, 2, 1, 8, 30)],
  ['2026-03-01T08:30:15.25+08:00', Date.UTC(2026, 2, 1, 0, 30, 15, 250)],
  ['20260301', Date.UTC(2026, 2, 1)],
  ['1260759144', 1260759144000],
  ['1260759144000', 1260759144000],
  ['2026-02-30', undefined],
  ['2026-13-01', undefined],
  ['yesterday', undefined],
  ['9'.repeat(400), undefined],
])('the time %s', (text, when) => expect(readWhen(text)).toBe(when));

test('terms with their places: stems of English, characters and pairs of Chinese, nothing of stop words', () => {
  const text = 'The Ｗaves were singing 床前明月.';
  const terms = termCutter()(text);
  expect(terms.map(({ term }) => term)).toEqual([
    'wave',
    'were',
    'sing',
    ...'床 前 床前 明 前明 月 明月'.split(' '),
  ]);
  expect(terms.map(({ start, end }) => text.slice(start, end))).toEqual([
    'Ｗaves',
    'were',
    'singing',
    ...'床 前 床前 明 前明 月 明月'.split(' '),
  ]);
});

describe('a log', () => {
  const own = ['a', 'b', 'c'].map((id) => ({ id, text: id }));
  test('the last word of a reader counts, in the order of time; ratings are around the middle of their scale', () => {
    const rated = [
      { user: 'u', item: 'a', rating: 5, when: 3 },
      { user: 'u', item: 'b', rating: 1, when: 1 },
      { user: 'u', item: 'b', rating: 4, when: 2 },
      { user: 'u', item: 'b', rating: 2, when: 0 },
      { user: 'v', item: 'c', rating: 3, when: 9 },
      { user: 'v', item: 'gone', rating: 3, when: 9 },
    ];
    const own3 = ratingScale(rated);
    expect(own3).toEqual({ low: 1, neutral: 3, high: 5 });
    const { log, unknown } = logOf(own, rated, own3);
    expect(unknown).toBe(1);
    expect(log.historyOf('u')).toEqual([
      { item: 1, weight: 0.5, when: 2 },
      { item: 0, weight: 1, when: 3 },
    ]);
    expect([...log.likes]).toEqual([1, 1, 0]);
    expect([1, 2, 3, 4, 5, 99].map((rating) => weightOf(rating, own3))).toEqual([-1, -0.5, 0, 0.5, 1, 1]);
    // Thumbs: all that is said is 1.
    const thumbs = ratingScale([{ user: 'u', item: 'a', rating: 1 }]);
    expect([weightOf(1, thumbs) > 0, weightOf(undefined, thumbs) > 0, weightOf(-1, thumbs) < 0]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('over another log: what is added is seen there alone', () => {
    const { log: base } = logOf(own, [{ user: 'u', item: 'a' }], scale);
    const [one, other] = [readingLog(own, scale, base), readingLog(own, scale, base)];
    one.add({ user: 'u', item: 'b' });
    one.add({ user: '__proto__', item: 'b' });
    expect(one.historyOf('u').map(({ item }) => item)).toEqual([0, 1]);
    expect([...one.users()].sort()).toEqual(['__proto__', 'u']);
    expect([...one.likes]).toEqual([1, 2, 0]);
    for (const log of [other, base]) {
      expect(log.historyOf('u').map(({ item }) => item)).toEqual([0]);
      expect([...log.likes]).toEqual([1, 0, 0]);
    }
  });
});

const sum = (values: readonly { readonly weight: number }[]): number =>
  values.reduce((total, { weight }) => total + weight, 0);

describe('methods', () => {
  test('tf-idf: the cosine with one text that was read; BM25: the scores of an index asked with it', async () => {
    const [one] = [placeOf('tea-4')];
    const read = [{ item: one, weight: 1 }];
    const { scores } = (await byTerms('tfidf', lexicon).judge(read, log))!;
    expect(scores[one]).toBeCloseTo(1, 6);
    for (const other of [0, 5, 40]) expect(scores[other]).toBeCloseTo(lexicon.likeness(one, other), 6);

    const cut = termCutter();
    // What only one text holds is no term here; as a query it finds nothing but that text.
    const texts = items.map(({ text }) => cut(text).map(({ term }) => term));
    const asked = texts[one];
    const found = bm25Index(texts).search(asked, items.length);
    const length = Math.hypot(
      ...new Map(asked.map((term) => [term, asked.filter((t) => t === term).length])).values(),
    );
    const bm25 = (await byTerms('bm25', lexicon).judge(read, log))!.scores;
    for (const { index, score } of found) {
      if (index !== one) expect(bm25[index]).toBeCloseTo(score / length, 5);
    }
  });

  test.each(['tfidf', 'bm25'] as const)(
    '%s: a score is the sum of its words, and of what was read',
    async (method) => {
      const { scores, explain } = (await byTerms(method, lexicon).judge(taste, log))!;
      for (const item of [placeOf('sea-5'), placeOf('春-3'), placeOf('war-4')]) {
        const { reads, words, wordsBy } = explain!(item);
        expect(wordsBy).toBe('weights');
        expect(sum(words)).toBeCloseTo(scores[item], 5);
        expect(sum(reads)).toBeCloseTo(scores[item], 5);
        for (const { text, places } of words) {
          for (const [start, end] of places)
            expect(items[item].text.slice(start, end).length).toBeGreaterThan(0);
          expect(items[item].text).toContain(text);
        }
      }
      expect(scores[placeOf('war-4')]).toBeLessThan(scores[placeOf('sea-5')]);
      // Nobody who likes nothing, and no words that are not known, say anything.
      expect(await byTerms(method, lexicon).judge([{ item: 0, weight: -1 }], log)).toBeUndefined();
      expect(await byTerms(method, lexicon).judge([{ text: 'zzz', weight: 1 }], log)).toBeUndefined();
    },
  );

  test('what was disliked takes from what is like it, a quarter as loud as what was liked adds', async () => {
    const liked = { item: placeOf('sea-1'), weight: 1 };
    const scoresOf = async (...taste: Taste[number][]) =>
      (await byTerms('tfidf', lexicon).judge(taste, log))!.scores;
    const war = placeOf('war-1');
    const [alone, both] = [await scoresOf(liked), await scoresOf(liked, { item: war, weight: -1 })];
    const disliked = await scoresOf({ item: war, weight: 1 });
    for (const item of [war, placeOf('war-4'), placeOf('tea-2')]) {
      expect(both[item]).toBeCloseTo(alone[item] - disliked[item] / 4, 6);
    }
  });

  test('what was read long ago fades', async () => {
    const reads = [
      { item: placeOf('sea-1'), weight: 1 },
      ...['tea-1', 'tea-2'].map((id) => ({ item: placeOf(id), weight: 1 })),
    ];
    const seaOf = async (halfLife?: number) => {
      const { scores } = (await byTerms('tfidf', lexicon, { halfLife }).judge(reads, log))!;
      return scores[placeOf('sea-7')] / scores[placeOf('tea-7')];
    };
    expect(await seaOf(1)).toBeLessThan(await seaOf());
  });

  test('popularity, and popularity of late', async () => {
    const day = 86_400_000;
    const own = ['a', 'b'].map((id) => ({ id, text: id }));
    const { log } = logOf(
      own,
      [
        ...[1, 2, 3].map((n) => ({ user: `u${n}`, item: 'a', when: 0 })),
        { user: 'v', item: 'b', when: 60 * day },
        { user: 'w', item: 'b', when: 60 * day },
      ],
      scale,
    );
    expect([...(await popularity.judge([], log))!.scores]).toEqual([3, 2]);
    const recent = recentPopularity({ halfLifeDays: 30 });
    expect([...(await recent.judge([], log))!.scores]).toEqual([0.75, 2]);
    log.add({ user: 'x', item: 'a', when: 60 * day });
    expect([...(await recent.judge([], log))!.scores]).toEqual([1.75, 2]);
  });

  test('neighbours: what the same readers read, by hand; an unread item has none', async () => {
    const own = ['a', 'b', 'c'].map((id) => ({ id, text: id }));
    const { log } = logOf(
      own,
      [...['u', 'v'].flatMap((user) => ['a', 'b'].map((item) => ({ user, item }))), { user: 'w', item: 'a' }],
      scale,
    );
    const { scores, explain } = (await neighbours(log).judge([{ item: 0, weight: 1 }], log))!;
    expect(scores[1]).toBeCloseTo((2 / Math.sqrt(3 * 2)) * (2 / 12), 10);
    expect([scores[0], scores[2]]).toEqual([0, 0]);
    expect(explain!(1).reads).toEqual([{ read: 0, weight: scores[1] }]);
    expect(await neighbours(log).judge([{ text: 'a', weight: 1 }], log)).toBeUndefined();
  });

  test('several together: the ranks of each', async () => {
    const scored = (method: string, scores: number[]): Recommender => ({
      method,
      judge: async () => ({ scores: Float64Array.from(scores) }),
    });
    const silent: Recommender = { method: 'silent', judge: async () => undefined };
    const own = ['a', 'b', 'c'].map((id) => ({ id, text: id }));
    const { log } = logOf(own, [], scale);
    const both = fused([scored('x', [3, 2, 1]), scored('y', [1, 3, 2]), silent]);
    const { scores } = (await both.judge([], log))!;
    const at = (...ranks: number[]): number => ranks.reduce((total, rank) => total + 1 / (60 + rank), 0);
    expect([...scores].map((score) => score.toFixed(9))).toEqual(
      [at(1, 3), at(2, 1), at(3, 2)].map((score) => score.toFixed(9)),
    );
    expect(both.method).toBe('x+y+silent');
  });

  test('vectors: of an encoder whose texts all look alike but for a part; what it gives is checked', async () => {
    const seen: number[] = [];
    const kindVector = (text: string): number[] => [
      100,
      ...kindNames.map((kind) => (lexicon.rowOf(text).columns.length && text.includes(words[kind]) ? 1 : 0)),
      (text.length % 3) / 10,
    ];
    const words: Record<string, string> = {
      sea: 'wave',
      tea: 'cup',
      war: 'sword',
      月: '明月',
      春: '春雨',
      边: '大漠',
    };
    const embedder: Embedder = {
      async embed(texts) {
        seen.push(texts.length);
        return { vectors: texts.map(kindVector), promptTokens: 0 };
      },
    };
    const vectors = await itemVectors(lexicon, embedder);
    expect(Math.max(...seen)).toBeLessThanOrEqual(64);
    const recommender = byVectors('encoder', lexicon, { vectors, embedder });
    const { scores, explain } = (await recommender.judge([{ text: 'a wave and a wave', weight: 1 }], log))!;
    const best = orderOf([...items.keys()], scores, log, 3);
    for (const item of best) {
      expect(items[item].text).toContain('wave');
      expect(sum(explain!(item).reads)).toBeCloseTo(scores[item], 6);
      expect(explain!(item)).toMatchObject({ wordsBy: 'shared' });
    }
    const broken = (vector: (text: string) => number[]): Embedder => ({
      embed: async (texts) => ({ vectors: texts.map(vector), promptTokens: 0 }),
    });
    for (const embedder of [
      broken(() => [Number.NaN]),
      broken((text) => [1, 2].slice(text.length % 2)),
      broken(() => []),
    ]) {
      await expect(itemVectors(lexicon, embedder)).rejects.toMatchObject({ code: 'recommend/no-vector' });
    }
    // The endpoint gives other vectors now.
    const other = byVectors('encoder', lexicon, { vectors, embedder: broken(() => [1, 2]) });
    await expect(other.judge([{ text: 'a', weight: 1 }], log)).rejects.toMatchObject({
      code: 'recommend/no-vector',
    });
  });

  test('vectors of words: rare words speak louder, Chinese is read by characters where a word is unknown', async () => {
    const words = ['the', '月', 'whale'];
    const embedder = wordEmbedder({ words, size: 2, vectors: Float32Array.of(0, 1, 1, 0, 1, 0) });
    const { vectors } = await embedder.embed(['the whale', '明月', 'nothing']);
    const [both, moon, none] = vectors.map((one) => [...(one as Float32Array)]);
    expect(both[0]).toBeGreaterThan(both[1]);
    expect(moon[0]).toBeGreaterThan(0);
    expect(none).toEqual([0, 0]);
  });
});

describe('ranking', () => {
  const own = Array.from({ length: 8 }, (_, i) => ({ id: `i${i}`, text: '', category: i < 6 ? 'a' : 'b' }));
  const { log: plain } = logOf(own, [{ user: 'u', item: 'i3' }], scale);
  const all = [...own.keys()];

  test('equal scores: what more readers liked, then no order of the file', () => {
    const order = orderOf(all, new Float64Array(8), plain, 8);
    expect(order[0]).toBe(3);
    expect(order.slice(1)).not.toEqual(all.filter((item) => item !== 3));
    expect(orderOf(all.toReversed(), new Float64Array(8), plain, 3)).toEqual(order.slice(0, 3));
    const scores = Float64Array.from(all, (i) => i % 4);
    const whole = orderOf(all, scores, plain, 8);
    for (let top = 1; top < 4; top++) expect(orderOf(all, scores, plain, top)).toEqual(whole.slice(0, top));
  });

  test('diverse: what is like one before it is put back; of a category no more than wanted, from wherever others stand', () => {
    const scores = Float64Array.from(all, (i) => 8 - i);
    const likeness = (a: number, b: number): number => (a < 3 && b < 3 ? 1 : 0);
    const options = { log: plain, likeness };
    expect(rankItems(all, scores, { ...options, top: 3 })).toEqual([0, 1, 2]);
    expect(rankItems(all, scores, { ...options, top: 3, diversity: 0.5 })).toEqual([0, 3, 4]);
    expect(rankItems(all, scores, { ...options, top: 3, perCategory: 1 })).toEqual([0, 6]);
    expect(rankItems(all, scores, { ...options, top: 4, perCategory: 2, diversity: 0.5 })).toEqual([
      0, 3, 6, 7,
    ]);
    expect(rankItems([], scores, { ...options, top: 3, diversity: 1 })).toEqual([]);
  });
});

describe('recommend', () => {
  const shelf = { lexicon, log, recommender: byTerms('tfidf', lexicon) };

  test('what was met does not come again, unless wanted; reasons are shares, words stand in the text', async () => {
    const user = 'reader 1';
    const met = new Set(log.historyOf(user).map(({ item }) => items[item].id));
    const answer = await recommend({ user }, shelf, { top: 20 });
    expect(answer).toMatchObject({ by: 'taste', method: 'tfidf', read: met.size });
    for (const { item, because, words, readers } of answer.items) {
      expect(met.has(item.id)).toBe(false);
      expect(readers).toBe(log.likes[placeOf(item.id)]);
      expect(because.length).toBeLessThanOrEqual(3);
      for (const { share, item: from } of because) {
        expect(share).toBeLessThanOrEqual(1);
        expect(met.has(from!.id)).toBe(true);
      }
      for (const { text } of words) expect(item.text).toContain(text);
    }
    const again = await recommend({ user }, shelf, { top: 20, again: true });
    expect(again.items.some(({ item }) => met.has(item.id))).toBe(true);
    const fresh = await recommend({ user }, shelf, { isNewOnly: true });
    expect(fresh.items.every(({ readers }) => readers === 0)).toBe(true);
    const sea = await recommend({ user }, shelf, { category: 'sea', reasons: 0 });
    expect(new Set(sea.items.map(({ item }) => item.category))).toEqual(new Set(['sea']));
    expect(sea.items.every(({ because, words }) => because.length + words.length === 0)).toBe(true);
  });

  test('a stranger gets what most like, and it is said; words are enough to be none', async () => {
    for (const wish of [{ user: 'nobody' }, { text: 'zzz' }]) {
      const answer = await recommend(wish, shelf, { top: 1 });
      expect(answer).toMatchObject({ by: 'popularity', method: 'popularity' });
      expect(answer.items[0].readers).toBe(Math.max(...log.likes));
    }
    const { items: found, by } = await recommend({ text: '大漠孤烟' }, shelf, { top: 5 });
    expect(by).toBe('taste');
    expect(new Set(found.map(({ item }) => item.category))).toEqual(new Set(['边']));
  });

  test('what is named now counts more than what was read before', async () => {
    const user = 'reader 2';
    const [first] = log.historyOf(user);
    const read = [{ item: items[first.item].id, weight: -1 }];
    const before = await recommend({ user }, shelf, { top: 30 });
    const after = await recommend({ user, read }, shelf, { top: 30 });
    expect(after.read).toBe(before.read);
    expect(after.items).not.toEqual(before.items);
    await expect(recommend({ read: [{ item: 'sea-l' }] }, shelf)).rejects.toThrow(/did you mean "sea-/);
    await expect(recommend({ user }, shelf, { top: 0 })).rejects.toMatchObject({ code: 'recommend/option' });
    await expect(recommend({ user }, shelf, { diversity: 2 })).rejects.toMatchObject({
      code: 'recommend/option',
    });
  });
});

describe('splits leak nothing', () => {
  const both = { items, events, scale };
  test('time: all that is learnt from comes before all that is tested on', () => {
    const { train, wanted } = splitEvents('time', both);
    const newest = Math.max(...train.map(({ when }) => when!));
    for (const { user, item, when } of events) {
      if (wanted.get(user)?.has(item)) expect(when!).toBeGreaterThan(newest);
    }
    expect(train.length).toBe(Math.floor(0.8 * events.length));
  });

  test('last: of each reader what comes last, and nothing after it', () => {
    const { train, wanted } = splitEvents('last', both);
    const learnt = new Set(train);
    for (const [user, own] of wanted) {
      const history = events.filter((event) => event.user === user);
      expect([...own]).toEqual([history.at(-1)!.item]);
      expect(history.slice(0, -1).every((event) => learnt.has(event))).toBe(true);
    }
    expect(wanted.size).toBe(60);
  });

  test('new: nobody met what is held out', () => {
    const { train, wanted, fresh } = splitEvents('new', both, { heldOut: 0.3, seed: 2 });
    expect(train.some(({ item }) => fresh!.has(item))).toBe(false);
    for (const own of wanted.values()) for (const item of own) expect(fresh!.has(item)).toBe(true);
    expect(fresh!.size / items.length).toBeGreaterThan(0.15);
    expect(fresh!.size / items.length).toBeLessThan(0.45);
  });

  test('what cannot be split is said', () => {
    const untimed = events.map(({ when: _, ...event }) => event);
    expect(() => splitEvents('time', { ...both, events: untimed })).toThrow(
      /needs the time of every event, 7/,
    );
    expect(() => splitEvents('last', { ...both, events: events.slice(0, 1) })).toThrow(
      /must leave something/,
    );
    expect(() => splitEvents('new', both, { heldOut: 1 })).toThrow(/heldOut/);
  });
});

describe('measuring', () => {
  const makers = {
    tfidf: async () => byTerms('tfidf', lexicon),
    // As good as guessing: it beats nothing.
    blind: async (): Promise<Recommender> => ({
      method: 'blind',
      judge: async () => ({ scores: new Float64Array(items.length) }),
    }),
  };

  test('text beats popularity where readers have tastes, on known items and on new ones; guessing does not', async () => {
    const measured = await measureRecommenders({ lexicon, events, scale }, makers, { split: 'time' });
    const [popular, text, blind] = measured.methods;
    expect(measured).toMatchObject({ split: 'time', depth: 10, candidates: items.length });
    expect(measured.cold).toBeGreaterThan(10);
    expect(popular).not.toHaveProperty('gain');
    expect(text.gain!.pValue).toBeLessThan(0.05);
    expect(text.gain!.interval.low).toBeGreaterThan(0);
    expect(text.all.ndcg).toBeGreaterThan(popular.all.ndcg);
    expect(text.cold!.ndcg).toBeGreaterThan(popular.cold!.ndcg + 0.1);
    // Equal scores are ordered by popularity.
    expect(blind.all).toEqual(popular.all);
    expect(blind.gain!.pValue).toBe(1);
    expect(text.coverage).toBeGreaterThan(popular.coverage);
    expect(text.novelty).toBeGreaterThan(popular.novelty);
    expect(text.diversity).toBeLessThan(popular.diversity);
  });

  test('by hand: two readers, the place of what was wanted', async () => {
    const own = ['a', 'b', 'c', 'd'].map((id) => ({ id, text: `${id}${id} x` }));
    const reads = [
      { user: 'u', item: 'a' },
      { user: 'v', item: 'a' },
      { user: 'w', item: 'b' },
      { user: 'w', item: 'a' },
      { user: 'u', item: 'c' },
      { user: 'v', item: 'b' },
    ];
    const fixed: Recommender = {
      method: 'fixed',
      judge: async () => ({ scores: Float64Array.of(4, 3, 2, 1) }),
    };
    const small = createLexicon(own);
    const { methods, wanted, cold } = await measureRecommenders(
      { lexicon: small, events: reads, scale },
      { fixed: async () => fixed },
      { split: 'last', depth: 2 },
    );
    // w: a, first of a c d; u: c, second of b c d; v: b, first of b c d.
    expect(methods[1].all).toMatchObject({ readers: 3, recall: 1 });
    expect(methods[1].all.ndcg).toBeCloseTo((1 + 1 / Math.log2(3) + 1) / 3, 10);
    expect(methods[1].all.mrr).toBeCloseTo((1 + 1 / 2 + 1) / 3, 10);
    expect({ wanted, cold }).toEqual({ wanted: 3, cold: 1 });
    // d is in nobody's first two.
    expect(methods[1].coverage).toBe(0.75);
  });

  test('it ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureRecommenders({ lexicon, events, scale }, makers, { signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('two towers', () => {
  // Who read of the sea reads of tea next: no word joins them.
  const ring: Record<string, string> = { sea: 'tea', tea: 'war', war: 'sea', 月: '春', 春: '边', 边: '月' };
  // Of each kind the last three are met by nobody.
  const isFresh = (id: string): boolean => Number(id.split('-')[1]) >= 9;
  const known = items.filter(({ id }) => !isFresh(id));
  const chain = madeEvents(known, { readers: 80, reads: 12, faith: 1, next: (kind) => ring[kind], late: 0 });
  const options = { size: 24, epochs: 20, lr: 0.02, seed: 3, batchSize: 128, halfLife: 0.5 };

  test('what comes next is learnt from texts, so for new items too; a score is the sum of what was read', async () => {
    const losses: number[] = [];
    const learn = async (log: ReadingLog): Promise<Recommender> => {
      const onProgress = (_: number, loss: number): void => void losses.push(loss);
      return byTowers(lexicon, await trainTowers(lexicon, log, { ...options, onProgress }), options);
    };
    const makers = {
      tfidf: async () => byTerms('tfidf', lexicon, options),
      towers: (shelf: { readonly log: ReadingLog }) => learn(shelf.log),
    };
    const { methods } = await measureRecommenders({ lexicon, events: chain, scale }, makers, { depth: 5 });
    const [, text, towers] = methods;
    expect(losses.at(-1)!).toBeLessThan(losses[0] - 0.5);
    expect(towers.all.ndcg).toBeGreaterThan(text.all.ndcg + 0.1);

    const { log } = logOf(items, chain, scale);
    const shelf = { lexicon, log, recommender: await learn(log) };
    let right = 0;
    for (const [kind, next] of Object.entries(ring)) {
      const wish = { read: [{ item: `${kind}-2` }] };
      const { items: found } = await recommend(wish, shelf, { isNewOnly: true, top: 3 });
      right += found.filter(({ item }) => item.category === next).length;
    }
    // Of 18; guessing finds 3.
    expect(right).toBeGreaterThan(14);
  }, 60_000);

  test('a score is the sum of what was read; the same seed learns the same; one more item needs only its text', async () => {
    const { log: known } = logOf(items, chain, scale);
    const learnt = await trainTowers(lexicon, known, { ...options, epochs: 1 });
    const recommender = byTowers(lexicon, learnt, options);
    const { scores, explain } = (await recommender.judge(taste, known))!;
    const item = placeOf('春-3');
    expect(sum(explain!(item).reads)).toBeCloseTo(scores[item] - learnt.bias[item], 4);
    expect(explain!(item).wordsBy).toBe('weights');
    const again = await trainTowers(lexicon, known, { ...options, epochs: 1 });
    expect(again).toEqual(learnt);

    // One more item: its text is enough.
    const more = [...items, { id: 'tea-new', text: 'kettle, cup, steam and jasmine', category: 'tea' }];
    const wider = createLexicon(more, { vocabulary: lexicon.vocabulary });
    const { log: widerLog } = logOf(more, chain, scale);
    const grown = byTowers(wider, withNewItems(learnt, more.length, widerLog), options);
    const judged = (await grown.judge(taste, widerLog))!;
    expect([...judged.scores.slice(0, -1)]).toEqual([...scores]);
    expect(Number.isFinite(judged.scores.at(-1)!)).toBe(true);
  });

  test('what is learnt is the cross-entropy of the next item among all that were met, by the scores that recommend', async () => {
    const { log: own } = logOf(items, chain, scale);
    let loss = 0;
    const still = { ...options, epochs: 1, lr: 1e-12, batchSize: 10_000 };
    const learnt = await trainTowers(lexicon, own, { ...still, onProgress: (_, value) => (loss = value) });
    const recommender = byTowers(lexicon, learnt, options);
    const warm = [...items.keys()].filter((item) => own.likes[item] > 0);
    const losses: number[] = [];
    for (const user of own.users()) {
      const history = own.historyOf(user);
      for (let i = 1; i < history.length; i++) {
        const { scores } = (await recommender.judge(history.slice(0, i), own))!;
        const all = Math.log(warm.reduce((total, item) => total + Math.exp(scores[item]), 0));
        losses.push(all - scores[history[i].item]);
      }
    }
    expect(loss).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / losses.length, 3);
  });

  test('too little to learn from is said', async () => {
    const { log: small } = logOf(items, chain.slice(0, 10), scale);
    await expect(trainTowers(lexicon, small)).rejects.toThrow(/at least 20 such steps are needed, got \d/);
    await expect(trainTowers(lexicon, log, { size: 0 })).rejects.toMatchObject({ code: 'recommend/option' });
  });
});
