/** `/v1/assistant`: tools over HTTP, each tenant's memory apart, effects only after a yes to that very call, under the rules. */

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spellCall } from '../src/apps/index.ts';
import { type ServedAssistant, serveAssistant } from '../src/cli/served-assistant.ts';
import { createApp } from '../src/serve/app.ts';
import type { RemoteServed } from '../src/serve/served-model.ts';
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
    list: async (tenant: string) => {
      const longer = {
        ...rule,
        stage: 'after',
        pattern: '1',
        action: 'rewrite',
        replacement: 'x'.repeat(1000),
      };
      if (tenant === 'longer') return [longer as Rule];
      return tenant === 'ruled' ? [{ ...rule, action: 'rewrite', replacement: '***' } as Rule] : [];
    },
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

test('an approval is for one call; a reminder that is due is told, and is not lost where the model fails', async () => {
  const call = spellCall('send_message', { to: 'Li', text: 'hi' });
  const speaker = (text: string) =>
    ({
      ...{ id: 'speaker', created: 0, host: 'there' },
      complete() {},
      async *chat() {
        if (text === '') throw new Error('gone');
        yield { type: 'text-delta', text };
        yield { type: 'finish', reason: 'stop', promptTokens: 1, completionTokens: 1 };
      },
    }) as unknown as RemoteServed;
  const by = (text: string) =>
    createApp({ models: [], remotes: [speaker(text)], assistant, onFault: () => {} });
  const { notes } = assistant.open('', []);
  const remind = (text: string) =>
    notes.put({ id: text, kind: 'reminder', text, created: '2026-01-01', detail: { due: '2026-01-01' } });
  await remind('tea');
  const more = { model: 'speaker', approve: [{ name: 'send_message', arguments: { to: 'Li', text: 'hi' } }] };
  expect((await ask('hello', { model: 'speaker' }, { to: by('') })).status).toBe(500);
  expect(await notes.count('reminder')).toBe(1);
  const { answer } = await ask('hello', more, { to: by(`${call}\n${call}`) });
  expect(answer.reminders).toEqual(['tea']);
  expect(answer.calls.map((one: { status: string }) => one.status)).toEqual(['done', 'waiting']);
  expect(await notes.count('message')).toBe(1);
  expect(await notes.count('reminder')).toBe(0);
});

test('tools and reminders are told, and a reminder that is due stays until an answer tells it', async () => {
  const { notes } = assistant.open('seer', []);
  const due = { due: '2026-01-01T00:00:00.000Z' };
  await notes.put({ id: 'r', kind: 'reminder', text: '喝茶', created: '2026-01-01', detail: due });
  const look = async (tenant: string) => {
    const headers = { host: 'localhost', authorization: `Bearer ${tenant}` };
    return (await app.request('http://localhost/v1/assistant', { headers })).json();
  };
  for (let i = 0; i < 2; i++) {
    expect(await look('seer')).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'send_message', has_effect: true })]),
      reminders: [{ id: 'r', text: '喝茶', is_due: true, ...due }],
    });
  }
  expect(await look('b')).toMatchObject({ reminders: [] });
});

test('a call that this answer had made before is not made again', async () => {
  const words = 'send Wang a message: tea';
  const [call] = (await ask(words, {}, { tenant: 'made' })).answer.calls;
  const of = { name: call.name, arguments: call.arguments };
  const { answer } = await ask(words, { made: [{ ...of, text: 'sent' }], approve: [of] }, { tenant: 'made' });
  expect(answer).toMatchObject({ answer: 'sent', calls: [{ status: 'done', text: 'sent' }] });
  expect(await assistant.open('made', []).notes.count('message')).toBe(0);
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

test('what a rule makes longer still fits into `made`', async () => {
  const words = 'what is 11111111111 * 1?';
  const [call] = (await ask(words, {}, { tenant: 'longer' })).answer.calls;
  expect(call).toMatchObject({ name: 'calculator', status: 'done', text: expect.stringMatching(/x{1000}/) });
  const of = { name: call.name, arguments: call.arguments };
  const again = await ask(words, { made: [{ ...of, text: call.text }] }, { tenant: 'longer' });
  expect(again.status).toBe(200);
});
