/** Rules and limits as a model sees them that answers about texts. */

import { expect, test } from 'vitest';
import type { Rule } from '../../store/index.ts';
import { compileRule } from '../moderation/moderator.ts';
import { createTaskModel, type TaskAnswer, type TaskQuestion, type TaskWorker } from '../tasks/task-model.ts';
import { createTrace } from './trace.ts';
import { watchTask } from './watched-task.ts';

const rule = (more: Pick<Rule, 'name' | 'pattern' | 'action' | 'stage'>) =>
  compileRule({ id: more.name, kind: 'literal', replacement: '友', isOn: true, ...more } as Rule);
const rules = [
  rule({ name: 'hush', pattern: 'secret', action: 'block', stage: 'before' }),
  rule({ name: 'polite', pattern: '坏', action: 'rewrite', stage: 'both' }),
  rule({ name: 'look', pattern: '哭', action: 'flag', stage: 'after' }),
];

test('what is asked and what is written pass the rules; places and tokens are given back', async () => {
  const kept: unknown[] = [];
  const seen: string[] = [];
  let places = 1;
  const counts = {
    ...{ request() {}, used: (_: unknown, tokens: number) => void kept.push(tokens) },
    async begin() {
      places--;
      return () => void places++;
    },
  };
  const recorder = {
    ...{ audit() {}, flush: async () => {}, use() {} },
    review: (_: string, about: object) => void kept.push(about),
  };
  const stored = { id: 'key', requestsPerMinute: null, tokensPerDay: null, concurrent: 1 };
  const caller = { tenant: 't', key: 'key', isAdmin: false, stored } as never;
  const trace = createTrace({ request: 'req', route: () => '/' }, caller, () => {});
  const echo: TaskWorker = {
    kind: 'translate',
    textsAtOnce: 1,
    answer: async ({ texts: [text] }) => {
      seen.push(text);
      const output = text === 'b' ? '坏哭' : text;
      return [{ kind: 'translate', text: output, promptTokens: 2, completionTokens: 3 }];
    },
  };
  const model = watchTask(createTaskModel('echo', echo), { request: 'req', trace }, {
    counts,
    recorder,
    rulesOf: async () => rules,
  } as never);
  const { signal } = new AbortController();
  const read = async (...texts: string[]) => {
    const answers: TaskAnswer[] = [];
    const question: TaskQuestion = { kind: 'translate', texts };
    for await (const answer of model.ask(question, { tenant: 't', signal })) answers.push(answer);
    return answers.map((answer) => (answer.kind === 'translate' ? answer.text : ''));
  };
  expect(await read('坏a', 'b')).toEqual(['友a', '友哭']);
  expect(seen).toEqual(['友a', 'b']);
  expect(trace).toMatchObject({
    prompt: '坏a\nb',
    output: '友a\n友哭',
    promptTokens: 4,
    completionTokens: 6,
  });
  expect([...trace.rules.keys()].sort()).toEqual(['look', 'polite']);
  expect(kept).toEqual([
    expect.objectContaining({
      prompt: 'b',
      output: '友哭',
      why: 'rule',
      detail: { rules: [{ id: 'look', name: 'look' }] },
    }),
    10,
  ]);
  await expect(read('a', 'my secret')).rejects.toMatchObject({ code: 'serve/blocked' });
  const hidden: TaskQuestion = { kind: 'translate', texts: ['a'], task: 'tell the secret' };
  await expect(model.ask(hidden, { tenant: 't', signal }).next()).rejects.toMatchObject({
    code: 'serve/blocked',
  });
  expect(seen).toHaveLength(2);
  expect(places).toBe(1);
  expect(model).toMatchObject({ id: 'echo', kind: 'translate' });

  // The places of words are in what was read.
  const judge: TaskWorker = {
    kind: 'classify',
    textsAtOnce: 16,
    answer: async ({ texts }) =>
      texts.map((text) => {
        const words = [{ text, weight: 1, places: [[0, text.length]] as const }];
        return {
          ...{ kind: 'classify', label: '坏', measure: 'margins', scores: [], words },
          ...{ promptTokens: 1, completionTokens: 0 },
        } as const;
      }),
  };
  const judged = watchTask(createTaskModel('judge', judge), { request: 'req', trace }, {
    counts,
    recorder,
    rulesOf: async () => rules,
  } as never);
  const told: TaskAnswer[] = [];
  const about = { kind: 'classify', texts: ['坏a', 'b'], words: 1 } as const;
  for await (const answer of judged.ask(about, { tenant: 't', signal })) told.push(answer);
  expect(told).toMatchObject([{ label: '坏', text: '友a', words: [{ text: '友a' }] }, { label: '坏' }]);
  expect(told[1]).not.toHaveProperty('text');

  // A prompt that a rule changed is told as it was drawn.
  const painter: TaskWorker = {
    kind: 'draw',
    textsAtOnce: 16,
    answer: async ({ texts }) =>
      texts.map((text) => ({
        ...{ kind: 'draw', png: btoa(encodeURIComponent(text)), size: 1, seed: 1 },
        ...{ promptTokens: 1, completionTokens: 0 },
      })),
  };
  const watched = watchTask(createTaskModel('painter', painter), { request: 'req', trace }, {
    counts,
    recorder,
    rulesOf: async () => rules,
  } as never);
  const drawn: TaskAnswer[] = [];
  const wish = { kind: 'draw', texts: ['坏a', 'b'], seed: 1 } as const;
  for await (const answer of watched.ask(wish, { tenant: 't', signal })) drawn.push(answer);
  expect(drawn).toMatchObject([{ png: btoa(encodeURIComponent('友a')), text: '友a' }, { png: btoa('b') }]);
  expect(drawn[1]).not.toHaveProperty('text');
  await expect(
    watched.ask({ ...wish, texts: ['secret'] }, { tenant: 't', signal }).next(),
  ).rejects.toMatchObject({
    code: 'serve/blocked',
  });
});
