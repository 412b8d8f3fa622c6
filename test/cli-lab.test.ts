/** `inkstone repeat lab` from end to end on a tiny run. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const small = ['--prompts', '3', '--tokens', '6', '--strategies', 'greedy;top-p:0.9,temperature=0.8'];
const lab = (...argv: string[]) => inkstone(['repeat', 'lab', ...argv], { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  const train = ['--steps', '10', '--lr', '0.01', '--json'];
  await inkstone(['train', '--data', 'en.txt', ...tiny, ...train, '--out', 'en'], { cwd });
  await inkstone(['train', '--data', 'zh.jsonl', ...tiny, ...train, '--out', 'zh'], { cwd });
}, 180_000);

describe.each([
  ['en', 'words'],
  ['zh', 'characters'],
])('the lab on a run of %s texts', (run, unit) => {
  test('gives machines the rows as they come, the report, and a page that is whole', async () => {
    const { status, err, json } = await lab(run, ...small, '--json', '--out', `pages/${run}.html`);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const rows = json.filter(({ type }) => type === 'row').map(({ row }) => row as { name: string });
    expect(rows.map(({ name }) => name)).toEqual([
      'greedy',
      'greedy',
      'top-p:0.9,temperature=0.8',
      'top-p:0.9,temperature=0.8',
    ]);
    const { type, page, report } = json.at(-1)! as { type: string; page: string; report: never };
    expect({ type, page }).toEqual({ type: 'report', page: `pages/${run}.html` });
    expect(report).toMatchObject({
      settings: { prompts: 3, tokens: 6, unit, seed: 1337 },
      causes: { beams: { length: 4 }, induction: { heads: { length: 2 } } },
    });
    const html = readFileSync(join(cwd, page), 'utf8');
    expect(html.startsWith('<!doctype html>') && html.endsWith('</html>\n')).toBe(true);
    expect(html.includes(`npx inkstone repeat lab ${run}`)).toBe(true);
    expect(readdirSync(join(cwd, 'pages'))).toContain(`${run}.html`);
    expect(readdirSync(join(cwd, 'pages')).filter((name) => !name.endsWith('.html'))).toEqual([]);
  });
});

test('shows people the table, the causes and the cure, in their language; the page lies in the run', async () => {
  const english = await lab('en', ...small, '--no-guard');
  expect(english.status).toBe(0);
  expect(english.out).toMatch(/strategy +rep-4 +diversity/);
  expect(english.out).toMatch(/\n {2}people .*\n {2}greedy /);
  expect(english.out).not.toContain('guard');
  expect(english.out).toMatch(/What fits it\n {2}Decode with /);
  expect(existsSync(join(cwd, 'en/lab.html'))).toBe(true);
  // What the studio shows of it, as data.
  const view = JSON.parse(readFileSync(join(cwd, 'en/lab.json'), 'utf8'));
  expect(view).toMatchObject({
    version: 1,
    rows: expect.arrayContaining([expect.objectContaining({ isPeople: true })]),
  });
  expect(view.command).not.toContain('--json');
  const chinese = await inkstone(['repeat', 'lab', 'zh', ...small], { cwd, lang: 'zh' });
  expect(chinese.out).toMatch(/策略 +rep-4 +多样性/);
  expect(chinese.out).toMatch(/适合它的办法\n {2}用 /);
  expect(readFileSync(join(cwd, 'zh/lab.html'), 'utf8').includes('<html lang="zh-Hans">')).toBe(true);
});

test('prompts can come from other texts, and the same seed writes the same', async () => {
  const texts = async (...options: string[]) => {
    const { json } = await lab('en', ...small, '--no-guard', '--json', '--data', 'en.txt', ...options);
    const rows = json.filter(({ type }) => type === 'row').map(({ row }) => row as { texts: object });
    return rows.map(({ texts: written }) => written);
  };
  expect(await texts()).toEqual(await texts());
  expect(await texts('--seed', '5')).not.toEqual(await texts());
});

test.each([
  [['en', '--strategies', 'topp:0.9'], 'strategy: "topp" is not one; did you mean "top-p"?'],
  [['en', '--tokens', '600'], 'runLab: 609 tokens must fit into the context, which holds 16; ask for fewer'],
  [['en', 'zh'], 'repeat lab: does not expect "zh"; give a source with --data'],
  [['nowhere'], 'nowhere'],
])('refuses %j', async (argv, message) => {
  const { status, err } = await lab(...argv);
  expect(status).not.toBe(0);
  expect(err).toContain(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('its options belong to no other verb', async () => {
  const { status, err } = await inkstone(['repeat', 'measure', 'en.txt', '--prompts', '3'], { cwd });
  expect(status).not.toBe(0);
  expect(err).toContain('--prompts');
});

test('without a run it trains one on the data first, then prompts come from its held-out side', async () => {
  const { status, err, json } = await lab(
    'fresh',
    '--data',
    'en.txt',
    '--minutes',
    '0.02',
    ...small,
    '--json',
  );
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(existsSync(join(cwd, 'fresh/config.json'))).toBe(true);
  expect(json.some(({ type }) => type === 'finish')).toBe(true);
  expect(json.at(-1)).toMatchObject({ type: 'report', page: 'fresh/lab.html' });
});
