import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import type { TextDocument } from '../types.ts';
import { type ColumnOptions, chooseColumns } from './columns.ts';
import { limits } from './limits.ts';
import { openSource } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array, options: ColumnOptions = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const source = await openSource(path, options);
  const documents: TextDocument[] = [];
  for await (const document of source.documents()) documents.push(document);
  return { documents, encodings: source.otherEncodings };
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

describe('tables', () => {
  test('CSV: quotes, line breaks inside cells, empty cells, missing and extra cells', async () => {
    const csv =
      '\ufefftitle,Text,n\r\n春晓,"春眠不觉晓，\n处处""闻""啼鸟",1\r\n,plain,2,extra\r\nshort\r\n\r\n"a, b",,3\r\n';
    const { documents } = await read('a.csv', csv);
    expect(documents).toEqual([
      { text: '春眠不觉晓，\n处处"闻"啼鸟', title: '春晓', source: 'a.csv' },
      { text: 'plain', source: 'a.csv' },
      { text: '', title: 'short', source: 'a.csv' },
      { text: '', title: 'a, b', source: 'a.csv' },
    ]);
  });

  test('TSV: a quotation mark is a letter', async () => {
    const { documents } = await read('b.tsv', '内容\t标题\n"He said\tone\n他说“好”\t二\n');
    expect(documents.map(({ text, title }) => [text, title])).toEqual([
      ['"He said', 'one'],
      ['他说“好”', '二'],
    ]);
  });

  test('columns: named, usual, the only one; else an error with those there are and the nearest', async () => {
    const csv = 'review,label\n好,1\n';
    expect((await read('c.csv', csv, { textColumn: 'review', titleColumn: 'label' })).documents).toEqual([
      { text: '好', title: '1', source: 'c.csv' },
    ]);
    expect((await read('one.csv', 'poem\n春眠\n')).documents[0].text).toBe('春眠');
    const misspelt = await errorOf(read('c.csv', csv, { textColumn: 'reviews' }));
    expect(misspelt.message).toMatch(
      /c\.csv: there is no column "reviews"; columns: review, label; did you mean "review"\?/,
    );
    const unnamed = await errorOf(read('c.csv', csv));
    expect(unnamed.message).toMatch(/columns: review, label; name one with --text-column/);
    expect(unnamed.text('zh')).toMatch(/请用 --text-column 指定/);
    expect(() => chooseColumns(Array(40).fill('x'), {}, 'p')).toThrow(/x, …/);
  });

  test('JSON records take their text from the named field', async () => {
    const lines = '{"q":"问","a":"答"}\n{"q":"问二","a":["一","二"]}\n';
    const { documents } = await read('d.jsonl', lines, { textColumn: 'a', titleColumn: 'q' });
    expect(documents.map(({ text, title }) => [text, title])).toEqual([
      ['答', '问'],
      ['一\n二', '问二'],
    ]);
    expect((await errorOf(read('d.jsonl', lines, { textColumn: 'answer' }))).message).toMatch(
      /d\.jsonl:1: there is no column "answer"; columns: q, a/,
    );
  });

  test('GB18030 and UTF-16 are read and told, also behind a megabyte', async () => {
    const row = Buffer.from('b4bac3dfb2bbbef5cffe0a', 'hex');
    const gbk = Buffer.concat([Buffer.from('text\n'), ...Array(120_000).fill(row)]);
    const { documents, encodings } = await read('gbk.csv', gbk);
    expect(documents.length).toBe(120_000);
    expect(documents.every(({ text }) => text === '春眠不觉晓')).toBe(true);
    expect(encodings).toEqual([{ path: 'gbk.csv', encoding: 'gb18030' }]);
    const wide = await read('wide.csv', Buffer.from('\ufefftext,n\n春晓,1\n', 'utf16le'));
    expect(wide.documents[0].text).toBe('春晓');
    expect(wide.encodings[0].encoding).toBe('utf-16le');
  });

  test('a damaged byte is named; a quote that never closes and an endless row are refused', async () => {
    const damaged = Buffer.from(`text\n${'春眠不觉晓\n'.repeat(100_000)}`);
    damaged[1_300_000] = 0xff;
    const error = await errorOf(read('damaged.csv', damaged));
    expect(error.code).toBe('io/utf8');
    expect((error.data as { offset: number }).offset).toBeGreaterThan(1_299_990);
    expect((error.data as { offset: number }).offset).toBeLessThanOrEqual(1_300_000);
    expect((await errorOf(read('open.csv', 'text\n"never closed\nand on\n'))).code).toBe('io/format');
    const endless = `text\n"${'x'.repeat(limits.csvRowBytes + 10)}"\n`;
    expect(await errorOf(read('endless.csv', endless))).toMatchObject({
      code: 'io/format-limit',
      data: { format: 'CSV', limit: limits.csvRowBytes },
    });
  });

  test('column names that are no names: __proto__, constructor', async () => {
    const { documents } = await read('p.csv', '__proto__,constructor,text\na,b,c\n');
    expect(documents).toEqual([{ text: 'c', source: 'p.csv' }]);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  test('an empty table, and one with a head only, have no documents', async () => {
    expect((await read('empty.csv', '')).documents).toEqual([]);
    expect((await read('head.csv', 'text\n')).documents).toEqual([]);
  });
});

describe('labels', () => {
  const csv = 'class,Text,grade\nsport,"a, b",1\nnews,c,2\n';
  const labelsOf = async (name: string, content: string, options: ColumnOptions) =>
    (await read(name, content, { ...options, labels: true })).documents.map(({ text, label }) => [
      text,
      label,
    ]);

  test('from the column with a usual name or the one that is named', async () => {
    expect(await labelsOf('l.csv', csv, {})).toEqual([
      ['a, b', 'sport'],
      ['c', 'news'],
    ]);
    expect(await labelsOf('l.csv', csv, { labelColumn: 'grade' })).toEqual([
      ['a, b', '1'],
      ['c', '2'],
    ]);
    const records = '{"text":"a","类别":3}\n{"text":"b","类别":true}\n{"text":"c","类别":{}}\n';
    expect(await labelsOf('l.jsonl', records, {})).toEqual([
      ['a', '3'],
      ['b', 'true'],
      ['c', undefined],
    ]);
    const { documents } = await read('l.csv', csv);
    expect(documents.every(({ label }) => label === undefined)).toBe(true);
  });

  test('without a header columns are called by number', async () => {
    const columns = { textColumn: '1', labelColumn: '2', header: false };
    expect(await labelsOf('l.tsv', '好\tgood\n"坏\tbad\n', columns)).toEqual([
      ['好', 'good'],
      ['"坏', 'bad'],
    ]);
    const error = await errorOf(read('l.tsv', '好\tgood\n', { textColumn: '3', header: false }));
    expect(error.message).toMatch(/there is no column "3"; columns: 1, 2/);
  });

  test('a table without a label column names its columns', async () => {
    const error = await errorOf(read('l.csv', 'text,kind\na,b\n', { labels: true }));
    expect(error.code).toBe('io/label-column');
    expect(error.message).toMatch(/columns: text, kind; name one with --label-column/);
  });
});
