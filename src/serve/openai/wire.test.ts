/** The newer routes, asked by OpenAI's client as it is. */

import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { createRng } from '../../rng.ts';
import { trainCharacters } from '../../text/index.ts';
import { createLocalModel, type LocalModel } from '../engine/local-model.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { type RunningServer, startServer } from '../server.ts';
import type { ResponseItem } from './schemas.ts';

const letters = '春眠不觉晓处闻啼鸟夜来风雨声花落知多少 abcdefghijklmnopqrstuvwxyz_<>/|{}[]".,:0123456789\n';
const tokenizer = trainCharacters([letters], {
  specialTokens: ['<|endoftext|>', '<|im_start|>', '<|im_end|>'],
});
const { vocabSize, eosId } = tokenizer;
const turnEnd = tokenizer.specialTokens.get('<|im_end|>')!;
const HIDDEN = 6;

/** What the models have read last, to see what the server made of a request. */
let lastRead: readonly number[] = [];

/** Says something that depends on all it has read; most of all it likes to spell `liked`. */
const talker = (liked = '') => {
  const wanted = tokenizer.encode(liked);
  const next = (ids: readonly number[]): number | undefined => {
    for (let length = wanted.length; length > 0; length--) {
      if (wanted.slice(0, length).every((id, i) => ids[ids.length - length + i] === id))
        return wanted[length];
    }
    return wanted[0];
  };
  return functionModel({
    vocabSize,
    contextLength: 1024,
    logits: (ids) => {
      lastRead = ids;
      const rng = createRng(ids.reduce((sum, id, i) => (sum * 31 + id * (i + 1)) % 1_000_003, 7));
      const like = next(ids);
      return Float32Array.from({ length: vocabSize }, (_, id) => {
        if (id === like) return 30;
        return id === eosId || id === turnEnd ? -2 : 3 * rng.uniform();
      });
    },
    hidden: (ids) => Array.from({ length: HIDDEN }, (_, i) => Math.sin(ids[ids.length - 1] * (i + 1))),
  });
};

const chatml =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if tools %}{{ tools | length }} tools{% endif %}{{ mood if mood else '' }}" +
  "{% if messages[0].content == 'loop' %}{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}{% endif %}" +
  "{% if messages[0].content == 'no' %}{{ raise_exception('say something else') }}{% endif %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

let models: LocalModel[];
let server: RunningServer;
let client: OpenAI;
const sandbox = createSandbox({ timeoutMs: 3000 });
const kept = new Map<string, readonly ResponseItem[]>();

beforeAll(async () => {
  const common = { tokenizer, prefixIds: [eosId!] };
  models = [
    createLocalModel({ id: 'plain', model: talker(), ...common }),
    createLocalModel({ id: 'caller', model: talker('<tool_call>'), ...common }),
    createLocalModel({
      id: 'chat',
      model: talker(),
      ...common,
      chatTemplate: { template: chatml, tokens: { eos_token: '<|im_end|>' } },
    }),
  ];
  server = await startServer({
    models,
    sandbox,
    history: {
      load: async (tenant, id) => kept.get(`${tenant} ${id}`),
      save: async (tenant, id, items) => void kept.set(`${tenant} ${id}`, items),
    },
  });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
}, 60_000);
afterAll(async () => {
  await server.close({ graceMs: 100 });
  sandbox.close();
  for (const model of models) model.close();
});

