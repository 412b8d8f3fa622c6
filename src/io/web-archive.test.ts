import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import type { TextDocument } from '../types.ts';
import { createByteReader } from './byte-reader.ts';
import { readHttpResponse } from './http-message.ts';
import { limits } from './limits.ts';
import { parseWarc } from './parse-warc.ts';
import type { Found } from './parsers.ts';
import { openSource } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 warc-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Archives written by warcio (`test/golden/web-archive.py`), and what its reader finds in them. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/web-archive.json', import.meta.url), 'utf8'),
) as { files: Record<string, string>; records: Record<string, [type: string, url: string, size: number][]> };
const bytesOf = (name: string) => Buffer.from(golden.files[name], 'base64');

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function read(name: string, content: string | Uint8Array) {
  const source = await openSource(write(name, content));
  const documents: TextDocument[] = [];
  for await (const document of source.documents()) documents.push(document);
  return { documents, skipped: source.skipped };
}

/** Without a process of its own: for the many damaged files. */
async function parse(name: string, content: Uint8Array): Promise<Found[]> {
  const found: Found[] = [];
  for await (const part of parseWarc(write(name, content))) if (part.kind !== 'beat') found.push(part);
  return found;
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

const record = (
  fields: Record<string, string | number>,
  content: string | Buffer,
  version = '1.0',
): Buffer => {
  const body = Buffer.from(content as string);
  const all = {
    'WARC-Type': 'conversion',
    'Content-Type': 'text/plain',
    'Content-Length': body.length,
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`WARC/${version}\r\n${lines.join('')}\r\n`),
    body,
    Buffer.from('\r\n\r\n'),
  ]);
};

