/** Sources of text: a file, a folder, or a package of the npm registry, all read the same way. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextDocument } from '../types.ts';
import { userCacheFolder } from './cache-folder.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { readJsonLines } from './json-lines.ts';
import { limits } from './limits.ts';
import type { NpmOptions } from './npm-config.ts';
import { type DownloadProgress, openPackage } from './source-package.ts';
import { decodeUtf8 } from './utf8.ts';

/** One readable file of a source. */
export interface SourceFile {
  /** Path inside the source, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The whole file as text; bytes that are not UTF-8 are an error with their offset. */
  text(): Promise<string>;
  /** Its documents: one for a text file, one per record of JSON. */
  documents(options?: { readonly signal?: AbortSignal }): AsyncIterable<TextDocument>;
}

export interface Source {
  readonly spec: string;
  /** What to call it: `chinese-poetry@2.0.1`, or a path. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** Files that are there but were not taken, because they are no text; nothing is left out silently. */
  readonly passedOver: readonly string[];
  /** Every document of every file, in order of path. */
  documents(options?: { readonly signal?: AbortSignal }): AsyncIterable<TextDocument>;
}

export interface OpenSourceOptions {
  /** Takes only files for which this is true. Default: every text file; of a package not its README, licence and `package.json`. */
  readonly filter?: (path: string) => boolean;
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
  readonly npm?: NpmOptions;
}

/** How files are turned into documents, by extension. */
const readers: {
  readonly [extension: string]: (file: FileOnDisk, signal?: AbortSignal) => AsyncIterable<TextDocument>;
} = {
  '.txt': readText,
  '.md': readText,
  '.json': readJson,
  '.jsonl': readLines,
};
const KNOWN = Object.keys(readers);
const ABOUT_THE_PACKAGE =
  /^(package\.json|(readme|licen[cs]e|changelog|notice|security|contributing)[^/]*)$/i;

interface FileOnDisk {
  readonly path: string;
  readonly location: string;
  readonly sizeBytes: number;
}

/**
 * Opens a source: a path or `file:` URL of a file or folder, or `npm:NAME[@VERSION]`. A package is downloaded once
 * and comes from the cache afterwards, without any network.
 */
export async function openSource(spec: string, options: OpenSourceOptions = {}): Promise<Source> {
  if (spec.startsWith('npm:')) return openPackageSource(spec, options);
  if (/^[a-z][a-z0-9+.-]+:/i.test(spec) && !spec.startsWith('file:')) {
    throw fail('source/spec', { spec, reason: 'this kind of source is unknown' });
  }
  const path = spec.startsWith('file://') ? fileURLToPath(spec) : spec.replace(/^file:/, '');
  if (path === '') throw fail('source/spec', { spec, reason: 'it is empty' });
  return openPathSource(spec, resolve(path), options);
}

async function openPackageSource(spec: string, options: OpenSourceOptions): Promise<Source> {
  const accept = options.filter ?? ((path: string) => !ABOUT_THE_PACKAGE.test(path));
  const filter = (path: string) => isReadable(path) && accept(path);
  const cacheFolder = options.cacheFolder ?? userCacheFolder();
  const found = await openPackage(spec.slice('npm:'.length), { ...options, cacheFolder, filter });
  if (found.files.length === 0) throw fail('source/none', { path: spec, known: KNOWN, seen: [] });
  const files = found.files.map((f) => ({ ...f, location: join(found.folder, f.path) }));
  return createSource(spec, `${found.name}@${found.version}`, files, []);
}

