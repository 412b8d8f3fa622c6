/** Summaries over HTTP: quoted or by a model, whole and streamed. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionModel } from '../src/decode/index.ts';
import { createLocalModel, type LocalModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { limits } from '../src/serve/limits.ts';
import { trainCharacters } from '../src/text/index.ts';

const SAID = 'They sing.';
const text = 'Whales sing long songs in the sea. '.repeat(20);
const tokenizer = trainCharacters([`${SAID}${text}Summary:`], { specialTokens: ['<|endoftext|>'] });
const said = [...tokenizer.encode(SAID), tokenizer.eosId!];
const cue = tokenizer.encode('Summary:').join();
let model: LocalModel;
let server: RunningServer;

beforeAll(async () => {
  model = createLocalModel({
    id: 'speaker',
    tokenizer,
    model: functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 600,
      logits(ids) {
        const all = [...ids];
        const at = said.findIndex(
          (_, i) =>
            all
              .slice(0, all.length - i)
              .slice(-8)
              .join() === cue,
        );
        return Float32Array.from({ length: tokenizer.vocabSize }, (_, id) =>
          Number(id === said[Math.max(at, 0)]),
        );
      },
    }),
  });
  server = await startServer({ models: [model] });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
});

const post = (body: object) =>
  fetch(`${server.url}/v1/summaries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('quoted, by a model, and streamed as it is whole', async () => {
  expect(await (await post({ text: 'Whales sing long songs in the sea.' })).json()).toMatchObject({
    ...{ object: 'summary', model: null, method: 'extract', parts: 1 },
    summary: 'Whales sing long songs in the sea.',
    sentences: [{ start: 0, end: 34 }],
  });
  const body = { text, model: 'speaker', max_tokens: 20 };
  const whole = (await (await post(body)).json()) as { summary: string; parts: number };
  expect(whole).toMatchObject({ method: 'map-reduce', summary: SAID, finish_reason: 'eos' });
  expect(whole.parts).toBeGreaterThan(1);
  const events = (await (await post({ ...body, stream: true })).text()).split('\n\n').filter(Boolean);
  expect(events.at(-1)).toBe('data: [DONE]');
  const parsed = events.slice(0, -1).map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));
  const deltas = parsed.flatMap(({ type, delta }) => (type === 'summary.delta' ? [delta] : []));
  expect(deltas.join('')).toBe(SAID);
  expect(parsed.filter(({ type }) => type === 'summary.progress')).toHaveLength(whole.parts + 1);
  expect(parsed.at(-1)).toMatchObject({ type: 'summary.done', summary: SAID });
});

test('what cannot be is told before anything is written', async () => {
  const codeOf = async (body: object) =>
    ((await (await post(body)).json()) as { error: { code: string } }).error.code;
  expect(await codeOf({ text, method: 'refine' })).toBe('apps/no-model');
  expect(await codeOf({ text, model: 'nobody' })).toBe('serve/model');
  expect(await codeOf({ text: '—' })).toBe('apps/no-text');
  const long = { text: text.repeat(limits.summaryParts), model: 'speaker', stream: true };
  expect(await codeOf(long)).toBe('apps/summary-parts');
});
