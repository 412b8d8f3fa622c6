/** Packages of the npm registry as sources of text: fetched by `pacote` (hashes verified), unpacked aside, kept in the cache. */

import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Parser } from 'tar';
import { InkstoneError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { fail } from './errors.ts';
import { codeOf, describeFileError } from './files.ts';
import { nodeProcesses } from './folder-lock.ts';
import { limits } from './limits.ts';
import { type NpmOptions, readNpmConfig } from './npm-config.ts';
import { unsafePath } from './paths.ts';

/** How far a download is. It is unpacked as it arrives. */
export interface DownloadProgress {
  readonly spec: string;
  /** Bytes received, compressed. */
  readonly receivedBytes: number;
  /** Bytes after decompression. */
  readonly unpackedBytes: number;
  /** How much of it is done, in [0, 1], when the registry or the caller tells the size. */
  readonly fraction: number | undefined;
}

interface Counts {
  receivedBytes: number;
  unpackedBytes: number;
  totalUnpackedBytes: number | undefined;
}

export interface OpenPackageOptions {
  /** The cache; by default the user's. */
  readonly cacheFolder: string;
  /** Which files of the package to unpack, by path. */
  readonly filter: (path: string) => boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The archive's size, for the progress, when the caller knows it. */
  readonly expectedBytes?: number;
  /** Never uses the network. */
  readonly offline?: boolean;
  /** Asks the registry even if the cache holds the package. */
  readonly refresh?: boolean;
  /** Gives up when the server is silent for so long. Default 60 s. */
  readonly idleTimeoutMs?: number;
  /** Settings for the registry client; by default the user's npm settings. */
  readonly npm?: NpmOptions;
}

/** A package in the cache. */
export interface CachedPackage {
  readonly name: string;
  readonly version: string;
  /** The folder that holds `files`. */
  readonly folder: string;
  /** What was unpacked and accepted by the filter, in order of path. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}

interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly resolved: string;
  readonly integrity: string;
  /** Every file of the archive: path, size, whether it was unpacked. */
  readonly entries: readonly (readonly [path: string, sizeBytes: number, unpacked: boolean])[];
}

const RECORD = 'source.json';
const SPEC = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([a-z0-9.^~<>=*+-]+))?$/i;

/** Finds the package `NAME[@VERSION]` in the cache or fetches it. */
export async function openPackage(name: string, options: OpenPackageOptions): Promise<CachedPackage> {
  const spec = `npm:${name}`;
  const match = SPEC.exec(name);
  if (!match || name.includes('..')) throw fail('source/spec', { spec, reason: 'this is no package name' });
  const key = `${match[1].replace('/', '+')}@${match[2] ?? 'latest'}`.replace(/[^\w@+.~-]/g, '_');
  const parent = join(options.cacheFolder, 'npm');
  const folder = join(parent, key);
  const cached = await readRecord(folder);
  if (cached && !options.refresh && (await isUnpacked(folder, cached, options.filter))) {
    return toPackage(folder, cached, options.filter);
  }
  try {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent);
    const aside = join(parent, `.${key}.${process.pid}-${asideCount++}.tmp`);
    try {
      const record = await download(
        spec,
        match[1],
        match[2],
        aside,
        options.refresh ? undefined : cached,
        options,
      );
      await writeFileAtomic(join(aside, RECORD), JSON.stringify(record));
      await replaceFolder(aside, folder);
      return toPackage(folder, record, options.filter);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw describeDownloadError(error, spec, folder);
  }
}

let asideCount = 0;

function toPackage(folder: string, record: PackageRecord, filter: (path: string) => boolean): CachedPackage {
  const files = record.entries
    .filter(([path, , unpacked]) => unpacked && filter(path))
    .map(([path, sizeBytes]) => ({ path, sizeBytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name: record.name, version: record.version, folder: join(folder, 'files'), files };
}

async function readRecord(folder: string): Promise<PackageRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, RECORD), 'utf8')) as PackageRecord;
    const safe = Array.isArray(record?.entries) && record.entries.every(([path]) => !unsafePath(path));
    return safe ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Every wanted file is there with its size. */
async function isUnpacked(
  folder: string,
  record: PackageRecord,
  filter: (path: string) => boolean,
): Promise<boolean> {
  for (const [path, sizeBytes, unpacked] of record.entries) {
    if (!filter(path)) continue;
    if (!unpacked) return false;
    const found = await stat(join(folder, 'files', path)).catch(() => undefined);
    if (found?.size !== sizeBytes) return false;
  }
  return true;
}