const weather = {
  name: 'weather',
  description: 'today',
  parameters: {
    type: 'object',
    properties: { city: { enum: ['春', 'a "b" }'] }, days: { type: 'integer', minimum: 1, maximum: 99 } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
const tools = [
  { type: 'function' as const, function: weather },
  { type: 'function' as const, function: { name: 'now' } },
];
const ask = {
  model: 'plain',
  messages: [{ role: 'user' as const, content: '春眠' }],
  seed: 1,
  max_tokens: 900,
};
const checkCall = ({ name, arguments: given }: { name: string; arguments: string }) => {
  const value = JSON.parse(given);
  if (name === 'now') return expect(value).toEqual({});
  expect(name).toBe('weather');
  expect(['春', 'a "b" }']).toContain(value.city);
  expect(value.days).toBeGreaterThan(0);
};

describe('tools', () => {
  test('required: valid calls, whatever the seed', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const { choices } = await client.chat.completions.create({
        ...ask,
        seed,
        tools,
        tool_choice: 'required',
        parallel_tool_calls: false,
      });
      const [{ message, finish_reason }] = choices;
      expect([finish_reason, message.content, message.tool_calls?.length]).toEqual(['tool_calls', null, 1]);
      const [call] = message.tool_calls!;
      checkCall((call as { function: { name: string; arguments: string } }).function);
      expect(call.id).toMatch(/^call_/);
    }
  });

  test('a named one is called', async () => {
    const { choices } = await client.chat.completions.create({
      ...ask,
      tools,
      tool_choice: { type: 'function', function: { name: 'now' } },
    });
    expect(choices[0].message.tool_calls).toMatchObject([{ function: { name: 'now', arguments: '{}' } }]);
  });

  test('streamed in pieces, they are the calls whole', async () => {
    const request = { ...ask, tools, tool_choice: 'required' as const, logprobs: true };
    const whole = await client.chat.completions.create(request);
    const calls: { id: string; name: string; arguments: string }[] = [];
    let pieces = 0;
    let reason: unknown;
    const stream = await client.chat.completions.create({ ...request, stream: true });
    for await (const { choices } of stream) {
      reason = choices[0].finish_reason ?? reason;
      for (const { index, id, function: piece } of choices[0].delta.tool_calls ?? []) {
        pieces++;
        calls[index] ??= { id: id!, name: piece!.name!, arguments: '' };
        calls[index].arguments += piece!.arguments;
      }
    }
    expect(reason).toBe('tool_calls');
    expect(pieces).toBeGreaterThan(3 * calls.length);
    expect(calls.map(({ name, arguments: given }) => ({ name, arguments: given }))).toEqual(
      whole.choices[0].message.tool_calls!.map((call) => (call as { function: object }).function),
    );
    for (const call of calls) checkCall(call);
  });

  test('by itself it writes text, or calls when it begins like one', async () => {
    const text = await client.chat.completions.create({ ...ask, max_tokens: 20, tools });
    expect(text.choices[0].message).toMatchObject({ content: expect.stringMatching(/./) });
    expect(text.choices[0].message.tool_calls).toBeUndefined();
    const call = await client.chat.completions.create({
      ...ask,
      model: 'caller',
      tools,
      parallel_tool_calls: false,
    });
    expect(call.choices[0].finish_reason).toBe('tool_calls');
    for (const one of call.choices[0].message.tool_calls!)
      checkCall((one as { function: { name: string; arguments: string } }).function);
  });

  test('none: text only; cut short: length', async () => {
    const none = await client.chat.completions.create({ ...ask, max_tokens: 20, tools, tool_choice: 'none' });
    expect(none.choices[0].message.tool_calls).toBeUndefined();
    const cut = await client.chat.completions.create({
      ...ask,
      max_tokens: 50,
      tools,
      tool_choice: 'required',
    });
    expect(cut.choices[0].finish_reason).toBe('length');
  });

  test.each([
    ['an unknown one', { tools, tool_choice: { type: 'function', function: { name: 'other' } } }],
    ['required without tools', { tool_choice: 'required' }],
    ['twice the same', { tools: [tools[0], tools[0]] }],
    ['a name with a blank', { tools: [{ type: 'function', function: { name: 'a b' } }] }],
    ['no object', { tools: [{ type: 'function', function: { name: 'a', parameters: { type: 'string' } } }] }],
    [
      'a keyword unknown',
      { tools: [{ type: 'function', function: { name: 'a', parameters: { not: {} } } }] },
    ],
    [
      'too many',
      { tools: Array.from({ length: 129 }, (_, i) => ({ type: 'function', function: { name: `a${i}` } })) },
    ],
  ])('%s: refused', async (_name, more) => {
    await expect(client.chat.completions.create({ ...ask, ...more } as typeof ask)).rejects.toThrow(
      OpenAI.BadRequestError,
    );
  });
});

describe('a chat template', () => {
  const read = () => tokenizer.decode(lastRead, { keepSpecial: true });
  const say = (content: string, more: object = {}) =>
    client.chat.completions.create({
      ...ask,
      model: 'chat',
      max_tokens: 1,
      messages: [{ role: 'user', content }],
      ...more,
    });

  test('writes what the model reads; a message spells no special token', async () => {
    await say('a<|im_end|>');
    expect(read()).toBe('<|im_start|>user\na<|im_end|><|im_end|>\n<|im_start|>assistant\n');
    expect(lastRead.filter((id) => id === turnEnd)).toHaveLength(1);
  });

  test('goes on from the end of the last message where that is asked, as a repaired answer of a remote model is', async () => {
    const goOn = (content: string, more: object = {}) =>
      say('a', {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content },
        ],
        ...{ continue_final_message: true, add_generation_prompt: false },
        ...more,
      });
    await goOn(' b<|im_end|> ');
    expect(read()).toBe('<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n b<|im_end|> ');
    expect(lastRead.filter((id) => id === turnEnd)).toHaveLength(1);
    await say('a', { add_generation_prompt: false });
    expect(read()).toBe('<|im_start|>user\na<|im_end|>\n');
    await goOn('b', { model: 'plain' });
    expect(read().endsWith('a\nb')).toBe(true);
    for (const refused of [
      goOn('b', { add_generation_prompt: true }),
      goOn(' '),
      say('a', { continue_final_message: true }),
    ])
      await expect(refused).rejects.toThrow(OpenAI.BadRequestError);
  });

  test('hears of tools and of further variables, and ends at its own token', async () => {
    await say('a', { tools, tool_choice: 'none', chat_template_kwargs: { mood: 'ok' } });
    expect(read()).toContain('2 toolsok');
    const ended = await say('a', { max_tokens: 50, logit_bias: { [turnEnd]: 100 } });
    expect(ended.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: '' } });
  });

  test.each(['messages', 'range', 'tokenize', 'eos_token'])('%s is no variable to give', async (name) => {
    await expect(say('a', { chat_template_kwargs: { [name]: 1 } })).rejects.toThrow(OpenAI.BadRequestError);
  });

  test('one that refuses or never ends is the request’s error, and the server lives', async () => {
    await expect(say('no')).rejects.toThrow(/say something else/);
    await expect(say('loop')).rejects.toMatchObject({ status: 400, code: 'serve/too-costly' });
    await say('a');
  });

  test('models say which they have', async () => {
    const { data } = await client.models.list();
    expect(data.map((one) => (one as { chat_template?: string }).chat_template)).toEqual([
      'plain',
      'plain',
      'own',
    ]);
  });
});

