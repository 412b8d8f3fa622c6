/** `/v1/assistant`: tools over HTTP, each tenant's memory apart, effects only after a yes to that very call, under the rules. */

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedAssistant, serveAssistant } from '../src/cli/served-assistant.ts';
import { createApp } from '../src/serve/app.ts';
import type { Rule, State } from '../src/store/index.ts';
import { scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const rule = { id: 'r', name: 'r', kind: 'literal', stage: 'both', pattern: 'secret', isOn: true };
const state = {
  isNew: async () => false,
  keys: {
    any: async () => true,
    find: async (tenant: string) => ({
      ...{ id: tenant, tenant, isAdmin: false },
      ...{ requestsPerMinute: null, tokensPerDay: null, concurrent: 4 },
    }),
    use: async () => 0,
  },
  rules: {
    list: async (tenant: string) =>
      tenant === 'ruled' ? [{ ...rule, action: 'rewrite', replacement: '***' } as Rule] : [],
  },
} as unknown as State;
let assistant: ServedAssistant;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  const places = { folder: join(cwd, 'memory'), tools: undefined };
  assistant = await serveAssistant(places, new AbortController().signal);
  const recorder = { use() {}, audit() {}, review() {}, flush: async () => {} };
  app = createApp({ models: [], state, recorder, assistant });
});
afterAll(() => assistant.close());

async function ask(content: string, more: object = {}, { tenant = 'a', to = app } = {}) {
  const response = await to.request('http://localhost/v1/assistant', {
    method: 'POST',
    headers: { host: 'localhost', authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content }], ...more }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  return { status: response.status, answer: (await response.json()) as any };
}

test('a tool answers; a fact is kept for its tenant alone', async () => {
  const { answer } = await ask('what is 15% of 80?');
  expect(answer).toMatchObject({
    ...{ object: 'assistant.answer', model: null, answer: '15% of 80 = 12', finish_reason: 'stop' },
    calls: [{ name: 'calculator', status: 'done' }],
  });
  await ask('Remember that tea is at four.');
  const facts = (tenant: string) => assistant.open(tenant, []).notes.list('fact');
  expect(await facts('a')).toMatchObject([{ text: 'tea is at four' }]);
  expect(await facts('b')).toEqual([]);
});

test('a call that has an effect waits, and is made after a yes to exactly it', async () => {
  const words = '给小李发消息：四点喝茶';
  const sent = () => assistant.open('a', []).notes.list('message');
  const { answer } = await ask(words);
  expect(answer).toMatchObject({ finish_reason: 'confirm', calls: [{ status: 'waiting' }] });
  const [{ name, arguments: args }] = answer.calls;
  await ask(words, { approve: [{ name, arguments: { ...args, to: 'Wang' } }] });
  await ask(words, { approve: [{ name: 'calculator', arguments: args }] });
  expect(await sent()).toEqual([]);
  const done = await ask(words, { approve: [{ name, arguments: args }] });
  expect(done.answer.calls).toMatchObject([{ name, status: 'done' }]);
  expect(await sent()).toHaveLength(1);
});

test('rules hold for what is asked, answered and told of calls', async () => {
  await ask('Remember that the secret is green.', {}, { tenant: 'ruled' });
  expect(await assistant.open('ruled', []).notes.list('fact')).toMatchObject([{ text: 'the *** is green' }]);
  const { notes } = assistant.open('ruled', []);
  await notes.put({ id: 'x', kind: 'reminder', text: 'the secret', created: '2026-01-01T00:00:00.000Z' });
  const { answer } = await ask('list my reminders', {}, { tenant: 'ruled' });
  expect(JSON.stringify(answer)).not.toContain('secret');
});

test('without an assistant the server says so; a conversation ends with the person', async () => {
  expect((await ask('hi', {}, { to: createApp({ models: [] }) })).status).toBe(404);
  const messages = [{ role: 'assistant', content: 'hm' }];
  expect((await ask('', { messages })).status).toBe(400);
});
