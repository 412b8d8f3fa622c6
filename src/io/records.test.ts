/** Records from files, and what is said of bad ones. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readRecords } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'inkstone-records-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const records: [where: string, fields: unknown][] = [];
  for await (const { where, fields } of readRecords(path))
    records.push([where.slice(folder.length + 1), fields]);
  return records;
}

describe('readRecords', () => {
  test('JSON lines: empty lines are passed over and counted, the last needs no line end', async () => {
    expect(await read('a.jsonl', '{"x":1}\n\n{"x":"春"}')).toEqual([
      ['a.jsonl:1', { x: 1 }],
      ['a.jsonl:3', { x: '春' }],
    ]);
  });

  test('a torn last line is not lost in silence', async () => {
    await expect(read('torn.jsonl', '{"x":1}\n{"x":')).rejects.toMatchObject({
      code: 'io/json',
      data: { line: 2 },
    });
  });

  test('a JSON array', async () => {
    expect(await read('a.json', '[{"x":1},{"x":2}]')).toEqual([
      ['a.json#1', { x: 1 }],
      ['a.json#2', { x: 2 }],
    ]);
  });

  test('tables: names from the first row, quoted line ends, short rows, GB18030', async () => {
    expect(await read('a.csv', 'a, b\n"x\ny",1\n\nz\n')).toStrictEqual([
      ['a.csv:3', { a: 'x\ny', b: '1' }],
      ['a.csv:5', { a: 'z' }],
    ]);
    expect(await read('a.tsv', 'a\tb\n"x\t1\n')).toEqual([['a.tsv:2', { a: '"x', b: '1' }]]);
    const gb = Uint8Array.from([0x61, 0x0a, 0xb4, 0xba, 0xcc, 0xec, 0xc0, 0xb4, 0xc1, 0xcb, 0x0a]);
    expect(await read('gb.csv', gb)).toEqual([['gb.csv:2', { a: '春天来了' }]]);
  });

  test.each([
    ['a.jsonl', '{"x":1}\n[1]\n', 'io/record'],
    ['a.jsonl', '{"x":1}\n"x"\n', 'io/record'],
    ['a.json', '{', 'io/json'],
    ['a.txt', 'x', 'io/record-format'],
  ])('%s of %j is refused', async (name, content, code) => {
    await expect(read(name, content)).rejects.toMatchObject({ code });
  });

  test('a missing file', async () => {
    await expect(readRecords(join(folder, 'none.jsonl')).next()).rejects.toMatchObject({
      code: 'io/missing',
    });
  });
});
