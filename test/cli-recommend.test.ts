/** `inkstone recommend` and `/v1/recommendations`: made from tables, told more, grown, measured; tenants apart. */

import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedRecommender, serveRecommender } from '../src/cli/served-recommender.ts';
import { readFeedback } from '../src/recommend/index.ts';
import { createApp } from '../src/serve/app.ts';
import type { Rule, State } from '../src/store/index.ts';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';
import { serve } from './local-server.ts';
import { csvOf, madeEvents, madeItems } from './readers.ts';

const cwd = scratchFolder();
const items = madeItems(8);
const events = madeEvents(items, { readers: 30, reads: 8 });
const at = (name: string): string => join(cwd, name);
const recommend = (argv: readonly string[], options: object = {}) =>
  inkstone(['recommend', ...argv], { cwd, ...options });
const tables = ['--items', 'items.csv', '--events', 'events.csv'];

beforeAll(async () => {
  writeFileSync(
    at('items.csv'),
    csvOf([
      ['ID', '正文', 'title', '类别'],
      ...items.map(({ id, text, category }) => [id, text, `On ${id}`, category]),
    ]),
  );
  writeFileSync(
    at('events.csv'),
    csvOf([
      ['User_ID', 'itemId', 'timestamp', 'rating'],
      ...events.map(({ user, item, when }) => [user, item, Math.round(when! / 1000), 5]),
      ['reader 0', 'gone', 1, 1],
    ]),
  );
  const { status, err } = await recommend(['train', ...tables, '--out', 'shelf']);
  expect({ status, err }).toEqual({ status: 0, err: '' });
});

interface Told {
  readonly item: { readonly id: string; readonly category: string };
  readonly readers: number;
  readonly because: readonly { readonly share: number }[];
  readonly words: readonly { readonly text: string }[];
}
const itemsOf = ({ json }: Awaited<ReturnType<typeof inkstone>>): Told[] =>
  json.filter(({ type }) => type === 'recommendation') as unknown as Told[];

test('items for a reader with reasons, in both languages; nothing that was read comes again', async () => {
  const read = new Set(events.filter(({ user }) => user === 'reader 0').map(({ item }) => item));
  const found = itemsOf(await recommend(['for', 'shelf', '--user', 'reader 0', '--json']));
  expect(found).toHaveLength(10);
  for (const { item, because, words } of found) {
    expect(read.has(item.id)).toBe(false);
    expect(because.length).toBeGreaterThan(0);
    expect(words.length).toBeGreaterThan(0);
  }
  const ask = (lang: 'en' | 'zh') =>
    recommend(['for', 'shelf', '--text', 'wave and whale', '--top', '3'], { lang });
  const [english, chinese] = [await ask('en'), await ask('zh')];
  expect(english.out).toMatch(
    /^ {2}1\. On sea-\d {2}\[sea-\d\] {2}.*\n {5}because of your words \(100 %\)\n {5}words: /,
  );
  expect(HAN.test(english.out)).toBe(false);
  expect(chinese.out).toMatch(/\d 位读者喜欢, sea\n {5}依据：你的话 \(100 %\)\n {5}词：/);
  expect(
    itemsOf(await recommend(['for', 'shelf', '--text', '大漠孤烟', '--top', '3', '--json'])).map(
      ({ item }) => item.category,
    ),
  ).toEqual(['边', '边', '边']);
});

test('filters: of a category so many, only one, only new, some of what was read again', async () => {
  const ask = async (...more: string[]) =>
    itemsOf(await recommend(['for', 'shelf', '--read', 'sea-1,sea-2,-war-1', '--json', ...more]));
  const spread = await ask('--per-category', '1', '--top', '6', '--diversity', '0.5');
  expect(new Set(spread.map(({ item }) => item.category)).size).toBe(spread.length);
  expect((await ask('--category', 'tea')).every(({ item }) => item.category === 'tea')).toBe(true);
  expect((await ask('--new-only')).every(({ readers }) => readers === 0)).toBe(true);
  const again = await ask('--again', '--top', '2');
  expect(again.map(({ item }) => item.id).sort()).toEqual(['sea-1', 'sea-2']);
});

