/** `inkstone service` and `/v1/service`: a plan with tools, a conversation that is kept, a person who takes over. */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  memoryNotes,
  newConversation,
  type ServiceConversation,
  type ServicePart,
} from '../src/apps/index.ts';
import { noteFiles } from '../src/cli/note-files.ts';
import { type ServedService, servePlan } from '../src/cli/served-service.ts';
import { createApp } from '../src/serve/app.ts';
import { limits } from '../src/serve/limits.ts';
import type { Rule, State } from '../src/store/index.ts';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
cpSync('examples/service', join(cwd, 'shop'), { recursive: true });
const plan = join('shop', 'shop.yaml');
const run = (...argv: string[]) => inkstone(['service', plan, ...argv], { cwd });

describe('service', () => {
  test('turns of a conversation: a place is asked for, a tool is called after a yes; both languages', async () => {
    const first = await run('--ask', 'when do you open?');
    expect(first.out).toMatch(/^We are open from nine to six.*\ngo on with --conversation \w{8}\n$/);
    const turn = (...words: string[]) => run('--conversation', 'c1', '--ask', ...words);
    expect((await turn('取消订单')).out).toBe('要取消哪个订单？请给出订单号。\n');
    expect((await turn('5678')).out).toContain('5678');
    const { json } = await turn('yes', '--json');
    expect(json.at(-1)).toMatchObject({
      type: 'answer',
      answer: 'Order 5678 is cancelled. 订单 5678 已取消。',
      conversation: { id: 'c1', isHandedOver: false },
    });
    const lost = await run('--conversation', 'c2', '--ask', 'I want a lawyer');
    expect(lost.out).toMatch(/handed over to a person: c2\n$/);
    expect(HAN.test(lost.out)).toBe(false);
  });

  test('what waits for a person is listed, of tenants too, and taken away', async () => {
    await run('--conversation', 'c3', '--ask', '我要人工');
    const notes = noteFiles(join(cwd, '.inkstone/service'), 'a tenant');
    await notes.put({ id: 't1', kind: 'hand-over', text: 'help me', created: '2026-01-01' });
    const { json } = await run('--list', 'hand-over', '--json');
    expect(json[0]).toMatchObject({ id: 't1' });
    expect(json).toContainEqual(
      expect.objectContaining({ id: 'c3', detail: expect.objectContaining({ reason: 'wish' }) }),
    );
    expect((await run('--list', 'hand-over', '--forget', 't1')).out).toBe('forgotten\n');
    expect(await notes.count('hand-over')).toBe(0);
  });

  test('a conversation that cannot be kept is refused before anything is answered', async () => {
    const { status, out, err } = await run('--conversation', '../c1', '--ask', 'when do you open?');
    expect({ status, out, err }).toMatchObject({ status: 2, out: '', err: expect.stringContaining('../c1') });
  });

  test('a note that cannot be read is not called broken', async () => {
    mkdirSync(join(cwd, 'unread/conversation/c1.json'), { recursive: true });
    const { status, err } = await run('--notes', 'unread', '--list', 'conversation');
    expect(status).not.toBe(0);
    expect(err).toContain('c1.json');
    expect(err).not.toContain('take it away');
  });

  test('a check tells how well the examples are told apart', async () => {
    const { json } = await run('--check', '--json');
    expect(json).toContainEqual({
      ...{ type: 'example', intent: 'order', example: 'where is my order', outcome: 'confused' },
      found: { name: 'cancel', score: expect.any(Number) },
    });
    expect(json).toContainEqual({
      ...{ type: 'intent', intent: 'cancel', examples: 5, right: 1, missed: 3, confused: 1 },
    });
  });

  test('a check asks the classifier of the plan', async () => {
    const labels = { open: 'hours', closed: 'hours', money: 'refund', pay: 'refund' };
    const rows = Array.from({ length: 15 }, (_, i) =>
      Object.entries(labels).map(([word, label]) => `${word} n${i},${label}`),
    )
      .flat()
      .join('\n');
    writeFileSync(join(cwd, 'intents.csv'), `text,label\n${rows}\n`);
    const learnt = await inkstone('classify train --data intents.csv --out shop/intents'.split(' '), { cwd });
    expect(learnt.status, learnt.err).toBe(0);
    const intent = (name: string, example: string) =>
      `  - {name: ${name}, examples: [${example}], answer: a}`;
    const text = [
      'classifier: intents',
      'threshold: 0',
      'intents:',
      intent('hours', 'open'),
      intent('refund', 'closed'),
    ];
    writeFileSync(join(cwd, 'shop/learnt.yaml'), text.join('\n'));
    const { json } = await inkstone(['service', 'shop/learnt.yaml', '--check', '--json'], { cwd });
    // By the words of the other examples neither would be found.
    expect(json.slice(0, 2)).toMatchObject([
      { example: 'open', outcome: 'right', found: { name: 'hours' } },
      { example: 'closed', outcome: 'confused', found: { name: 'hours' } },
    ]);
  });

  test.each<[string, string, RegExp]>([
    [
      'intents: [{name: a, examples: [b]}]',
      '--check',
      /bad\.yaml: intents\.0: needs answer, tool or handOver/,
    ],
    ['intents: [{name: a, examples: [b], tool: none}]', '--ask', /names the tool "none"/],
    ['{classifier: a, embedder: b}', '--check', /takes a classifier or an embedder, not both/],
    ['intents: [{name: a, examples: [b], answer: {en: x}}]', '--check', /intents\.0\.answer: zh: .*string/],
    [
      'intents: [{name: a, examples: [b], tool: t, places: {x: {pattern: "(", ask: x}}}]',
      '--check',
      /places\.x\.pattern: must be a regular/,
    ],
    ['intents: [', '--check', /bad\.yaml: /],
  ])('a plan that cannot be: %s', async (text, option, rule) => {
    writeFileSync(join(cwd, 'bad.yaml'), text);
    const { status, err } = await inkstone(
      ['service', 'bad.yaml', option, ...(option === '--ask' ? ['b'] : [])],
      { cwd },
    );
    expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(rule) });
  });

  test('options that cannot stand together', async () => {
    expect((await run('--forget', 'x')).status).toBe(2);
    expect((await run('--check', '--ask', 'x')).status).toBe(2);
    expect((await run('--list', 'hand-over', '--check')).status).toBe(2);
  });
});

