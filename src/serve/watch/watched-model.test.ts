/** Rules and limits as a model sees them, whether it runs here or behind another endpoint. */

import { expect, test } from 'vitest';
import type { Rule } from '../../store/index.ts';
import type { GenerationPart } from '../../types.ts';
import { compileRule } from '../moderation/moderator.ts';
import type { ChatBody, CompletionBody, EmbeddingBody } from '../openai/schemas.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import { createTrace } from './trace.ts';
import { watchModel, watchRemote } from './watched-model.ts';

const rule = (more: Pick<Rule, 'name' | 'pattern' | 'action' | 'stage'> & Partial<Rule>) =>
  compileRule({ id: more.name, kind: 'literal', replacement: '友', isOn: true, ...more } as Rule);
const rules = [
  rule({ name: 'polite', pattern: '坏', action: 'rewrite', stage: 'both' }),
  rule({ name: 'hush', pattern: 'secret', action: 'block', stage: 'before' }),
  rule({ name: 'stop', pattern: '血', action: 'block', stage: 'after' }),
  rule({ name: 'look', pattern: '哭', action: 'flag', stage: 'after' }),
];

/** A request to an endpoint that says this. */
function request(says: string) {
  const sent: unknown[] = [];
  const kept: string[] = [];
  let ended = 0;
  async function* answer(body: unknown): AsyncGenerator<GenerationPart> {
    sent.push(body);
    for (const text of says) yield { type: 'text-delta', index: 0, text };
    yield { type: 'finish', index: 0, reason: 'stop', promptTokens: 3, completionTokens: says.length };
  }
  const remote: RemoteServed = {
    ...{ id: 'far', created: 0, host: 'far.example', complete: answer, chat: answer },
    async embed(body) {
      sent.push(body);
      return { vectors: [[1]], promptTokens: 4 };
    },
  };
  const stored = { id: 'key', requestsPerMinute: null, tokensPerDay: null, concurrent: 1 };
  const caller = { tenant: 't', key: 'key', isAdmin: false, stored } as never;
  const trace = createTrace({ request: 'req', route: () => '/' }, caller, () => {});
  const counts = { request() {}, begin: async () => () => void ended++, used() {} };
  const recorder = {
    ...{ audit() {}, flush: async () => {} },
    review: (_: string, { why }: { why: string }) => void kept.push(why),
    use: (key: string, _: string, tokens: number) => void kept.push(`${key} ${tokens}`),
  };
  const watching = { counts, recorder, rulesOf: async () => rules };
  const model = watchRemote(remote, { request: 'req', trace }, watching);
  const { signal } = new AbortController();
  const read = async (parts: AsyncIterable<GenerationPart>) => {
    let text = '';
    for await (const part of parts) {
      if (part.type === 'text-delta') text += part.text;
      else if (part.type === 'finish') text += ` (${part.reason})`;
    }
    return text;
  };
  return {
    ...{ sent, kept, trace, ended: () => ended },
    complete: (prompt: string, suffix?: string) =>
      read(model.complete({ prompt, ...(suffix && { suffix }) } as CompletionBody, signal)),
    chat: (messages: unknown[]) => read(model.chat({ messages } as ChatBody, signal)),
    embed: (input: EmbeddingBody['input'] = 'a') => model.embed({ model: 'far', input }, signal),
  };
}

test('work that writes nothing takes a place among that at work, and gives it back; without one it does not begin', async () => {
  let places = 1;
  let begun = 0;
  const counts = {
    ...{ request() {}, used() {} },
    async begin() {
      if (places === 0) throw new Error('no place');
      places--;
      return () => void places++;
    },
  };
  let go = (): void => {};
  const work = () => {
    begun++;
    return new Promise<never>((_, reject) => (go = () => reject(new Error('broke'))));
  };
  const own = { id: 'own', score: work, embed: work, inspect: work } as unknown as ServedModel;
  const caller = { tenant: 't', key: 'key', isAdmin: false, stored: { id: 'key' } } as never;
  const trace = createTrace({ request: 'req', route: () => '/' }, caller, () => {});
  const recorder = { audit() {}, review() {}, use() {}, flush: async () => {} };
  const watching = { counts, recorder, rulesOf: async () => [] };
  const model = watchModel(own, { request: 'req', trace }, watching);
  const how = { tenant: 't', signal: new AbortController().signal };
  for (const ask of [
    () => model.score([1], { top: 0, ...how }),
    () => model.embed([[1]], how),
    () => model.inspect!({ what: 'map' }, how),
  ]) {
    const first = ask();
    await expect(ask()).rejects.toThrow('no place');
    go();
    await expect(first).rejects.toThrow('broke');
  }
  expect([begun, places]).toEqual([3, 1]);
});

test('what goes there is rewritten, in prompts and in every message; what is blocked never goes', async () => {
  const completion = request('好');
  expect(await completion.complete('坏人')).toBe('好 (stop)');
  await completion.complete('人', '更坏');
  expect(completion.sent).toEqual([{ prompt: ['友人'] }, { prompt: ['人'], suffix: '更友' }]);
  const chat = request('好');
  await chat.chat([
    { role: 'system', content: '坏' },
    { role: 'user', content: [{ type: 'text', text: '更坏' }] },
    { role: 'assistant', content: null },
  ]);
  expect(chat.sent).toEqual([
    {
      messages: [
        { role: 'system', content: '友' },
        { role: 'user', content: [{ type: 'text', text: '更友' }] },
        { role: 'assistant', content: null },
      ],
    },
  ]);
  for (const ask of [
    () => completion.complete('a secret'),
    () => chat.chat([{ role: 'user', content: [{ type: 'text', text: 'my secret' }] }]),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: 'serve/blocked' });
  }
  expect([completion.sent.length, chat.sent.length]).toEqual([2, 1]);
  expect([completion.ended(), chat.ended()]).toEqual([3, 2]);
});

test('what comes back is rewritten, ended and flagged; what it took is counted', async () => {
  const { complete, chat, kept, trace } = request('坏人哭了');
  expect(await complete('a')).toBe('友人哭了 (stop)');
  expect(kept).toEqual(['key 7', 'rule']);
  expect(await chat([{ role: 'user', content: 'a' }])).toBe('友人哭了 (stop)');
  expect([...trace.rules.keys()].toSorted()).toEqual(['look', 'polite']);
  const ended = request('他见血就跑');
  expect(await ended.complete('a')).toMatch(/^他见 \(blocked\)$/);
});

test('vectors are counted, too, and what is embedded is held to the rules', async () => {
  const { embed, kept, sent, trace, ended } = request('');
  await embed();
  expect([kept, trace.promptTokens, ended()]).toEqual([['key 4'], 4, 1]);
  await embed('坏人');
  await embed(['a', '更坏']);
  await embed([7, 8]);
  expect(sent).toMatchObject([
    { input: 'a' },
    { input: '友人' },
    { input: ['a', '更友'] },
    { input: [7, 8] },
  ]);
  await expect(embed(['a', 'my secret'])).rejects.toMatchObject({ code: 'serve/blocked' });
  expect([sent.length, [...trace.rules.keys()]]).toEqual([4, ['polite', 'hush']]);
});
