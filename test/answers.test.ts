/** Answers from an index over HTTP: it changes while the server runs, and each tenant sees its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSentFile } from '../src/cli/read-sent.ts';
import { documentsOf } from '../src/cli/served-documents.ts';
import { functionModel } from '../src/decode/index.ts';
import { library } from '../src/retrieve/index.ts';
import { fail } from '../src/serve/errors.ts';
import { createLocalModel, type LocalModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { limits } from '../src/serve/limits.ts';
import { openStore } from '../src/store/index.ts';
import { trainCharacters } from '../src/text/index.ts';
import type { Database } from '../src/types.ts';
import { memoryCollection } from './memory-collection.ts';

const SAID = 'They sing [1]. They vote [1][9].';
/** What begins an answer is followed by `SAID`; all that was read is kept. */
const tokenizer = trainCharacters([`${SAID}Answer: Whales long songs in the sea 鲸鱼唱歌`], {
  specialTokens: ['<|endoftext|>'],
  minFrequency: 1,
});
const said = [...tokenizer.encode(SAID), tokenizer.eosId!];
const cue = tokenizer.encode('Answer:');
const read: number[][] = [];

const folder = mkdtempSync(join(tmpdir(), '墨 answers-'));
let database: Database;
let model: LocalModel;
let server: RunningServer;

beforeAll(async () => {
  database = openStore({ folder: join(folder, 'index') });
  const settings = { chunkTokens: 60, overlap: 0, tokenizer: 'words', chinese: 'platform' } as const;
  await library(database).create('default', settings);
  const documents = await documentsOf(database, 'default');
  const whales = { key: 'whales.md', text: 'Whales sing long songs in the sea. <|endoftext|>' };
  await (await documents.own('')).put([whales]);
  model = createLocalModel({
    id: 'speaker',
    tokenizer,
    model: functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 4096,
      logits(ids) {
        const from =
          ids.length -
          [...ids]
            .reverse()
            .findIndex((_, i, all) => cue.every((id, k) => all[i + cue.length - 1 - k] === id));
        if (ids.length === from) read.push([...ids]);
        const next = said[Math.min(ids.length - from, said.length - 1)];
        return Float32Array.from({ length: tokenizer.vocabSize }, (_, id) => Number(id === next));
      },
    }),
  });
  const down: LocalModel = Object.create(model, {
    id: { value: 'down' },
    write: {
      // biome-ignore lint/correctness/useYield: it fails before its first word
      async *value() {
        throw fail('serve/engine-down', undefined);
      },
    },
  });
  server = await startServer({
    models: [model, down],
    documents,
    readFile: readSentFile,
    keys: ['one', 'two'],
  });
}, 60_000);
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  await database.close();
  rmSync(folder, { recursive: true });
});

