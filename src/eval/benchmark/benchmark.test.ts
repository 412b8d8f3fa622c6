import { describe, expect, test } from 'vitest';
import { toyTokenizer } from '../../../test/toy-tokenizer.ts';
import { functionModel } from '../../decode/index.ts';
import { runBenchmark } from './benchmark.ts';
import { localBenchmarkModel, remoteBenchmarkModel } from './model.ts';
import { shotPrompt } from './prompt.ts';
import { type AskedTask, benchmarkTask } from './task.ts';

const tokens = ['q', '?', ' ', 'a', 'b', '\n', ' a'];
const tokenizer = toyTokenizer(tokens);
const { eosId } = tokenizer;

/** How likely a token is behind another; what is left is shared by those not named. */
const table: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '?': { ' a': 0.4, ' ': 0.1 },
  ' a': { b: 0.5, a: 0.2 },
  a: { b: 0.5, ' ': 0.25 },
  ' ': { b: 0.5 },
  b: { '\n': 0.9 },
  end: { a: 0.25 },
};
const double = (contextLength: number) =>
  functionModel({
    vocabSize: tokens.length + 1,
    contextLength,
    logits(ids) {
      const known = table[tokens[ids[ids.length - 1]] ?? 'end'] ?? {};
      const rest = 1 - Object.values(known).reduce((a, b) => a + b, 0);
      const others = tokens.length + 1 - Object.keys(known).length;
      return Float32Array.from([...tokens, ''], (token) => Math.log(known[token] ?? rest / others));
    },
  });
const model = localBenchmarkModel('double', double(64), tokenizer, [eosId]);

const items = (...fields: Readonly<Record<string, unknown>>[]) =>
  fields.map((one, i) => ({ where: `items:${i + 1}`, fields: one }));
const choice = benchmarkTask(
  { name: 'choice', type: 'multiple-choice', data: 'x', prompt: '{{text}}?', choices: 'of', answer: 'right' },
  'choice.yaml',
);
const written = benchmarkTask(
  {
    name: 'writing',
    type: 'generation',
    data: 'x',
    prompt: '{{text}}?',
    answer: 'right',
    lang: 'en',
    maxTokens: 4,
  },
  'writing.yaml',
) as AskedTask;
const once = { shots: 0, seed: 1 };

describe('scores by hand', () => {
  test('likelihoods of continuations; a space at the end of the context goes with what follows', async () => {
    const [one, two, three] = await model.likelihoods!([
      { context: 'q?', continuation: ' a' },
      { context: 'q? ', continuation: 'ab' },
      { context: 'q?', continuation: ' b' },
    ]);
    expect(one.logLikelihood).toBeCloseTo(Math.log(0.4), 6);
    expect(two.logLikelihood).toBeCloseTo(Math.log(0.4 * 0.5), 6);
    expect(three.logLikelihood).toBeCloseTo(Math.log(0.1 * 0.5), 6);
    expect([one, two, three].map(({ isGreedy }) => isGreedy)).toEqual([true, true, false]);
  });

  test('of choices the likeliest counts, and the likeliest by its characters', async () => {
    const of = ['a', 'ab'];
    // ln 0.4 = −0.916 is more than ln 0.2 = −1.609, but less than half of that.
    const right = [1, 'a', 'B'];
    const asked = items(...right.map((one) => ({ text: 'q', of, right: one })));
    const { scores, cut } = await runBenchmark(model, choice, asked, once);
    expect(cut).toBe(0);
    // Values 0, 1, 0: variance 1/3 with n − 1, error √(1/3 / 3).
    expect(scores.acc.value).toBeCloseTo(1 / 3, 12);
    expect(scores.acc.error).toBeCloseTo(1 / 3, 12);
    expect(scores['acc-norm'].value).toBeCloseTo(2 / 3, 12);
    expect(scores.chance.value).toBe(0.5);
  });

  test('bits of texts by bytes and by words between white space', async () => {
    const task = benchmarkTask({ name: 'p', type: 'perplexity', data: 'x', text: 'text' }, 'p.yaml');
    // −log₂ of 0.25 · 0.5, and of 0.25 · 0.25 · 0.5: 3 + 5 bits; 2 + 3 bytes; 1 + 2 words.
    const { scores } = await runBenchmark(model, task, items({ text: 'ab' }, { text: 'a b' }), once);
    expect(scores['bits-per-byte'].value).toBeCloseTo(8 / 5, 5);
    expect(scores['byte-perplexity'].value).toBeCloseTo(2 ** (8 / 5), 5);
    expect(scores['word-perplexity'].value).toBeCloseTo(2 ** (8 / 3), 5);
    expect(scores['bits-per-byte'].error).toBeGreaterThan(0);
  });

  test('what is written, up to the stop, against the answers', async () => {
    const asked = items(
      { text: 'q', right: 'ab' },
      { text: 'q', right: ['b', 'Ab.'] },
      { text: 'q', right: 'b' },
    );
    const { scores } = await runBenchmark(model, written, asked, once);
    expect(scores['exact-match'].value).toBeCloseTo(2 / 3, 12);
    expect(scores.f1.value).toBeCloseTo(2 / 3, 12);
  });

  test('a prompt that does not fit loses its beginning, and that is counted', async () => {
    const small = localBenchmarkModel('small', double(8), tokenizer, [eosId]);
    const asked = items(
      { text: 'qqqqqqqq', of: ['a', 'b'], right: 'a' },
      { text: 'q', of: ['a', 'b'], right: 'a' },
    );
    expect(await runBenchmark(small, choice, asked, once)).toMatchObject({
      cut: 1,
      scores: { acc: { value: 1 } },
    });
    expect(
      (
        await runBenchmark(
          small,
          written,
          asked.map((item) => ({ ...item, fields: { ...item.fields, right: 'ab' } })),
          once,
        )
      ).cut,
    ).toBe(1);
  });
});