describe('embeddings', () => {
  test('of texts and tokens, as floats and as base64', async () => {
    const input = ['春眠', '不觉晓'];
    const { data, usage } = await client.embeddings.create({
      model: 'plain',
      input,
      encoding_format: 'float',
    });
    expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, HIDDEN],
      [1, HIDDEN],
    ]);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    for (const { embedding } of data) expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    // The client asks for base64 by itself.
    const packed = await client.embeddings.create({
      model: 'plain',
      input: input.map((one) => tokenizer.encode(one)),
    });
    data.forEach(({ embedding }, i) =>
      embedding.forEach((value, k) => expect(packed.data[i].embedding[k]).toBeCloseTo(value, 6)),
    );
    const one = await client.embeddings.create({ model: 'plain', input: '春', dimensions: HIDDEN });
    const expected = Array.from({ length: HIDDEN }, (_, i) => Math.sin(tokenizer.encode('春')[0] * (i + 1)));
    const length = Math.hypot(...expected);
    expected.forEach((value, i) => expect(one.data[0].embedding[i]).toBeCloseTo(value / length, 5));
  });

  test.each([
    ['', 'input'],
    [[], 'input'],
    [[''], 'input'],
    [[[]], 'input'],
    [[vocabSize], 'prompt'],
    ['春'.repeat(2000), 'prompt'],
    [new Array(257).fill('a'), 'input'],
  ])('%#: refused', async (input, where) => {
    await expect(client.embeddings.create({ model: 'plain', input: input as string })).rejects.toThrow(where);
  });

  test('other dimensions than the model’s', async () => {
    await expect(client.embeddings.create({ model: 'plain', input: 'a', dimensions: 3 })).rejects.toThrow(
      /dimensions.*6/,
    );
  });
});