const post = (route: string, body: object, key = 'one') =>
  fetch(`${server.url}/v1/${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
/** The parsed body. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
const json = async (response: Response | Promise<Response>): Promise<any> => (await response).json();
const ask = (body: object, key = 'one') => json(post('answers', body, key));
const change = (body: object, key = 'one') => json(post('documents', body, key));

describe('answers', () => {
  test('quoted: the text, its places, and how fresh it is', async () => {
    const answer = await ask({ question: 'what do whales sing?' });
    expect(answer).toMatchObject({
      ...{ object: 'answer', model: null, kind: 'answer', unknown_citations: [], finish_reason: null },
      answer: 'Whales sing long songs in the sea. [1]',
      claims: [{ supported: true, citations: [{ key: 'whales.md', start: 0, end: 34 }] }],
    });
    expect(Date.now() - Date.parse(answer.freshness.as_of)).toBeLessThan(600_000);
  });

  test('documents that are added, changed and removed are known to the next answer of the same server', async () => {
    const question = 'where does the pilot sleep?';
    const answer = async () => (await ask({ question })).answer;
    expect(await ask({ question })).toMatchObject({
      kind: 'not-in-documents',
      reason: 'no-match',
      answer: '',
    });
    const put = (text: string) => change({ put: [{ key: 'pilot', text, title: 'The pilot' }] });
    expect(await put('The pilot can sleep in the tower.')).toMatchObject({
      added: 1,
      changed: 0,
      removed: 0,
    });
    expect(await answer()).toBe('The pilot can sleep in the tower. [1]');
    const { freshness: before } = await ask({ question });
    expect(await put('The pilot can sleep on the boat.')).toMatchObject({ added: 0, changed: 1 });
    expect(await answer()).toBe('The pilot can sleep on the boat. [1]');
    expect((await ask({ question })).freshness.newest_change > before.newest_change).toBe(true);
    expect(await change({ remove: ['pilot', 'none'] })).toMatchObject({ removed: 1 });
    expect((await ask({ question })).kind).toBe('not-in-documents');
  });

  test("a tenant's documents and corrections are its own; those of the index are everyone's", async () => {
    await change({ put: [{ key: 'secret', text: 'The canary is called Ada.' }] }, 'one');
    await post('corrections', { question: 'what do whales sing?', answer: 'Whales sing of Ada.' }, 'one');
    const canary = { question: 'how is the canary called?' };
    expect((await ask(canary, 'one')).answer).toBe('The canary is called Ada. [1]');
    expect(JSON.stringify(await ask(canary, 'two'))).not.toContain('Ada');
    expect((await ask({ question: 'what do whales sing?' }, 'one')).answer).toBe('Whales sing of Ada. [1]');
    expect((await ask({ question: 'what do whales sing?' }, 'two')).answer).toContain('long songs');
    expect(await change({ remove: ['secret', 'whales.md'] }, 'two')).toMatchObject({ removed: 0 });
    expect((await ask(canary, 'one')).kind).toBe('answer');
    await post('corrections', { question: 'what do whales sing?' }, 'one');
    expect((await ask({ question: 'what do whales sing?' }, 'one')).answer).toContain('long songs');
  });

  test('a model here writes: its prompt holds no token that a document spelled; streamed is whole', async () => {
    const body = { question: 'what do whales sing in the sea?', model: 'speaker' };
    const whole = await ask(body);
    expect(whole).toMatchObject({
      ...{
        kind: 'answer',
        model: 'speaker',
        answer: 'They sing [1]. They vote [1].',
        unknown_citations: [9],
      },
      claims: [{ supported: true }, { supported: false }],
    });
    const prompt = read.at(-1)!;
    expect(tokenizer.decode(prompt)).toContain('[1] ');
    expect(prompt).not.toContain(tokenizer.eosId);
    const response = await post('answers', { ...body, stream: true });
    const events = (await response.text()).split('\n\n').filter(Boolean);
    expect(events.at(-1)).toBe('data: [DONE]');
    const parsed = events.slice(0, -1).map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));
    const deltas = parsed.filter(({ type }) => type === 'answer.delta').map(({ delta }) => delta);
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join('')).toBe(whole.answer);
    expect(parsed.at(-1)).toMatchObject({ type: 'answer.done', answer: whole.answer, claims: whole.claims });
  });

  test('the studio lists, opens, searches and takes in files, each tenant for itself', async () => {
    const call = (path: string, init: RequestInit = {}, key = 'one') =>
      fetch(`${server.url}/api/documents${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${key}` },
      });
    const send = (name: string, body: string) =>
      call(`/files?name=${encodeURIComponent(name)}`, { method: 'POST', body: Buffer.from(body) });
    const rows = 'text,title\n"The <b>kettle</b> is blue.",Kettles\n"The cup is red.",Cups\n';
    expect(await json(send('../../砚.csv', rows))).toMatchObject({ added: 2, chunks: 2 });
    const names = async (query: string, key?: string) => {
      const { data } = await json(call(query, {}, key));
      return data.map((one: { key: string; title: string; isOwn: boolean }) => [
        one.key,
        one.title,
        one.isOwn,
      ]);
    };
    expect(await names('?search=cUPs')).toEqual([['../../砚.csv#1', 'Cups', true]]);
    expect(await names('?search=%25')).toEqual([]);
    expect(await names('', 'two')).toEqual([['whales.md', null, false]]);
    const { data } = await json(call(`/view?key=${encodeURIComponent('../../砚.csv')}`));
    expect(data).toMatchObject([
      { isOwn: true, passages: 1, shown: [{ text: 'The <b>kettle</b> is blue.', start: 0 }] },
    ]);
    const search = (query: string, key?: string) =>
      json(
        call(
          '/search',
          {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query }),
          },
          key,
        ),
      );
    const found = (await search('kettle')).data;
    expect(found).toMatchObject([
      { key: '../../砚.csv', scores: { bm25: found[0].score }, start: 0, end: 26 },
    ]);
    expect((await search('kettle', 'two')).data).toEqual([]);
    // What a reader says of a file names the file, and no folder of this server.
    const refused = await send('broken.pdf', 'no pdf');
    expect(refused.status).toBe(400);
    expect((await json(refused)).error.message).toMatch(/^broken\.pdf: cannot be read as PDF/);
    expect((await json(send('empty.txt', ' '))).error.message).toBe('empty.txt: it holds no text');
    expect((await json(call('/view?key=none'))).error.code).toBe('serve/missing');
    expect((await send('big.txt', 'x'.repeat(limits.uploadBytes + 1))).status).toBe(413);
    expect((await call('', {}, 'wrong')).status).toBe(401);
    const byVectors = await call('/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'kettle', mode: 'vector' }),
    });
    expect([byVectors.status, (await json(byVectors)).error.code]).toEqual([400, 'retrieve/no-vectors']);
    // A shorter file of the same name takes the place of the whole one; what only looks like a row of it stays.
    await change({ put: [{ key: '../../砚.csv#2', text: 'of somebody' }] });
    expect(await json(send('../../砚.csv', 'text,title\n"The cup is blue.",Cups\n'))).toMatchObject({
      changed: 1,
      removed: 1,
    });
    expect(await names('?search=CSV')).toEqual([
      ['../../砚.csv', 'Cups', true],
      ['../../砚.csv#2', null, true],
    ]);
    await change({ remove: ['../../砚.csv', '../../砚.csv#2'] });
  });

  test('page by page every document is listed once, whatever its name, also one that everyone has as well', async () => {
    const many = Array.from({ length: limits.documentPage - 1 }, (_, i) => `a${1000 + i}`);
    // In this order by their UTF-8, and the other way round in UTF-16.
    const keys = [...many, 'whales.md', '（一）.md', '𠀀.md'];
    await change({ put: keys.map((key) => ({ key, text: 'x' })) }, 'two');
    const listed: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const after: string = next === '' ? '' : `?after=${encodeURIComponent(next)}`;
      const headers = { authorization: 'Bearer two' };
      const page: { data: { key: string }[]; next: string | null } = await json(
        fetch(`${server.url}/api/documents${after}`, { headers }),
      );
      listed.push(...page.data.map(({ key }) => key));
      next = page.next;
    }
    expect(listed).toEqual(keys.toSpliced(many.length, 0, 'whales.md'));
    await change({ remove: keys }, 'two');
  });

  test.each([
    [{ question: '' }, 400],
    [{ question: ' ' }, 400],
    [{ question: 'x'.repeat(2001) }, 400],
    [{ question: 'x', top: 21 }, 400],
    [{ question: 'x', min_match: 2 }, 400],
    [{ question: 'x', model: 'none' }, 404],
    [{ question: 'what do whales sing?', wrong: 1 }, 400],
    [{ question: 'what do whales sing in the sea?', model: 'down', stream: true }, 503],
  ])('refused: %.60j', async (body, status) => {
    const response = await post('answers', body);
    expect(response.status).toBe(status);
    expect((await json(response)).error.message).toEqual(expect.any(String));
  });

  test('keys are as long as an index can hold; a long question can be corrected', async () => {
    const put = (key: string) => post('documents', { put: [{ key, text: 'x' }], remove: [key] });
    expect((await put('砚'.repeat(333))).status).toBe(200);
    expect((await put('砚'.repeat(334))).status).toBe(400);
    const hard = Array.from({ length: 2000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)));
    const question = hard.join('');
    expect((await post('corrections', { question, answer: 'x' })).status).toBe(200);
    expect(await json(post('corrections', { question }))).toMatchObject({ forgotten: true });
  });

  test('no tenant has more documents than the limit, whichever requests come at once; what goes makes room', async () => {
    const few = Array.from({ length: limits.tenantDocuments - 1 }, (_, i) => ({ key: `${i}`, text: 'x' }));
    const own = memoryCollection(few);
    const documents = { readable: async () => [own], own: async () => own };
    const full = await startServer({ models: [model], documents });
    const send = async (route: string, body: object) => {
      const response = await fetch(`${full.url}/v1/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { error, removed } = await json(response);
      return [response.status, error?.code ?? removed];
    };
    const put = (key: string) => send('documents', { put: [{ key, text: 'x' }] });
    const refused = [400, 'retrieve/full'];
    expect((await Promise.all([put('a'), put('b')])).sort()).toEqual([[200, 0], refused]);
    expect(await send('corrections', { question: 'x?', answer: 'y' })).toEqual(refused);
    const swap = {
      put: [
        { key: 'c', text: 'x' },
        { key: '1', text: 'new' },
      ],
      remove: ['0', '1'],
    };
    // A key that is also put does not go.
    expect(await send('documents', swap)).toEqual([200, 1]);
    expect(few).toHaveLength(limits.tenantDocuments);
    expect(few.find(({ key }) => key === '1')).toMatchObject({ text: 'new' });
    await full.close({ graceMs: 100 });
  });

  test('needs a key; without an index the routes say so; the document of the API has them', async () => {
    expect((await post('answers', { question: 'x' }, 'wrong')).status).toBe(401);
    const bare = await startServer({ models: [model] });
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"question":"x"}',
    };
    const response = await fetch(`${bare.url}/v1/answers`, options);
    expect([response.status, (await json(response)).error.code]).toEqual([404, 'serve/no-documents']);
    const { paths } = await json(fetch(`${bare.url}/openapi.json`));
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/answers', '/v1/corrections', '/v1/documents']),
    );
    await bare.close({ graceMs: 100 });
  });
});