async function openPathSource(spec: string, root: string, options: OpenSourceOptions): Promise<Source> {
  const status = await stat(root).catch((error) => {
    throw describeFileError(error, root);
  });
  if (status.isFile()) {
    if (!isReadable(root)) throw fail('source/kind', { path: root, extension: extname(root), known: KNOWN });
    const file = { path: basename(root), location: root, sizeBytes: status.size };
    return createSource(spec, spec, [file], []);
  }
  if (!status.isDirectory()) throw fail('source/kind', { path: root, extension: '', known: KNOWN });
  const files: FileOnDisk[] = [];
  const passedOver: string[] = [];
  for await (const found of walk(root, options.signal)) {
    const path = relative(root, found.location).split(sep).join('/');
    const wanted = found.kind === 'file' && isReadable(path) && (options.filter?.(path) ?? true);
    if (wanted) files.push({ path, location: found.location, sizeBytes: found.sizeBytes });
    else passedOver.push(path);
    if (files.length + passedOver.length > limits.folderFiles) {
      throw fail('source/too-many', { path: root, limit: limits.folderFiles });
    }
  }
  if (files.length === 0)
    throw fail('source/none', { path: root, known: KNOWN, seen: passedOver.slice(0, 3) });
  return createSource(spec, spec, files, passedOver);
}

const isReadable = (path: string) => Object.hasOwn(readers, extname(path).toLowerCase());

/** Every file below a folder in order of name. Hidden ones are left out; a link to a folder is not followed but named. */
async function* walk(
  folder: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ location: string; kind: 'file' | 'other'; sizeBytes: number }> {
  signal?.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw describeFileError(error, folder);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const location = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* walk(location, signal);
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
): Source {
  const files = found.map(
    (file): SourceFile => ({
      path: file.path,
      sizeBytes: file.sizeBytes,
      text: () => readWhole(file),
      documents: (options) => readers[extname(file.path).toLowerCase()](file, options?.signal),
    }),
  );
  return {
    spec,
    name,
    files,
    passedOver,
    async *documents(options) {
      for (const file of files) {
        options?.signal?.throwIfAborted();
        yield* file.documents(options);
      }
    },
  };
}

async function readWhole(file: FileOnDisk, signal?: AbortSignal): Promise<string> {
  if (file.sizeBytes > limits.textFileBytes) {
    throw fail('io/too-large', { path: file.location, bytes: file.sizeBytes, limit: limits.textFileBytes });
  }
  const bytes = await readFile(file.location, { signal }).catch((error) => {
    throw describeFileError(error, file.location);
  });
  return decodeUtf8(bytes, file.location);
}

async function* readText(file: FileOnDisk, signal?: AbortSignal): AsyncGenerator<TextDocument> {
  const text = await readWhole(file, signal);
  yield { text, source: file.path };
}

async function* readJson(file: FileOnDisk, signal?: AbortSignal): AsyncGenerator<TextDocument> {
  const text = await readWhole(file, signal);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fail('io/json', { path: file.location, line: undefined, reason: (error as Error).message }, error);
  }
  const records = Array.isArray(parsed) ? parsed : [parsed];
  for (let i = 0; i < records.length; i++) yield toDocument(records[i], file, i + 1);
}

async function* readLines(file: FileOnDisk, signal?: AbortSignal): AsyncGenerator<TextDocument> {
  let record = 0;
  for await (const value of readJsonLines(file.location, { signal })) yield toDocument(value, file, ++record);
}

/** A record's text: the record itself, or its field `text`, `content`, `body` or `paragraphs` (text, or a list of lines). */
function toDocument(record: unknown, file: FileOnDisk, number: number): TextDocument {
  const source = file.path;
  if (typeof record === 'string') return { text: record, source };
  const fields = new Map<string, unknown>(Object.entries(Object(record)));
  for (const key of ['text', 'content', 'body', 'paragraphs']) {
    const value = fields.get(key);
    const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string');
    if (typeof value !== 'string' && !isLines) continue;
    const title = fields.get('title');
    const text = isLines ? (value as string[]).join('\n') : (value as string);
    return typeof title === 'string' ? { text, source, title } : { text, source };
  }
  const keys = [...fields.keys()].slice(0, 8);
  throw fail('source/record', { path: file.location, record: number, keys });
}
