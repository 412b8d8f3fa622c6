/** A text as pieces that a tokenizer gives back exactly, and bytes for what it does not. */

import { InkstoneError } from '../../errors.ts';
import type { Tokenizer } from '../../types.ts';

export type CodedPiece =
  | { readonly type: 'ids'; readonly ids: readonly number[] }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array };

/**
 * Cuts a well-formed text: usually one piece of ids. Where `decode(encode(text))` is not the text (a character that the vocabulary
 * lacks, a normal form, spaces that become one), the text is halved until what cannot be spelled stands alone, and that is kept as
 * UTF-8. Pieces are encoded and decoded each by itself.
 */
export function textPieces(text: string, tokenizer: Tokenizer, vocabSize: number): CodedPiece[] {
  const idsOf = (part: string): readonly number[] | undefined => exactIds(part, tokenizer, vocabSize);
  const spans = halve(text, (part) => idsOf(part) !== undefined);
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    const isJoined =
      last && last.isExact === span.isExact && (!span.isExact || idsOf(last.text + span.text) !== undefined);
    if (isJoined) merged[merged.length - 1] = { text: last.text + span.text, isExact: span.isExact };
    else merged.push(span);
  }
  return merged.map(({ text: part, isExact }) =>
    isExact ? { type: 'ids', ids: idsOf(part)! } : { type: 'bytes', bytes: new TextEncoder().encode(part) },
  );
}

/** The text of the pieces. */
export function textOfPieces(pieces: readonly CodedPiece[], tokenizer: Tokenizer): string {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  return pieces
    .map((piece) => (piece.type === 'ids' ? tokenizer.decode(piece.ids) : utf8.decode(piece.bytes)))
    .join('');
}

/** The ids of a text that they spell exactly, if there are such. */
function exactIds(text: string, tokenizer: Tokenizer, vocabSize: number): readonly number[] | undefined {
  try {
    const ids = tokenizer.encode(text);
    return ids.every((id) => id < vocabSize) && tokenizer.decode(ids) === text ? ids : undefined;
  } catch (error) {
    // A vocabulary of characters without bytes refuses those that it lacks.
    if (error instanceof InkstoneError) return undefined;
    throw error;
  }
}

interface Span {
  readonly text: string;
  readonly isExact: boolean;
}

/** Parts of the text in order: those that pass, as long as halving finds them, and single characters that do not. */
function halve(text: string, passes: (part: string) => boolean): Span[] {
  if (text === '') return [];
  if (passes(text)) return [{ text, isExact: true }];
  let middle = text.length >> 1;
  if (isInsideCharacter(text, middle)) middle++;
  if (middle === 0 || middle >= text.length) return [{ text, isExact: false }];
  return [...halve(text.slice(0, middle), passes), ...halve(text.slice(middle), passes)];
}

const isInsideCharacter = (text: string, at: number): boolean => at > 0 && text.codePointAt(at - 1)! > 0xffff;
