/** Files that a page sends: laid aside, read as their names say, and gone. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodyLimit } from 'hono/body-limit';
import { InkstoneError } from '../errors.ts';
import type { TextDocument } from '../types.ts';
import type { AppContext } from './app.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** Reads a file of any format that is known by its ending; foreign ones in a process that can be killed. */
export type ReadFile = (path: string, options: ReadOptions) => Promise<AsyncIterable<TextDocument>>;

interface ReadOptions {
  readonly signal: AbortSignal;
  /** The column or field of the text, where it has no usual name. */
  readonly textColumn?: string | undefined;
}

export interface SentFiles {
  /**
   * The texts of the file in the body, those without a letter left out.
   *
   * @throws `serve/file` with what the reader says, `serve/file-texts` for more than `most`, `serve/busy`
   */
  read(
    c: AppContext,
    name: string,
    options: ReadOptions & { readonly most: number },
  ): Promise<readonly TextDocument[]>;
}

/** Refuses files that are too large. */
export const limitUpload = () =>
  bodyLimit({
    maxSize: limits.uploadBytes,
    onError: () => {
      throw fail('serve/size', { most: limits.uploadBytes });
    },
  });

/** So many are read at once, whoever sent them. */
export function createSentFiles(readFile: ReadFile): SentFiles {
  let readings = 0;
  return {
    async read(c, name, { most, ...options }) {
      if (readings >= limits.fileReadings) throw fail('serve/busy', { seconds: limits.retrySeconds });
      readings++;
      try {
        const bytes = new Uint8Array(await c.req.arrayBuffer());
        return await layAside(bytes, name, async (path) => {
          const texts: TextDocument[] = [];
          for await (const one of await readFile(path, options)) {
            if (one.text.trim() === '') continue;
            if (texts.length === most) throw fail('serve/file-texts', { name, most });
            texts.push(one);
          }
          if (texts.length > 0) return texts;
          const reason = { en: `${name}: it holds no text`, zh: `${name}：其中没有文字` };
          throw fail('serve/file', { reason });
        });
      } finally {
        readings--;
      }
    },
  };
}

/** A file that was sent, on the disk under a name that keeps its ending while it is worked on. @throws `serve/file` with what a reader says */
export async function layAside<Result>(
  bytes: Uint8Array,
  name: string,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'inkstone-file-'));
  try {
    const path = join(folder, fileName(name));
    await writeFile(path, bytes);
    return await work(path);
  } catch (error) {
    throw asToldOf(error, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A name that stays in its folder and keeps its ending, by which the format is known. */
const fileName = (name: string): string => `f-${name.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').slice(-60)}`;

/** Errors that are about the file. */
const TOLD = /^(io|source)\/|^cli\/(video-length|no-video)$/;

/** What a reader says is wrong with a file is for whoever sent it, without the folder that it was read from. */
function asToldOf(error: unknown, folder: string): unknown {
  if (!(error instanceof InkstoneError) || !TOLD.test(error.code)) return error;
  const reasonIn = (lang: 'en' | 'zh'): string =>
    error.text(lang).replaceAll(join(folder, 'f-'), '').replaceAll(folder, '');
  return fail('serve/file', { reason: { en: reasonIn('en'), zh: reasonIn('zh') } }, error);
}
