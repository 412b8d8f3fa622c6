/** A server whose clients come in numbers, stay silent, ask for too much, or vanish. */

import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DoubleModel, functionModel } from '../src/decode/index.ts';
import { createLocalModel, type LocalModel } from '../src/serve/engine/local-model.ts';
import { limits } from '../src/serve/limits.ts';
import { type RunningServer, startServer } from '../src/serve/server.ts';
import { doubleTokenizer } from './fixtures/double-tokenizer.ts';

const tokenizer = doubleTokenizer();
const { vocabSize } = tokenizer;

let double: DoubleModel;
let model: LocalModel;
let server: RunningServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  double = functionModel({
    vocabSize,
    contextLength: 100_000,
    // Says the alphabet round and round.
    logits: (ids) =>
      Float32Array.from({ length: vocabSize }, (_, id) => (id === (ids.at(-1)! + 1) % vocabSize ? 9 : 0)),
  });
  model = createLocalModel({ id: 'letters', model: double, tokenizer, maxWaiting: 8, maxWaitMs: 300 });
  server = await startServer({ models: [model] });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect.poll(() => model.load).toMatchObject({ running: 0, waiting: 0 });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  expect(double.openSequences).toBe(0);
});

const body = (prompt: string, more: object = {}) =>
  JSON.stringify({ model: 'letters', prompt, temperature: 0, ignore_eos: true, ...more });
const post = (prompt: string, more: object = {}, signal?: AbortSignal) =>
  fetch(`${server.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body(prompt, more),
    signal,
  });

/** A raw connection, so that nothing is read that the test does not read. */
function open(): Socket {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

function ask(socket: Socket, prompt: string, more: object = {}): void {
  const text = body(prompt, more);
  socket.write(
    `POST /v1/completions HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Steps of the model while `work` runs. */
const stepsIn = async (work: () => Promise<unknown>): Promise<number> => {
  const before = double.steps;
  await work();
  return double.steps - before;
};
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a client that vanishes', () => {
  test.each([true, false])('in the queue (stream: %s)', async (stream) => {
    const writers = Array.from({ length: 32 }, () => open());
    for (const socket of writers) ask(socket, 'a', { max_tokens: 50_000, stream: true });
    await expect.poll(() => model.load.running).toBe(32);
    const waiting = open();
    ask(waiting, 'b', { stream, max_tokens: 5 });
    await expect.poll(() => model.load.waiting).toBe(1);
    waiting.destroy();
    await expect.poll(() => model.load.waiting).toBe(0);
  });

  test.each([true, false])('while its prompt is read (stream: %s)', async (stream) => {
    const socket = open();
    ask(socket, 'a'.repeat(90_000), { stream, max_tokens: 5 });
    await expect.poll(() => model.load.running).toBe(1);
    socket.destroy();
    await expect.poll(() => model.load.running).toBe(0);
    // The prompt would have taken more than a hundred steps.
    expect(await stepsIn(() => turns(20))).toBe(0);
  });

  test.each([true, false])('while its text is written (stream: %s)', async (stream) => {
    const socket = open();
    ask(socket, 'a', { stream, max_tokens: 90_000 });
    await expect.poll(() => model.load.running).toBe(1);
    socket.destroy();
    await expect.poll(() => model.load.running).toBe(0);
    expect(await stepsIn(() => turns(20))).toBe(0);
  });
});

test('a reader that never reads is dropped after a while, and held back before', async () => {
  const { idleSeconds } = limits;
  Object.assign(limits, { idleSeconds: 0.5 });
  try {
    const socket = open();
    socket.pause();
    ask(socket, 'a', { max_tokens: 90_000, stream: true });
    await expect.poll(() => model.load.running).toBe(1);
    await expect.poll(() => model.load.running, { timeout: 20_000 }).toBe(0);
    // What stands in buffers is bounded: it did not get to the end of its text.
    expect(socket.bytesRead).toBe(0);
  } finally {
    Object.assign(limits, { idleSeconds });
  }
}, 30_000);

test('a text that takes too long ends as it is', async () => {
  const { answerSeconds } = limits;
  Object.assign(limits, { answerSeconds: 0.3 });
  try {
    const response = await post('a', { max_tokens: 90_000 });
    const { choices } = (await response.json()) as { choices: { text: string }[] };
    expect(choices[0].text.length).toBeGreaterThan(10);
    expect(choices[0].text.length).toBeLessThan(90_000);
  } finally {
    Object.assign(limits, { answerSeconds });
  }
});

test('whoever waits for too long is told to come later', async () => {
  const writers = Array.from({ length: 32 }, () => open());
  for (const socket of writers) ask(socket, 'a', { max_tokens: 50_000, stream: true });
  await expect.poll(() => model.load.running).toBe(32);
  const response = await post('b', { max_tokens: 1 });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
  expect(await response.text()).toContain('did not come within');
});

test('a thousand silent connections stop nobody', async () => {
  const silent = Array.from({ length: 1000 }, () => open());
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  const response = await post('abc', { max_tokens: 5 });
  expect(((await response.json()) as { choices: { text: string }[] }).choices[0].text).toBe('defgh');
});

test('beside a prompt as long as the context, 31 texts go on at every turn', async () => {
  const writers = Array.from({ length: 31 }, () => post('a', { max_tokens: 300, stream: true }));
  const responses = await Promise.all(writers);
  const readers = responses.map((response) => response.text());
  const controller = new AbortController();
  const long = post('a'.repeat(60_000), { max_tokens: 1 }, controller.signal).catch(() => {});
  const texts = await Promise.all(readers);
  // It is still at its prompt: in every one of its steps the others had their token.
  expect(model.load.running).toBe(1);
  controller.abort();
  await long;
  for (const text of texts) expect(text).toContain('[DONE]');
});

test('a body of more than a megabyte is refused before anything is queued', async () => {
  expect((await post('a'.repeat(1 << 20))).status).toBe(413);
});
