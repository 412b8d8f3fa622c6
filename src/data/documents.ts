/** Small things to do with documents: duplicates, and cutting long ones. */

import { setImmediate } from 'node:timers/promises';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';
import { comparableText, createFingerprintSet } from './fingerprint.ts';

/** A document of a known corpus. */
export interface CorpusDocument extends TextDocument {
  readonly author?: string;
}

/** Documents in memory or arriving one by one. */
export type Documents<D extends TextDocument> = Iterable<D> | AsyncIterable<D>;

const PAUSE_EVERY = 2_000;

/** Goes through documents, letting other work (a progress bar, Ctrl-C) run now and then. */
export async function eachDocument<D extends TextDocument>(
  documents: Documents<D>,
  visit: (document: D) => void,
  signal?: AbortSignal,
): Promise<void> {
  let count = 0;
  for await (const document of documents) {
    visit(document);
    if (++count % PAUSE_EVERY === 0) await setImmediate();
    signal?.throwIfAborted();
  }
}

/** What `dropExactDuplicates` did. */
export interface DuplicateReport {
  readonly documentsIn: number;
  readonly documentsOut: number;
  /** The first text that came twice. */
  readonly example: string | undefined;
}

/** Keeps the first of documents whose texts are equal but for spaces and the composition of characters. */
export async function dropExactDuplicates<D extends TextDocument>(
  documents: Documents<D>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ documents: D[]; report: DuplicateReport }> {
  const seen = createFingerprintSet();
  const kept: D[] = [];
  let documentsIn = 0;
  let example: string | undefined;
  await eachDocument(
    documents,
    (document) => {
      documentsIn++;
      if (seen.add(comparableText(document.text))) kept.push(document);
      else example ??= document.text;
    },
    options.signal,
  );
  return { documents: kept, report: { documentsIn, documentsOut: kept.length, example } };
}

/**
 * Cuts documents longer than `maxCharacters` (UTF-16 units) into pieces: at an empty line, else a line's end, else a sentence's end,
 * else a space, never inside a character. The pieces joined are the document.
 */
export function* chunkDocuments<D extends TextDocument>(
  documents: Iterable<D>,
  options: { readonly maxCharacters: number },
): Generator<D> {
  const { maxCharacters } = options;
  if (!Number.isSafeInteger(maxCharacters) || maxCharacters < 2) {
    throw fail('data/option', {
      where: 'chunkDocuments',
      option: 'maxCharacters',
      rule: '≥ 2',
      got: maxCharacters,
    });
  }
  for (const document of documents) {
    const { text } = document;
    let from = 0;
    while (text.length - from > maxCharacters) {
      const to = cutPoint(text, from, from + maxCharacters);
      yield { ...document, text: text.slice(from, to) };
      from = to;
    }
    if (from === 0) yield document;
    else yield { ...document, text: text.slice(from) };
  }
}

const CUTS = [/\n\s*\n/g, /\n/g, /[。！？]|[.!?]["”’)]?\s/g, /\s/g] as const;

/** Where to cut within the second half of [from, limit): as late as the best kind of cut allows. */
function cutPoint(text: string, from: number, limit: number): number {
  const start = from + ((limit - from) >> 1);
  const window = text.slice(start, limit);
  for (const cut of CUTS) {
    let end = 0;
    for (const match of window.matchAll(cut)) end = match.index + match[0].length;
    if (end > 0) return start + end;
  }
  const splitsPair = /[\ud800-\udbff]/.test(text[limit - 1]) && /[\udc00-\udfff]/.test(text[limit]);
  return splitsPair ? limit - 1 : limit;
}

/** The first part of a text and its last `share`, as nanoGPT holds out the end of a text. Never inside a character. */
export function splitTail(text: string, share: number): [head: string, tail: string] {
  if (!(share > 0 && share < 1)) {
    throw fail('data/option', { where: 'splitTail', option: 'share', rule: 'in (0, 1)', got: share });
  }
  let at = Math.floor(text.length * (1 - share));
  if (/[\udc00-\udfff]/.test(text[at] ?? '')) at++;
  return [text.slice(0, at), text.slice(at)];
}
