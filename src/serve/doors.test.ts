/** What pages of other sites, strangers and odd requests get from every route there is. */

import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { functionModel } from '../decode/index.ts';
import type { State } from '../store/index.ts';
import { trainCharacters } from '../text/index.ts';
import { createApp } from './app.ts';
import { createLocalModel } from './engine/local-model.ts';
import { startServer } from './server.ts';
import type { LabPort } from './studio/lab.ts';
import type { RunsPort } from './studio/runs-port.ts';

const tokenizer = trainCharacters(['春眠不觉晓'], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;
const PATH = '/home/somebody/secret.ts';
/** Breaks when it has read so many tokens. */
const model = createLocalModel({
  id: 'poems',
  model: functionModel({
    vocabSize,
    logits(ids) {
      if (ids.length > 5) throw new Error(`broke at ${PATH}`);
      return new Float32Array(vocabSize);
    },
  }),
  tokenizer,
  prefixIds: [eosId!],
});
afterAll(() => model.close());

/** What is not asked in these tests: nobody gets that far. */
const unasked = new Proxy({}, { get: () => unasked }) as unknown;
const everything = {
  models: [model],
  keys: ['secret'],
  state: {
    ...(unasked as State),
    isNew: async () => true,
    audit: { ...(unasked as State['audit']), add: async () => {}, purge: async () => 0 },
  },
  studio: { runs: unasked as RunsPort, lab: unasked as LabPort },
};
const app = createApp(everything);
const ask = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}, to = app) =>
  to.request(`http://localhost${path}`, {
    ...init,
    headers: { host: 'localhost', authorization: 'Bearer secret', ...init.headers },
  });
const json = { 'content-type': 'application/json' };
const write = (more: object, to = app) =>
  ask(
    '/v1/completions',
    { method: 'POST', headers: json, body: JSON.stringify({ model: 'poems', prompt: '春', ...more }) },
    to,
  );

/** Every route, with names in place of parameters. */
const all = app.routes
  .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
  .map(({ method, path }) => ({ method, path: path.replace(/:\w+/g, 'x') }));
const changing = all.filter(({ method }) => method !== 'GET');
const open = ['/health', '/ready', '/openapi.json', '/api/session'];

test('every route is looked at', () => {
  const paths = new Set(all.map(({ path }) => path));
  for (const path of ['/v1/completions', '/api/runs/x/stop', '/api/keys/x', '/api/rules', '/api/lab/x'])
    expect(paths).toContain(path);
});

describe.each(changing)('$method $path', ({ method, path }) => {
  test('is not for pages of other sites, whatever they send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const response = await ask(path, {
        method,
        headers: { origin: 'http://evil.example', 'content-type': type },
        body: '{}',
      });
      expect([type, response.status]).toEqual([type, 403]);
    }
  });
});

describe.each(all.filter(({ path }) => !open.includes(path)))('$method $path', ({ method, path }) => {
  test('needs a key, however it is spelled', async () => {
    const spellings = [
      path,
      `/${path}`,
      `${path}/`,
      path.toUpperCase(),
      path.replace('/', '/./'),
      path.replace(/\/(\w+)/, '/x/../$1'),
      path.replace(/\/(\w)/, (_, letter) => `/%${letter.charCodeAt(0).toString(16)}`),
      path.replace(/(\w)\//, '$1%2f'),
      path.replace(/(\w)\//, '$1//'),
      `${path}%00`,
    ];
    for (const spelled of spellings) {
      const response = await ask(spelled, { method, headers: { authorization: '', ...json } });
      expect([spelled, response.status]).toEqual([spelled, expect.toBeOneOf([401, 404])]);
      if (spelled === path) expect(response.status).toBe(401);
    }
  });
});

test('a stranger may read what can be asked, and not what the models are called', async () => {
  const read = async (headers: Record<string, string>) => (await ask('/openapi.json', { headers })).text();
  expect(await read({})).toContain('"enum":["poems"]');
  const shown = await read({ authorization: 'Bearer wrong' });
  expect(shown).toContain('/v1/chat/completions');
  expect(shown).not.toContain('poems');
});

describe('other sites', () => {
  test('may not read: no header lets them, unless they are named', async () => {
    const headersOf = async (origins: string[], origin: string) =>
      (await ask('/health', { headers: { origin } }, createApp({ ...everything, origins }))).headers;
    const allowed = 'access-control-allow-origin';
    expect((await ask('/health')).headers.get(allowed)).toBeNull();
    expect((await headersOf(['http://a.example'], 'http://a.example')).get(allowed)).toBe('http://a.example');
    expect((await headersOf(['http://a.example'], 'http://b.example')).get(allowed)).toBeNull();
    const preflight = await ask('/v1/completions', {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get(allowed)]).toEqual([403, null]);
  });

  test('no answer is taken for another kind than it says', async () => {
    for (const path of ['/health', '/v1/models', '/api/models', '/nothing']) {
      expect((await ask(path)).headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

test('this machine only, unless told otherwise', async () => {
  const server = await startServer({ models: [] });
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4');
  const reach = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect(server.port, host, () => resolve(true)).on('error', () => resolve(false));
      setTimeout(() => socket.destroy(), 500);
    });
  expect(await reach('127.0.0.1')).toBe(true);
  if (outside) expect(await reach(outside.address)).toBe(false);
  await server.close();
});

test('a fault of ours: its number and nothing else, also in the middle of a stream; who runs the server hears all', async () => {
  const faults: [unknown, string][] = [];
  const own = createApp({ models: [model], onFault: (...fault) => faults.push(fault) });
  const before = await write({ prompt: '春眠不觉晓春' }, own);
  const number = before.headers.get('x-request-id')!;
  expect(number).toMatch(/^req_[0-9a-f]{32}$/);
  const text = await before.text();
  expect([before.status, text]).toEqual([500, expect.stringContaining(number)]);
  expect(faults).toEqual([[expect.objectContaining({ message: `broke at ${PATH}` }), number]]);
  const stream = await (await write({ stream: true, ignore_eos: true }, own)).text();
  expect(stream).toContain('"serve/internal"');
  for (const said of [text, stream]) expect(said).not.toMatch(/somebody|broke|at Object|node:/);
});

test('a compressed body is not unpacked', async () => {
  const bomb = gzipSync(JSON.stringify({ model: 'poems', prompt: '春'.repeat(1 << 20) }));
  const headers = { ...json, 'content-encoding': 'gzip' };
  const response = await ask('/v1/completions', { method: 'POST', headers, body: bomb });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('serve/json')]);
});

test('what a message links to is not fetched', async () => {
  let visits = 0;
  const elsewhere = createServer((_, response) => {
    visits++;
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => elsewhere.once('listening', resolve));
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/a.png`;
  const say = (content: unknown) =>
    ask('/v1/chat/completions', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ model: 'poems', max_tokens: 1, messages: [{ role: 'user', content }] }),
    });
  const image = await say([{ type: 'image_url', image_url: { url } }]);
  expect(image.status).toBe(400);
  await say(`![a](${url})`);
  expect(visits).toBe(0);
  elsewhere.close();
});
