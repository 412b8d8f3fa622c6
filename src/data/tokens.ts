/** Token sequences, in memory or on disk: what batches are cut from. */

import { setImmediate } from 'node:timers/promises';
import type { TextDocument, Tokenizer } from '../types.ts';
import { countCharacters } from './clean.ts';
import type { Documents } from './documents.ts';
import { fail } from './errors.ts';

/** A long sequence of token ids that can be read anywhere. */
export interface TokenSource {
  /** Number of tokens. */
  readonly length: number;
  /** Where each document begins, in order, and at the end the length; absent if nothing is known of documents. */
  readonly starts?: ArrayLike<number>;
  /** Copies `count` ids from `start` on to `into[at]` and after. */
  read(start: number, count: number, into: Int32Array, at: number): void;
}

/** An array of ids that grows by doubling, two bytes for each id while the vocabulary allows it. */
export type TokenArray = Uint16Array | Uint32Array;

/** A corpus in memory. */
export interface TokenCorpus extends TokenSource {
  readonly tokens: TokenArray;
  readonly starts: Float64Array;
  /** Unicode characters and UTF-8 bytes of the text, for bits per character and per byte. */
  readonly characters: number;
  readonly bytes: number;
}

/** A token source over ids in memory. */
export function tokenArray(tokens: ArrayLike<number>, starts?: ArrayLike<number>): TokenSource {
  return {
    length: tokens.length,
    starts,
    read(start, count, into, at) {
      for (let i = 0; i < count; i++) into[at + i] = tokens[start + i];
    },
  };
}

/** The ids of each document with the end token (if the vocabulary has one) behind it. */
export async function* encodeDocuments<D extends TextDocument>(
  documents: Documents<D>,
  tokenizer: Pick<Tokenizer, 'encode' | 'eosId'>,
): AsyncGenerator<{ document: D; ids: number[] }> {
  const { eosId } = tokenizer;
  for await (const document of documents) {
    const ids = tokenizer.encode(document.text);
    if (eosId !== undefined) ids.push(eosId);
    yield { document, ids };
  }
}

/** Tokenizes a corpus into memory: about two bytes for each token. Throws `data/empty` if nothing comes out. */
export async function tokenizeDocuments<D extends TextDocument>(
  documents: Documents<D>,
  tokenizer: Pick<Tokenizer, 'encode' | 'eosId' | 'vocabSize'>,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (documents: number) => void } = {},
): Promise<TokenCorpus> {
  const TokenArray = tokenizer.vocabSize <= 2 ** 16 ? Uint16Array : Uint32Array;
  let tokens: TokenArray = new TokenArray(2 ** 16);
  const starts = [0];
  let [length, characters, bytes] = [0, 0, 0];
  for await (const { document, ids } of encodeDocuments(documents, tokenizer)) {
    while (length + ids.length > tokens.length) {
      const grown: TokenArray = new TokenArray(tokens.length * 2);
      grown.set(tokens);
      tokens = grown;
    }
    checkIds(ids, tokenizer.vocabSize);
    tokens.set(ids, length);
    length += ids.length;
    starts.push(length);
    characters += countCharacters(document.text);
    bytes += Buffer.byteLength(document.text);
    if (starts.length % 1000 === 0) {
      options.signal?.throwIfAborted();
      options.onProgress?.(starts.length - 1);
      await setImmediate();
    }
  }
  if (length === 0) throw fail('data/empty', { where: 'tokenizeDocuments' });
  options.onProgress?.(starts.length - 1);
  const exact = tokens.slice(0, length);
  return {
    ...tokenArray(exact),
    tokens: exact,
    starts: Float64Array.from(starts),
    length,
    characters,
    bytes,
  };
}

/** Throws `data/token` unless every id is below `vocabSize`. */
export function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (!(ids[i] >= 0 && ids[i] < vocabSize)) throw fail('data/token', { id: ids[i], vocabSize });
  }
}

/** Several sources one after another, as one. */
export function concatTokens(sources: readonly TokenSource[]): TokenSource {
  const ends: number[] = [];
  let length = 0;
  for (const source of sources) ends.push((length += source.length));
  const starts = sources.every((s) => s.starts) ? joinStarts(sources) : undefined;
  return {
    length,
    starts,
    read(start, count, into, at) {
      let index = ends.findIndex((end) => start < end);
      for (let done = 0; done < count; index++) {
        const begin = ends[index] - sources[index].length;
        const take = Math.min(count - done, ends[index] - (start + done));
        sources[index].read(start + done - begin, take, into, at + done);
        done += take;
      }
    },
  };
}

function joinStarts(sources: readonly TokenSource[]): Float64Array {
  const joined: number[] = [0];
  let begin = 0;
  for (const { starts, length } of sources) {
    for (let i = 1; i < starts!.length; i++) joined.push(begin + starts![i]);
    begin += length;
  }
  return Float64Array.from(joined);
}
