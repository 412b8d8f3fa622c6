/** New pieces for Unigram and WordPiece: those of a vocabulary trained on the new text that the old one lacks. */

import { byteOf } from './assemble.ts';
import { readDecoder } from './decoders.ts';
import type { ExtendRequest, ExtendResult, NewToken } from './extend.ts';
import { learnPieces } from './learn-pieces.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import type { UnigramEntry, WordPieceEntry } from './tokenizer-file.ts';
import { learnWordPieces } from './train-word-piece.ts';

/**
 * Pieces come with the scores they have in the new text, but none lower than the lowest old one, by which the score of
 * unknown characters is reckoned.
 */
export async function extendUnigram(
  request: ExtendRequest<UnigramEntry>,
): Promise<ExtendResult<UnigramEntry>> {
  const { file, texts, firstId, room, minFrequency, allowed, pace } = request;
  const { model } = file;
  const known = new Set([
    ...model.vocab.map(([piece]) => piece),
    ...file.added_tokens.map(({ content }) => content),
  ]);
  const lowest = model.vocab.reduce((least, [, score]) => Math.min(least, score), 0);
  // Many of the pieces found will be known: look for as many more.
  const found = await learnPieces(
    texts,
    { normalizer: file.normalizer, preTokenizer: file.pre_tokenizer },
    {
      ...pace,
      target: room + model.vocab.length,
      size: room + model.vocab.length,
      minFrequency,
      required: 'frequent',
    },
  );
  const reading = readDecoder(file.decoder);
  const whole = loadTokenizer(JSON.stringify({ ...file, normalizer: null, pre_tokenizer: null }));
  const vocab = [...model.vocab];
  // NOTE: the id of a piece is its place, so added tokens behind the vocabulary must have places too.
  for (let id = vocab.length; id < firstId; id++) {
    const token = file.added_tokens.find((each) => each.id === id);
    vocab.push([token?.content ?? `<unused${id}>`, lowest]);
  }
  const added: NewToken[] = [];
  for (const [piece, score] of found) {
    if (added.length >= room) break;
    if (known.has(piece) || byteOf(piece) !== undefined || !allowed(reading.text(piece))) continue;
    added.push({ id: firstId + added.length, from: whole.encode(piece) });
    vocab.push([piece, Math.max(score, lowest)]);
  }
  return { model: { ...model, vocab }, added };
}

export async function extendWordPiece(
  request: ExtendRequest<WordPieceEntry>,
): Promise<ExtendResult<WordPieceEntry>> {
  const { file, texts, firstId, room, minFrequency, allowed, pace } = request;
  const { model } = file;
  const prefix = model.continuing_subword_prefix;
  const vocab = new Map(Object.entries(model.vocab));
  const known = new Set([...vocab.keys(), ...file.added_tokens.map(({ content }) => content)]);
  const found = await learnWordPieces(
    texts,
    { normalizer: file.normalizer, preTokenizer: file.pre_tokenizer },
    {
      ...pace,
      special: [],
      prefix,
      vocabSize: room + vocab.size,
      minFrequency,
      leastCharacter: minFrequency,
      // Half of the room, since characters have a form inside words too.
      alphabetSize: Math.floor((room + vocab.size) / 2),
    },
  );
  const unknownId = vocab.get(model.unk_token)!;
  const added: NewToken[] = [];
  const fresh: string[] = [];
  for (const piece of found) {
    if (fresh.length >= room) break;
    const inner = prefix !== '' && piece.startsWith(prefix);
    if (known.has(piece) || !allowed(inner ? piece.slice(prefix.length) : piece)) continue;
    added.push({ id: firstId + fresh.length, from: oldPieces(piece, prefix, vocab) ?? [unknownId] });
    fresh.push(piece);
  }
  fresh.forEach((piece, i) => {
    vocab.set(piece, firstId + i);
  });
  return { model: { ...model, vocab: Object.fromEntries(vocab) }, added };
}

/** A piece as the longest pieces of the old vocabulary; `undefined` when they cannot spell it. */
function oldPieces(piece: string, prefix: string, vocab: ReadonlyMap<string, number>): number[] | undefined {
  const ids: number[] = [];
  const inner = prefix !== '' && piece.startsWith(prefix);
  const text = inner ? piece.slice(prefix.length) : piece;
  for (let at = 0; at < text.length; ) {
    const mark = at > 0 || inner ? prefix : '';
    let end = text.length;
    while (end > at && !vocab.has(mark + text.slice(at, end))) end--;
    if (end === at) return undefined;
    ids.push(vocab.get(mark + text.slice(at, end))!);
    at = end;
  }
  return ids;
}
