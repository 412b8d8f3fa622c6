import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { collectTexts, guardText } from '../decode/index.ts';
import type { GenerationPart } from '../types.ts';
import { createRemoteModel, type RemoteRequest } from './index.ts';
import { limits } from './limits.ts';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  readonly body: any;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A local endpoint that answers as told, and what it was asked. */
async function endpoint(answer: (response: ServerResponse, asked: Asked) => void) {
  const requests: Asked[] = [];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const bytes of request) text += bytes;
    const asked = { path: request.url ?? '', headers: request.headers, body: text && JSON.parse(text) };
    requests.push(asked);
    answer(response, asked);
  });
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, requests };
}

const stream = (response: ServerResponse, events: readonly (object | string)[], { end = true } = {}) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    response.write(typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`);
  }
  if (end) response.end('data: [DONE]\n\n');
};
const piece = (text: string, finish_reason: string | null = null, index = 0) => ({
  choices: [{ index, text, finish_reason }],
});
const usage = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };

async function read(url: string, request: RemoteRequest, apiKey?: string): Promise<GenerationPart[]> {
  const parts: GenerationPart[] = [];
  for await (const part of createRemoteModel({ url, model: 'm', apiKey }).generate(request)) parts.push(part);
  return parts;
}

describe('a remote model', () => {
  test('continues a prompt: fields in the foreign spelling, text as it comes, the counts of the server', async () => {
    const { url, requests } = await endpoint((response) =>
      stream(response, [piece('床前'), piece('明月', 'length'), usage]),
    );
    const parts = await read(url, { prompt: '诗：', maxTokens: 2, topP: 0.9, fields: { min_p: 0.1 } }, 'k');
    expect(requests[0].path).toBe('/v1/completions');
    expect(requests[0].headers.authorization).toBe('Bearer k');
    expect(requests[0].body).toMatchObject({
      model: 'm',
      prompt: '诗：',
      max_tokens: 2,
      top_p: 0.9,
      min_p: 0.1,
    });
    expect(parts).toEqual([
      { type: 'text-delta', index: 0, text: '床前' },
      { type: 'text-delta', index: 0, text: '明月' },
      { type: 'finish', index: 0, reason: 'length', promptTokens: 3, completionTokens: 2 },
    ]);
  });

  test('answers a conversation, from the beginning of the answer where there is one', async () => {
    const { url, requests } = await endpoint((response) =>
      stream(response, [
        { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
        { choices: [{ index: 0, delta: { content: 'Yes' }, finish_reason: 'stop' }] },
      ]),
    );
    const messages = [{ role: 'user' as const, content: 'Is it?' }];
    const parts = await read(url, { prompt: '', messages });
    expect(requests[0].path).toBe('/v1/chat/completions');
    expect(requests[0].body.messages).toEqual(messages);
    expect(parts.map((part) => part.type === 'text-delta' && part.text)).toEqual(['Yes', false]);
    await read(url, { prompt: 'Well, ', messages });
    expect(requests[1].body).toMatchObject({
      messages: [...messages, { role: 'assistant', content: 'Well, ' }],
      continue_final_message: true,
    });
  });

  test('several texts and their scores', async () => {
    const logprobs = { tokens: ['a'], token_logprobs: [-0.5], top_logprobs: [{ a: -0.5, b: -1 }] };
    const { url } = await endpoint((response) =>
      stream(response, [
        { choices: [{ index: 1, text: 'a', logprobs, finish_reason: 'stop' }] },
        piece('b', 'stop', 0),
      ]),
    );
    const parts = await read(url, { prompt: 'x', n: 2, logprobs: 2 });
    expect(parts[0]).toEqual({
      type: 'text-delta',
      index: 1,
      text: 'a',
      tokens: [
        {
          id: -1,
          text: 'a',
          logprob: -0.5,
          top: [
            { id: -1, text: 'a', logprob: -0.5 },
            { id: -1, text: 'b', logprob: -1 },
          ],
        },
      ],
    });
    expect(parts.filter(({ type }) => type === 'finish')).toHaveLength(2);
  });

  test('calls of tools come in pieces and end the text; they are told only where somebody reads them', async () => {
    const delta = (content: string, tool_calls: unknown) => ({
      choices: [{ index: 0, delta: { content, tool_calls } }],
    });
    const called = (index: number, name: string | null, json: string | null) => ({
      ...{ index, id: 'a', type: 'function' },
      function: { name, arguments: json },
    });
    const { url } = await endpoint((response) =>
      stream(response, [
        delta('One moment.', null),
        delta('', [called(0, 'add', '{"x"'), called(1, 'now', null)]),
        delta('', 'no calls'),
        delta('', [called(0, null, ':1}')]),
        piece('', 'tool_calls'),
      ]),
    );
    const ask = async (spellCall?: (name: string, json: string) => string) => {
      const model = createRemoteModel({ url, model: 'm', ...(spellCall && { spellCall }) });
      return (await collectTexts(model.generate({ prompt: 'x' })))[0].text;
    };
    expect(await ask((name, json) => `${name}(${json})`)).toBe('One moment.\nadd({"x":1})\nnow({})');
    expect(await ask()).toBe('One moment.');
  });

  test.each([
    [
      'a new id and name',
      [
        ['a', 'add', '{}'],
        ['b', 'now', '{"x"'],
        ['b', null, ':1}'],
      ],
      'add({})\nnow({"x":1})',
    ],
    [
      'an id for each piece',
      [
        ['a', 'add', '{"x"'],
        ['b', null, ':1}'],
      ],
      'add({"x":1})',
    ],
    [
      'a name in pieces',
      [
        ['a', 'no', ''],
        ['a', 'w', '{}'],
      ],
      'now({})',
    ],
    [
      'no ids',
      [
        [null, 'no', ''],
        [null, 'w', '{}'],
      ],
      'now({})',
    ],
  ] as const)('calls with one index: %s', async (_, pieces, text) => {
    const calls = pieces.map(([id, name, json]) => ({ index: 0, id, function: { name, arguments: json } }));
    const { url } = await endpoint((response) =>
      stream(response, [
        ...calls.map((call) => ({ choices: [{ index: 0, delta: { tool_calls: [call] } }] })),
        piece('', 'tool_calls'),
      ]),
    );
    const model = createRemoteModel({ url, model: 'm', spellCall: (name, json) => `${name}(${json})` });
    expect((await collectTexts(model.generate({ prompt: 'x' })))[0].text).toBe(text);
  });

  test('events that mean nothing to it are passed over', async () => {
    const { url } = await endpoint((response) =>
      stream(response, [
        ': comment\n\n',
        'event: ping\ndata: {}\n\n',
        'data: no json\n\n',
        'data: [1]\n\n',
        { choices: 'what', run: '<script>' },
        { choices: [{ index: 99, text: 'nobody asked' }] },
        piece('ok', 'stop'),
        piece('after the end'),
      ]),
    );
    const [text] = await collectTexts(createRemoteModel({ url, model: 'm' }).generate({ prompt: 'x' }));
    expect(text.text).toBe('ok');
  });

  test('a loop is repaired by asking again from the clean text', async () => {
    const loop = 'the cat sat on the mat and then '.repeat(20);
    const { url, requests } = await endpoint((response, { body }) =>
      stream(response, body.seed ? [piece('it ended.', 'stop')] : [piece(loop, 'length')]),
    );
    const model = guardText(createRemoteModel({ url, model: 'm' }));
    const [text] = await collectTexts(model.generate({ prompt: 'Once ', maxTokens: 200 }));
    expect(requests).toHaveLength(2);
    expect(text.text.endsWith('it ended.')).toBe(true);
    expect(text.text.split('the cat sat').length).toBeLessThan(4);
  });
});

describe('faults of an endpoint', () => {
  const failure = (url: string, request: RemoteRequest = { prompt: 'x' }) =>
    read(url, request, 'top-secret').catch((error) => error);

  test('a refusal names host, status and its sentence, never the key', async () => {
    const { url } = await endpoint((response) => {
      response.writeHead(401).end(JSON.stringify({ error: { message: 'no such key' } }));
    });
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'remote/refused', data: { status: 401, message: 'no such key' } });
    expect(error.message + error.text('zh') + JSON.stringify(error.data)).not.toContain('top-secret');
  });

  test('a stream that stops early is an error, not a shorter text', async () => {
    const { url } = await endpoint((response) => stream(response, [piece('half')]));
    expect(await failure(url)).toMatchObject({ code: 'remote/broken' });
    const cut = await endpoint((response) => {
      stream(response, [piece('half')], { end: false });
      setTimeout(() => response.destroy(), 20);
    });
    expect((await failure(cut.url)).code).toMatch(/^remote\//);
  });

  test('an error inside a stream, and an answer without bounds', async () => {
    const { url } = await endpoint((response) =>
      stream(response, [piece('a'), { error: { message: 'lost' } }]),
    );
    expect(await failure(url)).toMatchObject({
      code: 'remote/broken',
      data: { reason: 'it reported: lost' },
    });
    const before = limits.bodyBytes;
    Object.assign(limits, { bodyBytes: 10_000 });
    try {
      const long = await endpoint((response) => stream(response, [`data: ${'x'.repeat(20_000)}`]));
      expect(await failure(long.url)).toMatchObject({ code: 'remote/broken' });
    } finally {
      Object.assign(limits, { bodyBytes: before });
    }
  });

  test('a redirect is not followed: the key goes to no other host', async () => {
    const { url, requests } = await endpoint((response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await failure(url)).toMatchObject({ code: 'remote/unreachable' });
    expect(requests).toHaveLength(1);
  });

  test('nobody there, a wrong address, nothing to say', async () => {
    expect(await failure('http://127.0.0.1:9')).toMatchObject({ code: 'remote/unreachable' });
    expect(() => createRemoteModel({ url: 'host/v1', model: 'm' })).toThrow('http://');
    expect(() => createRemoteModel({ url: 'http://h/v1/chat/completions', model: 'm' })).toThrow(
      '/completions',
    );
    expect(await failure('http://127.0.0.1:9', { prompt: '' })).toMatchObject({ code: 'remote/prompt' });
  });

  test('an abort ends the text and the connection', async () => {
    let closed = false;
    const { url } = await endpoint((response) => {
      response.on('close', () => (closed = true));
      stream(response, [piece('a')], { end: false });
    });
    const controller = new AbortController();
    const parts: GenerationPart[] = [];
    const model = createRemoteModel({ url, model: 'm' });
    for await (const part of model.generate({ prompt: 'x', signal: controller.signal })) {
      parts.push(part);
      controller.abort();
    }
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted' });
    await expect.poll(() => closed).toBe(true);
  });
});
