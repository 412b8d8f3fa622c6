/** `inkstone tag`: the table, the counts and both files, in both languages; bad input. (Names by a model: cli-heads.test.ts.) */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['tag', ...argv], { cwd });

test('a table of the first sentences, counts of all, and a file', async () => {
  writeFileSync(join(cwd, 'lines.txt'), '李白喝酒。\nThe old ship sank in Paris.\n');
  const { out, status } = await run('lines.txt', '--first', '1', '--out', 'lines.conllu');
  expect(status).toBe(0);
  expect(out).toMatch(/^ {2}word +part of speech +own tag +name +place\n {2}李白 +PROPN +nr +PER +0–2\n/);
  expect(out).not.toContain('ship  ');
  expect(out).toContain('2 sentences, 10 words and marks\n');
  expect(out).toMatch(/PUNCT +2 +20\.0 % +2 +。 1, \. 1/);
  expect(out).toMatch(
    /names +count .*\n {2}PER +1 .*\n {2}LOC +1 +50\.0 % +1 +Paris 1\nwritten: lines\.conllu\n$/,
  );
  expect(readFileSync(join(cwd, 'lines.conllu'), 'utf8')).toMatch(
    /^# newdoc id = 0\n# sent_id = 1\n[\s\S]*\n\n# sent_id = 2\n# text = The old[\s\S]*\tParis\t_\tPROPN\t[\s\S]*\n\n$/,
  );
  const zh = await inkstone(['tag', '--text', '李白喝酒。'], { cwd, lang: 'zh' });
  expect(zh.out).toMatch(/^ {2}词 +词性 +原标记 +实体 +位置[\s\S]*1 句，3 个词与标点/);
});

test('for machines: sentences with places, then the counts; the same lines in a .jsonl file', async () => {
  const { json } = await run('--text', 'A ship. 李白', '--json', '--out', 'a.jsonl');
  expect(json.map(({ type }) => type)).toEqual(['sentence', 'sentence', 'counts', 'written']);
  expect(json[1]).toMatchObject({
    language: 'zh',
    entities: [{ text: '李白', start: 8, end: 10, type: 'PER' }],
  });
  const lines = readFileSync(join(cwd, 'a.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => ({ type: 'sentence', ...JSON.parse(line) }))).toEqual(json.slice(0, 2));
});

test.each([
  [[], /^tag: .*<source>/],
  [['a.txt', '--text', 'a'], /^tag: .*<source>.*--text/],
  [['--text', 'a', '--out', 'a.csv'], /^tag: --out must end in \.jsonl, \.conllu, got "a\.csv"/],
])('bad input: %j', async (argv, message) => {
  const { status, err } = await run(...argv);
  expect(status).toBe(2);
  expect(err).toMatch(message);
});