test('what is told is kept, and the next answer is another; it stays when the recommender is made again', async () => {
  await recommend(['train', ...tables, '--out', 'told']);
  const ask = async () => itemsOf(await recommend(['for', 'told', '--user', 'Li', '--json', '--top', '4']));
  const before = await ask();
  const { out } = await recommend(['tell', 'told', '--user', 'Li', '--item', 'tea-3']);
  expect(out).toMatch(/^1 event kept in told.feedback\.jsonl/);
  const after = await ask();
  expect(after).not.toEqual(before);
  expect(after.map(({ item }) => item.category)).toEqual(['tea', 'tea', 'tea', 'tea']);
  writeFileSync(
    at('more.jsonl'),
    `${JSON.stringify({ reader: 'Li', item: '边-1', date: '2026年8月1日' })}\n`,
  );
  await recommend(['tell', 'told', '--events', 'more.jsonl']);
  const later = await ask();
  expect(later.some(({ item }) => item.category === '边')).toBe(true);
  // A crash tears the last line: it is passed over, and the next stands alone.
  appendFileSync(at('told/feedback.jsonl'), '{"user":"Li","it');
  expect(await ask()).toEqual(later);
  await recommend(['tell', 'told', '--user', 'Li', '--item', 'tea-4', '--rating', '1']);
  expect(readFileSync(at('told/feedback.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3);
  const told = await ask();
  expect((await recommend(['train', ...tables, '--out', 'told'])).out).toContain(
    '3 events that were told to it before stay',
  );
  expect(await ask()).toEqual(told);
  expect(readdirSync(at('told')).filter((name) => name.startsWith('items-'))).toHaveLength(1);
});

test('new items: their texts are enough', async () => {
  await recommend([
    'train',
    ...tables,
    '--out',
    'grown',
    '--method',
    'towers+tfidf',
    '--size',
    '8',
    '--epochs',
    '2',
  ]);
  writeFileSync(
    at('new.jsonl'),
    [
      { id: 'tea-new', text: 'jasmine, kettle, cup and steam' },
      { id: 'tea-1', text: 'there already' },
      { id: 'none', text: '' },
    ]
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  );
  const { out } = await recommend(['add', 'grown', '--items', 'new.jsonl']);
  expect(out).toBe(
    '1 item added; left as they were: 1 that were there already\nleft out: 1 items without a text\n',
  );
  const found = itemsOf(
    await recommend(['for', 'grown', '--text', 'kettle jasmine steam', '--new-only', '--top', '2', '--json']),
  );
  expect(found.map(({ item }) => item.id)).toContain('tea-new');
});

test("an endpoint's vectors do as well; its answers are asked for once", async () => {
  const { url, seen } = await serve((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      const { input } = JSON.parse(body) as { input: string[] };
      const data = input.map((text, index) => ({
        ...{ object: 'embedding', index },
        embedding: ['wave', 'cup', 'sword', '月', '春', '漠'].map((word) => (text.includes(word) ? 1 : 0.1)),
      }));
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }),
      );
    });
  });
  const embedder = `${url}/v1#m`;
  await recommend(['train', ...tables, '--out', 'encoded', '--method', 'encoder', '--embedder', embedder]);
  const asked = seen.length;
  const one = items.find(({ text }) => text.includes('wave'))!;
  const byItem = itemsOf(await recommend(['for', 'encoded', '--read', one.id, '--top', '1', '--json']));
  expect(seen).toHaveLength(asked);
  const byText = itemsOf(await recommend(['for', 'encoded', '--text', 'a wave', '--top', '1', '--json']));
  expect(seen).toHaveLength(asked + 1);
  for (const [found] of [byItem, byText])
    expect(items.find(({ id }) => id === found.item.id)!.text).toContain('wave');
});

test('measured beside popularity, known items and new ones apart, in both languages', async () => {
  const argv = [
    'measure',
    ...tables,
    '--split',
    'time',
    '--methods',
    'tfidf,neighbours+bm25',
    '--depth',
    '5',
  ];
  const { json, status } = await recommend([...argv, '--json']);
  expect(status).toBe(0);
  const rows = json.filter(({ type }) => type === 'row');
  expect(rows.map(({ method }) => method)).toEqual(['popularity', 'tfidf', 'neighbours+bm25']);
  expect(rows[1]).toMatchObject({ gain: { pValue: expect.any(Number) }, warm: {}, cold: {} });
  const { out } = await recommend(argv, { lang: 'zh' });
  expect(out).toMatch(/1 个事件的条目不存在/);
  expect(out).toMatch(/方法 +nDCG@5 .*新条目/);
  expect(out).toMatch(/最好的是 .*：nDCG 0\.\d+，热门度为 0\.\d+\n$/);
});

