/** The tokens of a vocabulary as a tree of bytes, so that tokens with the same beginning are looked at together. */

import type { Tokenizer } from '../../types.ts';

/**
 * Nodes in the order of a walk that visits a node before what is below it: node 0 is the root, what is below node i are the
 * nodes in (i, end[i]). All arrays are by node.
 */
export interface Vocabulary {
  readonly size: number;
  readonly nodeCount: number;
  /** The byte that leads here from the parent. */
  readonly byte: Uint8Array;
  readonly depth: Uint16Array;
  readonly end: Int32Array;
  /** The tokens that end here are `ids[firstId[i], firstId[i + 1])`. */
  readonly firstId: Int32Array;
  readonly ids: Int32Array;
  /** Whether each of the 256 bytes is a token by itself, so that everything can be spelled. */
  readonly hasAllBytes: boolean;
}

type TokenBytes = Pick<Tokenizer, 'vocabSize' | 'tokenBytes'>;

const known = new WeakMap<TokenBytes, Vocabulary>();

/** The tokens of a tokenizer that have bytes, so without its special tokens; made once for each tokenizer. */
export function vocabularyOf(tokenizer: TokenBytes): Vocabulary {
  let vocabulary = known.get(tokenizer);
  if (!vocabulary) known.set(tokenizer, (vocabulary = buildVocabulary(tokenizer, () => true)));
  return vocabulary;
}

/**
 * The same without the tokens that other tokens together spell. What can be spelled at all can be spelled with these:
 * the 256 bytes of most vocabularies, the characters of a vocabulary of characters.
 */
export function atomsOf(tokenizer: TokenBytes, vocabulary: Vocabulary): Vocabulary {
  return buildVocabulary(tokenizer, (bytes) => !isSpelledByOthers(bytes, vocabulary));
}

function isSpelledByOthers(bytes: Uint8Array, vocabulary: Vocabulary): boolean {
  const reached = new Uint8Array(bytes.length + 1);
  reached[0] = 1;
  for (let from = 0; from < bytes.length; from++) {
    if (!reached[from]) continue;
    let node: number | undefined = 0;
    for (let at = from; at < bytes.length; at++) {
      node = childOf(vocabulary, node, bytes[at]);
      if (node === undefined) break;
      if (endsToken(vocabulary, node) && at + 1 - from < bytes.length) reached[at + 1] = 1;
    }
  }
  return reached[bytes.length] === 1;
}

/** Whether a token ends at this node. */
export function endsToken({ firstId }: Vocabulary, node: number): boolean {
  return firstId[node] < firstId[node + 1];
}

export function childOf(vocabulary: Vocabulary, node: number, byte: number): number | undefined {
  for (const child of childrenOf(vocabulary, node)) if (vocabulary.byte[child] === byte) return child;
  return undefined;
}

export function* childrenOf({ end }: Vocabulary, node: number): Generator<number, void> {
  for (let child = node + 1; child < end[node]; child = end[child]) yield child;
}

function buildVocabulary(tokenizer: TokenBytes, has: (bytes: Uint8Array) => boolean): Vocabulary {
  // One character for a byte: native strings sort faster than arrays.
  const tokens: { readonly id: number; readonly bytes: string }[] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes.length > 0 && has(bytes)) tokens.push({ id, bytes: latin1(bytes) });
  }
  tokens.sort((a, b) => (a.bytes < b.bytes ? -1 : a.bytes > b.bytes ? 1 : a.id - b.id));

  let capacity = 1;
  for (const { bytes } of tokens) capacity += bytes.length;
  const byte = new Uint8Array(capacity);
  const depth = new Uint16Array(capacity);
  const end = new Int32Array(capacity);
  const firstId = new Int32Array(capacity + 1);
  const ids = Int32Array.from(tokens, ({ id }) => id);
  const path = [0];
  let previous = '';
  let nodeCount = 1;
  tokens.forEach(({ bytes }, i) => {
    let shared = 0;
    while (shared < previous.length && bytes.charCodeAt(shared) === previous.charCodeAt(shared)) shared++;
    while (path.length > shared + 1) end[path.pop()!] = nodeCount;
    for (let at = shared; at < bytes.length; at++) {
      const node = nodeCount++;
      byte[node] = bytes.charCodeAt(at);
      depth[node] = at + 1;
      firstId[node] = i;
      path.push(node);
    }
    firstId[nodeCount] = i + 1;
    previous = bytes;
  });
  for (const node of path) end[node] = nodeCount;

  const singles = new Set(tokens.filter(({ bytes }) => bytes.length === 1).map(({ bytes }) => bytes));
  return {
    size: tokenizer.vocabSize,
    nodeCount,
    byte: byte.slice(0, nodeCount),
    depth: depth.slice(0, nodeCount),
    end: end.slice(0, nodeCount),
    firstId: firstId.slice(0, nodeCount + 1),
    ids,
    hasAllBytes: singles.size === 256,
  };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
