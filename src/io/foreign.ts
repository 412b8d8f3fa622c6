/** Reads foreign formats in a process of its own: a file that hangs or blows up its parser costs that process, and is an error. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { ParseReply, ParseRequest } from './parser-main.ts';
import { type ForeignFormat, type Found, type ParserOptions, parsers } from './parsers.ts';
import type { FileOnDisk, Reader, ReadOptions } from './readers.ts';

/** A reader of one format of `parsers`. */
export function foreignReader(format: ForeignFormat, pool?: ParserPool): Reader {
  return async function* (file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
    const { textColumn, titleColumn, signal, onEncoding, onSkipped } = options;
    for await (const found of findIn(format, file, { textColumn, titleColumn, signal }, pool)) {
      if (found.kind === 'encoding') onEncoding?.(found.encoding);
      if (found.kind === 'skipped') onSkipped?.(found.skipped);
      if (found.kind === 'document') {
        const { text, title, pages } = found;
        yield { text, source: file.path, ...(title && { title }), ...(pages && { pages }) };
      }
    }
  };
}

/** What the parser of a format finds in a file. @throws where the file is too large, the parser refuses it, or its process dies */
export async function* findIn(
  format: ForeignFormat,
  { location: path, sizeBytes }: Pick<FileOnDisk, 'location' | 'sizeBytes'>,
  { signal, ...options }: ParserOptions & { readonly signal?: AbortSignal },
  { take, giveBack }: ParserPool = defaultPool,
): AsyncGenerator<Found> {
  const { name, limit: bound } = parsers[format];
  if (bound && sizeBytes > limits[bound]) {
    throw fail('io/format-limit', {
      path,
      format: name,
      what: 'bytes',
      limit: limits[bound],
      got: sizeBytes,
    });
  }
  signal?.throwIfAborted();
  const parser = take();
  let isDone = false;
  try {
    parser.ask({ format, path, ...options });
    for (;;) {
      const reply = await parser.reply(signal);
      if (reply === undefined) {
        throw fail('io/format-killed', { path, format: name, reason: parser.why() });
      }
      if (reply.kind === 'end' || reply.kind === 'error') isDone = true;
      if (reply.kind === 'end') return;
      if (reply.kind === 'error') throw fail(reply.code as 'io/format', reply.data as never);
      yield reply;
    }
  } finally {
    if (isDone) giveBack(parser);
    else parser.kill();
  }
}

/** A running parser process, asked one file after another. */
interface ParserProcess {
  ask(request: ParseRequest): void;
  /** The next reply; `undefined` when the process has ended or was silent for too long. */
  reply(signal: AbortSignal | undefined): Promise<ParseReply | undefined>;
  /** Why there is no reply. */
  why(): string;
  /** This process waits for it, or not. */
  hold(isHeld: boolean): void;
  isAlive(): boolean;
  kill(): void;
}

/** Where parser processes come from. */
export interface ParserPool {
  take(): ParserProcess;
  /** Of one that answered to the end; others are killed. */
  giveBack(parser: ParserProcess): void;
}

const IDLE_MS = 10_000;
const isSource = import.meta.url.endsWith('.ts');
const MAIN = fileURLToPath(new URL(`./parser-main.${isSource ? 'ts' : 'js'}`, import.meta.url));

/** A pool that keeps one process for the next file; it ends with this process, or after being idle. */
export function createParserPool(
  options: { readonly main?: string; readonly silenceMs?: number; readonly heapMegabytes?: number } = {},
): ParserPool {
  const {
    main = MAIN,
    silenceMs = limits.parserSilenceMs,
    heapMegabytes = limits.parserHeapMegabytes,
  } = options;
  let idle: ParserProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    take() {
      clearTimeout(timer);
      const parser = idle?.isAlive() ? idle : startParser(main, silenceMs, heapMegabytes);
      idle = undefined;
      parser.hold(true);
      return parser;
    },
    giveBack(parser) {
      if (idle) {
        parser.kill();
        return;
      }
      parser.hold(false);
      idle = parser;
      timer = setTimeout(() => {
        idle?.kill();
        idle = undefined;
      }, IDLE_MS).unref();
    },
  };
}

const defaultPool = createParserPool();

function startParser(main: string, silenceMs: number, heapMegabytes: number): ParserProcess {
  const loader = main.endsWith('.ts')
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : [];
  const heap = `--max-old-space-size=${heapMegabytes}`;
  // It needs no key, no proxy and no setting of this process.
  const { SystemRoot = '', PATH = '' } = process.env;
  const child = spawn(process.execPath, [heap, ...loader, main], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH, ...(SystemRoot && { SystemRoot }) },
  });
  let isEnded = false;
  let isSilent = false;
  const end = () => {
    isEnded = true;
  };
  child.once('exit', end);
  child.once('error', end);
  child.stdin.on('error', () => {});
  const lines = linesOf(child);
  return {
    ask: (request) => void child.stdin.write(`${JSON.stringify(request)}\n`),
    async reply(signal) {
      const stop = () => child.kill('SIGKILL');
      signal?.addEventListener('abort', stop, { once: true });
      const timer = setTimeout(() => {
        isSilent = true;
        stop();
      }, silenceMs);
      try {
        const { done, value } = await lines.next();
        signal?.throwIfAborted();
        return done ? undefined : (JSON.parse(value) as ParseReply);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      }
    },
    why: () => (isSilent ? `no answer for ${silenceMs / 1000} s` : 'its process ended: too much memory?'),
    hold(isHeld) {
      for (const part of [child, child.stdin, child.stdout] as unknown as NodeJS.Timeout[]) {
        if (isHeld) part.ref();
        else part.unref();
      }
    },
    isAlive: () => !isEnded,
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Whole lines of a process's output; a last one without its end is none. */
async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string, undefined> {
  let pending: Buffer[] = [];
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      pending.push(chunk.subarray(from, at));
      yield Buffer.concat(pending).toString('utf8');
      pending = [];
      from = at + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  return undefined;
}