test.each<[string[], RegExp]>([
  [['train'], /--items/],
  [['train', '--items', 'none.csv'], /none\.csv/],
  [['train', ...tables, '--method', 'tfdif'], /no method "tfdif"; did you mean "tfidf"/],
  [['train', ...tables, '--method', 'encoder', '--out', 'x'], /encoder: needs --embedder/],
  [['train', ...tables, '--method', 'words', '--out', 'x'], /words: needs --vectors/],
  [['train', ...tables, '--out', '.'], /holds something else/],
  [
    ['train', ...tables, '--text-column', 'words', '--out', 'x'],
    /items\.csv:2: must have a text, and has the fields ID, 正文.*--text-column/,
  ],
  [
    ['train', '--items', 'items.csv', '--events', 'items.csv', '--out', 'x'],
    /items\.csv:2: must have a reader.*--user-column/,
  ],
  [
    ['train', '--items', 'twice.jsonl', '--out', 'x'],
    /twice\.jsonl:2: every item must have an id of its own, "a" is that of twice\.jsonl:1, too/,
  ],
  [['train', '--items', 'one.jsonl', '--out', 'x'], /at least 2 items/],
  [
    ['train', '--items', 'items.csv', '--events', 'rated.jsonl', '--out', 'x'],
    /rated\.jsonl:1: a rating must be a number, got "good"/,
  ],
  [
    ['train', '--items', 'items.csv', '--events', 'dated.jsonl', '--out', 'x'],
    /dated\.jsonl:1: a time must be a date.*got "soon"/,
  ],
  [['for', 'shelf'], /whom it is for/],
  [['for'], /<folder>/],
  [['for', 'none', '--user', 'a'], /none: is no recommender/],
  [['for', 'shelf', '--read', 'sea-11'], /no item "sea-11"; did you mean "sea-1"/],
  [['for', 'shelf', '--user', 'a', '--category', 'see'], /--category.*did you mean "sea"/],
  [['for', 'shelf', '--user', 'a', '--diversity', '2'], /--diversity/],
  [['tell', 'shelf', '--user', 'a'], /--user and --item/],
  [['tell', 'shelf', '--user', 'a', '--item', 'tea-99'], /no item "tea-99"/],
  // Kept, they would be damage that no later command can read.
  [['tell', 'shelf', '--user', '', '--item', 'tea-1'], /--user and --item/],
  [['tell', 'shelf', '--user', 'a'.repeat(201), '--item', 'tea-1'], /--user: at most 200 characters/],
  [['measure', '--items', 'items.csv'], /--events/],
  [['measure', ...tables, '--methods', 'tfidf,'], /no method ""/],
  [['mesure', ...tables], /did you mean "measure"/],
])('refused: %s', async (argv, rule) => {
  writeFileSync(at('twice.jsonl'), '{"id":"a","text":"x"}\n{"id":"a","text":"y"}\n');
  writeFileSync(at('one.jsonl'), '{"id":"a","text":"x"}\n');
  writeFileSync(at('rated.jsonl'), '{"user":"a","item":"sea-1","rating":"good"}\n');
  writeFileSync(at('dated.jsonl'), '{"user":"a","item":"sea-1","when":"soon"}\n');
  expect(await recommend(argv)).toMatchObject({ status: 2, err: expect.stringMatching(rule) });
  expect(existsSync(at('x'))).toBe(false);
});

test('a folder that is damaged is refused, whichever file', async () => {
  await recommend([
    'train',
    ...tables,
    '--out',
    'hurt',
    '--method',
    'towers',
    '--size',
    '4',
    '--epochs',
    '1',
  ]);
  for (const name of readdirSync(at('hurt'))) {
    const path = at(join('hurt', name));
    const whole = readFileSync(path);
    truncateSync(path, Math.floor(whole.length / 2));
    const { status, err } = await recommend(['for', 'hurt', '--user', 'reader 1']);
    expect([name, status, err.split('\n').length]).toEqual([name, 2, 2]);
    writeFileSync(path, whole);
  }
  expect((await recommend(['for', 'hurt', '--user', 'reader 1'])).status).toBe(0);
});

