/** Sentences in columns, as CoNLL's shared tasks write them: a word a line with its tag in the last column, an empty line between sentences. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { limits } from './limits.ts';
import { readWhole } from './readers.ts';

export interface TaggedSentence {
  /** `PATH:LINE` of its first word, from 1. */
  readonly where: string;
  readonly words: readonly string[];
  /** One for each word; none where the file has one column. */
  readonly tags?: readonly string[];
}

/** Stands between documents and is no sentence. */
const DOCUMENT = '-DOCSTART-';

/** Reads every sentence of a file. @throws where a line has fewer columns than the first, or a sentence is too long */
export async function readTaggedSentences(
  path: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<TaggedSentence[]> {
  const { size } = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  const text = await readWhole({ path: basename(path), location: path, sizeBytes: size }, { signal });
  const sentences: TaggedSentence[] = [];
  let isTagged: boolean | undefined;
  let own: { words: string[]; tags: string[]; line: number } | undefined;
  const close = (): void => {
    if (own) {
      const { words, tags, line } = own;
      sentences.push({ where: `${path}:${line}`, words, ...(isTagged && { tags }) });
    }
    own = undefined;
  };
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    // White space of other kinds may be a word.
    const columns = line.split(/[ \t]+/).filter((column) => column !== '');
    if (columns.length === 0 || columns[0] === DOCUMENT) {
      close();
      continue;
    }
    isTagged ??= columns.length > 1;
    if (isTagged !== columns.length > 1)
      throw fail('io/tag-missing', { path, line: i + 1, got: line.slice(0, 40) });
    own ??= { words: [], tags: [], line: i + 1 };
    if (own.words.length === limits.sentenceWords) {
      throw fail('io/sentence-length', { path, line: own.line, limit: limits.sentenceWords });
    }
    own.words.push(columns[0]);
    own.tags.push(columns[columns.length - 1]);
  }
  close();
  return sentences;
}
