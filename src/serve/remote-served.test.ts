import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionModel } from '../decode/index.ts';
import { trainCharacters } from '../text/index.ts';
import { createLocalModel, type LocalModel } from './engine/local-model.ts';
import { remoteServed } from './remote-served.ts';
import { type RunningServer, startServer } from './server.ts';

const tokenizer = trainCharacters(['春夏秋冬风雨雪 '], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;
const cycle = tokenizer.encode('春夏秋');

let own: LocalModel;
/** A server of ours that plays the endpoint, and one in front of it. */
let behind: RunningServer;
let front: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  own = createLocalModel({
    id: 'inner',
    model: functionModel({
      vocabSize,
      contextLength: 512,
      // Says 春夏秋春夏秋…: a loop without end.
      logits: (ids) => {
        const next = cycle[(cycle.indexOf(ids.at(-1)!) + 1) % cycle.length];
        return Float32Array.from({ length: vocabSize }, (_, id) => (id === next ? 9 : 0));
      },
      hidden: (ids) => [ids.length, 1],
    }),
    tokenizer,
    prefixIds: [eosId!],
    maxTexts: 8,
    maxWaiting: 8,
  });
  behind = await startServer({ models: [own], keys: ['inner-key'] });
  const url = `${behind.url}/v1`;
  front = await startServer({
    models: [],
    remotes: [
      remoteServed('far', { url, model: 'inner', apiKey: 'inner-key' }),
      remoteServed('locked', { url, model: 'inner', apiKey: 'wrong' }),
      remoteServed('gone', { url: 'http://127.0.0.1:9/v1', model: 'inner' }),
    ],
  });
  client = new OpenAI({ baseURL: `${front.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
afterAll(async () => {
  await front.close({ graceMs: 100 });
  await behind.close({ graceMs: 100 });
  own.close();
});

const greedy = { model: 'far', temperature: 0, max_tokens: 6 };

describe('a remote model behind our routes', () => {
  test('is listed, and writes what it writes at home', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['far', 'locked', 'gone']);
    const answer = await client.completions.create({ ...greedy, prompt: '春', logprobs: 1 });
    expect(answer).toMatchObject({
      model: 'far',
      choices: [{ text: '夏秋春夏秋春', finish_reason: 'length' }],
    });
    expect(answer.choices[0].logprobs?.tokens).toEqual([...'夏秋春夏秋春']);
    expect(answer.usage?.completion_tokens).toBe(6);
  });

  test('answers chats, also in a stream, and knows the fields of the other server', async () => {
    const chat = { ...greedy, messages: [{ role: 'user' as const, content: '春' }] };
    const whole = await client.chat.completions.create(chat);
    let text = '';
    for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe(whole.choices[0].message.content);
    const forced = { ...greedy, prompt: '春', choices: ['冬风雨'] };
    const answer = (await client.completions.create(forced as typeof greedy & { prompt: string })) as {
      choices: { text: string }[];
    };
    expect(answer.choices[0].text).toBe('冬风雨');
  });

  test('the guard works on it', async () => {
    const long = { model: 'far', prompt: '春', temperature: 0, max_tokens: 300, guard: true };
    const answer = await client.completions.create(long);
    expect(answer.choices[0].text.length).toBeLessThan(100);
    expect((answer.choices[0] as unknown as { loops_repaired: number }).loops_repaired).toBeGreaterThan(0);
  });

  test('what only a model of ours can do is refused', async () => {
    const cases: Record<string, unknown>[] = [
      { prompt: [1, 2] },
      { prompt: ['春', '夏'] },
      { prompt: '春', echo: true },
    ];
    for (const body of cases) {
      const request = { ...greedy, ...body } as unknown as { model: string; prompt: string };
      await expect(client.completions.create(request)).rejects.toMatchObject({ status: 400 });
    }
  });

  test('answers in the form of the Responses API, whole and in a stream', async () => {
    const asked = { model: 'far', input: '春', temperature: 0, max_output_tokens: 6 };
    const whole = await client.responses.create(asked);
    expect(whole).toMatchObject({ status: 'incomplete', output_text: '夏秋春夏秋春', model: 'far' });
    let text = '';
    for await (const event of await client.responses.create({ ...asked, stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe(whole.output_text);
    const tools = [{ type: 'function' as const, name: 'f', parameters: {}, strict: false }];
    const refused = await client.responses.create({ ...asked, tools }).catch((error) => error);
    expect([refused.status, refused.error.param]).toEqual([400, 'tools']);
  });

  test('makes vectors, as many as texts, in their order', async () => {
    const { data, usage } = await client.embeddings.create({ model: 'far', input: ['春', '夏秋'] });
    const home = new OpenAI({ baseURL: `${behind.url}/v1`, apiKey: 'inner-key' });
    const there = await home.embeddings.create({ model: 'inner', input: ['春', '夏秋'] });
    expect(data.map(({ embedding }) => embedding)).toEqual(there.data.map(({ embedding }) => embedding));
    expect(data[0].embedding).not.toEqual(data[1].embedding);
    expect(usage).toEqual(there.usage);
  });

  test('a run cannot take its name', async () => {
    const studio = await startServer({
      models: { list: () => [], load: async () => own, unload() {}, close() {} },
      remotes: [remoteServed('far', { url: `${behind.url}/v1`, model: 'inner' })],
      studio: {},
    });
    const load = async (run: string, lang: string) => {
      const response = await fetch(`${studio.url}/api/models`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': lang },
        body: JSON.stringify({ run }),
      });
      return { status: response.status, text: await response.text() };
    };
    expect((await load('near', 'en')).status).toBe(200);
    expect(await load('far', 'en')).toMatchObject({
      status: 409,
      text: expect.stringContaining('another name'),
    });
    expect((await load('far', 'zh')).text).toContain('请给训练改名');
    await studio.close();
  });

  test('what the endpoint does not take is the fault of the request', async () => {
    const request = { ...greedy, prompt: '春', regex: '(' };
    const error = await client.completions.create(request).catch((one) => one);
    expect([error.status, error.error.code]).toEqual([400, 'remote/request']);
  });

  test('a fault of the endpoint is a 502 in our words, without its key', async () => {
    for (const model of ['locked', 'gone']) {
      const error = await client.completions.create({ ...greedy, model, prompt: '春' }).catch((one) => one);
      expect(error.status).toBe(502);
      expect(JSON.stringify(error.error)).not.toMatch(/inner-key|wrong/);
    }
  });
});
