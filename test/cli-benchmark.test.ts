/** `inkstone benchmark` from end to end: the tasks of examples/tasks on a tiny run, in both languages. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const tasks = join(import.meta.dirname, '../examples/tasks');
const all = readdirSync(tasks).filter((name) => name.endsWith('.yaml'));
const run = (...argv: string[]) => inkstone(['benchmark', ...argv], { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  await inkstone(['train', '--data', 'en.txt', ...tiny, '--steps', '3', '--out', 'en'], { cwd });
}, 60_000);

test('every task that we bring, at each number of examples; the results are a file', async () => {
  const list = all.map((name) => join(tasks, name)).join(',');
  const argv = ['en', '--tasks', list, '--shots', '0,8', '--limit', '2', '--out', 'out.json', '--json'];
  const { status, err, json } = await run(...argv);
  expect({ status, err: err.replaceAll(/.*eta.*/g, '').trim() }).toEqual({ status: 0, err: '' });
  expect(json).toHaveLength(4 * 2 + 1);
  expect(new Set(json.map(({ task }) => task)).size).toBe(all.length);
  const { results } = JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'));
  expect(results).toEqual(json.map(({ type: _, ...result }) => result));
  expect((await run(...argv)).json).toEqual(json);
}, 60_000);

test.each(['en', 'zh'] as const)('the table for people, in %s', async (lang) => {
  const task = join(tasks, 'capitals.yaml');
  const argv = ['benchmark', 'en', '--tasks', task, '--shots', '2', '--limit', '2'];
  const { status, out } = await inkstone(argv, { cwd, lang });
  expect(status).toBe(0);
  expect(HAN.test(out)).toBe(lang === 'zh');
  expect(out).toMatch(/capitals +2 +en +acc-norm +\d\.\d{4} +\d\.\d{4}\n/);
  expect(out).toContain(
    lang === 'zh' ? '2 条中有 2 条提示超出' : '2 of 2 prompts are longer than the context',
  );
});

test.each([
  [['en'], '--tasks needs a value'],
  [['en', '--tasks', 'none.yaml'], 'none.yaml'],
  [['en', '--tasks', 'bad.yaml'], 'bad.yaml: is no benchmark task that can be read (type'],
  [['en', '--tasks', 'torn.yaml'], 'torn.yaml: not a YAML mapping'],
  [['en', '--tasks', 'capitals.yaml', '--shots', '1,x'], '--shots must be whole numbers from 0 to 100'],
  [['en', '--tasks', 'capitals.yaml', '--shots', '16'], 'capitals: 16 examples beside the item itself'],
  [['far=http://127.0.0.1:9/v1#m', '--tasks', 'capitals.yaml'], 'far is an endpoint that only writes'],
  [['far=ftp://127.0.0.1:9/v1#m', '--tasks', 'capitals.yaml'], '--remote: must be NAME=URL#MODEL'],
  [['http://127.0.0.1:9/v1', '--tasks', 'capitals.yaml'], '--remote: must be NAME=URL#MODEL'],
])('%j is refused', async (argv, message) => {
  for (const name of ['capitals.yaml', 'capitals.jsonl']) {
    writeFileSync(join(cwd, name), readFileSync(join(tasks, name)));
  }
  writeFileSync(join(cwd, 'bad.yaml'), 'name: x\ntype: choice\n');
  writeFileSync(join(cwd, 'torn.yaml'), 'name: [x\n');
  const { status, err } = await run(...argv, '--json');
  expect(status).toBe(2);
  expect(err).toContain(message);
});

test('what is wrong in a task file is told in Chinese, too', async () => {
  writeFileSync(join(cwd, 'wrong.yaml'), 'name: x\ntype: perplexity\ndata: 3\ntext: text\n');
  const told = async (lang: 'en' | 'zh') =>
    (await inkstone(['benchmark', 'en', '--tasks', 'wrong.yaml'], { cwd, lang })).err;
  expect(await told('en')).toContain('(data: Invalid input: expected string, received number)');
  const zh = await told('zh');
  expect(zh).toMatch(/（data：[^A-Z]*）/);
  expect(zh).not.toContain('Invalid');
});
