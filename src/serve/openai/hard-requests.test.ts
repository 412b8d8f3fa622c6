/** Requests that are odd, too large or hostile: answered or refused, never a fault of the server. */

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { memoryCollection } from '../../../test/memory-collection.ts';
import {
  builtInTools,
  customerService,
  domainKit,
  memoryNotes,
  newConversation,
  newLearner,
  servicePlan,
} from '../../apps/index.ts';
import { functionModel } from '../../decode/index.ts';
import { byTerms, createLexicon, ratingScale, readingLog, recommend } from '../../recommend/index.ts';
import { trainCharacters } from '../../text/index.ts';
import type { RequestLog } from '../app.ts';
import { createKitGuard } from '../domain/kit-guard.ts';
import { createLocalModel, type LocalModel } from '../engine/local-model.ts';
import { routes } from '../routes.ts';
import { createConstraintCheck } from '../sandbox/check-constraint.ts';
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { type RunningServer, startServer } from '../server.ts';
import { createTaskModel, type TaskAnswer, type TaskKind } from '../tasks/task-model.ts';

const tokenizer = trainCharacters(['abcdefghijklmnopqrstuvwxyz {}[]<>":,_0123456789/\n'], {
  specialTokens: ['<|endoftext|>'],
});
const { vocabSize, eosId } = tokenizer;
const KEY = 'sk-never-shown';

/** Models that answer about texts, each always the same. */
const counted = { promptTokens: 1, completionTokens: 1 };
const answers: { readonly [Kind in TaskKind]: TaskAnswer<Kind> } = {
  translate: { kind: 'translate', text: 'ab', ...counted },
  classify: { kind: 'classify', label: 'a', measure: 'margins', scores: [], ...counted },
  'fill-mask': { kind: 'fill-mask', places: [[]], ...counted },
  draw: { kind: 'draw', png: 'iVBORw0KGgo=', size: 32, seed: 5, ...counted },
  embed: { kind: 'embed', vector: [1], ...counted },
};
const CONVERSATION = '123e4567-e89b-42d3-a456-426614174000';
const taskModels = Object.values(answers).map((answer: TaskAnswer) =>
  createTaskModel(answer.kind, {
    kind: answer.kind,
    textsAtOnce: 16,
    answer: async ({ texts }) => texts.map(() => answer),
  }),
);

const both = { en: 'ab', zh: '甲' };
const kit = domainKit.parse({
  ...{ version: 1, name: 'k', title: both, notice: both },
  glossary: [{ en: ['ab'], zh: ['甲'], means: both }],
});

let model: LocalModel;
let server: RunningServer;
let writes = 0;
const logged: unknown[] = [];
const sandbox = createSandbox({ timeoutMs: 3000 });

