import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLabelledTexts, testClassifier, trainClassifier } from '../../classify/index.ts';
import { openSource } from '../../io/index.ts';
import { openState, limits as stored } from '../../store/index.ts';
import { createApp } from '../app.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 api-'));
const state = openState({ folder: join(folder, 'state') });
const app = createApp({
  models: [],
  keys: ['one', 'two'],
  state,
  readFile: async (path, options) =>
    (await openSource(path, { ...options, offline: true })).documents(options),
  suggest: (texts) => texts.map((text) => ({ label: /sea|whale/.test(text) ? 'ocean' : 'sky', score: 0.75 })),
});
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

/** Status and parsed body. */
async function ask(method: string, path: string, body?: unknown, key = 'one') {
  const response = await app.request(`http://localhost/api${path}`, {
    method,
    headers: { host: 'localhost', authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
    body: (isJson ? JSON.parse(text) : text) as any,
  };
}

test('a conversation: made, branched, exported, removed', async () => {
  const made = await ask('POST', '/conversations', { title: '春 <script>', settings: { seed: 1 } });
  expect(made).toMatchObject({ status: 201, body: { title: '春 <script>', leaf: null } });
  const path = `/conversations/${made.body.id}`;
  const question = (await ask('POST', `${path}/messages`, { role: 'user', content: '你好' })).body;
  const said = { role: 'assistant', content: 'hello', parent: question.id, detail: { tokens: [1] } };
  const answer = (await ask('POST', `${path}/messages`, said)).body;
  await ask('POST', `${path}/messages`, { role: 'assistant', content: 'salut', siblingOf: answer.id });
  const whole = await ask('GET', path);
  expect(whole.body.messages.map(({ content }: { content: string }) => content)).toEqual([
    '你好',
    'hello',
    'salut',
  ]);
  expect((await ask('PATCH', path, { leaf: answer.id, title: 'x' })).body).toMatchObject({
    leaf: answer.id,
    title: 'x',
  });
  const page = await ask('GET', `${path}/export?format=markdown`);
  expect(page.body).toBe('# x\n\n## user\n\n你好\n\n## assistant\n\nhello\n');
  expect(page.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
  expect(page.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(JSON.parse((await ask('GET', `${path}/export`)).body).messages).toHaveLength(3);
  expect((await ask('GET', '/conversations?search=x')).body.data).toHaveLength(1);
  expect((await ask('DELETE', `${path}/messages/${question.id}`)).status).toBe(204);
  expect((await ask('GET', path)).body).toMatchObject({ messages: [], leaf: null });
  expect((await ask('DELETE', path)).status).toBe(204);
  expect((await ask('GET', path)).status).toBe(404);
});

test('labels: texts of a file, labelled by two, settled, exported, and learnt by a classifier', async () => {
  const sendTask = (body: string, query: Record<string, string>, key = 'one') =>
    app.request(`http://localhost/api/labels/files?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { host: 'localhost', authorization: `Bearer ${key}` },
      body,
    });
  const texts = ['a "whale", in\nthe sea', '=the sea is deep', 'a star in the sky', 'no cloud, clear sky'];
  const rows = texts.map((said) => JSON.stringify({ said, label: 'old' })).join('\n');
  const query = { file: '../t.jsonl', name: '词', labels: 'sea，sky, sky', column: 'said' };
  const made = await sendTask(rows, query);
  expect(made.status).toBe(201);
  const task = (await made.json()) as { id: string };
  expect(task).toMatchObject({ name: '词', labels: ['sea', 'sky'], items: 4, done: 0 });
  expect((await ask('GET', '/labels')).body).toEqual({ data: [task] });
  const lines = await sendTask('one line\n\nanother\r\n', { ...query, file: 'lines.txt' }, 'two');
  expect(await lines.json()).toMatchObject({ items: 2 });
  expect((await ask('GET', '/labels', undefined, 'two')).body.data).toHaveLength(1);
  const path = `/labels/${task.id}`;
  const waiting = async (rest: string) => (await ask('GET', `${path}/next?${rest}`)).body.item;
  expect(await waiting('annotator=Li')).toEqual({
    ...{ number: 0, text: texts[0], suggestion: null, score: null, own: null, settled: null },
  });
  expect(await waiting('annotator=Li&from=2')).toMatchObject({ number: 2, suggestion: 'sky', score: 0.75 });
  const give = (number: number, annotator: string, label: string | null) =>
    ask('PUT', `${path}/items/${number}`, { annotator, label });
  for (const number of [0, 1, 2, 3]) {
    expect((await give(number, 'Li', number < 2 ? 'sea' : 'sky')).status).toBe(204);
    await give(number, 'Wang', number === 0 || number === 3 ? 'sea' : 'sky');
  }
  await give(2, 'Wang', null);
  expect(await waiting('annotator=Wang&number=2')).toMatchObject({ number: 2, own: null });
  await give(2, 'Wang', 'sky');
  expect(await waiting('annotator=Wang')).toBe(null);
  const results = (await ask('GET', `${path}/results`)).body;
  expect(results).toMatchObject({
    pairs: [{ reviewers: ['Li', 'Wang'], items: 4, agreed: 0.5, kappa: 0 }],
    alpha: 1 - (7 * 4) / (56 - 24),
    ac1: 0,
    usable: 2,
  });
  expect(results.disagreements.map(({ text }: { text: string }) => text)).toEqual([texts[1], texts[3]]);
  expect((await ask('PUT', `${path}/items/1/settled`, { label: 'sea' })).status).toBe(204);
  expect((await ask('PUT', `${path}/items/3/settled`, { label: 'sky' })).status).toBe(204);
  for (const format of ['csv', 'jsonl']) {
    const file = join(folder, `labels.${format}`);
    writeFileSync(file, (await ask('GET', `${path}/export?format=${format}`)).body);
    const learnt = await readLabelledTexts(file);
    expect(learnt.map(({ text, label }) => [text, label])).toEqual(
      texts.map((text, i) => [text, i < 2 ? 'sea' : 'sky']),
    );
    const classifier = await trainClassifier('naive-bayes', learnt);
    expect(testClassifier(classifier, learnt).accuracy).toBe(1);
  }
  // What is not there, not allowed or not theirs.
  expect((await give(9, 'Li', 'sea')).status).toBe(404);
  expect((await give(0, 'Li', 'old')).status).toBe(404);
  for (const rest of ['', '/next?annotator=Li', '/results', '/export']) {
    expect((await ask('GET', path + rest, undefined, 'two')).status).toBe(404);
  }
  expect((await ask('PUT', `${path}/items/1/settled`, { label: 'sky' }, 'two')).status).toBe(404);
  const refused = async (body: string, change: object) => {
    const response = await sendTask(body, { ...query, ...change });
    return [response.status, ((await response.json()) as { error: { message: string } }).error.message];
  };
  expect(await refused(rows, { labels: 'one' })).toEqual([400, expect.stringContaining('labels')]);
  expect(await refused(rows, { column: 'says' })).toEqual([
    400,
    expect.stringMatching(/^\.\._t\.jsonl:.*said/),
  ]);
  expect(await refused('x'.repeat(stored.labelLength + 1), { file: 'x.txt' })).toEqual([
    400,
    expect.stringContaining(String(stored.labelLength)),
  ]);
  expect((await ask('DELETE', path)).status).toBe(204);
  expect((await ask('DELETE', path)).status).toBe(404);
});

test('reviews: asked for, decided by two, agreed on, exported', async () => {
  const { body: review } = await ask('POST', '/reviews', { prompt: '春', output: '春春春', note: 'look' });
  expect(review).toMatchObject({ why: 'manual', detail: { note: 'look' }, decisions: [] });
  const decide = (body: object) => ask('POST', `/reviews/${review.id}/decisions`, body);
  expect((await decide({ reviewer: 'Li', decision: 'edit' })).status).toBe(400);
  expect((await decide({ reviewer: 'Li', decision: 'approve', edited: 'x' })).status).toBe(400);
  await decide({ reviewer: 'Li', decision: 'edit', edited: '春眠' });
  expect((await ask('GET', '/reviews?reviewer=Li')).body.data).toEqual([]);
  // Another page of the same person does not know yet: nothing is replaced, and no rule is made.
  const rule = { name: 'spring', pattern: '春春', action: 'block' };
  const late = await decide({ reviewer: 'Li', decision: 'make-rule', rule, isFirst: true });
  expect(late.status).toBe(409);
  expect(late.body.error.code).toBe('store/decided');
  expect((await ask('GET', '/rules')).body.data).toEqual([]);
  const both = await decide({ reviewer: 'Wang', decision: 'edit', edited: '春眠不觉晓' });
  expect(both.body.decisions).toHaveLength(2);
  expect((await ask('GET', '/reviews/agreement')).body.pairs).toMatchObject([{ kappa: 1 }]);
  expect((await ask('GET', '/reviews/export')).body).toBe(
    '{"prompt":"春","chosen":"春眠不觉晓","rejected":"春春春"}\n',
  );
});

test("another tenant's rows are as if they were not there", async () => {
  const { id } = (await ask('POST', '/conversations', { title: 'mine' })).body;
  const review = (await ask('POST', '/reviews', { prompt: 'a', output: 'b' })).body;
  const foreign = (method: string, path: string, body?: unknown) => ask(method, path, body, 'two');
  expect((await foreign('GET', '/conversations')).body.data).toEqual([]);
  expect((await foreign('GET', '/reviews')).body.data).toEqual([]);
  const tries = [
    foreign('GET', `/conversations/${id}`),
    foreign('PATCH', `/conversations/${id}`, { title: 'yours' }),
    foreign('DELETE', `/conversations/${id}`),
    foreign('POST', `/conversations/${id}/messages`, { role: 'user', content: 'x' }),
    foreign('GET', `/conversations/${id}/export`),
    foreign('GET', `/reviews/${review.id}`),
    foreign('DELETE', `/reviews/${review.id}`),
    foreign('POST', `/reviews/${review.id}/decisions`, { reviewer: 'x', decision: 'approve' }),
  ];
  expect((await Promise.all(tries)).map(({ status }) => status)).toEqual(tries.map(() => 404));
  expect((await ask('GET', `/conversations/${id}`)).body).toMatchObject({ title: 'mine', messages: [] });
});

test.each([
  ['POST', '/conversations', { titel: 'x' }, 400, 'title'],
  ['POST', '/conversations', { title: 'x'.repeat(201) }, 400, '200'],
  ['GET', '/conversations?limit=0', undefined, 400, 'limit'],
  ['GET', '/conversations?limit=101', undefined, 400, 'limit'],
  ['GET', `/conversations/${"'%22;--"}`, undefined, 404, 'id'],
  ['POST', '/reviews', { prompt: 'x' }, 400, 'output'],
  ['GET', '/reviews?status=none', undefined, 400, 'status'],
  ['GET', '/nothing', undefined, 404, '/api/nothing'],
] as const)('%s %s %j is %i', async (method, path, body, status, word) => {
  const answer = await ask(method, path, body);
  expect(answer).toMatchObject({ status, body: { error: { message: expect.stringContaining(word) } } });
});

test('without a key nothing', async () => {
  const response = await app.request('http://localhost/api/conversations', {
    headers: { host: 'localhost' },
  });
  expect(response.status).toBe(401);
});
