import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DoubleModel, functionModel } from '../decode/index.ts';
import { createRng } from '../rng.ts';
import { trainCharacters } from '../text/index.ts';
import { createLocalModel, type LocalModel } from './engine/local-model.ts';
import { type RunningServer, startServer } from './server.ts';

const letters = '春眠不觉晓处闻啼鸟夜来风雨声花落知多少 abcdefghij{}":0123456789';
const tokenizer = trainCharacters([letters], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;

/** Says something that depends on all it has read; never ends by itself. */
const listener = () =>
  functionModel({
    vocabSize,
    contextLength: 512,
    logits: (ids) => {
      const rng = createRng(ids.reduce((sum, id, i) => (sum * 31 + id * (i + 1)) % 1_000_003, 7));
      return Float32Array.from({ length: vocabSize }, (_, id) => (id === eosId ? -50 : 4 * rng.uniform()));
    },
    hidden: () => [1, 0],
  });

let double: DoubleModel;
let model: LocalModel;
let server: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  double = listener();
  model = createLocalModel({
    id: 'poems',
    model: double,
    tokenizer,
    prefixIds: [eosId!],
    maxTexts: 8,
    maxWaiting: 8,
  });
  server = await startServer({ models: [model], keys: ['secret-one', 'secret-two'] });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'secret-one', maxRetries: 0 });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  expect(double.openSequences).toBe(0);
});

