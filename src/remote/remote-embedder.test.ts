import { expect, test } from 'vitest';
import { embedderContract } from '../../test/contracts/embedder.ts';
import { createRemoteEmbedder } from './index.ts';

/** An endpoint that answers so; what it was asked. */
function endpoint(status: number, answer: unknown) {
  const asked: { url: string; body: unknown }[] = [];
  const embedder = createRemoteEmbedder({
    url: 'http://far.example/v1',
    model: 'm',
    apiKey: 'top-secret',
    fetch: (async (url: URL, init: RequestInit) => {
      asked.push({ url: String(url), body: JSON.parse(String(init.body)) });
      return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status });
    }) as typeof fetch,
  });
  return { embedder, asked };
}
const row = (index: number, ...embedding: number[]) => ({ index, embedding });

test('vectors in the order of the texts, whatever the order of the answer', async () => {
  const { embedder, asked } = endpoint(200, {
    data: [row(1, 3, 4), row(0, 1, 2)],
    usage: { prompt_tokens: 5 },
  });
  const answer = await embedder.embed(['a', 'b'], { dimensions: 2 });
  expect(answer).toEqual({
    vectors: [
      [1, 2],
      [3, 4],
    ],
    promptTokens: 5,
  });
  expect(asked).toEqual([
    {
      url: 'http://far.example/v1/embeddings',
      body: { model: 'm', input: ['a', 'b'], encoding_format: 'float', dimensions: 2 },
    },
  ]);
});

test.each([404, 405, 501])('%i: what is not offered is named, in both languages', async (status) => {
  const { embedder } = endpoint(status, { error: { message: 'no such route' } });
  const error = await embedder.embed('a').catch((one) => one);
  expect(error).toMatchObject({
    code: 'remote/not-offered',
    data: { host: 'far.example', route: '/embeddings' },
  });
  expect([error.text('en'), error.text('zh')]).toEqual([
    expect.stringMatching(/far\.example does not offer \/embeddings .*no such route/),
    expect.stringMatching(/far\.example 不为它提供 \/embeddings/),
  ]);
});

test.each<[string, number, unknown, string]>([
  ['a refusal', 401, { error: { message: 'who?' } }, 'remote/refused'],
  ['a fault of the request', 400, { error: { message: 'too long' } }, 'remote/request'],
  ['no JSON', 200, '<html>', 'remote/broken'],
  ['too few', 200, { data: [row(0, 1)] }, 'remote/broken'],
  ['the same twice', 200, { data: [row(0, 1), row(0, 2)] }, 'remote/broken'],
  ['no numbers', 200, { data: [row(0, 1), { index: 1, embedding: ['x'] }] }, 'remote/broken'],
  ['numbers that JSON has not', 200, '{"data":[{"index":0,"embedding":[1e999]}]}', 'remote/broken'],
])('%s', async (_name, status, answer, code) => {
  const error = await endpoint(status, answer)
    .embedder.embed(['a', 'b'])
    .catch((one) => one);
  expect(error.code).toBe(code);
  expect(JSON.stringify([error.message, error.data])).not.toContain('top-secret');
});

embedderContract('an endpoint', () =>
  createRemoteEmbedder({
    url: 'http://far.example/v1',
    model: 'm',
    fetch: (async (_: URL, { body, signal }: RequestInit) => {
      signal?.throwIfAborted();
      const { input } = JSON.parse(String(body)) as { input: string[] };
      const data = input.map((text, i) => row(i, text.length, text.codePointAt(0)!));
      return new Response(JSON.stringify({ data }));
    }) as typeof fetch,
  }),
);
