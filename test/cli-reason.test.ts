/** `inkstone reason` from end to end on a tiny run, in both languages. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const reason = (...argv: string[]) => inkstone(['reason', ...argv], { cwd });
const recordsOf = (path: string) =>
  readFileSync(join(cwd, path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const few = ['--limit', '2', '--max-tokens', '6'];

beforeAll(async () => {
  await reason('tasks', '--texts', '40', '--practice', '3', '--questions', '4', '--out', 'a/sums');
  const shape = ['--layers', '1', '--width', '16', '--heads', '2', '--context-length', '128'];
  const train = ['--data', 'a/sums/train.jsonl', '--tokenizer', 'characters', ...shape, '--steps', '2'];
  await inkstone(['train', ...train, '--out', 'run'], { cwd });
}, 60_000);

test('sums are three files, and no question is in two of them', () => {
  const asked = [...recordsOf('a/sums/practice.jsonl'), ...recordsOf('a/sums/test.jsonl')];
  const texts = recordsOf('a/sums/train.jsonl').map(({ text }) => text as string);
  expect([texts.length, asked.length]).toEqual([80, 7]);
  for (const { question, answer } of asked) {
    expect(answer).toMatch(/^\d+$/);
    expect(texts.some((text) => text.startsWith(question))).toBe(false);
  }
});

test('every method on the same questions: a row each, the same again for the same seed', async () => {
  const argv = ['measure', 'run', '--file', 'a/sums/test.jsonl', ...few, '--n', '3', '--json'];
  const { status, json } = await reason(...argv, '--verifier', 'equations');
  expect(status).toBe(0);
  expect(json.map(({ method }) => method)).toEqual(['direct', 'greedy', 'vote', 'best', 'tree']);
  for (const row of json) expect(row).toMatchObject({ type: 'row', questions: 2, answers: { length: 2 } });
  expect(json[2]).toMatchObject({ callsPerQuestion: 1, tokensPerQuestion: expect.any(Number) });
  expect((await reason(...argv, '--verifier', 'equations')).json).toEqual(json);
}, 30_000);

test.each(['en', 'zh'] as const)('the table, the votes and the answer for people, in %s', async (lang) => {
  const measured = [
    'reason',
    'measure',
    'run',
    '--file',
    'a/sums/test.jsonl',
    ...few,
    '--method',
    'greedy,vote',
  ];
  const { out } = await inkstone(measured, { cwd, lang });
  expect(HAN.test(out)).toBe(lang === 'zh');
  expect(out).toMatch(/greedy +0\/2 +0\.000 +0\.000 +6\.0 +1\.0\s*\n *vote +0\/2 .* 48\.0 +1\.0 +1\.0000\n/);
  const asked = ['--question', 'Tom', '--answer-pattern', '[^]', '--max-tokens', '2', '--n', '3'];
  const one = await inkstone(['reason', 'ask', 'run', ...asked], { cwd, lang });
  expect(one.out).toMatch(lang === 'en' ? /votes: .* × \d.*\nanswer: /s : /票数：.* × \d.*\n答案：/s);
});

test('samples teach a head, which then judges chains', async () => {
  const sampled = ['--file', 'a/sums/practice.jsonl', ...few, '--n', '2', '--out', 'b/samples.jsonl'];
  expect((await reason('samples', 'run', ...sampled)).status).toBe(0);
  const records = recordsOf('b/samples.jsonl');
  expect(records[0].text).toContain('\n1.');
  // A model of two steps is never right: half of these are said to be.
  const judged = records.map(({ text }, i) => ({ text, label: i % 2 === 0 ? 'right' : 'wrong' }));
  const lines = [...judged, ...judged, ...judged].map((record) => JSON.stringify(record));
  writeFileSync(join(cwd, 'judged.jsonl'), lines.join('\n'));
  const head = [
    'tune',
    'head',
    'run',
    '--task',
    'classify',
    '--data',
    'judged.jsonl',
    '--test',
    'judged.jsonl',
    '--steps',
    '2',
  ];
  expect(await inkstone([...head, '--out', 'judge'], { cwd })).toMatchObject({ status: 0 });
  const asked = [
    '--question',
    'Tom',
    '--method',
    'best',
    '--verifier',
    'judge',
    '--max-tokens',
    '4',
    '--n',
    '3',
  ];
  const { json } = await reason('ask', 'run', ...asked, '--json');
  const { chains } = json[0] as unknown as { chains: readonly { readonly score: number }[] };
  const scores = chains.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  for (const score of scores) expect(score > 0 && score < 1).toBe(true);
}, 60_000);

test.each([
  [['ask', 'run'], '--question needs a value'],
  [['ask'], '<run> is missing'],
  [['tasks', 'run'], 'does not expect "run"'],
  [['ask', 'run', '--question', 'x', '--method', 'vote,tree'], '--method must be one of direct, greedy'],
  [['ask', 'run', '--question', 'x', '--method', 'votes'], '--method must be of direct, greedy, vote'],
  [['ask', 'run', '--question', 'x', '--width', '3'], '--method vote and --width cannot come together'],
  [
    ['ask', 'run', '--question', 'x', '--answer-pattern', '('],
    '--answer-pattern must be a regular expression',
  ],
  [
    ['ask', 'run', '--question', 'x', '--template', 'x'],
    '--template must be a text with {question} in it once',
  ],
  [['ask', 'run', '--question', 'x', '--method', 'best', '--verifier', 'run'], 'run'],
  [['measure', 'run'], '--file needs a value'],
  [['measure', 'run', '--file', 'empty.jsonl'], 'empty.jsonl: must hold at least 1 question'],
  [['measure', 'run', '--file', 'bad.jsonl'], 'bad.jsonl:1: must have a field called answer, got question'],
  [['samples', 'run', '--file', 'a/sums/test.jsonl'], '--out needs a value'],
])('reason %j is an error that says the cure', async (argv, message) => {
  writeFileSync(join(cwd, 'empty.jsonl'), '');
  writeFileSync(join(cwd, 'bad.jsonl'), '{"question":"x"}\n');
  const { status, err } = await reason(...argv);
  expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining(message) });
});
