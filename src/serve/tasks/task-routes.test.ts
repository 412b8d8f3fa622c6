/** Translations, classifications and blanks over HTTP: whole and streamed, in turns, and what is refused. */

import { expect, test } from 'vitest';
import { createApp } from '../app.ts';
import { createTaskModel, type TaskAnswer, type TaskWorker } from './task-model.ts';

const counted = (text: string) => ({ promptTokens: text.length, completionTokens: 1 });
/** How many texts each turn was about. */
const turns: string[] = [];
let wait: Promise<unknown> = Promise.resolve();
const shout: TaskWorker<'translate'> = {
  kind: 'translate',
  textsAtOnce: 2,
  check({ texts }) {
    if (texts.includes('too long')) throw new Error('too long');
  },
  async answer({ texts, seed }) {
    turns.push(texts.join('|'));
    await wait;
    return texts.map((text) => ({
      kind: 'translate',
      text: text.toUpperCase() + (seed ?? ''),
      ...counted(text),
    }));
  },
};
const judge: TaskWorker<'classify'> = {
  kind: 'classify',
  textsAtOnce: 16,
  answer: async ({ texts, words }) =>
    texts.map(
      (text): TaskAnswer<'classify'> => ({
        ...{
          kind: 'classify',
          label: 'good',
          measure: 'probabilities',
          scores: [{ label: 'good', score: 1 }],
        },
        ...(words > 0 && { words: [{ text: 'kind', weight: 0.5, places: [[0, 4]] }] }),
        ...counted(text),
      }),
    ),
};
const guess: TaskWorker<'fill-mask'> = {
  kind: 'fill-mask',
  textsAtOnce: 1,
  answer: async ({ texts: [text], top }) => {
    const guesses = Array.from({ length: top }, (_, i) => ({
      token: `光${i}`,
      probability: 0.5,
      text: `${text}光`,
    }));
    return [{ kind: 'fill-mask', places: [guesses], ...counted(text) }];
  },
};
const measure: TaskWorker<'embed'> = {
  kind: 'embed',
  textsAtOnce: 1,
  answer: async ({ texts: [text] }) => [
    { kind: 'embed', vector: [3 * text.length, 4 * text.length], ...counted(text) },
  ],
};
const draw: TaskWorker<'draw'> = {
  kind: 'draw',
  textsAtOnce: 16,
  answer: async ({ texts, seed, size = 32, guidance, steps }) =>
    texts.map((text, i) => ({
      ...{ kind: 'draw', png: btoa(JSON.stringify({ guidance, steps })), size, seed: seed + i },
      ...counted(text),
      completionTokens: 0,
    })),
};
const shouter = createTaskModel('shouter', shout as TaskWorker);
const models = [
  shouter,
  createTaskModel('judge', judge as TaskWorker),
  createTaskModel('guess', guess as TaskWorker),
  createTaskModel('measure', measure as TaskWorker),
  createTaskModel('painter', draw as TaskWorker),
];
const faults: unknown[] = [];
const app = createApp({ models, onFault: (error) => faults.push(error) });