describe('/v1/recommendations', () => {
  let served: ServedRecommender;
  const rule = { id: 'r', name: 'r', kind: 'literal', stage: 'both', isOn: true };
  const state = {
    isNew: async () => false,
    keys: {
      any: async () => true,
      find: async (tenant: string) => ({
        ...{ id: tenant, tenant, isAdmin: false },
        ...{ requestsPerMinute: null, tokensPerDay: null, concurrent: 4 },
      }),
      use: async () => 0,
    },
    rules: {
      list: async (tenant: string) => {
        const pattern = { ruled: 'whale', kinds: 'sea' }[tenant];
        return pattern ? [{ ...rule, pattern, action: 'rewrite', replacement: '***' } as Rule] : [];
      },
    },
  } as unknown as State;
  let app: ReturnType<typeof createApp>;
  const open = async (): Promise<void> => {
    served = await serveRecommender(at('shelf'), new AbortController().signal);
    const recorder = { use() {}, audit() {}, review() {}, flush: async () => {} };
    app = createApp({ models: [], state, recorder, recommender: served });
  };
  beforeAll(open);
  afterAll(() => served.close());
  async function post(path: string, body: object, { tenant = 'a', to = app } = {}) {
    const response = await to.request(`http://localhost/v1/recommendations${path}`, {
      method: 'POST',
      headers: { host: 'localhost', authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
    return { status: response.status, answer: (await response.json()) as any };
  }

  test('items with reasons and the scale of ratings; what readers did is kept for their tenant alone, also over a restart', async () => {
    const { answer } = await post('', { text: 'wave and whale', top: 2 });
    expect(answer).toMatchObject({
      ...{ object: 'recommendations', by: 'taste', method: 'tfidf', read: 1 },
      items: [{ category: 'sea', because: [{ item: null, title: null, share: 1 }], words_by: 'weights' }, {}],
    });
    expect(answer.scale.low).toBeLessThan(answer.scale.high);
    const [first] = answer.items;
    for (const { text, places } of first.words) expect(first.text.slice(...places[0])).toBe(text);

    const ask = async (tenant: string) => (await post('', { user: 'Wang', top: 3 }, { tenant })).answer;
    const before = await ask('b');
    expect(before.by).toBe('popularity');
    const event = { user: 'Wang', item: 'tea-2' };
    expect((await post('/events', { events: [event] }, { tenant: 'b' })).answer).toMatchObject({
      told: 1,
      kept: 1,
    });
    const after = await ask('b');
    expect(after).toMatchObject({
      by: 'taste',
      items: [{ category: 'tea' }, { category: 'tea' }, { category: 'tea' }],
    });
    expect((await ask('a')).by).toBe('popularity');
    expect((await ask('a')).items).toEqual(before.items);
    await served.close();
    await open();
    expect((await ask('b')).items).toEqual(after.items);
    expect((await ask('a')).by).toBe('popularity');
    // Someone who dislikes it on the told scale is not shown more of it.
    const no = { ...event, rating: after.scale.low };
    await post('/events', { events: [no] }, { tenant: 'b' });
    expect((await ask('b')).by).toBe('popularity');
  });

  test('what is being told when it closes is kept whole, and nothing is written behind it', async () => {
    const own = await serveRecommender(at('shelf'), new AbortController().signal);
    const told = Array.from({ length: 50 }, (_, i) => ({ user: `r${i}`, item: 'sea-1' }));
    await own.tell('late', told, 1000);
    const telling = Promise.allSettled([own.tell('late', told, 1000), own.tell('late', told, 1000)]);
    await own.close();
    expect((await telling).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await readFeedback(at('shelf'), 'late')).toHaveLength(150);
  });

  test('texts under the rules of the tenant', async () => {
    const { answer } = await post('', { text: 'wave', category: 'sea', top: 20 }, { tenant: 'ruled' });
    expect(JSON.stringify(answer)).not.toContain('whale');
    const changed = answer.items.filter(({ text }: { text: string }) => text.includes('***'));
    expect(changed.length).toBeGreaterThan(0);
    for (const { moderated, words } of changed)
      expect({ moderated, words }).toEqual({ moderated: 'rewrite', words: [] });
    const kinds = await post('', { text: 'wave', category: 'sea', top: 1 }, { tenant: 'kinds' });
    expect(kinds.answer.items).toMatchObject([{ category: '***' }]);
  });

  test('refused: items that are not there, too many events, no recommender', async () => {
    const { status, answer } = await post('', { read: [{ item: 'sea-11' }] });
    expect([status, answer.error.code]).toEqual([400, 'recommend/no-item']);
    const unknown = await post('/events', { events: [{ user: 'a', item: '../x' }] });
    expect(unknown.status).toBe(400);
    const bare = createApp({
      models: [],
      state,
      recorder: { use() {}, audit() {}, review() {}, flush: async () => {} },
    });
    expect((await post('', {}, { to: bare })).answer.error.code).toBe('serve/no-recommender');
    await expect(served.tell('c', [{ user: 'a', item: 'sea-1' }], 0)).rejects.toMatchObject({
      code: 'cli/recommend-full',
    });
  });
});
