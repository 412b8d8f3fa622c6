/** Connections that are opened and not used, begun and not ended, or whose other end is gone: none stays for ever. */

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { functionModel } from '../src/decode/index.ts';
import { createLocalModel, type LocalModel } from '../src/serve/engine/local-model.ts';
import { limits } from '../src/serve/limits.ts';
import { type RunningServer, startServer } from '../src/serve/server.ts';
import { doubleTokenizer } from './fixtures/double-tokenizer.ts';

const tokenizer = doubleTokenizer();
const { vocabSize } = tokenizer;
const usual = { ...limits };

let model: LocalModel;
let server: RunningServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  Object.assign(limits, { headerSeconds: 0.5, requestSeconds: 1, keepSeconds: 0.5 });
  model = createLocalModel({
    id: 'letters',
    model: functionModel({
      vocabSize,
      contextLength: 100_000,
      logits: (ids) =>
        Float32Array.from({ length: vocabSize }, (_, id) => (id === (ids.at(-1)! + 1) % vocabSize ? 9 : 0)),
    }),
    tokenizer,
  });
  server = await startServer({ models: [model] });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(async () => {
  Object.assign(limits, usual);
  await server.close({ graceMs: 100 });
  model.close();
});

function open(port = server.port): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

const head = `POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
const body = (more: object) =>
  JSON.stringify({ model: 'letters', prompt: 'a', temperature: 0, ignore_eos: true, ...more });
const request = (more: object) => `${head}Content-Length: ${body(more).length}\r\n\r\n${body(more)}`;

/** All that comes until the server closes the connection. */
const untilClosed = (socket: Socket, text: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    socket.on('data', (data) => (heard += data));
    socket.on('close', () => resolve(heard));
    socket.write(text);
  });

describe('the server closes a connection', () => {
  test.each([
    ['that says nothing', '', /^HTTP\/1.1 408/],
    ['whose headers do not end', head, /^HTTP\/1.1 408/],
    ['whose body does not end', `${head}Content-Length: 999\r\n\r\n{`, /^HTTP\/1.1 408/],
    ['that has no further request', request({ max_tokens: 1 }), /^HTTP\/1.1 200/],
  ])(
    '%s',
    async (_name, text, answer) => {
      expect(await untilClosed(open(), text)).toMatch(answer);
    },
    20_000,
  );
});

describe('whole answers', () => {
  let own: RunningServer;
  beforeAll(async () => {
    Object.assign(limits, { ...usual, idleSeconds: 0.3 });
    own = await startServer({ models: [model] });
  });
  afterAll(() => own.close({ graceMs: 100 }));

  test('that nobody takes are dropped', async () => {
    const text = JSON.stringify({ prompt: 'a'.repeat(1_000_000), return_token_strs: true });
    const socket = open(own.port);
    socket.pause();
    // Six megabytes each: the system takes some of them before it says that nobody reads.
    const one = `POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const refused = new Promise((resolve) => socket.write(one.repeat(20), resolve));
    // Nobody reads what it asks any more: it was dropped.
    expect(await refused).toBeInstanceOf(Error);
  }, 120_000);

  test('may take longer than that to be made', async () => {
    const answer = await untilClosed(open(own.port), request({ max_tokens: 3000 }));
    expect(answer).toMatch(/"finish_reason":"length"/);
  }, 120_000);
});

test.skipIf(process.platform !== 'linux')(
  'while an answer is made, the other end is asked whether it is still there (skipped: needs Linux)',
  async () => {
    const socket = open();
    socket.write(request({ max_tokens: 90_000 }));
    await expect.poll(() => model.load.running).toBe(1);
    const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
    const ends = new RegExp(`:${hex(server.port)} \\S+:${hex(socket.localPort!)} `);
    const line = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .find((one) => ends.test(one))!;
    // proc(5): in field 6 timer 2 is that of keep-alive; it ends in so many hundredths of a second.
    const [timer, hundredths] = line
      .trim()
      .split(/\s+/)[5]
      .split(':')
      .map((part) => Number.parseInt(part, 16));
    expect(timer).toBe(2);
    expect(hundredths).toBeLessThanOrEqual(usual.probeSeconds * 100);
  },
);

test('a server that closes lets streams end, and takes no new request', async () => {
  const own = await startServer({ models: [model] });
  const response = await fetch(`${own.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body({ max_tokens: 2000, stream: true }),
  });
  const closed = own.close({ graceMs: 60_000 });
  await expect(fetch(`${own.url}/health`)).rejects.toThrow();
  expect(model.load.running).toBe(1);
  expect(await response.text()).toMatch(/"finish_reason":"length".*\[DONE\]/s);
  await closed;
});