const send = async (path: string, body?: object, lang = 'en') =>
  app.request(`http://localhost${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { host: 'localhost', 'content-type': 'application/json', 'accept-language': lang },
    ...(body && { body: JSON.stringify(body) }),
  });
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
const ask = async (...sent: Parameters<typeof send>): Promise<any> => (await send(...sent)).json();

test('a text is translated line by line, blank lines and all; a list as it is', async () => {
  turns.length = 0;
  const told = await ask('/v1/translations', { text: 'one\r\n\nthree\n', seed: 7 });
  expect(told).toMatchObject({
    ...{ object: 'translation', model: 'shouter', text: 'ONE7\n7\nTHREE7', is_complete: true },
    lines: [
      { index: 0, source: 'one', text: 'ONE7' },
      { index: 1, source: '', text: '7' },
      { index: 2, source: 'three', text: 'THREE7' },
    ],
    usage: { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 },
  });
  expect(turns).toEqual(['one|', 'three']);
  expect(await ask('/v1/translations', { text: ['a\nb'] })).toMatchObject({ text: 'A\nB' });
  const metrics = await (await send('/metrics')).text();
  expect(metrics).toContain('inkstone_prompt_tokens_total 11\n');
  expect(metrics).toContain('inkstone_step_texts_total{model="shouter"} 4\n');
});

test('streamed, each line is an event; who comes later has a turn between', async () => {
  turns.length = 0;
  let go = (): void => {};
  wait = new Promise<void>((resolve) => (go = resolve));
  const first = send('/v1/translations', { text: 'a\nb\nc', stream: true }).then((response) =>
    response.text(),
  );
  const second = ask('/v1/translations', { text: 'z' });
  await expect.poll(() => turns.length + shouter.load.waiting).toBe(2);
  go();
  const events = (await first).split('\n\n').filter(Boolean);
  expect(events.at(-1)).toBe('data: [DONE]');
  const told = events.slice(0, -1).map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));
  expect(told.map(({ type, text }) => [type, text])).toEqual([
    ['translation.line', 'A'],
    ['translation.line', 'B'],
    ['translation.line', 'C'],
    ['translation.done', 'A\nB\nC'],
  ]);
  expect(await second).toMatchObject({ text: 'Z' });
  expect(turns).toEqual(['a|b', 'z', 'c']);
});

test('labels with their words; guesses for a blank', async () => {
  expect(await ask('/v1/classifications', { text: ['kind', 'x'], words: 3 })).toMatchObject({
    object: 'classification',
    model: 'judge',
    results: [
      { index: 0, label: 'good', scores: [{ score: 1 }], words: [{ text: 'kind', places: [[0, 4]] }] },
      { index: 1 },
    ],
  });
  const [plain] = (await ask('/v1/classifications', { text: 'kind' })).results;
  expect(plain).not.toHaveProperty('words');
  const { places } = await ask('/v1/fill-mask', { text: '月[MASK]', top: 2 });
  expect(places).toEqual([
    [expect.objectContaining({ token: '光0' }), expect.objectContaining({ token: '光1' })],
  ]);
});

test('vectors by an encoder: of length 1, for texts alone, and as wide as it is', async () => {
  const told = await ask('/v1/embeddings', { model: 'measure', input: ['ab', '春'] });
  expect(told).toMatchObject({
    ...{ object: 'list', model: 'measure', usage: { prompt_tokens: 3 } },
    data: [{ index: 0, embedding: [0.6, 0.8].map((x) => expect.closeTo(x, 6)) }, { index: 1 }],
  });
  expect((await send('/v1/embeddings', { model: 'measure', input: [1, 2] })).status).toBe(400);
  expect((await send('/v1/embeddings', { model: 'measure', input: 'a', dimensions: 3 })).status).toBe(400);
  expect((await send('/v1/embeddings', { model: 'guess', input: 'a' })).status).toBe(400);
});

test('pictures in the form of OpenAI, each with the next seed; the official fields without effect are taken', async () => {
  const told = await ask('/v1/images/generations', {
    ...{ model: 'painter', prompt: '红色圆形', n: 2, size: '64x64', seed: 7, guidance: 2, steps: 4 },
    ...{ response_format: 'b64_json', quality: 'high', user: 'u' },
  });
  expect(told).toMatchObject({
    ...{ model: 'painter', size: '64x64', output_format: 'png', is_complete: true },
    usage: { input_tokens: 8, output_tokens: 0, total_tokens: 8 },
    data: [{ seed: 7 }, { seed: 8 }],
  });
  expect(JSON.parse(atob(told.data[1].b64_json))).toEqual({ guidance: 2, steps: 4 });
  expect(Math.abs(told.created - Date.now() / 1000)).toBeLessThan(60);
  // Without a seed another picture each time, and the seed is told: it can be drawn again.
  const [a, b] = await Promise.all(
    [1, 2].map(() => ask('/v1/images/generations', { prompt: 'a', size: 'auto' })),
  );
  expect(a.size).toBe('32x32');
  expect(a.data[0].seed).not.toBe(b.data[0].seed);
  for (const wrong of [
    { size: '64x32' },
    { size: '0x0' },
    { response_format: 'url' },
    { n: 0 },
    { prompt: '' },
  ]) {
    expect((await send('/v1/images/generations', { prompt: 'a', ...wrong })).status).toBe(400);
  }
  const { error } = await ask('/v1/images/generations', { prompt: 'a', size: '9999x9999' }, 'zh');
  expect(error.message).toMatch(/^size：必须是"auto"，或边长至多 1024 像素/);
});

test('a model that cannot is named, with those that can, in both languages', async () => {
  const wrong = await send('/v1/translations', { model: 'judge', text: 'a' });
  expect(wrong.status).toBe(400);
  expect((await wrong.json()) as object).toMatchObject({
    error: {
      code: 'serve/cannot',
      message: 'model: "judge" is for classifying, not for translating; for that there is shouter',
    },
  });
  const { error } = await ask('/v1/completions', { model: 'guess', prompt: 'a' }, 'zh');
  expect(error.message).toBe('model："guess" 用于填空，不用于写作；请提供由 inkstone train 训练的模型');
  const none = createApp({ models: [] }).request('http://localhost/v1/fill-mask', {
    method: 'POST',
    headers: { host: 'localhost', 'content-type': 'application/json' },
    body: '{"text":"a"}',
  });
  expect(await (await none).text()).toContain('inkstone train --objective masked');
  const list = await ask('/v1/models');
  expect(list.data.map(({ id, work }: { id: string; work: string }) => [id, work])).toEqual([
    ['shouter', 'translate'],
    ['judge', 'classify'],
    ['guess', 'fill-mask'],
    ['measure', 'embed'],
    ['painter', 'draw'],
  ]);
  const inside = await send('/v1/translations', { text: 'fine\nfine\ntoo long', stream: true });
  // Nothing of the stream has begun.
  expect(inside.status).toBe(500);
  expect(faults).toHaveLength(1);
  expect((await send('/v1/translations', { text: Array(2001).fill('a') })).status).toBe(400);
  expect((await send('/v1/translations', { text: 'a\n'.repeat(2001) })).status).toBe(400);
});