/** Removes what processes that are gone left half unpacked. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^\..*\.(\d+)-\d+\.tmp$/.exec(name)?.[1];
    if (pid && nodeProcesses.started(Number(pid)) === undefined) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

async function replaceFolder(aside: string, folder: string): Promise<void> {
  const old = `${aside.slice(0, -'.tmp'.length)}0.tmp`;
  await rename(folder, old).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  await rename(aside, folder);
  await rm(old, { recursive: true, force: true });
}

async function download(
  spec: string,
  name: string,
  wanted: string | undefined,
  aside: string,
  cached: PackageRecord | undefined,
  options: OpenPackageOptions,
): Promise<PackageRecord> {
  const { default: pacote } = await import('pacote');
  const { Parser } = await import('tar');
  const stop = new AbortController();
  const abort = () => stop.abort(options.signal?.reason);
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', abort, { once: true });
  const settings = {
    fetchRetries: 2,
    fetchRetryMintimeout: 300,
    fetchRetryMaxtimeout: 3_000,
    timeout: options.idleTimeoutMs ?? 60_000,
    ...(options.npm ?? readNpmConfig()),
    cache: join(options.cacheFolder, 'npm-archives'),
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'none',
    offline: options.offline ?? false,
    preferOnline: options.refresh ?? false,
    signal: stop.signal,
  };
  try {
    // A version that was unpacked before is fetched again from the cache of archives, by its hash.
    const known = cached ?? (await pacote.manifest(`${name}@${wanted ?? 'latest'}`, settings));
    const manifest = 'entries' in known ? { ...known, unpackedSize: undefined } : fromManifest(known, spec);
    const counts: Counts = { receivedBytes: 0, unpackedBytes: 0, totalUnpackedBytes: manifest.unpackedSize };
    const entries = await pacote.tarball.stream(
      `${name}@${manifest.version}`,
      async (tarball) => {
        const stream = tarball as unknown as ArchiveStream;
        // NOTE It can fail before the folder is made: listen from the start.
        const failed = new Promise<never>((_, reject) => stream.on('error', reject));
        failed.catch(() => {});
        await rm(aside, { recursive: true, force: true });
        await mkdir(join(aside, 'files'), { recursive: true });
        Object.assign(counts, { receivedBytes: 0, unpackedBytes: 0 });
        await Promise.race([failed, Promise.resolve()]);
        return unpack(
          stream,
          new Parser({ strict: true }),
          spec,
          join(aside, 'files'),
          counts,
          stop,
          options,
        );
      },
      { ...settings, integrity: manifest.integrity, resolved: manifest.resolved },
    );
    return {
      name,
      version: manifest.version,
      resolved: manifest.resolved,
      integrity: manifest.integrity,
      entries,
    };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

interface Manifest {
  readonly version: string;
  readonly _resolved: string;
  readonly _integrity?: string;
  readonly dist?: unknown;
}

function fromManifest(manifest: Manifest, spec: string) {
  if (!manifest._integrity) throw fail('source/integrity', { spec, reason: 'the registry states no hash' });
  const announced = (manifest.dist as { unpackedSize?: unknown } | undefined)?.unpackedSize;
  const unpackedSize =
    Number.isSafeInteger(announced) && (announced as number) > 0 ? (announced as number) : undefined;
  return {
    version: manifest.version,
    resolved: manifest._resolved,
    integrity: manifest._integrity,
    unpackedSize,
  };
}

/** What `pacote` hands over: a stream of the minipass family. */
type ArchiveStream = NodeJS.ReadableStream & { destroy(error?: Error): void };

/**
 * Unpacks a package archive into a fresh folder. Any link, device, name that leaves the folder, or name that comes twice refuses
 * the whole archive. Only accepted files are written.
 */
