/** Rules over what is quoted from documents: answers with and without a model, whole and streamed, searches, open documents. */

import { beforeEach, expect, test } from 'vitest';
import { memoryCollection } from '../../../test/memory-collection.ts';
import type { AuditEntry, NewReview, Rule, State } from '../../store/index.ts';
import { createApp } from '../app.ts';
import type { RemoteServed } from '../served-model.ts';

const rule = (tenant: string, name: string, more: Partial<Rule> & Pick<Rule, 'pattern' | 'action'>) => ({
  tenant,
  rule: { id: name, name, kind: 'literal', stage: 'both', replacement: '', isOn: true, ...more } as Rule,
});
const rules = [
  rule('a', 'name', { pattern: 'Ada', action: 'rewrite', replacement: 'somebody', stage: 'after' }),
  rule('a', '名字', { pattern: '小明', action: 'rewrite', replacement: '某某某', stage: 'after' }),
  rule('a', 'hush', { pattern: 'password', action: 'block' }),
  rule('a', '密码', { pattern: '密码', action: 'block' }),
  rule('a', 'kettle', { pattern: 'boiler', action: 'rewrite', replacement: 'kettle', stage: 'before' }),
  rule('a', 'look', { pattern: 'tower', action: 'flag' }),
];
const canary = 'The canary is called Ada. The canary sings at noon.';
const documents = [
  { key: 'canary.md', text: canary, title: 'Ada at home', source: 'from Ada' },
  { key: '金丝雀.md', text: '金丝雀名叫小明。金丝雀中午唱歌。' },
  { key: 'pilot.md', text: 'The pilot sleeps in the tower. The pilot eats bread.' },
  { key: 'safe.md', text: 'The safe is green. The safe has the password 1234. The safe is heavy.' },
  { key: 'kettle.md', text: 'The kettle is blue.' },
];
const shared = memoryCollection(documents);
const own = memoryCollection([{ key: 'own.md', text: 'My parrot is called Ada.' }]);

let audited: AuditEntry[] = [];
let reviewed: NewReview[] = [];
const key = (tenant: string) => ({
  ...{ id: tenant, tenant, isAdmin: false },
  ...{ requestsPerMinute: null, tokensPerDay: null, concurrent: 1 },
});
const state = {
  isNew: async () => false,
  keys: { any: async () => true, find: async (secret: string) => key(secret), use: async () => 0 },
  rules: {
    list: async (tenant: string) => rules.filter((one) => one.tenant === tenant).map((one) => one.rule),
  },
} as unknown as State;
/** Says this of whatever it is asked. */
let said = '';
let prompts = 0;
const speaker = {
  ...{ id: 'speaker', created: 0, host: 'there' },
  complete() {},
  async *chat() {
    prompts++;
    yield { type: 'text-delta', text: said };
    yield { type: 'finish', reason: 'stop', promptTokens: 1, completionTokens: 1 };
  },
} as unknown as RemoteServed;
const app = createApp({
  ...{ models: [], remotes: [speaker], state },
  documents: {
    readable: async (tenant) => (tenant === 'a' ? [shared, own] : [shared]),
    own: async () => own,
  },
  recorder: {
    ...{ use() {}, flush: async () => {} },
    audit: (entry) => void audited.push(entry),
    review: (_, review) => void reviewed.push(review),
  },
});
beforeEach(() => {
  [audited, reviewed, prompts] = [[], [], 0];
});

async function send(path: string, body?: object, { tenant = 'a', lang = 'en' } = {}) {
  const response = await app.request(`http://localhost${path}`, {
    headers: {
      host: 'localhost',
      authorization: `Bearer ${tenant}`,
      'content-type': 'application/json',
      'accept-language': lang,
    },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  const json = (): any => JSON.parse(text);
  return { status: response.status, text, json };
}
const ask = (question: string, more: object = {}, how = {}) =>
  send('/v1/answers', { question, ...more }, how);
/** The events of a stream. */
const eventsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));