/** The parsed body. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
const json = async (response: Response): Promise<any> => response.json();
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret-one', 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const chat = {
  model: 'poems',
  messages: [{ role: 'user' as const, content: '春眠' }],
  seed: 1,
  max_tokens: 12,
};

describe("OpenAI's client, unmodified", () => {
  test('lists models', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['poems']);
    expect(await client.models.retrieve('poems')).toMatchObject({ object: 'model', max_model_len: 512 });
  });

  test('a chat streamed is the chat whole', async () => {
    const whole = await client.chat.completions.create(chat);
    expect(whole.choices[0].finish_reason).toBe('length');
    expect([...whole.choices[0].message.content!]).toHaveLength(12);
    expect(whole.usage).toEqual({ prompt_tokens: 3, completion_tokens: 12, total_tokens: 15 });
    const stream = await client.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0].message.content);
    expect(usage).toEqual(whole.usage);
  });

  test('n texts, a stop, log-probabilities', async () => {
    const three = await client.chat.completions.create({ ...chat, n: 3, logprobs: true, top_logprobs: 2 });
    expect(new Set(three.choices.map(({ message }) => message.content)).size).toBe(3);
    for (const { message, logprobs } of three.choices) {
      expect(logprobs!.content!.map(({ token }) => token).join('')).toBe(message.content);
      for (const { top_logprobs } of logprobs!.content!) expect(top_logprobs).toHaveLength(2);
    }
    const [{ message }] = three.choices;
    const stop = message.content![5];
    const stopped = await client.chat.completions.create({ ...chat, stop: [stop] });
    expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(stopped.choices[0].message.content).toBe(
      message.content!.slice(0, message.content!.indexOf(stop)),
    );
  });

  test('completions of several prompts, with echo and scores of the prompt', async () => {
    const prompts = ['春眠不觉', '夜来'];
    const { choices } = await client.completions.create({
      model: 'poems',
      prompt: prompts,
      max_tokens: 0,
      echo: true,
      logprobs: 1,
    });
    expect(choices.map(({ text }) => text)).toEqual(prompts);
    const { tokens, token_logprobs, text_offset } = choices[0].logprobs!;
    expect(tokens).toEqual(['春', '眠', '不', '觉']);
    expect(text_offset).toEqual([0, 1, 2, 3]);
    expect(token_logprobs!.every((score) => score < 0)).toBe(true);
    const [plain] = (
      await client.completions.create({ model: 'poems', prompt: '夜来', seed: 3, max_tokens: 5 })
    ).choices;
    const [echoed] = (
      await client.completions.create({ model: 'poems', prompt: '夜来', seed: 3, max_tokens: 5, echo: true })
    ).choices;
    expect(echoed.text).toBe(`夜来${plain.text}`);
  });

  test('JSON by schema', async () => {
    const { choices } = await client.chat.completions.create({
      ...chat,
      max_tokens: 40,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'pick', schema: { enum: [{ a: 1 }, { b: 2 }] } },
      },
    });
    expect([{ a: 1 }, { b: 2 }]).toContainEqual(JSON.parse(choices[0].message.content!));
  });

  test("vLLM's names and ours", async () => {
    const ask = (more: object) => client.chat.completions.create({ ...chat, ...more } as typeof chat);
    const greedy = await ask({ temperature: 0 });
    expect(await ask({ top_k: 1 })).toMatchObject({ choices: greedy.choices });
    expect(await ask({ strategy: 'greedy' })).toMatchObject({ choices: greedy.choices });
    const picked = await ask({ choices: ['花落', '知多少'] });
    expect(['花落', '知多少']).toContain(picked.choices[0].message.content);
  });

  test('errors are the client’s own classes', async () => {
    await expect(client.chat.completions.create({ ...chat, model: 'other' })).rejects.toThrow(
      OpenAI.NotFoundError,
    );
    await expect(client.chat.completions.create({ ...chat, n: 99 })).rejects.toThrow(OpenAI.BadRequestError);
    const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'no', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
  });
});

describe('what is refused', () => {
  test.each([
    ['temperature', -1],
    ['temperature', 'warm'],
    ['top_p', 0],
    ['top_p', 1.5],
    ['n', 0],
    ['n', 1e9],
    ['max_tokens', -1],
    ['max_tokens', 1.5],
    ['seed', 2 ** 53],
    ['logit_bias', { 99999: 1 }],
    ['logit_bias', { '-1': 1 }],
    ['stop', new Array(17).fill('a')],
    ['strategy', 'beem:4'],
    ['strategy', 'beam:0'],
    ['regex', '(?=a)'],
    ['messages', []],
    ['top_logprobs', 3],
    ['temprature', 1],
  ])('%s: %s', async (field, value) => {
    const response = await post('/v1/chat/completions', { ...chat, [field]: value });
    const text = await response.text();
    expect([response.status, text]).toEqual([400, expect.stringContaining('error')]);
    const { error } = JSON.parse(text);
    expect(error).toMatchObject({ type: 'invalid_request_error', message: expect.any(String) });
    expect(text).not.toMatch(/node_modules|\.ts|at Object/);
  });

  test('a misspelt field names the nearest, in the language of the client', async () => {
    const message = async (lang: string) => {
      const response = await post(
        '/v1/chat/completions',
        { ...chat, temprature: 1 },
        { 'accept-language': lang },
      );
      return (await json(response)).error.message;
    };
    expect(await message('en')).toMatch(/^temprature: .*did you mean "temperature"\?$/);
    expect(await message('zh-CN')).toMatch(/^temprature：.*是不是 "temperature"？$/);
  });

  test('a prompt that is too long, with both numbers', async () => {
    const response = await post('/v1/completions', { model: 'poems', prompt: '春'.repeat(600) });
    expect(response.status).toBe(400);
    expect((await json(response)).error.message).toMatch(/601 tokens.*511/);
  });

  test.each([
    ['deep', `{"model":${'['.repeat(100_000)}`, 400],
    ['no JSON', '{"model":', 400],
    ['no object', '[1]', 400],
    ['large', `{"model":"${'x'.repeat(2 << 20)}"}`, 413],
  ])('a body that is %s', async (_name, body, status) => {
    expect((await post('/v1/chat/completions', body)).status).toBe(status);
  });

  test('at the limit of depth, and one beyond it', async () => {
    const nested = (depth: number) => `{"model":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const code = async (depth: number) =>
      (await json(await post('/v1/chat/completions', nested(depth)))).error.code;
    expect([await code(64), await code(65)]).toEqual(['serve/body', 'serve/depth']);
  });

  test('a form of another site changes nothing', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await post('/v1/chat/completions', chat, { 'content-type': type });
      expect(response.status).toBe(400);
    }
  });

  test('a foreign name or page, also on this address', async () => {
    const ask = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const call = httpRequest(`${server.url}/v1/models`, {
          headers: { authorization: 'Bearer secret-one', ...headers },
        });
        call.on('response', (response) => {
          response.resume();
          resolve(response.statusCode!);
        });
        call.on('error', reject);
        call.end();
      });
    expect(await ask({ host: 'evil.example' })).toBe(403);
    expect(await ask({ host: `localhost:${server.port}` })).toBe(200);
    expect(await ask({ origin: 'http://evil.example' })).toBe(403);
    expect(await ask({ origin: server.url })).toBe(200);
  });

  test.each([
    '//v1/models',
    '/v1//models',
    '/v1/models/..%2f..',
    '/V1/models',
    '/v1/%6dodels',
    '/v1/../metrics',
  ])('without a key nothing comes of %s', async (path) => {
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', reject);
      socket.once('data', (data) => {
        resolve(data.toString().split(' ')[1]);
        socket.destroy();
      });
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
    });
    expect(['401', '404', '400']).toContain(status);
  });

  test('an unknown route says where to look', async () => {
    const response = await post('/v1/nothing', {});
    expect(response.status).toBe(404);
    expect((await json(response)).error.message).toContain('/v1/chat/completions');
  });
});

describe('many clients', () => {
  test('each gets its own answer, in shared steps', async () => {
    const ask = (content: string) =>
      client.chat.completions.create({ ...chat, messages: [{ role: 'user', content }] });
    const before = model.load.steps;
    const contents = ['春', '眠', '不', '觉', '晓', '夜', '来'];
    const together = await Promise.all(contents.map(ask));
    expect(model.load.steps - before).toBeLessThan(7 * 12);
    for (const [i, content] of contents.entries()) {
      expect(together[i].choices).toEqual((await ask(content)).choices);
    }
  });

  test('two tenants share no memory', async () => {
    const long = {
      ...chat,
      messages: [{ role: 'user' as const, content: '夜来风雨声花落知多少'.repeat(3) }],
    };
    await client.chat.completions.create(long);
    const saved = model.load.savedTokens;
    const other = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'secret-two', maxRetries: 0 });
    await other.chat.completions.create(long);
    expect(model.load.savedTokens).toBe(saved);
    await client.chat.completions.create(long);
    expect(model.load.savedTokens).toBeGreaterThan(saved + 20);
  });

  test('a client that leaves stops its text', async () => {
    const controller = new AbortController();
    const stream = await client.chat.completions.create(
      { ...chat, max_tokens: 500, stream: true },
      { signal: controller.signal },
    );
    for await (const _ of stream) break;
    controller.abort();
    await expect.poll(() => model.load.running).toBe(0);
  });

  const scored = { model: 'poems', prompt: '春眠'.repeat(200), max_tokens: 0, echo: true, logprobs: 1 };
  test.each([
    ['to be answered', '/v1/chat/completions', { ...chat, max_tokens: 60 }],
    ['to have a text scored', '/v1/completions', scored],
    // Of many texts: each has a turn of its own, so that all have asked before the first is done.
    ['for embeddings', '/v1/embeddings', { model: 'poems', input: Array(64).fill('春眠') }],
  ])('too many who ask %s are told to wait', async (_name, path, body) => {
    const asks = Array.from({ length: 30 }, () => post(path, body));
    const responses = await Promise.all(asks);
    const statuses = responses.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(responses.find(({ status }) => status === 429)!.headers.get('retry-after')).toBe('2');
    await Promise.all(responses.map((response) => response.text()));
  });
});

test('health, readiness and metrics', async () => {
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer secret-one' } });
  const text = await metrics.text();
  expect(text).toMatch(/^inkstone_completion_tokens_total [1-9]\d*$/m);
  expect(text).toMatch(/^inkstone_texts_running\{model="poems"\} 0$/m);
  expect(text).toMatch(/^inkstone_first_event_seconds_count [1-9]\d*$/m);
  expect(text).toMatch(/^inkstone_preemptions_total\{model="poems"\} 0$/m);
  expect(text).not.toContain('secret');
});
