/** Files behind URLs: downloaded once into the cache, with a part that is there gone on with. Never from private addresses unless allowed. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { extname, join } from 'node:path';
import { InkstoneError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { fail } from './errors.ts';
import { codeOf, describeFileError, nodeFiles } from './files.ts';
import { limits } from './limits.ts';
import { extensionOf, type FileOnDisk } from './readers.ts';
import type { DownloadProgress } from './source-package.ts';
import { checkUrl, follow, type RequestOptions, shown } from './web-request.ts';

export interface FetchOptions extends RequestOptions {
  readonly cacheFolder: string;
  /** Which extensions can be read, for the error. */
  readonly known: readonly string[];
  /** What is known of the file beforehand: anything else that comes is refused. */
  readonly expected?: { readonly sizeBytes: number; readonly sha256?: string };
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly offline?: boolean;
  readonly refresh?: boolean;
}

/** What is known of a download that is whole or under way. */
interface WebRecord {
  readonly url: string;
  /** File name in the cache, with the extension by which it is read. */
  readonly name: string;
  /** What tells one version of the file from another; a part is gone on with only if there is one. */
  readonly validator: string | undefined;
  readonly sizeBytes?: number;
}

const RECORD = 'source.json';
const PART = 'part';
const PART_RECORD = 'part.json';

/** Extensions of content types, for a URL whose path has none. */
const extensions: { readonly [type: string]: string } = {
  'text/html': '.html',
  'application/xhtml+xml': '.html',
  'text/plain': '.txt',
  'text/markdown': '.md',
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/json': '.json',
  'application/jsonl': '.jsonl',
  'application/x-ndjson': '.jsonl',
  'application/pdf': '.pdf',
  'application/epub+zip': '.epub',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': '.docx',
  'application/vnd.apache.parquet': '.parquet',
};

/**
 * The file that a URL leads to, from the cache or fetched into it. At most `limits.webRedirects` redirects and `limits.webBytes` bytes; a
 * server that is silent for `idleTimeoutMs` (60 s) is given up. A download that broke off goes on where it stopped if the file is still
 * the same (`ETag` or `Last-Modified`). Each host on the way must have public addresses only, and `https:`, unless `privateAddresses`.
 */
export async function fetchToCache(spec: string, options: FetchOptions): Promise<FileOnDisk> {
  const url = checkUrl(spec, spec, options);
  const folder = join(
    options.cacheFolder,
    'web',
    createHash('sha256').update(url.href).digest('hex').slice(0, 32),
  );
  try {
    const cached = options.refresh ? undefined : await readRecord(join(folder, RECORD), url.href);
    const found = cached && (await stat(join(folder, cached.name)).catch(() => undefined));
    if (cached && found?.size === cached.sizeBytes) return toFile(folder, cached.name, found!.size);
    if (options.offline) throw fail('source/offline', { spec });
    await nodeFiles.makeFolder(folder);
    return await download(url, folder, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof InkstoneError) throw error;
    const file = describeFileError(error, folder);
    if (file !== error && codeOf(error) !== 'ENOENT') throw file;
    const reason = `${(error as Error).message || codeOf(error)}`.split('\n')[0];
    throw fail('source/web', { url: shown(url), reason }, error);
  }
}

const toFile = (folder: string, name: string, sizeBytes: number): FileOnDisk => ({
  path: name,
  location: join(folder, name),
  sizeBytes,
});

async function readRecord(path: string, url: string): Promise<WebRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as WebRecord;
    return record.url === url && /^file(?:\.[a-z0-9]{2,8}){1,2}$/.test(record.name) ? record : undefined;
  } catch {
    return undefined;
  }
}

