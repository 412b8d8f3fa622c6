/** Pictures by an endpoint: what is asked, what is taken, and what a hostile answer leads to. */

import { expect, test } from 'vitest';
import { createRemoteDrawer } from './index.ts';

/** An endpoint that gives these answers in turn; what it was asked. */
function endpoint(...answers: readonly [status: number, answer: unknown][]) {
  const asked: { url: string; body: Record<string, unknown> }[] = [];
  const drawer = createRemoteDrawer({
    url: 'http://far.example/v1',
    model: 'm',
    apiKey: 'top-secret',
    fetch: (async (url: URL, init: RequestInit) => {
      const [status, answer] = answers[asked.length];
      asked.push({ url: String(url), body: JSON.parse(String(init.body)) });
      return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status });
    }) as typeof fetch,
  });
  return { drawer, asked };
}

const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));
const PNG = base64(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2);
const JPEG = base64(0xff, 0xd8, 0xff, 9);
const WEBP = btoa('RIFF....WEBPVP8 ');

test('pictures in the order of the answer, by what they are', async () => {
  const data = [{ b64_json: PNG, revised_prompt: 'a very red ring' }, { b64_json: JPEG }, { b64_json: WEBP }];
  const { drawer, asked } = endpoint([200, { created: 1, data }]);
  const pictures = await drawer.draw({ prompt: '圆环', count: 3, size: 256, seed: 4 });
  expect(pictures.map(({ format, revisedPrompt }) => [format, revisedPrompt])).toEqual([
    ['png', 'a very red ring'],
    ['jpg', undefined],
    ['webp', undefined],
  ]);
  expect([...pictures[0].bytes.slice(8)]).toEqual([1, 2]);
  expect(asked).toEqual([
    {
      url: 'http://far.example/v1/images/generations',
      body: { model: 'm', prompt: '圆环', n: 3, size: '256x256', seed: 4, response_format: 'b64_json' },
    },
  ]);
});

test('an endpoint that refuses to hear of the form of the answer is asked again without it', async () => {
  const refusal = { error: { message: "Unknown parameter: 'response_format'." } };
  const { drawer, asked } = endpoint([400, refusal], [200, { data: [{ b64_json: PNG }] }]);
  expect(await drawer.draw({ prompt: 'a' })).toHaveLength(1);
  expect(asked.map(({ body }) => 'response_format' in body)).toEqual([true, false]);
  // Nothing that was not given is sent.
  expect(asked[1].body).toEqual({ model: 'm', prompt: 'a', n: 1 });
});

test.each<[string, number, unknown, string]>([
  ['no such route', 404, { error: { message: 'nothing' } }, 'remote/not-offered'],
  ['a refusal', 401, { error: { message: 'who?' } }, 'remote/refused'],
  ['a fault of the request', 400, { error: { message: 'too long' } }, 'remote/request'],
  ['no JSON', 200, '<html>', 'remote/broken'],
  ['none', 200, { data: [] }, 'remote/broken'],
  ['too many', 200, { data: [{ b64_json: PNG }, { b64_json: PNG }] }, 'remote/broken'],
  ['an address', 200, { data: [{ url: 'http://10.0.0.1/secret' }] }, 'remote/broken'],
  ['no base64', 200, { data: [{ b64_json: '!' }] }, 'remote/broken'],
  ['a page', 200, { data: [{ b64_json: btoa('<html>') }] }, 'remote/broken'],
])('%s is an error without the key', async (_, status, answer, code) => {
  const { drawer, asked } = endpoint([status, answer]);
  const error = await drawer.draw({ prompt: 'a' }).catch((one) => one);
  expect(error).toMatchObject({ code });
  expect(asked).toHaveLength(1);
  for (const lang of ['en', 'zh']) expect(error.text(lang)).not.toContain('top-secret');
});
