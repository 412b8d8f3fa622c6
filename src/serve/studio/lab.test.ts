/** The lab's routes without a socket: started, watched, stopped, failed; one at a time. */

import { describe, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { trainCharacters } from '../../text/index.ts';
import { createApp } from '../app.ts';
import { createLocalModel } from '../engine/local-model.ts';
import type { LabNews, LabPort } from './lab.ts';

const tokenizer = trainCharacters(['春眠'], { specialTokens: ['<|endoftext|>'] });
const { vocabSize } = tokenizer;
const row = { name: 'greedy', guard: false, repeated: 0.5, low: 0.4, high: 0.6, stuck: 0.25 };

/** A lab that goes on when it is told to. */
function stage() {
  const news: LabNews[] = [];
  const end: { kind?: 'done' | 'failed' } = {};
  let wake: () => void = () => {};
  let runs = 0;
  const port: LabPort = {
    saved: async () => (end.kind === 'done' ? { version: 1 } : undefined),
    commandOf: (model, { prompts }) => `lab ${model} ${prompts}`,
    async *run(_, __, { signal }) {
      runs++;
      signal.addEventListener('abort', () => wake());
      for (;;) {
        while (news.length > 0) yield news.shift()!;
        if (end.kind === 'done') return;
        if (end.kind === 'failed') throw new Error('out of memory');
        signal.throwIfAborted();
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  const models = ['a', 'b'].map((id) =>
    createLocalModel({
      id,
      model: functionModel({ vocabSize, logits: () => new Float32Array(vocabSize) }),
      tokenizer,
    }),
  );
  const app = createApp({ models, studio: { lab: port } });
  const ask = (path: string, method = 'GET', body?: object) =>
    app.request(`http://localhost/api/lab/${path}`, {
      method,
      headers: { host: 'localhost', 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  const state = async (): Promise<any> => (await ask('a')).json();
  const say = (...more: LabNews[]): void => {
    news.push(...more);
    wake();
  };
  return { ask, state, say, end, runs: () => runs };
}

describe('/api/lab', () => {
  test('runs from the order to the report, and is seen on the way', async () => {
    const { ask, state, say, end } = stage();
    expect(await state()).toEqual({ state: { status: 'idle', rows: [] }, report: null });
    const events = (await ask('a/events')).body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await events.read()).value).toContain('"status":"idle"');
    expect((await ask('a', 'POST', { prompts: 4 })).status).toBe(202);
    say({ type: 'progress', stage: 'greedy', done: 1, total: 9 }, { type: 'row', row });
    await expect.poll(async () => (await state()).state.rows).toEqual([row]);
    const { state: seen } = await state();
    expect(seen).toMatchObject({ status: 'running', command: 'lab a 4', progress: { done: 1, total: 9 } });
    let told = '';
    while (!told.includes('"stuck"')) told += (await events.read()).value;
    await events.cancel();
    end.kind = 'done';
    say();
    await expect.poll(async () => (await state()).report).toEqual({ version: 1 });
    expect((await state()).state.status).toBe('idle');
  });

  test('one at a time; stopped or failed, it keeps what it measured; failed, it says why', async () => {
    const { ask, state, say, end, runs } = stage();
    await ask('a', 'POST', {});
    expect((await ask('b', 'POST', {})).status).toBe(409);
    // Another model's stop does not reach it.
    await ask('b', 'DELETE');
    say({ type: 'row', row });
    await expect.poll(async () => (await state()).state.rows.length).toBe(1);
    expect((await state()).state.status).toBe('running');
    await ask('a', 'DELETE');
    await expect.poll(async () => (await state()).state).toEqual({ status: 'idle', rows: [row] });
    await expect.poll(async () => (await ask('a', 'POST', {})).status).toBe(202);
    expect((await state()).state.rows).toEqual([]);
    end.kind = 'failed';
    say({ type: 'row', row });
    await expect.poll(async () => (await state()).state.status).toBe('failed');
    expect((await state()).state).toMatchObject({
      problem: expect.stringContaining('out of memory'),
      rows: [row],
    });
    expect(runs()).toBe(2);
  });

  test.each([
    ['c', {}, 404],
    ['a', { prompts: 1 }, 400],
    ['a', { prompts: 10 ** 9 }, 400],
    ['a', { strategies: Array(33).fill('greedy') }, 400],
    ['a', { out: '/etc/passwd' }, 400],
  ])('of %s with %o is refused with %i, and nothing starts', async (model, order, status) => {
    const { ask, runs } = stage();
    expect((await ask(model, 'POST', order)).status).toBe(status);
    expect(runs()).toBe(0);
  });
});
