/** Records to scores: which task they are, which fields count, what is said of bad ones. */

import { describe, expect, test } from 'vitest';
import { compareRecords, type EvaluateOptions, evaluateRecords, guessTask } from './evaluate.ts';
import type { EvalRecord } from './fields.ts';

const records = (...fields: Record<string, unknown>[]): EvalRecord[] =>
  fields.map((own, i) => ({ where: `x:${i + 1}`, fields: own }));

async function scoresOf(given: readonly EvalRecord[], options: EvaluateOptions = {}) {
  const { scores } = await evaluateRecords(given, options);
  return Object.fromEntries(scores.map(({ metric, value }) => [metric, value]));
}

const repeated = (count: number, ...fields: Record<string, unknown>[]) =>
  records(...Array.from({ length: count }, () => fields).flat());

describe('the task is told from the fields', () => {
  test.each([
    ['classification', repeated(3, { label: '好', prediction: '差' }, { label: '差', prediction: '差' })],
    ['classification', repeated(3, { label: 1, prediction: 0 }, { label: 0, prediction: 0 })],
    ['regression', records({ target: '1.5', output: '1' }, { target: '2.5', output: '3' })],
    ['regression', records({ target: 1, output: 1 }, { target: 2, output: 3 })],
    ['text', records({ reference: 'a b', prediction: 'a' }, { reference: 'c', prediction: 'd' })],
    ['text', repeated(4, { references: ['a', 'b'], prediction: 'a' })],
    [
      'answers',
      records({ question: 'who?', answers: { text: ['Li Bai'], answer_start: [3] }, prediction: '' }),
    ],
    ['code', records({ task_id: 'p', passed: true })],
    ['ranking', records({ ranking: ['a'], relevant: ['a'] })],
    ['likelihood', records({ text: 'a', logprobs: [-1] })],
    ['likelihood', records({ 文本: 'a', token_logprobs: [-1] })],
    ['ranking', records({ ranked: ['a'], qrels: ['a'] })],
    ['code', records({ task_id: 'a', 通过: true })],
    ['classification', records(...Array(4).fill({ prediction: 'a', label: 'a', correct: true }))],
  ] as const)('%s', (task, given) => {
    expect(guessTask(given)).toBe(task);
  });
});

describe('the scores of records', () => {
  test('texts in Chinese are cut as Chinese, unless another way is asked for', async () => {
    const given = records(
      { output: '今天天气很好', 参考: '今天天气真好' },
      { output: '去公园', 参考: '我们去公园' },
    );
    const report = await evaluateRecords(given, { metrics: ['bleu', 'rouge-1'] });
    expect(report).toMatchObject({ task: 'text', isGuessed: true, lang: 'zh', count: 2 });
    expect(report.signatures?.bleu).toContain('tok:zh');
    expect(report.scores.map(({ metric }) => metric)).toEqual(['bleu', 'rouge-1']);
    expect(report.scores[1].value).toBeGreaterThan(0.5);
    const asEnglish = await scoresOf(given, { metrics: ['rouge-1'], lang: 'en' });
    expect(asEnglish['rouge-1']).toBe(0);
    const other = await evaluateRecords(given, { tokenizer: 'char', lowercase: true, metrics: ['bleu'] });
    expect(other.signatures?.bleu).toContain('case:lc|eff:no|tok:char');
  });

  test('what is not wanted is not counted: texts too long for ROUGE-L have a ROUGE-1', async () => {
    const long = '字'.repeat(20_001);
    const given = records({ prediction: long, reference: long });
    expect(await scoresOf(given, { metrics: ['rouge-1', 'exact-match'] })).toEqual({
      'rouge-1': 1,
      'exact-match': 1,
    });
    await expect(scoresOf(given, { metrics: ['rouge-l'] })).rejects.toMatchObject({ code: 'eval/pairs' });
  });

  test('no answer is an answer', async () => {
    const given = records(
      { question: '?', prediction: '', answers: [] },
      { question: '?', prediction: 'the Tang', answers: [{ text: 'Tang' }, { text: 'Tang dynasty' }] },
      { question: '?', prediction: 'x', answers: [] },
    );
    const scores = await scoresOf(given);
    expect(scores['exact-match']).toBeCloseTo(2 / 3, 12);
    expect(scores.f1).toBeCloseTo(2 / 3, 12);
  });

  test('attempts: one a record, as lists, or counted', async () => {
    const one = records(
      { task_id: 'a', passed: true },
      { task_id: 'a', passed: 'False' },
      { task_id: 'b', passed: false, total: 9 },
      { task_id: 'b', passed: 0 },
    );
    const lists = records(
      { task_id: 'a', passed: [true, false] },
      { task_id: 'b', passed: '[false, false]' },
    );
    const counts = records({ attempts: 2, passed: 1 }, { attempts: '2', passed: '0' });
    for (const given of [one, lists, counts]) {
      expect(await scoresOf(given, { depths: [1, 2] })).toEqual({ 'pass@1': 0.25, 'pass@2': 0.5 });
    }
    expect(Object.keys(await scoresOf(one))).toEqual(['pass@1']);
  });

  test('rankings: grades, lists, and a k of one’s own', async () => {
    const given = records(
      { ranking: ['b', 'a'], relevant: { a: 2, b: 0 } },
      { ranking: [7, 8], relevant: [7] },
    );
    const scores = await scoresOf(given, { depths: [1], metrics: ['mrr', 'recall@k'] });
    expect(scores).toEqual({ mrr: 0.75, 'recall@1': 0.5 });
  });

  test('an interval holds the score, and the same seed gives the same', async () => {
    const given = repeated(10, { label: 'a', prediction: 'a' }, { label: 'b', prediction: 'a' });
    const resample = { rounds: 200, seed: 5 };
    const { scores } = await evaluateRecords(given, { resample });
    for (const { value, interval } of scores) {
      expect(interval!.low).toBeLessThanOrEqual(value);
      expect(interval!.high).toBeGreaterThanOrEqual(value);
    }
    expect(scores[0].interval!.high - scores[0].interval!.low).toBeGreaterThan(0.2);
    expect((await evaluateRecords(given, { resample })).scores).toEqual(scores);
  });

  test('progress is told, and an abort stops', async () => {
    const given = repeated(4, { label: 'a', prediction: 'a' });
    const stages: string[] = [];
    const stop = new AbortController();
    const options = {
      resample: { rounds: 50 },
      signal: stop.signal,
      onProgress: ({ stage, done }: { stage: string; done: number }) => {
        stages.push(stage);
        if (stage === 'resample' && done === 10) stop.abort();
      },
    };
    await expect(evaluateRecords(given, options)).rejects.toThrow();
    expect(stages.filter((stage) => stage === 'score')).toHaveLength(9);
    expect(stages.filter((stage) => stage === 'resample')).toHaveLength(10);
  });
});