test.each([
  ['what is the canary called, when does the canary sing?', 'somebody', 'Ada', canary],
  ['金丝雀名叫什么，什么时候唱歌？', '某某某', '小明', documents[1].text],
])(
  'what is replaced is replaced everywhere, and has no place: %s',
  async (question, word, hidden, source) => {
    const { text, json } = await ask(question, { max_sentences: 2 });
    expect(text).not.toContain(hidden);
    const { claims, passages, answer, finish_reason } = json();
    expect(finish_reason).toBeNull();
    const changed = claims.find((one: { text: string }) => one.text.includes(word));
    expect(changed).toMatchObject({
      moderated: 'rewrite',
      citations: [{ moderated: 'rewrite', start: null, end: null, excerpt: changed.text }],
    });
    const plain = claims.find((one: object) => one !== changed);
    expect(plain).not.toHaveProperty('moderated');
    const [{ start, end, excerpt }] = plain.citations;
    expect([source.slice(start, end), excerpt]).toEqual([plain.text, plain.text]);
    expect(passages[0]).toMatchObject({ moderated: 'rewrite', start: null, end: null });
    expect(answer).toBe(claims.map((one: { text: string }) => `${one.text} [1]`).join('\n'));
    expect(audited).toMatchObject([
      {
        route: '/v1/answers',
        model: null,
        tenant: 'a',
        decision: 'rewrite',
        prompt: question,
        output: answer,
      },
    ]);
    // Streamed, it is what it is whole.
    const stream = await ask(question, { max_sentences: 2, stream: true });
    expect(stream.text).not.toContain(hidden);
    const events = eventsOf(stream.text);
    const deltas = events.flatMap(({ type, delta }) => (type === 'answer.delta' ? [delta] : []));
    expect(deltas.join('')).toBe(answer);
    expect(events.at(-1)).toMatchObject({ type: 'answer.done', answer, claims });
    expect(audited).toHaveLength(2);
    // Another tenant has rules of its own.
    expect((await ask(question, {}, { tenant: 'b' })).text).toContain(hidden);
  },
);

test.each([
  ['en', 'what is the password of the safe?', 'a rule of this server does not allow it', 'hush'],
  ['zh', '保险箱的密码是什么？', '本服务器的规则不允许此内容', '密码'],
])(
  'a question that a rule blocks is refused, also where it is streamed: %s',
  async (lang, question, why, name) => {
    for (const stream of [false, true]) {
      const { status, json } = await ask(question, { stream }, { lang });
      const { error } = json();
      expect([status, error.code]).toEqual([400, 'serve/blocked']);
      expect(error.message).toContain(why);
    }
    expect(audited).toMatchObject([1, 2].map(() => ({ status: 400, decision: 'block', rules: [name] })));
  },
);

test('a question is asked as the rules let it through', async () => {
  expect((await ask('is the boiler blue?')).json().answer).toBe('The kettle is blue. [1]');
  expect((await ask('is the boiler blue?', {}, { tenant: 'b' })).json().kind).toBe('not-in-documents');
});

test('a sentence that a rule blocks ends the answer, and its passage', async () => {
  const { text, json } = await ask('what is the safe?', { max_sentences: 3 });
  expect(text).not.toContain('1234');
  expect(text).not.toContain('heavy');
  expect(json()).toMatchObject({
    ...{ kind: 'answer', answer: 'The safe is green. [1]', finish_reason: 'blocked' },
    claims: [{ citations: [{ start: 0, end: 18 }] }],
    passages: [{ text: 'The safe is green. The safe has the ', moderated: 'block', start: null }],
  });
  // The nearest passages of what is not answered, too.
  const nearest = await ask('who painted a safe of gold and silver and bronze?');
  expect(nearest.json()).toMatchObject({ kind: 'not-in-documents', passages: [{ moderated: 'block' }] });
  expect(nearest.text).not.toContain('1234');
});

test('what a rule flags is told, and put before a person once', async () => {
  const question = 'where does the pilot sleep?';
  const { answer } = (await ask(question, { max_sentences: 1 })).json();
  expect(answer).toContain('tower');
  expect(reviewed).toMatchObject([
    { why: 'rule', model: null, prompt: question, detail: { rules: [{ id: 'look' }] } },
  ]);
  expect(reviewed[0].output).toContain(answer);
  expect(audited).toMatchObject([{ decision: 'flag', rules: ['look'] }]);
});

