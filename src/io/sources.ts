/** Sources of text: a file, a folder, a package of the npm registry, a data set of a hub, or what a URL leads to, all read the same way. */

import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextDocument } from '../types.ts';
import { userCacheFolder } from './cache-folder.ts';
import type { ColumnOptions } from './columns.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { type HubOptions, openHub } from './hub.ts';
import { limits } from './limits.ts';
import type { NpmOptions } from './npm-config.ts';
import type { Skipped } from './parsers.ts';
import { extensionOf, type FileOnDisk, isCode, isTaken, readers, readWhole } from './readers.ts';
import { type DownloadProgress, openPackage } from './source-package.ts';
import { fetchToCache } from './web.ts';

/** One readable file of a source. */
export interface SourceFile {
  /** Path inside the source, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The whole file as text; bytes that are no text in a known encoding are an error with their offset. */
  text(): Promise<string>;
  /** Its documents: one for a text file, one per record of JSON, row of a table or chapter of an EPUB. */
  documents(options?: { readonly signal?: AbortSignal }): AsyncIterable<TextDocument>;
}

export interface Source {
  readonly spec: string;
  /** What to call it: `chinese-poetry@2.0.1`, or a path. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** Files that are there but were not taken, because they are no text; nothing is left out silently. */
  readonly passedOver: readonly string[];
  /** Files read so far that were not in UTF-8. */
  readonly otherEncodings: readonly { readonly path: string; readonly encoding: string }[];
  /** What of the files read so far was passed over: records of archives, pages of wikis. */
  readonly skipped: Skipped;
  /** Every document of every file, in order of path. */
  documents(options?: { readonly signal?: AbortSignal }): AsyncIterable<TextDocument>;
}

/** `textColumn` and `titleColumn` name the columns of tables and the fields of records; default: those with usual names. */
export interface OpenSourceOptions extends ColumnOptions {
  /** Takes only files for which this is true. Default: every text file; of a package not its README, licence and `package.json`. */
  readonly filter?: (path: string) => boolean;
  /** Of folders and packages source code is read (`isCode`), and nothing else. */
  readonly code?: boolean;
  /** Endings of names, such as `.tex`, that are taken as plain text, too. */
  readonly plainText?: readonly string[] | undefined;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The size of the package's archive, for the progress, when the caller knows it. */
  readonly expectedBytes?: number;
  /** Never uses the network. */
  readonly offline?: boolean;
  /** Asks the registry for a newer version, even if one is cached. */
  readonly refresh?: boolean;
  readonly idleTimeoutMs?: number;
  /** A URL may lead to this machine or its network, and may be `http:`. Default false. */
  readonly privateAddresses?: boolean;
  readonly npm?: NpmOptions;
  readonly hub?: HubOptions;
}

const KNOWN = Object.keys(readers);
const isPlain = (path: string, { plainText }: OpenSourceOptions): boolean =>
  plainText?.includes(extname(path).toLowerCase()) ?? false;
const takes = (path: string, options: OpenSourceOptions): boolean =>
  options.code ? isCode(path) : isTaken(path) || isPlain(path, options);

const ABOUT_THE_PACKAGE =
  /^(package\.json|(readme|licen[cs]e|changelog|notice|security|contributing)[^/]*)$/i;

/**
 * Opens a source: a path or `file:` URL of a file or folder, `npm:NAME[@VERSION]`, an `https:` URL of a file, or
 * `hf:OWNER/NAME[@REVISION][/PATH]`, a data set of the Hugging Face hub. What is downloaded
 * comes from the cache afterwards, without any network.
 */
export async function openSource(spec: string, options: OpenSourceOptions = {}): Promise<Source> {
  if (spec.startsWith('npm:')) return openPackageSource(spec, options);
  if (spec.startsWith('hf:')) return openHubSource(spec, options);
  if (/^https?:/i.test(spec)) return openWebSource(spec, options);
  if (/^[a-z][a-z0-9+.-]+:/i.test(spec) && !spec.startsWith('file:')) {
    throw fail('source/spec', { spec, reason: 'this kind of source is unknown' });
  }
  const path = spec.startsWith('file://') ? fileURLToPath(spec) : spec.replace(/^file:/, '');
  if (path === '') throw fail('source/spec', { spec, reason: 'it is empty' });
  return openPathSource(spec, resolve(path), options);
}

async function openPackageSource(spec: string, options: OpenSourceOptions): Promise<Source> {
  const accept = options.filter ?? ((path: string) => !ABOUT_THE_PACKAGE.test(path));
  const filter = (path: string) => takes(path, options) && accept(path);
  const cacheFolder = options.cacheFolder ?? userCacheFolder();
  const found = await openPackage(spec.slice('npm:'.length), { ...options, cacheFolder, filter });
  if (found.files.length === 0) throw fail('source/none', { path: spec, known: KNOWN, seen: [] });
  const files = found.files.map((f) => ({ ...f, location: join(found.folder, f.path) }));
  return createSource(spec, `${found.name}@${found.version}`, files, [], options);
}