describe('two files', () => {
  const better = repeated(20, { label: 'a', prediction: 'a' }, { label: 'b', prediction: 'b' });
  const worse = repeated(20, { label: 'a', prediction: 'b' }, { label: 'b', prediction: 'b' });

  test('a difference that is there is found, one that is not is not', async () => {
    const { differences } = await compareRecords(worse, better, { metrics: ['accuracy'] });
    expect(differences[0]).toMatchObject({ first: 0.5, second: 1, difference: 0.5 });
    expect(differences[0].pValue).toBeLessThan(0.01);
    const same = await compareRecords(better, better, { metrics: ['accuracy'] });
    expect(same.differences[0]).toMatchObject({ difference: 0, pValue: 1, interval: { low: 0, high: 0 } });
  });

  test('what is not defined has no p-value, and draws of which it is not are left out', async () => {
    const right = [1, 1, 2, 3].map((target) => ({ target, output: target }));
    const constant = right.map(({ target }) => ({ target, output: 1 }));
    const options = { metrics: ['pearson'], task: 'regression' } as const;
    const [pearson] = (await compareRecords(records(...right), records(...constant), options)).differences;
    expect(pearson.first).toBeCloseTo(1, 12);
    expect(pearson.second).toBeNaN();
    expect(pearson.pValue).toBeNaN();
    const { scores } = await evaluateRecords(records(...right), { ...options, resample: {} });
    expect(scores[0].interval!.low).toBeCloseTo(1, 12);
  });

  test('programs tried more often in one file are compared by the k of both', async () => {
    const tried = (count: number) => records({ task_id: 'a', passed: Array(count).fill(true) });
    const { differences } = await compareRecords(tried(10), tried(5));
    expect(differences.map(({ metric }) => metric)).toEqual(['pass@1', 'pass@5']);
  });

  test('other references cannot be compared', async () => {
    const other = records(...better.map(({ fields }, i) => (i === 7 ? { ...fields, label: 'a' } : fields)));
    await expect(compareRecords(better, other)).rejects.toMatchObject({
      code: 'eval/other-reference',
      data: { item: 8 },
    });
    await expect(compareRecords(better, better.slice(1))).rejects.toMatchObject({ code: 'eval/other-count' });
  });
});

describe('bad records are named by their place', () => {
  test.each([
    ['eval/no-records', [], {}],
    ['eval/field', records({ label: 'a', prediction: 'a' }, { label: 'a' }), {}],
    ['eval/field', records({ label: 'a', prediction: 'a' }), { prediction: 'predictoin' }],
    ['eval/field-kind', records({ label: 'a', prediction: null }), {}],
    ['eval/field-kind', records({ label: { a: 1 }, prediction: 'a' }), { task: 'text' }],
    ['eval/field-kind', records({ label: 'x', prediction: '1' }), { task: 'regression' }],
    ['eval/field-kind', records({ text: 'x', logprobs: 'soon' }), {}],
    ['eval/field-kind', records({ ranking: 'a', relevant: ['a'] }), {}],
    ['eval/field-kind', records({ ranking: ['a'], relevant: { a: 'much' } }), {}],
    ['eval/field-kind', records({ task_id: 'a', passed: 'perhaps' }), {}],
    ['eval/field-kind', records({ attempts: 2, passed: 3 }), { task: 'code' }],
    ['eval/field-kind', records({ attempts: 0, passed: 0 }), { task: 'code' }],
    ['eval/empty-references', records({ references: [], prediction: 'a' }), {}],
    ['eval/attempts', records({ task_id: 'a', passed: [true] }), { depths: [2] }],
    ['eval/metric', records({ label: 'a b', prediction: 'a' }), { metrics: ['blue'] }],
  ] as const)('%s', async (code, given, options) => {
    const error = await evaluateRecords(given, options as EvaluateOptions).catch((caught) => caught);
    expect(error.code).toBe(code);
    for (const lang of ['en', 'zh'] as const) expect(error.text(lang)).not.toMatch(/undefined|\[object/);
    if (code === 'eval/field') expect(error.message).toMatch(/^x:[12]: /);
    if (code === 'eval/metric') expect(error.message).toContain('did you mean "bleu"?');
  });
});