describe('examples', () => {
  const pool = items(...[...'qqab'].map((text, i) => ({ text: text.repeat(i + 1), right: String(i) })));
  const prompt = (shots: number, item = pool[0], seed = 1) =>
    shotPrompt(written, item, pool, { shots, seed });

  test('are solved items, never the one that is asked nor its like; fewer are the last of more', () => {
    expect(prompt(0)).toBe('q?');
    expect(prompt(3)).toMatch(/^(?:\w+\? \d\n\n){3}q\?$/);
    expect(new Set(prompt(3).split('\n\n')).size).toBe(4);
    expect(prompt(3).endsWith(prompt(2))).toBe(true);
    for (let seed = 0; seed < 20; seed++) expect(prompt(3, pool[0], seed)).not.toContain('q? 0\n');
    expect(new Set(Array.from({ length: 20 }, (_, seed) => prompt(3, pool[0], seed))).size).toBeGreaterThan(
      2,
    );
    const like = { where: 'elsewhere:1', fields: { text: 'q' } };
    expect(prompt(3, like)).not.toContain('q? 0\n');
    expect(() => prompt(4)).toThrow('writing: 4 examples beside the item itself are needed, there are 3');
  });
});

test('an endpoint writes, and has no likelihoods', async () => {
  const remote = remoteBenchmarkModel('remote', {
    async *generate({ prompt }: { prompt: string }) {
      yield { type: 'text-delta', index: 0, text: ` ${prompt === 'q?' ? 'ab' : ''}` } as const;
      yield { type: 'finish', reason: 'stop', promptTokens: 1, completionTokens: 1 } as const;
    },
  } as never);
  const asked = items({ text: 'q', right: 'ab', of: ['a', 'b'] });
  const { scores } = await runBenchmark(remote, written, asked, once);
  expect(scores['exact-match']).toEqual({ value: 1, error: Number.NaN });
  await expect(runBenchmark(remote, choice, asked, once)).rejects.toThrow(
    'remote is an endpoint that only writes',
  );
});

test('an abort ends it: what was cut short is not scored as wrong', async () => {
  const controller = new AbortController();
  const stopping = remoteBenchmarkModel('remote', {
    async *generate() {
      controller.abort();
      yield { type: 'finish', reason: 'aborted', promptTokens: 0, completionTokens: 0 } as const;
    },
  } as never);
  const asked = items({ text: 'q', right: 'ab' });
  await expect(
    runBenchmark(stopping, written, asked, { ...once, signal: controller.signal }),
  ).rejects.toThrow(/abort/);
});

describe('what is refused', () => {
  test.each([
    [{ type: 'choice' }, 'type'],
    [{ name: 'x', type: 'perplexity', data: 'x' }, 'text'],
    [{ ...written, stop: 'x' }, 'stop'],
    [{ ...written, promt: 'x' }, 'promt'],
  ])('the task %j', (value, key) => {
    expect(() => benchmarkTask(value, 'bad.yaml')).toThrow(
      new RegExp(`bad.yaml: is no benchmark task.*${key}`),
    );
  });

  test.each([
    [{ text: 'q', of: ['a'], right: 'a' }, '"of" must be a list'],
    [{ text: 'q', of: ['a', 'b'], right: 'c' }, '"right" must be one of the 2 choices'],
    [{ text: 'q', of: ['a', 'b'], right: 2 }, '"right" must be one of'],
    [{ of: ['a', 'b'], right: 'a' }, '"text" must be there; the record has of, right'],
    [{ text: null, of: ['a', 'b'], right: 'a' }, '"text" must be a text or a number'],
  ])('the item %j', async (fields, message) => {
    await expect(runBenchmark(model, choice, items(fields), once)).rejects.toThrow(
      `items:1: the field ${message}`,
    );
  });
});