describe('/v1/service', () => {
  let service: ServedService;
  const faults: unknown[] = [];
  const rules = [
    { id: 'r', name: 'r', kind: 'literal', pattern: 'nine to six', stage: 'after', isOn: true },
    { id: 's', name: 's', kind: 'literal', pattern: 'darn', stage: 'before', isOn: true },
    {
      id: 't',
      name: 't',
      kind: 'literal',
      pattern: 'for nothing',
      stage: 'after',
      isOn: true,
      action: 'block',
    },
  ].map((rule) => ({ action: 'rewrite', replacement: '…', ...rule }) as Rule);
  const state = {
    isNew: async () => false,
    keys: {
      any: async () => true,
      find: async (tenant: string) => ({
        id: tenant,
        tenant,
        isAdmin: false,
        requestsPerMinute: null,
        tokensPerDay: null,
        concurrent: 4,
      }),
      use: async () => 0,
    },
    rules: { list: async (tenant: string) => (tenant === 'ruled' ? rules : []) },
  } as unknown as State;
  let app: ReturnType<typeof createApp>;
  beforeAll(async () => {
    service = await servePlan(join(cwd, plan), join(cwd, 'served'), {
      signal: new AbortController().signal,
      onFault: (error) => void faults.push(error),
    });
    const recorder = { use() {}, audit() {}, review() {}, flush: async () => {} };
    app = createApp({ models: [], state, recorder, service });
  });
  afterAll(async () => {
    await service.close();
    expect(faults).toEqual([]);
  });
  async function post(body: object, { tenant = 'a', to = app, path = '' } = {}) {
    const response = await to.request(`http://localhost/v1/service${path}`, {
      method: 'POST',
      headers: { host: 'localhost', authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, string> };
  }

  test('a conversation goes on by its name, for its tenant alone', async () => {
    const { answer } = await post({ message: '取消订单' });
    expect(answer).toMatchObject({ object: 'service.turn', answer: '要取消哪个订单？请给出订单号。' });
    expect(answer.intent).toMatchObject({ name: 'cancel' });
    const { conversation } = answer;
    expect((await post({ message: '5678', conversation }, { tenant: 'b' })).status).toBe(404);
    expect((await post({ message: '5678', conversation })).answer.answer).toContain('5678');
    expect((await post({ message: '找人工', conversation })).answer).toMatchObject({
      is_handed_over: true,
      hand_over_reason: 'wish',
    });
  });

  test('two messages of one conversation at once: both are kept', async () => {
    const { answer } = await post({ message: 'when do you open?' });
    const { conversation } = answer;
    await Promise.all([1, 2, 3].map((i) => post({ message: `hello ${i}`, conversation })));
    const kept = await (await service.open('a', {})).notes.get('conversation', conversation);
    expect(kept?.detail?.turns).toHaveLength(8);
  });

  test('so many messages of one conversation may wait, and no more', async () => {
    const notes = memoryNotes();
    const conversation = '123e4567-e89b-42d3-a456-426614174000';
    const detail = { ...newConversation(conversation) };
    await notes.put({ id: conversation, kind: 'conversation', text: '', created: '', detail });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    async function* serve(_words: string, before: ServiceConversation): AsyncGenerator<ServicePart, void> {
      await gate;
      yield { type: 'answer', answer: 'at last', conversation: before };
    }
    const slow = { plan: service.plan, open: async () => ({ notes, serve }) };
    const to = createApp({ models: [], service: slow });
    const sent = Array.from({ length: limits.serviceWaiting + 2 }, () =>
      post({ message: 'hello', conversation }, { to }),
    );
    const refused: { readonly answer: object }[] = [];
    for (const one of sent)
      void one.then((outcome) => {
        if (outcome.status === 429) refused.push(outcome);
      });
    await expect.poll(() => refused.length).toBe(2);
    expect(refused[0].answer).toMatchObject({
      error: { message: expect.stringContaining('at most 8 messages'), code: 'serve/service-waiting' },
    });
    open();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(limits.serviceWaiting);
    expect((await post({ message: 'hello', conversation }, { to })).status).toBe(200);
  });

  test('everything of a plan is made ready once, and again when its file changes; a broken one leaves the last', async () => {
    const path = join(cwd, 'shop/changing.yaml');
    const write = (answer: string) =>
      writeFileSync(path, `intents: [{name: a, examples: [hello], answer: ${answer}}]`);
    write('one');
    const told: unknown[] = [];
    const served = await servePlan(path, join(cwd, 'changing'), {
      signal: new AbortController().signal,
      onFault: (error) => void told.push(error),
    });
    const to = createApp({ models: [], service: served });
    const say = async () => (await post({ message: 'hello' }, { to })).answer.answer;
    const first = await served.plan();
    expect(await say()).toBe('one');
    expect(await served.plan()).toBe(first);
    write('number two');
    expect(await say()).toBe('number two');
    writeFileSync(path, 'intents: [');
    expect([await say(), await say()]).toEqual(['number two', 'number two']);
    expect(told).toMatchObject([{ code: 'cli/yaml-file' }]);
    write('the third one');
    expect(await say()).toBe('the third one');
    await served.close();
  });

  test('rules hold for what the customer says and for what is answered', async () => {
    const { answer } = await post({ message: 'darn, when do you open?' }, { tenant: 'ruled' });
    expect(answer).toMatchObject({
      answer: 'We are open from …, Monday to Saturday.',
      moderated: 'rewrite',
    });
    const kept = await (await service.open('ruled', {})).notes.get('conversation', answer.conversation);
    expect(kept?.text).toBe('…, when do you open?');
    expect(kept?.detail?.turns).toMatchObject([
      { text: '…, when do you open?' },
      { text: 'We are open from …, Monday to Saturday.' },
    ]);
  });

  async function get(path: string, tenant = 'a') {
    const headers = { host: 'localhost', authorization: `Bearer ${tenant}` };
    const response = await app.request(`http://localhost/v1/service${path}`, { headers });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  test('a person finds the customer in the queue, answers under the rules, and gives the conversation back', async () => {
    const tenant = 'ruled';
    expect((await get('')).answer).toMatchObject({ greeting: expect.stringContaining('Good day') });
    const { conversation } = (await post({ message: 'I want a lawyer' }, { tenant })).answer;
    const queue = async (who = tenant) => (await get('/hand-overs', who)).answer;
    expect(await queue()).toMatchObject({
      ...{ waiting: 1, count: 1 },
      data: [{ conversation, reason: 'rule', text: 'I want a lawyer', turns: 2, is_answered: false }],
    });
    expect(await queue('b')).toMatchObject({ count: 0, data: [] });
    const reply = (body: object, who = tenant) =>
      post({ conversation, ...body }, { tenant: who, path: '/replies' });
    expect((await reply({ text: 'hi' }, 'b')).status).toBe(404);
    expect((await reply({ text: ' ' })).answer).toMatchObject({ error: { param: 'text' } });
    expect((await reply({ text: 'You have it for nothing.' })).answer).toMatchObject({
      error: { code: 'serve/blocked' },
    });
    await reply({ text: 'darn, come from nine to six' });
    expect((await get(`/conversations/${conversation}`, tenant)).answer).toMatchObject({
      is_handed_over: true,
      turns: [
        { role: 'customer' },
        { role: 'service' },
        { role: 'person', text: '…, come from …', intent: null, sources: [] },
      ],
    });
    expect(await queue()).toMatchObject({ waiting: 0, data: [{ is_answered: true }] });
    expect((await reply({ is_done: true })).answer).toMatchObject({ is_handed_over: false });
    expect(await queue()).toMatchObject({ count: 0 });
    // The service answers again, and nobody else does.
    expect((await post({ message: 'when do you open?', conversation }, { tenant })).answer).toMatchObject({
      is_handed_over: false,
      intent: { name: 'hours' },
    });
    expect((await reply({ text: 'hi' })).answer).toMatchObject({ error: { code: 'serve/service-own' } });
  });

  test('without a plan the server says so', async () => {
    const to = createApp({ models: [] });
    expect((await post({ message: 'hi' }, { to })).status).toBe(404);
  });
});
