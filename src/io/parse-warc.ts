/** Web archives (WARC 1.0 and 1.1, ISO 28500), also gzipped record by record: pages as Common Crawl and crawlers keep them, and WET. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { InkstoneError } from '../errors.ts';
import { boundedBytes, createByteReader } from './byte-reader.ts';
import { fail } from './errors.ts';
import { readHttpResponse } from './http-message.ts';
import { limits } from './limits.ts';
import { htmlDocument } from './parse-html.ts';
import type { Found, Skipped } from './parsers.ts';

const FORMAT = 'WARC';

/**
 * One document for each page of HTML or plain text that was answered with status 200, with its title or its address, and for each record of
 * WET (`conversion`). All other records are counted. A record larger than `limits.warcRecordBytes` is passed over without being held.
 */
export async function* parseWarc(path: string): AsyncGenerator<Found> {
  const reader = createByteReader(boundedBytes(bytesOf(path), path, FORMAT));
  const skipped: { -readonly [Kind in keyof Skipped]?: number } = {};
  const skip = (kind: keyof Skipped): void => void (skipped[kind] = (skipped[kind] ?? 0) + 1);
  for (let number = 1; ; number++) {
    const bad = (reason: string) =>
      fail('io/format', { path, format: FORMAT, reason: `record ${number}: ${reason}` });
    const header = await readHeader(reader, bad);
    if (!header) break;
    const { type, size, url, contentType } = header;
    const take = kindOf(type, contentType);
    if (take === 'other' || size > limits.warcRecordBytes) {
      skip(take === 'other' ? 'record' : 'long');
      for (let left = size; left > 0; ) {
        const gone = await reader.skip(left);
        if (gone === 0) throw bad(`its length is ${size}, but the file ends before`);
        left -= gone;
        yield { kind: 'beat' };
      }
    } else {
      const content = await reader.read(size);
      if (!content) throw bad(`its length is ${size}, but the file ends before`);
      const document = await readContent(take, content, url);
      if (typeof document === 'string') skip(document);
      else yield document;
    }
    const end = await reader.read(4);
    if (end?.toString('latin1') !== '\r\n\r\n') throw bad(`its length ${size} is not where it ends`);
    yield { kind: 'beat' };
  }
  yield { kind: 'skipped', skipped };
}

/** The archive's bytes after decompression: gzip may come in as many members as there are records. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const isPacked = path.toLowerCase().endsWith('.gz');
  const unpack = isPacked ? createGunzip() : undefined;
  file.on('error', (error) => unpack?.destroy(error));
  try {
    yield* (unpack ? file.pipe(unpack) : file) as AsyncIterable<Buffer>;
    // NOTE What follows the last member and is no gzip is passed over by zlib without a word.
    if (unpack && unpack.bytesWritten < (await stat(path)).size) throw new Error('bytes that are no gzip');
  } catch (error) {
    if (error instanceof InkstoneError || !isPacked) throw error;
    throw fail('io/format', { path, format: 'gzip', reason: `${(error as Error).message}` }, error);
  } finally {
    file.destroy();
    unpack?.destroy();
  }
}

interface RecordHeader {
  readonly type: string;
  readonly size: number;
  readonly url: string | undefined;
  readonly contentType: string;
}

/** A record's header; `undefined` at the end of the file. */
async function readHeader(
  reader: ReturnType<typeof createByteReader>,
  bad: (reason: string) => InkstoneError,
): Promise<RecordHeader | undefined> {
  if (await reader.isOver()) return undefined;
  const lines: string[] = [];
  let size = 0;
  for (;;) {
    const line = await reader.line(limits.warcHeaderBytes - size);
    if (line === undefined)
      throw bad(`its header is cut off, or longer than ${limits.warcHeaderBytes} bytes`);
    size += line.length + 1;
    const text = line.toString('utf8').replace(/\r$/, '');
    if (text === '' && lines.length > 0) break;
    lines.push(text);
  }
  if (!/^WARC\/1\.[01]$/.test(lines[0]))
    throw bad(`it begins with ${JSON.stringify(lines[0].slice(0, 20))}, not with WARC/1.0 or WARC/1.1`);
  const fields = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const length = fields.get('content-length') ?? '';
  if (!/^\d{1,15}$/.test(length)) throw bad(`its Content-Length is ${JSON.stringify(length.slice(0, 30))}`);
  return {
    type: fields.get('warc-type')?.toLowerCase() ?? '',
    size: Number(length),
    url: fields.get('warc-target-uri')?.replace(/^<|>$/g, ''),
    contentType: fields.get('content-type')?.toLowerCase() ?? '',
  };
}

type Kind = 'response' | 'html' | 'text' | 'other';

function kindOf(type: string, contentType: string): Kind {
  if (type === 'response' && /^application\/http\b/.test(contentType)) return 'response';
  if (type === 'conversion' || type === 'resource') return kindOfMedia(contentType);
  return 'other';
}

function kindOfMedia(contentType: string): 'html' | 'text' | 'other' {
  if (/^(?:text\/html|application\/xhtml\+xml)\b/.test(contentType)) return 'html';
  return /^text\/plain\b/.test(contentType) ? 'text' : 'other';
}

/** The document of a record, or why there is none. */
async function readContent(
  kind: Kind,
  content: Buffer,
  url: string | undefined,
): Promise<Found | keyof Skipped> {
  let [media, body, charset] = [kind, content, undefined as string | undefined];
  if (kind === 'response') {
    const response = readHttpResponse(content);
    if (!response) return 'unreadable';
    if (response.status !== 200) return 'status';
    const type = response.headers.get('content-type')?.toLowerCase() ?? '';
    media = kindOfMedia(type);
    if (media === 'other') return 'media';
    charset = /charset\s*=\s*["']?([\w-]{2,20})/.exec(type)?.[1];
    body = response.body;
  }
  if (body.length > limits.htmlBytes) return 'long';
  try {
    const { text, title } = await htmlDocument(body, '', { charset, isPlain: media === 'text' });
    const name = title ?? url;
    return { kind: 'document', text, ...(name && { title: name }) };
  } catch {
    return 'unreadable';
  }
}
