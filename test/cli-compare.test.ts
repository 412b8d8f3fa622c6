/** `inkstone compare` from end to end on tiny runs. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openModel } from '../src/cli/models.ts';
import { textsOfRun } from '../src/cli/run-texts.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const small = ['--prompts', '3', '--length', '6', '--documents', '8', '--strategies', 'greedy; top-p:0.9'];
/** The context of a tiny model has no room for a prompt of words. */
const model = tiny.map((word, i) => (tiny[i - 1] === '--context-length' ? '64' : word));
const compare = (...argv: string[]) => inkstone(['compare', ...argv], { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  const train = (data: string, steps: string, out: string, ...more: string[]) =>
    inkstone(['train', '--data', data, ...model, '--steps', steps, '--out', out, '--json', ...more], { cwd });
  await train('en.txt', '2', 'early', '--lr', '0.01');
  await train('en.txt', '30', 'late', '--lr', '0.01');
  await train('zh.jsonl', '4', 'zh', '--lr', '0.01');
}, 180_000);

test('gives machines the report and people both tables, the verdict and a page', async () => {
  const { status, err, json } = await compare(
    'early',
    'late',
    ...small,
    '--json',
    '--out',
    'pages/both.html',
  );
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { type, page, report } = json.at(-1)! as { type: string; page: string; report: never };
  expect({ type, page }).toEqual({ type: 'report', page: 'pages/both.html' });
  expect(report).toMatchObject({
    best: 'late',
    models: [{ name: 'early' }, { name: 'late' }, { name: '5-gram' }],
    rows: { length: 6 },
  });
  const html = readFileSync(join(cwd, page), 'utf8');
  expect(html).toContain('npx inkstone compare early late');

  const shown = await compare('early', 'late', ...small);
  expect(shown.out).toMatch(/model +bits\/character +p +parameters/);
  expect(shown.out).toMatch(/\n {2}people .*\n {2}early · greedy /);
  expect(shown.out).toContain('late predicts these texts best');
  expect(shown.out).toContain('page with plots: compare.html');
  const chinese = await inkstone(['compare', 'early', 'late', ...small], { cwd, lang: 'zh' });
  expect(chinese.out).toContain('late 对这些文本预测得最好');
});

test('what is measured of a run is what it did not learn from, whatever its seed', async () => {
  const argv = ['train', '--data', 'zh.jsonl', ...model, '--steps', '1', '--seed', '7', '--out', 'seven'];
  await inkstone(argv, { cwd });
  const stored = await openModel(join(cwd, 'seven'));
  const { data } = stored.run!.config;
  const run = {
    ...stored.run!,
    config: { ...stored.run!.config, data: { ...data, source: join(cwd, 'zh.jsonl') } },
  };
  const terminal = createTerminal({
    json: true,
    out: { write: () => true },
    progress: { write: () => true },
  });
  const { signal } = new AbortController();
  const { training, heldOut } = await textsOfRun({ path: 'seven', run }, { terminal, signal });
  expect(heldOut).toHaveLength(data.heldOutDocuments);
  // An end token stands behind each text.
  const tokens = training!.map((text) => stored.tokenizer.encode(text).length + 1);
  expect(tokens.reduce((sum, count) => sum + count, 0)).toBe(data.trainTokens);
});

test('runs of different data share no held-out text and need --data', async () => {
  const { status, err } = await compare('early', 'zh', ...small);
  expect({ status, err }).toMatchObject({
    status: 2,
    err: expect.stringContaining('give other texts with --data'),
  });
  const given = await compare('early', 'zh', ...small, '--data', 'zh.jsonl', '--json');
  expect(given.json.at(-1)).toMatchObject({ type: 'report', report: { models: { length: 3 } } });
});

test.each([
  [
    ['early', '--no-baseline'],
    'compare: <run> <run> is missing; for example: inkstone compare runs/small runs/large',
  ],
  [['nowhere', 'early'], 'nowhere: no model is there; name a run folder'],
  [['early', 'early'], 'each model must have a name of its own, got "early" twice'],
])('compare %j is an error that says the cure', async (argv, error) => {
  const { status, err } = await compare(...argv);
  expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining(error) });
});
