/** The server over an engine in a process of its own, which may die. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type EngineProcess,
  type RunningServer,
  startEngineProcess,
  startServer,
} from '../src/serve/index.ts';
import { doubleTokenizer } from './fixtures/double-tokenizer.ts';

const tsx = pathToFileURL(join(import.meta.dirname, '../node_modules/tsx/dist/esm/index.mjs')).href;
const tokenizer = doubleTokenizer();

let engine: EngineProcess;
let server: RunningServer;
let client: OpenAI;
const exits: string[] = [];

beforeAll(async () => {
  engine = await startEngineProcess({
    id: 'letters',
    script: join(import.meta.dirname, 'fixtures/engine-double.ts'),
    args: [],
    execArgv: ['--import', tsx],
    tokenizer,
    prefixIds: [tokenizer.eosId!],
    onExit: (reason) => exits.push(reason),
  });
  server = await startServer({ models: [engine] });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
}, 60_000);
afterAll(async () => {
  await server.close({ graceMs: 100 });
  engine.close();
});

const ask = (prompt: string, more: object = {}) =>
  client.completions.create({ model: 'letters', prompt, max_tokens: 8, temperature: 0, ...more });
const streamed = (prompt: string, max_tokens: number) =>
  client.completions.create({ model: 'letters', prompt, max_tokens, temperature: 0, stream: true });

describe('an engine in another process', () => {
  test('answers whole, streamed, scored, and with its own errors', async () => {
    expect((await ask('abc')).choices[0].text).toBe('defghijk');
    let text = '';
    for await (const { choices } of await streamed('u', 5)) text += choices[0].text;
    expect(text).toBe('vwxyz');
    const { choices } = await ask('abd', { echo: true, max_tokens: 0, logprobs: 0 });
    const [, , unlikely] = choices[0].logprobs!.token_logprobs!;
    expect(unlikely).toBeLessThan(-8);
    await expect(ask('a', { regex: '(' })).rejects.toThrow(OpenAI.BadRequestError);
  });

  test('shows its insides, refuses what it cannot show, and stops when nobody waits', async () => {
    const look = (question: object, signal?: AbortSignal) =>
      engine.inspect!(question as never, { tenant: '', signal: signal ?? new AbortController().signal });
    const ids = tokenizer.encode('abcd');
    const { tokens } = (await look({ what: 'tokens', ids })) as { tokens: { text: string }[] };
    expect(tokens.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
    await expect(look({ what: 'attention', ids })).rejects.toThrow(/show its attention/);
    const stopping = new AbortController();
    const long = look({ what: 'tokens', ids: Array(4000).fill(1) }, stopping.signal);
    setTimeout(() => stopping.abort(new Error('gone')), 50);
    const start = performance.now();
    await expect(long).rejects.toThrow();
    // The next look does not wait for the rest of the long one, which takes eight seconds at least.
    await look({ what: 'tokens', ids });
    expect(performance.now() - start).toBeLessThan(7000);
  });

  test('a reader that does not read gets a bounded lead', async () => {
    const request = { prompts: [tokenizer.encode('a')], n: 1, maxTokens: 4000, tenant: '' };
    const parts = engine.write(request, new AbortController().signal)[Symbol.asyncIterator]();
    await parts.next();
    const before = engine.load.stepTexts;
    // Others write 320 tokens meanwhile, one text at a time.
    for (let i = 0; i < 40; i++) expect((await ask('m')).choices[0].text).toBe('nopqrstu');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(engine.load.stepTexts - before).toBeLessThan(40 * (8 + 1) + 300);
    await parts.return?.();
    await expect.poll(() => engine.load.running, { timeout: 5000 }).toBe(0);
  });

  test.each(['SIGSEGV', 'SIGKILL'] as const)(
    '%s under eight streams: they end with an error, then 503, then all is well',
    async (signal) => {
      const streams = await Promise.all(Array.from({ length: 8 }, () => streamed('a', 3000)));
      const texts = streams.map(async (stream) => {
        let text = '';
        for await (const { choices } of stream) text += choices[0].text;
        return text;
      });
      for (const text of texts) text.catch(() => {});
      process.kill(engine.pid!, signal);
      for (const outcome of await Promise.allSettled(texts)) {
        expect(outcome).toMatchObject({
          status: 'rejected',
          reason: { message: expect.stringMatching(/engine/) },
        });
      }
      expect(exits.splice(0)).toEqual([signal]);
      await expect(ask('a')).rejects.toMatchObject({ status: 503 });
      expect((await fetch(`${server.url}/ready`)).status).toBe(503);
      await expect
        .poll(async () => (await fetch(`${server.url}/ready`)).status, { timeout: 30_000 })
        .toBe(200);
      expect((await ask('abc')).choices[0].text).toBe('defghijk');
    },
    60_000,
  );
});