async function openWebSource(spec: string, options: OpenSourceOptions): Promise<Source> {
  const cacheFolder = options.cacheFolder ?? userCacheFolder();
  const found = await fetchToCache(spec, { ...options, cacheFolder, known: KNOWN });
  return createSource(spec, spec, [found], [], options);
}

async function openHubSource(spec: string, options: OpenSourceOptions): Promise<Source> {
  const accept = options.filter ?? ((path: string) => !ABOUT_THE_PACKAGE.test(path));
  const filter = (path: string) => takes(path, options) && accept(path);
  const cacheFolder = options.cacheFolder ?? userCacheFolder();
  const found = await openHub(spec.slice('hf:'.length), { ...options, cacheFolder, known: KNOWN, filter });
  const { name, files, passedOver } = found;
  if (files.length === 0)
    throw fail('source/none', { path: spec, known: KNOWN, seen: passedOver.slice(0, 3) });
  return createSource(spec, name, files, passedOver, options);
}

async function openPathSource(spec: string, root: string, options: OpenSourceOptions): Promise<Source> {
  const status = await stat(root).catch((error) => {
    throw describeFileError(error, root);
  });
  if (status.isFile()) {
    if (!extensionOf(root) && !(options.code && isCode(basename(root))) && !isPlain(root, options))
      throw fail('source/kind', { path: root, extension: extname(root), known: KNOWN });
    const file = { path: basename(root), location: root, sizeBytes: status.size };
    return createSource(spec, spec, [file], [], options);
  }
  if (!status.isDirectory()) throw fail('source/kind', { path: root, extension: '', known: KNOWN });
  const files: FileOnDisk[] = [];
  const passedOver: string[] = [];
  for await (const found of walk(root, options)) {
    const path = relative(root, found.location).split(sep).join('/');
    const wanted = found.kind === 'file' && takes(path, options) && (options.filter?.(path) ?? true);
    if (wanted) files.push({ path, location: found.location, sizeBytes: found.sizeBytes });
    else passedOver.push(path);
    if (files.length + passedOver.length > limits.folderFiles) {
      throw fail('source/too-many', { path: root, limit: limits.folderFiles });
    }
  }
  if (files.length === 0)
    throw fail('source/none', { path: root, known: KNOWN, seen: passedOver.slice(0, 3) });
  return createSource(spec, spec, files, passedOver, options);
}

/** Every file below a folder in order of name. Hidden ones are left out, of code the packages it stands on; a link to a folder is not followed but named. */
async function* walk(
  folder: string,
  options: Pick<OpenSourceOptions, 'code' | 'signal'>,
): AsyncGenerator<{ location: string; kind: 'file' | 'other'; sizeBytes: number }> {
  options.signal?.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw describeFileError(error, folder);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || (options.code && entry.name === 'node_modules')) continue;
    const location = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* walk(location, options);
      continue;
    }
    const status = await stat(location).catch(() => undefined);
    yield { location, kind: status?.isFile() ? 'file' : 'other', sizeBytes: status?.size ?? 0 };
  }
}

function createSource(
  spec: string,
  name: string,
  found: readonly FileOnDisk[],
  passedOver: readonly string[],
  columns: ColumnOptions,
): Source {
  const otherEncodings = new Map<string, string>();
  const noteEncoding = (path: string) => (encoding: string) => {
    if (encoding !== 'utf-8') otherEncodings.set(path, encoding);
  };
  const skipped = new Map<string, Skipped>();
  const files = found.map((file): SourceFile => {
    const options = {
      ...columns,
      onEncoding: noteEncoding(file.path),
      onSkipped: (what: Skipped) => skipped.set(file.path, what),
    };
    const extension = extensionOf(file.path) ?? '.txt';
    return {
      path: file.path,
      sizeBytes: file.sizeBytes,
      text: () => readWhole(file, options),
      documents: ({ signal } = {}) => readers[extension](file, { ...options, signal }),
    };
  });
  return {
    spec,
    name,
    files,
    passedOver,
    get otherEncodings() {
      return Array.from(otherEncodings, ([path, encoding]) => ({ path, encoding }));
    },
    get skipped() {
      return sumOf(skipped.values());
    },
    async *documents(options) {
      for (const file of files) {
        options?.signal?.throwIfAborted();
        yield* file.documents(options);
      }
    },
  };
}

function sumOf(parts: Iterable<Skipped>): Skipped {
  const sum: { -readonly [Kind in keyof Skipped]: number } = {};
  for (const part of parts) {
    for (const [kind, count] of Object.entries(part) as [keyof Skipped, number][]) {
      sum[kind] = (sum[kind] ?? 0) + count;
    }
  }
  return sum;
}
