/** Options that hold text, turned into the ids that processors work with. */

import type { Tokenizer } from '../types.ts';
import { compiledFor } from './constraints/compile.ts';
import { PRESETS } from './presets.ts';
import type { ProcessorOptions, ProcessorSettings } from './processor-options.ts';
import { PROCESSORS, readSettings } from './processor-rows.ts';

/** What no repeat reaches across: llama.cpp's four, and how Chinese writes them. */
const SEQUENCE_BREAKERS = ['\n', ':', '"', '*', '：', '“', '”'];

/** The same options with ids in place of the text in `dry.breakers` (with its default), `badWords` and `forcedPrefix`, and a compiled `constraint`. */
export function withTokenizer<Options extends ProcessorOptions>(
  options: Options,
  tokenizer: Tokenizer,
): Options {
  const { constraint, dry, badWords, forcedPrefix, preset } = options;
  const changed: { -readonly [Name in keyof ProcessorOptions]: ProcessorOptions[Name] } = {};
  if (constraint !== undefined) changed.constraint = compiledFor(constraint, tokenizer);
  if (dry !== undefined) {
    const given = readSettings('dry', PROCESSORS.dry.settings, dry);
    const byDefault = (preset && PRESETS[preset]?.conventions.dry?.breakers) ?? SEQUENCE_BREAKERS;
    const { breakers = byDefault, ...rest } = given as { readonly breakers?: typeof byDefault };
    const ids = breakers.flatMap((breaker) =>
      typeof breaker === 'string' ? sequenceBreakers(tokenizer, breaker) : [breaker],
    );
    changed.dry = { ...(rest as ProcessorSettings['dry']), breakers: ids };
  }
  if (badWords !== undefined) {
    const given = 'words' in badWords ? badWords : { words: badWords };
    changed.badWords = {
      ...given,
      words: given.words.flatMap((word) => (typeof word === 'string' ? spellings(tokenizer, word) : [word])),
    };
  }
  if (typeof forcedPrefix === 'string') changed.forcedPrefix = tokenizer.encode(forcedPrefix);
  return { ...options, ...changed };
}

/** A word as it is written at the beginning of a text and after a space. */
function spellings(tokenizer: Tokenizer, word: string): number[][] {
  const bare = tokenizer.encode(word);
  const spaced = tokenizer.encode(` ${word.trimStart()}`);
  // A space that is a token of its own is not part of the word.
  const isOther = spaced.length === bare.length && spaced[0] !== bare[0];
  return [bare, ...(isOther ? [spaced] : [])].filter(({ length }) => length > 0);
}

const known = new WeakMap<Tokenizer, Map<string, number[][]>>();

/**
 * The sequences of ids that spell a breaker: every token that holds it, and every token that ends with its beginning,
 * followed by the tokens of the rest (as llama.cpp finds them). Looked up once for each tokenizer.
 */
export function sequenceBreakers(tokenizer: Tokenizer, breaker: string): number[][] {
  let ofTokenizer = known.get(tokenizer);
  if (!ofTokenizer) known.set(tokenizer, (ofTokenizer = new Map()));
  let sequences = ofTokenizer.get(breaker);
  if (!sequences) ofTokenizer.set(breaker, (sequences = findBreakers(tokenizer, breaker)));
  return sequences;
}

function findBreakers(tokenizer: Tokenizer, breaker: string): number[][] {
  const wanted = new TextEncoder().encode(breaker);
  if (wanted.length === 0) return [];
  const tails = new Map<number, number[]>();
  const sequences: number[][] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    const overlaps = new Set<number>();
    for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
      const size = Math.min(wanted.length, bytes.length - at);
      if (wanted.subarray(0, size).every((byte, i) => byte === bytes[at + i])) overlaps.add(size);
    }
    if (overlaps.has(wanted.length)) {
      sequences.push([id]);
      continue;
    }
    for (const size of overlaps) {
      const tail = tails.get(size) ?? encodeRest(tokenizer, wanted.subarray(size));
      tails.set(size, tail);
      if (tail.length > 0) sequences.push([id, ...tail]);
    }
  }
  return sequences;
}

/** The ids of some bytes; none if they are not text by themselves. */
function encodeRest(tokenizer: Tokenizer, bytes: Uint8Array): number[] {
  try {
    return tokenizer.encode(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return [];
  }
}