describe('web archives', () => {
  test.each(['crawl.warc.gz', 'crawl.warc'])(
    '%s of warcio: pages as documents, the rest counted',
    async (name) => {
      const { documents, skipped } = await read(name, bytesOf(name));
      expect(documents.map(({ title }) => title)).toEqual([
        'The river',
        '河流',
        'The packed river',
        'http://a.test/plain',
      ]);
      expect(documents[0].text).toMatch(/^The river rises in the hills/);
      expect(documents[1].text).toMatch(/^河水从山里流出来，/);
      expect(documents[2].text).toMatch(/^The packed river rises/);
      expect(documents[3]).toEqual({ text: 'Just a line.\n', title: 'http://a.test/plain', source: name });
      const count = Object.values(skipped).reduce((sum, some) => sum + some, 0);
      expect(count + documents.length).toBe(golden.records[name].length);
      expect(skipped).toEqual({ record: 2, status: 1, media: 1 });
    },
  );

  test('WET: records as texts with their address', async () => {
    const { documents, skipped } = await read('c.warc.wet.gz', bytesOf('crawl.warc.wet.gz'));
    expect(documents.map(({ text, title }) => [title, text])).toEqual([
      ['http://a.test/', 'The river\nrises in the hills.'],
      ['http://a.test/zh', '河水从山里流出来。'],
    ]);
    expect(skipped).toEqual({ record: 1 });
  });

  test.each(['crawl.warc.gz', 'crawl.warc'])(
    '%s cut anywhere is an error, unless between two records',
    async (name) => {
      const whole = bytesOf(name);
      const documents = async (bytes: Uint8Array) =>
        (await parse(name, bytes)).filter(({ kind }) => kind === 'document').length;
      const [most, ends] = [await documents(whole), [] as number[]];
      for (let length = 1; length < whole.length; length += 29) {
        const work = documents(whole.subarray(0, length));
        const outcome = await work.catch((error: InkstoneError) => error.code);
        if (typeof outcome === 'number') ends.push(outcome);
        else expect(outcome).toBe('io/format');
      }
      expect(ends.length).toBeLessThan(golden.records[name].length);
      expect(Math.max(0, ...ends)).toBeLessThanOrEqual(most);
    },
  );

  test('one byte changed is an error or the same records: never another number of them', async () => {
    const whole = bytesOf('crawl.warc.gz');
    for (let at = 0; at < whole.length; at += 131) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 0x10;
      const found = await parse('changed.warc.gz', bytes).catch((error: InkstoneError) => error.code);
      if (typeof found !== 'string') expect(found.filter(({ kind }) => kind === 'document')).toHaveLength(4);
      else expect(found).toBe('io/format');
    }
  });

  test.each([
    [
      'a length that is too small',
      [record({ 'Content-Length': 3 }, 'abcdef')],
      /its length 3 is not where it ends/,
    ],
    [
      'a length that is too large',
      [record({ 'Content-Length': 300 }, 'abcdef')],
      /its length is 300, but the file ends/,
    ],
    [
      'a huge length, passed over',
      [record({ 'Content-Length': 999_999_999_999_999 }, 'x')],
      /the file ends before/,
    ],
    [
      'a length beyond all',
      [record({ 'Content-Length': '9'.repeat(30) }, 'x')],
      /record 1: its Content-Length is "9999/,
    ],
    ['a negative length', [record({ 'Content-Length': -1 }, 'x')], /record 1: its Content-Length is "-1"/],
    ['no length', [Buffer.from('WARC/1.0\r\nWARC-Type: response\r\n\r\n')], /Content-Length is ""/],
    ['another version', [record({}, 'a'), record({}, 'b', '2.0')], /record 2: it begins with "WARC\/2.0"/],
    ['no archive', [Buffer.from('春眠不觉晓\n\n')], /record 1: it begins with "春眠不觉晓"/],
    ['an endless line', [Buffer.alloc(limits.warcHeaderBytes + 9, 65)], /longer than 65536 bytes/],
    ['endless lines', [Buffer.from(`WARC/1.0\r\n${'A: b\r\n'.repeat(20_000)}`)], /longer than 65536 bytes/],
  ])('%s is an error', async (_, parts, message) => {
    expect((await errorOf(parse('bad.warc', Buffer.concat(parts)))).message).toMatch(message);
  });

  test('what follows the last record and is no gzip is an error', async () => {
    for (const more of [
      Buffer.from('no gzip here'),
      Buffer.alloc(20),
      Buffer.concat([Buffer.alloc(20), gzipSync('x')]),
    ]) {
      const error = await errorOf(parse('more.warc.gz', Buffer.concat([bytesOf('crawl.warc.gz'), more])));
      expect(error.message).toMatch(/cannot be read as gzip/);
    }
  });

  test('a record that is too long is passed over without being held', async () => {
    const long = record({}, Buffer.alloc(limits.warcRecordBytes + 1, 97));
    const packed = Buffer.concat([gzipSync(long), gzipSync(record({}, 'after'))]);
    expect(packed.length).toBeLessThan(100_000);
    let beats = 0;
    for await (const { kind } of parseWarc(write('bomb.warc.gz', packed))) if (kind === 'beat') beats++;
    // One for each chunk that went by.
    expect(beats).toBeGreaterThan(100);
    const { documents, skipped } = await read('bomb.warc.gz', packed);
    expect(documents.map(({ text }) => text)).toEqual(['after']);
    expect(skipped).toEqual({ long: 1 });
  });

  test('a page that is damaged or in no encoding is counted; the others are read', async () => {
    const page = (head: string, body: Buffer) =>
      record(
        { 'WARC-Type': 'response', 'Content-Type': 'application/http; msgtype=response' },
        Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${head}\r\n`), body]),
      );
    const parts = [
      page('', Buffer.from([0x3c, 0x70, 0x3e, 0xff, 0xfe, 0xff])),
      page('Content-Encoding: gzip\r\n', gzipSync(Buffer.alloc(limits.htmlBytes + 1))),
      page('', Buffer.from('<p>fine')),
    ];
    const { documents, skipped } = await read('pages.warc', Buffer.concat(parts));
    expect(documents.map(({ text }) => text)).toEqual(['fine']);
    expect(skipped).toEqual({ unreadable: 2 });
  });
});

describe('HTTP responses', () => {
  const body = (message: string) => readHttpResponse(Buffer.from(message))?.body.toString();
  test.each([
    ['HTTP/1.1 200 OK\r\n\r\nabc', 'abc'],
    ['HTTP/2 200\r\n\r\nabc', 'abc'],
    ['HTTP/1.0 200 OK\nA: b\n\nabc', 'abc'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n', 'abc'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>undone already', '<p>undone already'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nab', 'ab'],
    ['HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nundone already', 'undone already'],
    ['HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nno brotli', undefined],
    ['GET / HTTP/1.1\r\n\r\n', undefined],
    ['', undefined],
  ])('%j', (message, expected) => {
    expect(body(message)).toBe(expected);
  });
});

test('a byte reader gives the same whatever the chunks', async () => {
  const bytes = Buffer.from('ab\n\ncdefgh\nij');
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    const reader = createByteReader(chunks());
    const got = [await reader.line(9), await reader.line(9), await reader.read(3)].map(String);
    expect(got).toEqual(['ab', '', 'cde']);
    for (let left = 2; left > 0; ) left -= await reader.skip(left);
    expect(String(await reader.line(2))).toBe('h');
    expect([
      await reader.isOver(),
      await reader.line(9),
      await reader.skip(1),
      await reader.isOver(),
    ]).toEqual([false, undefined, 0, true]);
  }
});
