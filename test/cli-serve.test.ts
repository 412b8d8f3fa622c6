/** `inkstone serve`: from a run folder to an answer over HTTP, and an orderly end. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import OpenAI from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { saveClassifier, trainClassifier } from '../src/classify/index.ts';
import { loadModel } from '../src/cli/models.ts';
import { scoreTokens } from '../src/decode/index.ts';
import { inkstone, scratchFolder, serving, startInkstone, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();

beforeAll(async () => {
  writeTexts(cwd);
  const { status } = await inkstone(['train', '--data', 'en.txt', ...tiny, '--steps', '4', '--out', 'run'], {
    cwd,
  });
  expect(status).toBe(0);
  const days = ['good', 'bad'].map((label) => ({ text: `a ${label} day`, label }));
  await saveClassifier(join(cwd, 'labels'), await trainClassifier('naive-bayes', days));
});

test('a run is served to a client with a key, a classifier beside it; a client that vanishes does not keep it from ending', async () => {
  const { child, ended } = startInkstone(
    ['serve', 'run', 'labels', '--port', '0', '--api-key', 'sesame', '--no-state', '--json'],
    {
      cwd,
    },
  );
  const { url, models } = await serving(child);
  expect(models).toEqual(['run', 'labels']);
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sesame', maxRetries: 0 });
  const { choices, usage } = await client.completions.create({
    model: 'run',
    prompt: 'the',
    max_tokens: 5,
    seed: 1,
  });
  expect(choices[0].text.length).toBeGreaterThan(0);
  expect(usage).toMatchObject({ completion_tokens: 5 });
  const judged = await client.post('/classifications', { body: { text: 'good', words: 1 } });
  expect(judged).toMatchObject({ model: 'labels', results: [{ label: 'good', words: [{ text: 'good' }] }] });
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  const vanishing = await client.completions.create({
    model: 'run',
    prompt: 'a',
    stream: true,
    max_tokens: 30,
  });
  vanishing.controller.abort();
  child.kill('SIGTERM');
  const { status, err } = await ended;
  expect(status).toBe(0);
  // The log tells of requests, never of keys or texts.
  expect(err).toContain('/v1/completions');
  expect(err).not.toMatch(/sesame|the"/);
}, 120_000);

test.each([
  ['en', /port \d+ is taken; choose another with --port/],
  ['zh', /端口 \d+ 已被占用；请用 --port 另选/],
] as const)(
  'a port that is taken is an error with the cure (%s)',
  async (lang, sentence) => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { ended } = startInkstone(['serve', 'run', '--port', String(port)], { cwd, lang });
    const { status, err } = await ended;
    other.close();
    expect(status).toBe(2);
    expect(err).toMatch(sentence);
  },
  60_000,
);

test('an address that others can reach needs a key; what is no run is refused', async () => {
  const open = await inkstone(['serve', 'run', '--host', '0.0.0.0', '--port', '0'], { cwd });
  expect([open.status, open.err]).toEqual([2, expect.stringContaining('needs --api-key')]);
  const nothing = await inkstone(['serve', 'nowhere', '--port', '0'], { cwd });
  expect(nothing.status).toBe(2);
  const twice = await inkstone(['serve', 'run', './run', '--port', '0'], { cwd });
  expect([twice.status, twice.err]).toEqual([2, expect.stringContaining('called "run"')]);
});

test('weights as bf16: the same answers but for rounding', async () => {
  const { child, ended } = startInkstone(
    ['serve', 'run', '--port', '0', '--weights', 'bf16', '--no-state', '--json'],
    { cwd },
  );
  const { url } = await serving(child);
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  const body = { model: 'run', prompt: 'the sea', max_tokens: 0, echo: true, logprobs: 0 };
  const { choices } = await client.completions.create(body);
  const got = choices[0].logprobs!.token_logprobs!;
  const { model, tokenizer } = await loadModel(join(cwd, 'run'));
  const ids = [tokenizer.eosId!, ...tokenizer.encode('the sea')];
  const scores = await scoreTokens(model, ids);
  expect(got.length).toBe(scores.length);
  const differences = scores.map(({ logprob }, i) => Math.abs(logprob - got[i]));
  expect(Math.max(...differences)).toBeLessThan(0.05);
  expect(Math.max(...differences)).toBeGreaterThan(0);
  child.kill('SIGTERM');
  expect((await ended).status).toBe(0);
});
