/** `inkstone data diversity` and `inkstone data augment`: in both languages, for machines, and with bad input. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['data', ...argv], { cwd });
const rowsOf = (name: string): Record<string, string>[] =>
  readFileSync(join(cwd, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(() => {
  mkdirSync(join(cwd, 'corpus'));
  writeFileSync(join(cwd, 'corpus/poem.txt'), '床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。\n');
  writeFileSync(
    join(cwd, 'corpus/prose.txt'),
    'It was a bright cold day in April. The clocks were striking.\n',
  );
  writeFileSync(
    join(cwd, 'reviews.csv'),
    'label,text\n1,房间很干净，大家都很高兴。\n0,"The quick, small room."\n1,!\n',
  );
  writeFileSync(join(cwd, 'synonyms.txt'), '高兴,开心\nquick,fast\n');
});

describe('data diversity', () => {
  test('a row for all and for each source, in both languages', async () => {
    const { out, status } = await run('diversity', 'corpus');
    expect(status).toBe(0);
    expect(out).toContain('languages of 2 documents: ');
    expect(out).toMatch(
      /^source +documents +characters +words\/sentence +short lines, % +sampled words +distinct-2/m,
    );
    expect(out).toMatch(/^all +2 +87 +\d/m);
    expect(out).toMatch(/^poem\.txt +1 +27 +5\.0 ± 0\.0 +100\.0 +20 /m);
    expect(out).toMatch(/^prose\.txt +1 +\d+ +6\.0 ± 2\.0 +0\.0 /m);
    const zh = await inkstone(['data', 'diversity', 'corpus'], { cwd, lang: 'zh' });
    expect(zh.out).toMatch(/2 篇文本的语言：(zh 1, en 1|en 1, zh 1)/);
    expect(zh.out).toMatch(/^全部 /m);
    const { json } = await run('diversity', 'corpus', '--json', '--seed', '3');
    expect(json[1]).toMatchObject({ type: 'diversity', seed: 3, whole: { documents: 2, shortLined: 0.5 } });
  });
});

describe('data augment', () => {
  test('each record, then altered ones with the same label; the same seed writes the same', async () => {
    const argv = ['augment', 'reviews.csv', '--synonyms', 'synonyms.txt', '--copies', '8', '--rate', '0.3'];
    const { out, status } = await run(...argv, '--out', 'a.jsonl');
    expect(status).toBe(0);
    expect(out).toMatch(
      /^a\.jsonl: 3 records and \d+ made from them; 1 had nothing to change\n {2}for example "房间很干净/,
    );
    const rows = rowsOf('a.jsonl');
    expect(rows[0]).toEqual({ label: '1', text: '房间很干净，大家都很高兴。' });
    const english = rows.findIndex(({ text }) => text === 'The quick, small room.');
    expect(english).toBeGreaterThan(3);
    for (const [i, { label, text }] of rows.entries()) {
      expect(label).toBe(i >= english && text !== '!' ? '0' : '1');
      expect(HAN.test(text)).toBe(i < english);
    }
    expect(rows.some(({ text }) => text.includes('fast'))).toBe(true);
    await run(...argv, '--out', 'b.jsonl');
    expect(rowsOf('b.jsonl')).toEqual(rows);
    await run(...argv, '--out', 'c.jsonl', '--seed', '2');
    expect(rowsOf('c.jsonl')).not.toEqual(rows);
    const zh = await inkstone(['data', ...argv, '--out', 'd.jsonl'], { cwd, lang: 'zh' });
    expect(zh.out).toMatch(/^d\.jsonl：原有 3 条，新生成 \d+ 条；1 条没有可改动之处/);
    const { json } = await run(...argv, '--out', 'e.jsonl', '--json');
    expect(json).toEqual([
      { type: 'augmented', file: 'e.jsonl', records: 3, made: rows.length - 3, unchanged: 1 },
    ]);
  });

  test('a field of another name; JSON lines keep what is no text', async () => {
    writeFileSync(
      join(cwd, 'in.jsonl'),
      `${JSON.stringify({ id: 7, review: 'one two three', tags: ['x'] })}\n`,
    );
    await run(
      'augment',
      'in.jsonl',
      '--text-column',
      'review',
      '--methods',
      'swap',
      '--copies',
      '2',
      '--out',
      'f.jsonl',
    );
    const rows = rowsOf('f.jsonl');
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      expect(row).toMatchObject({ id: 7, tags: ['x'] });
      expect(row.review.split(' ').sort()).toEqual(['one', 'three', 'two']);
    }
  });

  test.each([
    [
      ['augment', 'reviews.csv', '--methods', 'swop'],
      /--methods must be some of .*got "swop"; did you mean "swap"/,
    ],
    [['augment', 'reviews.csv', '--methods', 'insert'], /methods must be given with synonyms/],
    [['augment', 'reviews.csv', '--synonyms', 'none.txt'], /none\.txt: no such file/],
    [['augment', 'reviews.csv', '--text-column', 'txt'], /no column "txt".*did you mean "text"/],
    [['augment', 'reviews.csv', '--out', './reviews.csv'], /--out must be another file/],
    [['augment', 'reviews.csv', '--rate', '0'], /--rate must be/],
    [['augment', 'reviews.csv', '--language', 'zh'], /--language is an option of "data preview", .* only/],
    [['augment', 'corpus'], /corpus: records are read from \.jsonl, \.ndjson, \.json, \.csv, \.tsv/],
    [['stats', 'corpus', '--copies', '3'], /--copies is an option of "data augment" only/],
  ])('%j is one clear error, and nothing is written', async (argv, message) => {
    const { status, err } = await run(...argv);
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
    expect(status).toBe(2);
    expect(existsSync(join(cwd, 'corpus.jsonl'))).toBe(false);
  });
});