beforeAll(async () => {
  const double = functionModel({
    vocabSize,
    contextLength: 48,
    logits: (ids) => Float32Array.from({ length: vocabSize }, (_, id) => Math.sin(id * (ids.length + 1))),
    hidden: (ids) => [ids.length, 1],
  });
  const local = createLocalModel({ id: 'm', model: double, tokenizer, prefixIds: [eosId!], maxWaiting: 64 });
  model = {
    ...local,
    get load() {
      return local.load;
    },
    write(request, signal) {
      writes++;
      return local.write(request, signal);
    },
  };
  const collection = memoryCollection([{ key: 'a', text: 'ab is here.' }]);
  const [notes, plan] = [memoryNotes(), servicePlan.parse({})];
  await notes.put({
    id: CONVERSATION,
    kind: 'conversation',
    text: '',
    created: '',
    detail: { ...newConversation(CONVERSATION), isHandedOver: true },
  });
  const items = ['ab', 'cd'].map((id) => ({ id, text: `${id} is here.`, category: id }));
  const lexicon = createLexicon(items);
  const log = readingLog(items, ratingScale([]));
  const shelf = { lexicon, log, recommender: byTerms('tfidf', lexicon) };
  server = await startServer({
    models: [model, ...taskModels],
    recommender: {
      scale: ratingScale([]),
      recommend: (_, wish, options) => recommend(wish, shelf, options),
      async tell(_, events) {
        for (const event of events) log.add(event);
        return { kept: events.length };
      },
    },
    documents: { readable: async () => [collection], own: async () => collection },
    assistant: { open: () => ({ tools: builtInTools({ notes }), notes }) },
    service: {
      plan: async () => plan,
      open: async () => ({ notes, serve: customerService({ plan, notes }) }),
    },
    speech: {
      speaker: {
        id: 'tone',
        speak: async () => ({ sampleRate: 8000, samples: new Float32Array(80) }),
      },
    },
    kits: createKitGuard([kit]),
    tutor: {
      open: () => ({
        begin: async (title) => ({ id: '', title, questions: [] }),
        find: async () => undefined,
        list: async () => [],
        readLearner: async () => newLearner(),
        writeLearner: async () => {},
        learners: async () => [],
      }),
    },
    keys: [KEY],
    sandbox,
    log: (entry: RequestLog) => void logged.push(entry),
    onFault: (error) => void logged.push(error),
  });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  sandbox.close();
  model.close();
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const statusOf = async (path: string, body: unknown): Promise<number> => {
  const response = await post(path, body);
  await response.text();
  return response.status;
};

const tool = { type: 'function', function: { name: 'f' } };
/** The least that each route asks for. */
const least: Readonly<Record<string, object>> = {
  '/v1/completions': { model: 'm', prompt: 'ab', max_tokens: 2 },
  '/v1/chat/completions': { model: 'm', messages: [{ role: 'user', content: 'ab' }], max_tokens: 2 },
  '/v1/responses': { model: 'm', input: 'ab', max_output_tokens: 2 },
  '/v1/embeddings': { model: 'm', input: 'ab' },
  '/v1/answers': { question: 'ab?' },
  '/v1/summaries': { text: 'ab' },
  '/v1/papers': { task: 'read', papers: [{ name: 'a.md', text: '# A\n\nWe study bees.' }] },
  '/v1/manuscripts': { task: 'advise', text: '# A\n\nWe study bees.' },
  '/v1/service': { message: 'ab' },
  '/v1/service/replies': { conversation: CONVERSATION },
  '/v1/tutor': { text: 'ab' },
  '/v1/assistant': { messages: [{ role: 'user', content: 'ab' }] },
  '/v1/audio/speech': { input: 'ab' },
  '/v1/recommendations': { text: 'ab' },
  '/v1/recommendations/events': { events: [{ user: 'u', item: 'ab' }] },
  '/v1/translations': { text: 'ab' },
  '/v1/classifications': { text: 'ab' },
  '/v1/fill-mask': { text: 'a[MASK]' },
  '/v1/domain': { text: 'ab' },
  '/v1/images/generations': { prompt: 'a red ring' },
  '/v1/corrections': { question: 'ab?', answer: 'cd' },
  '/v1/documents': {},
  '/tokenize': { prompt: 'ab' },
  '/detokenize': { tokens: [1] },
};

/** A legal value of every field. A field that is missing here fails the test below. */
const sampling = {
  temperature: 0.7,
  top_p: 0.9,
  seed: 5,
  stop: ['zz'],
  presence_penalty: 0.5,
  frequency_penalty: -0.5,
  logit_bias: { 3: 1 },
  stream: true,
  top_k: 5,
  min_p: 0.05,
  repetition_penalty: 1.2,
  min_tokens: 1,
  ignore_eos: true,
  priority: 1,
  typical_p: 0.9,
  no_repeat_ngram: 2,
  dry: 0.8,
  strategy: 'greedy',
  guard: true,
  regex: '[a-z]{1,3}',
  choices: ['ab', 'cd'],
  grammar: 'root ::= "a" | "b"',
  user: 'u',
  metadata: { a: 'b' },
  store: true,
  service_tier: 'auto',
  safety_identifier: 's',
  prompt_cache_key: 'k',
};
const legal: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/v1/completions': {
    ...sampling,
    model: 'm',
    prompt: ['ab', 'c'],
    max_tokens: 0,
    n: 2,
    stream_options: { include_usage: true },
    echo: true,
    logprobs: 1,
    best_of: 1,
    suffix: null,
    return_token_ids: true,
  },
  '/v1/chat/completions': {
    ...sampling,
    model: 'm',
    messages: [{ role: 'system', content: [{ type: 'text', text: 'a' }] }],
    max_tokens: 3,
    n: 2,
    stream_options: { include_usage: true },
    max_completion_tokens: 1,
    logprobs: true,
    top_logprobs: 1,
    response_format: { type: 'json_object' },
    tools: [tool],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    chat_template_kwargs: { a: 1 },
    add_generation_prompt: true,
    continue_final_message: false,
  },
  '/v1/responses': {
    ...sampling,
    model: 'm',
    input: [{ role: 'user', content: 'a' }],
    instructions: 'b',
    max_output_tokens: 1,
    top_logprobs: 1,
    include: ['message.output_text.logprobs'],
    text: { format: { type: 'json_object' } },
    tools: [{ type: 'function', name: 'f' }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    previous_response_id: null,
    truncation: 'disabled',
    chat_template_kwargs: { a: 1 },
  },
  '/v1/embeddings': { model: 'm', input: ['a', 'b'], encoding_format: 'base64', dimensions: 2, user: 'u' },
  '/v1/answers': {
    question: 'is ab here?',
    model: 'm',
    stream: true,
    top: 20,
    max_sentences: 20,
    max_tokens: 4096,
    style: 'plain',
    min_match: 0,
    min_support: 1,
    context_tokens: 1,
  },
  '/v1/summaries': {
    text: 'ab. cd.',
    model: 'm',
    method: 'extract',
    question: 'is ab here?',
    sentences: 100,
    length: 10_000,
    max_tokens: 4096,
    context_tokens: 1,
    stream: true,
  },
  '/v1/assistant': {
    messages: [{ role: 'user', content: 'what is 2+2?' }],
    model: 'm',
    approve: [{ name: 'calculator', arguments: {} }],
    made: [{ name: 'clock', arguments: {}, text: 'noon' }],
    max_rounds: 1,
    max_tokens: 4,
  },
  '/v1/papers': {
    task: 'compare',
    papers: [
      {
        name: 'a.md',
        text: '# A\n\n## Abstract\n\nWe study how bees find flowers.',
        title: null,
        pages: [0],
      },
    ],
    about: 'bees',
    columns: ['task', 'flowers'],
    sentences: 20,
    model: 'm',
    max_tokens: 4096,
    min_support: 1,
    context_tokens: 1,
  },
  '/v1/manuscripts': {
    task: 'advise',
    text: '# A\n\nWe study bees.',
    name: 'a.md',
    library: [{ name: 'b.bib', text: '@misc{b, title = {B}}' }],
    look_up: false,
    style: 'csl',
    sentences: 20,
    model: 'm',
    max_tokens: 4096,
    min_support: 0,
    context_tokens: 1,
  },
  '/v1/service': { message: 'ab', conversation: CONVERSATION, model: 'm' },
  '/v1/audio/speech': {
    model: 'tts-1',
    input: 'ab. **',
    voice: { id: 'v' },
    response_format: 'pcm',
    speed: 4,
    stream_format: 'audio',
  },
  '/v1/recommendations': {
    user: '__proto__',
    read: [{ item: 'ab', weight: -1 }],
    text: 'a',
    top: 100,
    diversity: 1,
    per_category: 1,
    category: 'c',
    new_only: true,
    again: true,
    reasons: 20,
  },
  '/v1/recommendations/events': {
    events: [{ user: '__proto__', item: 'cd', rating: -1e300, when: 0 }],
  },
  '/v1/service/replies': { conversation: CONVERSATION, text: 'ab', is_done: true },
  '/v1/tutor': {
    text: 'Anna Weber built the old library of the town in 1907.',
    lesson: '0'.repeat(32),
    learner: '小李',
    question: '0123456789ab',
    answer: 'Anna',
    model: 'm',
  },
  '/v1/translations': {
    model: 'translate',
    text: ['', 'a\nb'],
    task: 't',
    strategy: 'greedy',
    guard: true,
    max_tokens: 4096,
    seed: 5,
    stream: true,
  },
  '/v1/classifications': { model: 'classify', text: ['a', 'b'], words: 50 },
  '/v1/fill-mask': { model: 'fill-mask', text: '[MASK]', top: 50 },
  '/v1/domain': { text: '\0 law', kit: null },
  '/v1/images/generations': {
    model: 'draw',
    prompt: '红色的圆形',
    n: 10,
    size: '1024x1024',
    response_format: 'b64_json',
    output_format: 'png',
    seed: 2 ** 53 - 11,
    guidance: 100,
    steps: 100,
    background: 'auto',
    moderation: 'low',
    output_compression: 100,
    quality: 'high',
    style: 'vivid',
    user: 'u',
  },
  '/v1/corrections': { question: 'where?', answer: null, source: 's' },
  '/v1/documents': {
    put: [{ key: '__proto__', text: '', title: 't', source: null }],
    remove: ["'; drop table documents; --"],
  },
  '/tokenize': { model: 'm', prompt: '<|endoftext|>', add_special_tokens: true, return_token_strs: true },
  '/detokenize': { model: null, tokens: [1, vocabSize] },
};
const bodies = routes.flatMap(({ path, body }) => (body ? [{ path, body }] : []));

describe.each(bodies)('$path', ({ path, body }) => {
  const { properties = {} } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  const fields = Object.keys(properties);

  test('every field has a legal value here', () => {
    expect(Object.keys(legal[path]).sort()).toEqual([...fields].sort());
  });

  test('numbers that are odd', async () => {
    const isNumber = (field: string) => /"(number|integer)"/.test(JSON.stringify(properties[field]));
    const faults: string[] = [];
    for (const field of fields.filter(isNumber)) {
      for (const value of [-1, 0, 1.5, 2 ** 31, 2 ** 53, '1', null]) {
        const status = await statusOf(path, { ...least[path], [field]: value });
        if (status !== 200 && status !== 400) faults.push(`${field}: ${value} → ${status}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('every pair of fields', async () => {
    const entries = Object.entries(legal[path]);
    const faults: string[] = [];
    for (const [i, [a, x]] of entries.entries()) {
      for (const [b, y] of entries.slice(i + 1)) {
        const status = await statusOf(path, { ...least[path], [a]: x, [b]: y });
        if (status !== 200 && status !== 400) faults.push(`${a} + ${b} → ${status}`);
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  test('a form or plain text, as pages of other sites can send it', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
      const response = await post(path, least[path], { 'content-type': type });
      expect([type, response.status]).toEqual([type, 400]);
    }
  });

  test('no JSON, deep JSON, no object', async () => {
    const before = writes;
    for (const text of [
      '',
      'null',
      '"a"',
      '[]',
      `${'['.repeat(1_000_000)}`,
      '{"a":'.repeat(65),
      '{"model":1}',
    ]) {
      expect(await statusOf(path, text)).toBe(400);
    }
    expect(writes).toBe(before);
  });
});

const many = <T>(length: number, one: (i: number) => T): T[] => Array.from({ length }, (_, i) => one(i));
const bias = (length: number) =>
  Object.fromEntries(many(length, (i) => [String(i).padStart(i % 2 ? 9 : 8, '0'), 0]));

describe('limits hold before the queue', () => {
  test.each<[string, string, number, (size: number) => unknown]>([
    ['/v1/chat/completions', 'n', 16, (size) => size],
    ['/v1/chat/completions', 'stop', 16, (size) => many(size, (i) => `s${i}`)],
    ['/v1/chat/completions', 'stop', 256, (size) => 'x'.repeat(size)],
    ['/v1/chat/completions', 'top_logprobs', 20, (size) => size],
    ['/v1/chat/completions', 'choices', 1024, (size) => many(size, (i) => `c${i}`)],
    [
      '/v1/chat/completions',
      'tools',
      128,
      (size) => many(size, (i) => ({ ...tool, function: { name: `f${i}` } })),
    ],
    ['/v1/completions', 'logprobs', 20, (size) => size],
    ['/v1/completions', 'n', 16, (size) => size],
    ['/v1/completions', 'prompt', 32, (size) => many(size, () => 'a')],
    ['/v1/completions', 'prompt', vocabSize - 1, (size) => [size]],
    ['/v1/completions', 'prompt', 46, (size) => 'a'.repeat(size)],
    ['/v1/completions', 'seed', 2 ** 53 - 1, (size) => size],
    ['/v1/embeddings', 'input', 256, (size) => many(size, () => 'a')],
    ['/v1/translations', 'text', 2000, (size) => many(size, () => '')],
    ['/v1/translations', 'text', 2000, (size) => 'a\n'.repeat(size)],
    ['/v1/translations', 'task', 200, (size) => 'a'.repeat(size)],
    ['/v1/classifications', 'text', 256, (size) => many(size, () => 'a')],
    ['/v1/classifications', 'words', 50, (size) => size],
    ['/v1/fill-mask', 'top', 50, (size) => size],
    ['/v1/recommendations', 'top', 100, (size) => size],
    ['/v1/recommendations', 'text', 20_000, (size) => 'a'.repeat(size)],
    ['/v1/recommendations', 'read', 256, (size) => many(size, () => ({ item: 'ab' }))],
    [
      '/v1/recommendations/events',
      'events',
      256,
      (size) => many(size, (i) => ({ user: `u${i}`, item: 'ab' })),
    ],
    ['/v1/images/generations', 'n', 10, (size) => size],
    ['/v1/images/generations', 'steps', 100, (size) => size],
    ['/v1/images/generations', 'guidance', 100, (size) => size],
    ['/v1/images/generations', 'prompt', 4000, (size) => 'a'.repeat(size)],
    ['/v1/images/generations', 'size', 1024, (size) => `${size}x${size}`],
    ['/v1/embeddings', 'input', 47, (size) => 'a'.repeat(size)],
  ])('%s %s: %d', async (path, field, most, make) => {
    const more = field === 'top_logprobs' ? { logprobs: true } : {};
    const ask = (size: number) => statusOf(path, { ...least[path], ...more, [field]: make(size) });
    expect(await ask(most)).toBe(200);
    const before = writes;
    expect(await ask(most + 1)).toBe(400);
    if (typeof make(1) === 'number') expect(await ask(1e9 + most)).toBe(400);
    expect(writes).toBe(before);
  });

  test('logit_bias: so many entries', async () => {
    const ask = (size: number) =>
      statusOf('/v1/completions', { ...least['/v1/completions'], logit_bias: bias(size) });
    const before = writes;
    expect(await ask(1025)).toBe(400);
    expect(writes).toBe(before);
  });

  test('prompts times texts', async () => {
    const ask = (n: number) =>
      statusOf('/v1/completions', { ...least['/v1/completions'], prompt: many(16, () => 'a'), n });
    expect([await ask(2), await ask(3)]).toEqual([200, 400]);
  });
});

/** What comes back to some bytes. */
const raw = (text: string, rest: readonly string[] = []): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('data', (data) => (answer += data));
    socket.on('close', () => resolve(answer));
    socket.setTimeout(20_000, () => socket.destroy());
    socket.write(text);
    for (const piece of rest) socket.write(piece);
  });
const head = (lines: string) =>
  `POST /v1/completions HTTP/1.1\r\nHost: localhost:${server.port}\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nConnection: close\r\n${lines}\r\n`;
const body = JSON.stringify(least['/v1/completions']);
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('bytes on the wire', () => {
  test('chunked, without a length: counted as they come', async () => {
    const small = await raw(head('Transfer-Encoding: chunked\r\n'), [chunk(body), chunk('')]);
    expect(small).toMatch(/^HTTP\/1.1 200/);
    const large = await raw(
      head('Transfer-Encoding: chunked\r\n'),
      many(40, () => chunk(' '.repeat(64 << 10))),
    );
    expect(large).toMatch(/^HTTP\/1.1 413/);
  });

  test('a length that lies', async () => {
    const short = await raw(head('Content-Length: 10\r\n'), [body]);
    expect(short).toMatch(/^HTTP\/1.1 400/);
    const both = await raw(head('Content-Length: 10\r\nTransfer-Encoding: chunked\r\n'), [
      chunk(body),
      chunk(''),
    ]);
    expect(both).toMatch(/^HTTP\/1.1 400/);
    const huge = await raw(head('Content-Length: 99999999999\r\n'), [body]);
    expect(huge).toMatch(/^HTTP\/1.1 413/);
  });

  test('a header of a megabyte', async () => {
    expect(await raw(head(`X-Long: ${'x'.repeat(1 << 20)}\r\n`))).toMatch(/^HTTP\/1.1 431/);
  });

  const spellings = (path: string) => [
    `/${path}`,
    path.toUpperCase(),
    path.replace('/v1/', '/v1//'),
    path.replace('/v1/', '/v1/./'),
    path.replace('/v1/', '/v1/x/../'),
    path.replace('/v1/', '/v1/%2e%2e/v1/'),
    path.replace('/v1/', '/v1%2f'),
    path.replace('/v1', '/V1'),
    path.replace('v1', '%761'),
    `${path}/`,
    `${path}?`,
    `${path}%00`,
    path,
  ];
  test.each(routes.filter(({ isOpen }) => !isOpen))(
    '$method $path without a key, however spelled',
    async (route) => {
      for (const path of spellings(route.path.replace('{id}', 'm'))) {
        const answer = await raw(
          `${route.method.toUpperCase()} ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
        );
        const refused = path === route.path.replace('{id}', 'm') ? /401/ : /400|401|404/;
        expect([path, answer.slice(9, 12)]).toEqual([path, expect.stringMatching(refused)]);
      }
    },
  );
});

describe('schemas and grammars that cost too much', () => {
  const deep = (depth: number): object =>
    depth === 0 ? { type: 'string' } : { anyOf: [{ type: 'null' }, deep(depth - 1)] };
  test.each<[string, object]>([
    ['60,000 groups', { regex: '(a)'.repeat(60_000) }],
    ['nested groups', { regex: '('.repeat(2000) + ')'.repeat(2000) }],
    ['{0,10⁹}', { regex: 'a{0,1000000000}' }],
    ['{0,10⁹} in a grammar', { grammar: 'root ::= "a"{0,1000000000}' }],
    ['a bad regex', { regex: 'a(' }],
    ['a bad grammar', { grammar: 'root ::= (' }],
    ['a grammar that never ends', { grammar: 'root ::= "a" root' }],
    ['$ref to itself', { schema: { $ref: '#' } }],
    ['$ref to itself through allOf', { schema: { allOf: [{ $ref: '#' }] } }],
    ['$ref to nowhere', { schema: { $ref: '#/a' } }],
    ['a thousand million letters', { schema: { type: 'string', maxLength: 1e9 } }],
    ['a thousand million items', { schema: { type: 'array', minItems: 1e9 } }],
    [
      'numbers by the thousand',
      {
        schema: {
          type: 'array',
          prefixItems: many(2000, (i) => ({ type: 'number', minimum: i * 1.2345, maximum: 1e9 + i })),
        },
      },
    ],
    [
      'properties by the thousand',
      {
        schema: {
          type: 'object',
          properties: Object.fromEntries(
            many(3000, (i) => [`k${i}`, { type: 'string', format: 'date-time' }]),
          ),
        },
      },
    ],
  ])('%s', async (_name, { schema, ...given }: { schema?: object }) => {
    const form = schema
      ? { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }
      : given;
    const before = writes;
    expect(await statusOf('/v1/chat/completions', { ...least['/v1/chat/completions'], ...form })).toBe(400);
    expect(writes).toBe(before);
    expect(await statusOf('/v1/completions', least['/v1/completions'])).toBe(200);
  });

  test('deep, but fine', async () => {
    const schema = deep(25);
    const form = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } };
    expect(await statusOf('/v1/chat/completions', { ...least['/v1/chat/completions'], ...form })).toBe(200);
  });

  test('10,000 different ones leave the latest few behind', async () => {
    let compiled = 0;
    const counting = { run: async () => void compiled++, pid: undefined, close() {} } as unknown as Sandbox;
    const check = createConstraintCheck(counting);
    for (let i = 0; i < 10_000; i++) await check({ regex: `a{${i}}` });
    expect(compiled).toBe(10_000);
    for (let i = 10_000 - 256; i < 10_000; i++) await check({ regex: `a{${i}}` });
    expect(compiled).toBe(10_000);
    await check({ regex: 'a{1}' });
    for (const _ of [1, 2]) await check({ regex: 'a'.repeat(20_000) });
    expect(compiled).toBe(10_003);
  });
});

test('nothing here was a fault, and no key or text was logged', () => {
  const log = JSON.stringify(logged, (_, value) => (value instanceof Error ? `${value.stack}` : value));
  expect(logged.length).toBeGreaterThan(100);
  expect(logged.filter((entry) => entry instanceof Error)).toEqual([]);
  expect(log).not.toContain(KEY);
});