describe('responses', () => {
  const request = { model: 'plain', input: '春眠', max_output_tokens: 12, seed: 3 } as {
    model: string;
    input: string;
    max_output_tokens: number;
  };

  test('a text, whole and streamed', async () => {
    const whole = await client.responses.create(request);
    expect(whole).toMatchObject({
      object: 'response',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { input_tokens: 3, output_tokens: 12, total_tokens: 15 },
    });
    expect([...whole.output_text]).toHaveLength(12);
    const types: string[] = [];
    let text = '';
    let last: unknown;
    const numbers: number[] = [];
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      if (types.at(-1) !== event.type) types.push(event.type);
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
      last = event;
    }
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.incomplete',
    ]);
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect(text).toBe(whole.output_text);
    expect(last).toMatchObject({ response: { usage: whole.usage } });
  });

  test('calls of tools, and the client’s own gathering of a stream', async () => {
    const calling = {
      ...request,
      max_output_tokens: 900,
      tools: [{ type: 'function' as const, strict: true, ...weather }],
      tool_choice: 'required' as const,
    };
    const stream = client.responses.stream(calling);
    const kinds = new Set<string>();
    for await (const event of stream) kinds.add(event.type);
    expect(kinds).toContain('response.function_call_arguments.delta');
    expect(kinds).toContain('response.function_call_arguments.done');
    expect(kinds).toContain('response.completed');
    const { output } = await stream.finalResponse();
    expect(output.length).toBeGreaterThan(0);
    for (const item of output) {
      expect(item.type).toBe('function_call');
      if (item.type === 'function_call') checkCall(item);
    }
    const [call] = output as OpenAI.Responses.ResponseFunctionToolCall[];
    const answer = await client.responses.create({
      ...request,
      input: [
        { role: 'user', content: '春' },
        call,
        { type: 'function_call_output', call_id: call.call_id, output: '晓' },
      ],
    });
    expect(answer.output_text).not.toBe('');
  });

  test('JSON by schema, with instructions', async () => {
    const { output_text } = await client.responses.create({
      ...request,
      max_output_tokens: 60,
      instructions: 'a',
      text: { format: { type: 'json_schema', name: 'n', schema: { enum: [{ a: 1 }, { b: 2 }] } } },
    });
    expect([{ a: 1 }, { b: 2 }]).toContainEqual(JSON.parse(output_text));
  });

  test('goes on from an answer that is kept, and from no other', async () => {
    const first = await client.responses.create(request);
    await client.responses.create({
      ...request,
      input: '花',
      previous_response_id: first.id,
      max_output_tokens: 1,
    });
    expect(tokenizer.decode(lastRead)).toBe(`春眠\n${first.output_text}\n花`);
    const unkept = await client.responses.create({ ...request, store: false });
    for (const id of ['resp_0', unkept.id]) {
      await expect(client.responses.create({ ...request, previous_response_id: id })).rejects.toThrow(
        /not kept here/,
      );
    }
  });
});

test("vLLM's routes to the tokenizer", async () => {
  const ask = async (path: string, body: object) =>
    (
      await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json();
  const ids = tokenizer.encode('春a');
  expect(
    await ask('/tokenize', { prompt: '春a', add_special_tokens: false, return_token_strs: true }),
  ).toEqual({
    count: 2,
    max_model_len: 1024,
    tokens: ids,
    token_strs: ['春', 'a'],
  });
  expect(await ask('/tokenize', { model: 'chat', prompt: '春a' })).toMatchObject({ tokens: [eosId, ...ids] });
  expect(await ask('/detokenize', { tokens: [eosId, ...ids] })).toEqual({ prompt: '<|endoftext|>春a' });
  expect(await (await fetch(`${server.url}/tokenizer_info`)).json()).toMatchObject({
    eos_token: '<|endoftext|>',
  });
});

test('the OpenAPI document has every route and field', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { requestBody?: { content: Record<string, { schema: { properties: object } }> } }>
    >;
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual([
    '/health',
    '/ready',
    '/metrics',
    '/v1/models',
    '/v1/models/{id}',
    '/v1/completions',
    '/v1/chat/completions',
    '/v1/responses',
    '/v1/embeddings',
    '/v1/answers',
    '/v1/summaries',
    '/v1/papers',
    '/v1/manuscripts',
    '/v1/service',
    '/v1/service/conversations/{conversation}',
    '/v1/service/hand-overs',
    '/v1/service/replies',
    '/v1/assistant',
    '/v1/audio/transcriptions',
    '/v1/video/descriptions',
    '/v1/audio/speech',
    '/v1/tutor',
    '/v1/recommendations',
    '/v1/recommendations/events',
    '/v1/translations',
    '/v1/classifications',
    '/v1/fill-mask',
    '/v1/domain',
    '/v1/images/generations',
    '/v1/corrections',
    '/v1/documents',
    '/tokenize',
    '/detokenize',
    '/tokenizer_info',
  ]);
  const { properties } =
    document.paths['/v1/chat/completions'].post.requestBody!.content['application/json'].schema;
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['messages', 'tools', 'guard', 'min_p']));
});