async function unpack(
  stream: ArchiveStream,
  parser: Parser,
  spec: string,
  folder: string,
  counts: Counts,
  stop: AbortController,
  options: OpenPackageOptions,
): Promise<[string, number, boolean][]> {
  const entries: [string, number, boolean][] = [];
  const writes: Promise<void>[] = [];
  const seen = new Set<string>();
  const refuse = (entry: string, reason: string) => fail('source/archive', { spec, entry, reason });
  const idleMs = options.idleTimeoutMs ?? 60_000;
  let idle: NodeJS.Timeout | undefined;

  const finished = new Promise<void>((resolve, reject) => {
    const giveUp = (error: unknown) => {
      reject(error);
      stop.abort(error);
      stream.destroy();
    };
    const beat = () => {
      clearTimeout(idle);
      idle = setTimeout(() => {
        giveUp(Object.assign(new Error(`no data for ${idleMs} ms`), { code: 'ETIMEDOUT' }));
      }, idleMs);
    };
    beat();
    if (stop.signal.aborted) giveUp(stop.signal.reason);
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        beat();
        counts.receivedBytes += chunk.length;
        if (counts.receivedBytes > limits.archivePackedBytes) {
          giveUp(refuse('', `the archive is larger than ${limits.archivePackedBytes} bytes`));
        }
        options.onProgress?.(toProgress(spec, counts, options.expectedBytes));
        done(null, chunk);
      },
    });
    stream.on('error', reject);
    parser.on('error', reject);
    parser.on('end', resolve);
    parser.on('entry', (entry) => {
      try {
        counts.unpackedBytes += entry.size;
        if (seen.size >= limits.archiveEntries)
          throw refuse(entry.path, `more than ${limits.archiveEntries} entries`);
        if (counts.unpackedBytes > limits.archiveUnpackedBytes) {
          throw refuse(entry.path, `more than ${limits.archiveUnpackedBytes} bytes after decompression`);
        }
        const path = checkEntry(entry.path, entry.type, seen, refuse);
        if (path === undefined || entry.type === 'Directory') return void entry.resume();
        const wanted = options.filter(path);
        entries.push([path, entry.size, wanted]);
        if (!wanted) return void entry.resume();
        const target = join(folder, path);
        const write = mkdir(dirname(target), { recursive: true }).then(() =>
          pipeline(entry as unknown as NodeJS.ReadableStream, createWriteStream(target, { flags: 'wx' })),
        );
        writes.push(write);
        write.catch(giveUp);
      } catch (error) {
        entry.resume();
        giveUp(error);
      }
    });
    stream.pipe(counter).pipe(parser as unknown as NodeJS.WritableStream);
  });
  try {
    await finished;
    await Promise.all(writes);
    options.onProgress?.({ ...toProgress(spec, counts, undefined), fraction: 1 });
    return entries;
  } finally {
    clearTimeout(idle);
    await Promise.allSettled(writes);
  }
}

function toProgress(spec: string, counts: Counts, expectedBytes: number | undefined): DownloadProgress {
  const { receivedBytes, unpackedBytes, totalUnpackedBytes } = counts;
  const done = expectedBytes
    ? receivedBytes / expectedBytes
    : totalUnpackedBytes && unpackedBytes / totalUnpackedBytes;
  return { spec, receivedBytes, unpackedBytes, fraction: done === undefined ? undefined : Math.min(1, done) };
}

/** The path below the archive's top folder, or `undefined` for that folder itself. */
function checkEntry(
  raw: string,
  type: string,
  seen: Set<string>,
  refuse: (entry: string, reason: string) => InkstoneError,
): string | undefined {
  if (!['File', 'OldFile', 'ContiguousFile', 'Directory'].includes(type))
    throw refuse(raw, `it is a ${type}`);
  const whole = type === 'Directory' ? raw.replace(/\/$/, '') : raw;
  const reason = unsafePath(whole);
  if (reason) throw refuse(raw, reason);
  if (seen.has(whole) && type !== 'Directory') throw refuse(raw, 'it comes twice');
  seen.add(whole);
  const cut = whole.indexOf('/');
  return cut < 0 ? undefined : whole.slice(cut + 1);
}

/** What went wrong, and the cure. Nothing of a URL's credentials is repeated. */
function describeDownloadError(error: unknown, spec: string, folder: string): unknown {
  if (error instanceof InkstoneError) return error;
  if (codeOf(error) === undefined && (error as Error).name !== 'FetchError') return error;
  const file = describeFileError(error, folder);
  const { code = '', message } = error as { code?: string; message: string };
  const reason = `${message ?? code}`.split('\n')[0].replace(/\/\/[^/@\s]*@/g, '//');
  if (
    code === 'EINTEGRITY' ||
    code.startsWith('Z_') ||
    code.startsWith('TAR_') ||
    code === 'ERR_STREAM_PREMATURE_CLOSE'
  ) {
    return fail('source/integrity', { spec, reason }, error);
  }
  if (['E404', 'ETARGET', 'ENOVERSIONS', 'EINVALIDPACKAGENAME', 'EINVALIDTAGNAME'].includes(code)) {
    return fail('source/package', { spec, reason }, error);
  }
  if (code === 'ENOTCACHED') return fail('source/offline', { spec }, error);
  if (file !== error && code !== 'ENOENT') return file;
  return fail(
    'source/unreachable',
    { spec, reason: code && !reason.includes(code) ? `${code}: ${reason}` : reason },
    error,
  );
}