test('where a model writes, its passages and excerpts tell no more than it does; its key needs one place', async () => {
  said = 'It is called Ada [1].';
  const question = 'what is the canary called?';
  const { text, json } = await ask(question, { model: 'speaker', top: 1 });
  expect(text).not.toContain('Ada');
  expect(json()).toMatchObject({
    answer: 'It is called somebody [1].',
    claims: [
      { citations: [{ excerpt: 'The canary is called somebody.', moderated: 'rewrite', start: null }] },
    ],
  });
  expect(audited).toMatchObject([{ model: 'speaker', output: 'It is called somebody [1].' }]);
  expect((await ask('where is the password?', { model: 'speaker' })).status).toBe(400);
  expect(prompts).toBe(1);
  for (const [words, reviews] of [
    ['It sleeps in the tower [1].', 1],
    ['It sleeps there [1].', 2],
  ] as const) {
    said = words;
    await ask('where does the pilot sleep?', { model: 'speaker', top: 1 });
    expect(reviewed).toHaveLength(reviews);
  }
});

test('a summary that quotes what is sent tells what the rules let through, and takes in what they let in', async () => {
  const text = 'The canary is called Ada. The boiler sings at noon in the kitchen.';
  const sum = (more: object = {}) => send('/v1/summaries', { text, sentences: 2, ...more });
  const { summary, sentences, text: read } = (await sum()).json();
  expect(summary).toBe('The canary is called somebody.\nThe kettle sings at noon in the kitchen.');
  expect(sentences.map((one: { moderated?: string }) => one.moderated)).toEqual(['rewrite', undefined]);
  const { start, end } = sentences[1];
  expect(read.slice(start, end)).toBe('The kettle sings at noon in the kitchen.');
  expect(audited).toMatchObject([{ decision: 'rewrite', prompt: text, output: summary }]);
  // A model that is named, and does not write, changes nothing.
  expect((await sum({ model: 'speaker', method: 'extract' })).json().summary).toBe(summary);
  expect(prompts).toBe(0);
  const stream = await sum({ stream: true });
  expect(eventsOf(stream.text).at(-1)).toMatchObject({ type: 'summary.done', summary });
  expect((await sum({ text: 'The password is 1234. It is short.' })).json().error.code).toBe('serve/blocked');
  expect((await sum({ question: 'what is the password?' })).json().error.code).toBe('serve/blocked');
});

test('a search tells no more; a document is open as it is to who may change it, to others as the rules let it', async () => {
  const search = (query: string, how = {}) => send('/api/documents/search', { query }, how);
  const found = await search('canary parrot called');
  expect(
    found
      .json()
      .data.map(({ key: name }: { key: string }) => name)
      .sort(),
  ).toEqual(['canary.md', 'own.md']);
  expect(found.text).not.toContain('Ada');
  expect(found.json().data[0]).toMatchObject({ moderated: 'rewrite', start: null, end: null });
  expect((await search('canary', { tenant: 'b' })).text).toContain('Ada');
  expect((await search('password')).json().error.code).toBe('serve/blocked');
  expect((await search('tower')).status).toBe(200);
  expect(reviewed).toMatchObject([{ prompt: 'tower', output: expect.stringContaining('tower') }]);
  expect(audited.map(({ decision }) => decision)).toEqual(['rewrite', null, 'block', 'flag']);
  const view = (name: string, how = {}) => send(`/api/documents/view?key=${name}`, undefined, how);
  const open = await view('canary.md');
  expect(open.text).not.toContain('Ada');
  expect(open.json().data[0].shown).toMatchObject([
    { text: canary.replace('Ada', 'somebody'), moderated: 'rewrite' },
  ]);
  expect((await view('canary.md', { tenant: 'b' })).text).toContain('Ada');
  expect((await view('own.md')).json().data[0].shown[0].text).toBe('My parrot is called Ada.');
});