async function download(url: URL, folder: string, options: FetchOptions): Promise<FileOnDisk> {
  const [part, partRecord] = [join(folder, PART), join(folder, PART_RECORD)];
  const before = await readRecord(partRecord, url.href);
  const there = before?.validator ? ((await stat(part).catch(() => undefined))?.size ?? 0) : 0;
  const range: { readonly [name: string]: string } =
    there > 0 ? { Range: `bytes=${there}-`, 'If-Range': before!.validator! } : {};
  const { response, url: last } = await follow(url, range, options);
  try {
    const { statusCode = 0, headers } = response;
    const isRest = statusCode === 206 && there > 0;
    // Nothing lies behind the part: it may be whole, or longer than a file that has changed. Once more from the start.
    if (statusCode === 416 && there > 0) {
      response.destroy();
      await rm(partRecord, { force: true });
      return download(url, folder, options);
    }
    if (statusCode !== 200 && !isRest) {
      throw fail('source/web-refused', { url: shown(url), reason: `the server answers ${statusCode}` });
    }
    if (isRest && !headers['content-range']?.startsWith(`bytes ${there}-`)) {
      throw fail('source/web-refused', {
        url: shown(url),
        reason: 'the server sends another part than asked',
      });
    }
    const coding = headers['content-encoding'];
    if (coding && coding !== 'identity') {
      throw fail('source/web-refused', { url: shown(url), reason: `the server sends ${coding}, unasked` });
    }
    const from = isRest ? there : 0;
    const name = isRest
      ? before!.name
      : nameOf(options.expected ? url : last, headers['content-type'], options);
    const announced = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    const total = announced === undefined ? undefined : from + announced;
    checkSize(url, total ?? 0);
    const tag = headers.etag?.startsWith('W/') ? undefined : headers.etag;
    const record: WebRecord = { url: url.href, name, validator: tag ?? headers['last-modified'] };
    // A part never lies beside the record of another version.
    if (!isRest) await rm(part, { force: true });
    await writeFileAtomic(partRecord, JSON.stringify(record));
    const sizeBytes = await receive(response, part, from, { url, total, options });
    await checkExpected(part, sizeBytes, url, options);
    await rename(part, join(folder, name));
    await writeFileAtomic(join(folder, RECORD), JSON.stringify({ ...record, sizeBytes }));
    await rm(partRecord, { force: true });
    return toFile(folder, name, sizeBytes);
  } finally {
    response.destroy();
  }
}

/** Removes a part that is not what was expected. */
async function checkExpected(
  part: string,
  sizeBytes: number,
  url: URL,
  { expected, signal }: FetchOptions,
): Promise<void> {
  if (!expected) return;
  let reason =
    sizeBytes === expected.sizeBytes ? '' : `${sizeBytes} bytes came, ${expected.sizeBytes} were announced`;
  if (!reason && expected.sha256) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(part, { signal })) hash.update(chunk as Buffer);
    if (hash.digest('hex') !== expected.sha256) reason = 'its hash is another than announced';
  }
  if (!reason) return;
  await rm(part, { force: true });
  throw fail('source/integrity', { spec: shown(url), reason });
}

function checkSize(url: URL, bytes: number): void {
  if (bytes <= limits.webBytes) return;
  const reason = `it is larger than ${limits.webBytes} bytes`;
  throw fail('source/web-refused', { url: shown(url), reason });
}

/** `file` with the extension of the URL's path, else of the content type. */
function nameOf(url: URL, type: string | undefined, { known }: FetchOptions): string {
  const own = extensionOf(url.pathname);
  if (own) return `file${own}`;
  const plain = type?.split(';')[0].trim().toLowerCase() ?? '';
  const extension = Object.hasOwn(extensions, plain) ? extensions[plain] : undefined;
  if (extension) return `file${extension}`;
  throw fail('source/kind', { path: shown(url), extension: plain || extname(url.pathname), known });
}

/** Appends what comes to the part; its whole size at the end. What was received stays when it breaks off. */
async function receive(
  response: IncomingMessage,
  part: string,
  from: number,
  about: { readonly url: URL; readonly total: number | undefined; readonly options: FetchOptions },
): Promise<number> {
  const { url, total, options } = about;
  const file = await open(part, from > 0 ? 'r+' : 'w');
  let size = from;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      checkSize(url, size + chunk.length);
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, size);
        done += bytesWritten;
        size += bytesWritten;
      }
      const fraction = total ? Math.min(1, size / total) : undefined;
      options.onProgress?.({ spec: url.href, receivedBytes: size, unpackedBytes: size, fraction });
    }
    if (total !== undefined && size !== total) throw new Error(`${size} of ${total} bytes came`);
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}
