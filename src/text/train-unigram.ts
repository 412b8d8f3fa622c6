/**
 * Training of Unigram vocabularies (Kudo 2018) as SentencePiece and Hugging Face tokenizers do it: expectation and
 * maximization over a large seed, and in every round the pieces go whose loss would cost the least.
 */

import type { TextParts } from './assemble.ts';
import { type BpeOptions, patternSource } from './bpe-options.ts';
import { byteTokenName } from './characters.ts';
import type { Component } from './components.ts';
import { countPieces, cutBySlices } from './count-pieces.ts';
import { readCutter } from './cutters.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { readNormalizer } from './normalizers.ts';
import { createPacer, type PaceOptions, type Pause } from './pacer.ts';
import type { SavableTokenizer } from './save.ts';
import { seedPieces } from './seed-pieces.ts';
import { spellingTrie } from './spelling-trie.ts';
import type { UnigramEntry } from './tokenizer-file.ts';
import { unigramTokenizer } from './unigram.ts';
import { createLattice, UNKNOWN_PIECE } from './unigram-lattice.ts';

export interface TrainUnigramOptions extends PaceOptions, Pick<TextParts, 'normalizer' | 'eosToken'> {
  /** Size of the vocabulary with special tokens and bytes; fewer pieces when the texts run out of them. */
  readonly vocabSize: number;
  /** Special tokens, which get the first ids. Default `<|endoftext|>` alone; `unknownToken` is put before them. */
  readonly specialTokens?: readonly string[];
  /**
   * How text is cut before pieces are looked for: a name or a regular expression, whose pieces keep their spaces, or
   * `metaspace`: at spaces, each spelled `▁` and part of the word behind it. Default `gpt2`.
   */
  readonly pattern?: BpeOptions['pattern'] & string;
  /** With `metaspace`, puts a space before text that begins without one; `decode` gives it back. Default false. */
  readonly addPrefixSpace?: boolean;
  /** Spells characters outside the vocabulary by 256 tokens of bytes, so that any text is encoded and comes back. Default true. */
  readonly byteFallback?: boolean;
  /** Without bytes, the token of characters outside the vocabulary. Default `<unk>`. */
  readonly unknownToken?: string;
  /** Substrings that occur in fewer words are no pieces; with bytes, characters that occur less often neither. Default 2. */
  readonly minFrequency?: number;
  /** Longest piece in characters. Default 16. */
  readonly maxPieceLength?: number;
  /** Pieces to start from, at most. Default 1,000,000. */
  readonly seedSize?: number;
  /** Share of the pieces that a round keeps. Default 0.75. */
  readonly shrinkingFactor?: number;
  /** Estimations in a round. Default 2. */
  readonly estimations?: number;
}

/** A piece is dropped when it is expected less often (SentencePiece). */
const LEAST_EXPECTED = 0.5;
/** What required characters that were dropped are set apart by, above the lowest score. */
const APART = 0.0001;
/** The lowest score minus this is the unknown piece's. */
const UNKNOWN_PENALTY = 10;
const WORDS_PER_STEP = 512;

/** Pieces with their scores; the first is the unknown piece, which has none. */
interface Pieces {
  readonly spellings: readonly string[];
  readonly scores: Float64Array;
}

/** Distinct words and how often each occurs. */
interface Words {
  readonly texts: readonly string[];
  readonly counts: readonly number[];
}

/** Calls between steps of words: pauses, and says which round it is. */
type Step = () => Promise<void>;

/**
 * Trains a Unigram tokenizer. With the same pieces of text, the vocabulary and scores are those of Hugging Face
 * tokenizers up to rounding, except where equal losses or equal scores stand in no order there. Gives the event loop
 * turns; deterministic. Errors: `text/option`, `text/pattern`; the signal's reason.
 *
 * @example
 * const tokenizer = await trainUnigram(['床前明月光', '疑是地上霜'], { vocabSize: 300 });
 */
export async function trainUnigram(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainUnigramOptions,
): Promise<SavableTokenizer<UnigramEntry>> {
  const { byteFallback = true, unknownToken = '<unk>', onProgress } = options;
  const { vocabSize, minFrequency = 2, maxPieceLength = 16, seedSize = 1_000_000 } = options;
  const given = options.specialTokens ?? ['<|endoftext|>'];
  const special = byteFallback ? given : [...new Set([unknownToken, ...given])];
  const bytes = byteFallback ? Array.from({ length: 256 }, (_, byte) => byteTokenName(byte)) : [];
  checkOptions(options, special, bytes.length);
  const parts = partsOf(options, byteFallback);
  const normalize = readNormalizer(parts.normalizer);
  const cut = readCutter(parts.preTokenizer);
  const pause = createPacer(options);
  const counts = await countPieces(
    texts,
    cutBySlices((text, first, emit) => cut(wellFormed(normalize ? normalize(text) : text), first, emit)),
    pause,
  );

  const target = vocabSize - bytes.length;
  const characters = byteFallback
    ? frequentCharacters(counts, Math.max(1, minFrequency)).slice(0, target - special.length)
    : frequentCharacters(counts, 0);
  if (characters.length + special.length > target) {
    throw optionError(
      `\`vocabSize\` must be at least ${characters.length + special.length} for the ${characters.length} characters of the texts, or \`byteFallback\` on`,
      `\`vocabSize\` 至少要有 ${characters.length + special.length}，才容得下文本中的 ${characters.length} 个字符，或打开 \`byteFallback\``,
      vocabSize,
    );
  }
  const known = new Set(characters);
  const seeds = seedPieces(counts, { maxPieceLength, seedSize, minFrequency }).filter(
    ([piece]) => piece.length > 2 || Array.from(piece).length > 1 || known.has(piece),
  );
  const pieces = await estimate(seeds, counts, target, options, pause);
  const chosen = finish(pieces, characters, target - special.length);
  onProgress?.({ phase: 'estimate', done: chosen.length, total: chosen.length });
  // NOTE: readers that match bytes by their names shall never prefer one to the characters it is spelled with.
  const lowest = chosen.reduce((least, [, score]) => Math.min(least, score), 0) - UNKNOWN_PENALTY;
  return unigramTokenizer({
    ...parts,
    vocab: [
      ...special.map((token) => [token, 0] as const),
      ...bytes.map((name) => [name, lowest] as const),
      ...chosen,
    ],
    specialTokens: new Map(special.map((token, id) => [token, id])),
    unknownId: byteFallback ? undefined : special.indexOf(unknownToken),
    byteFallback,
    eosToken: options.eosToken,
  });
}

const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

/** The components around the model. */
function partsOf(
  options: TrainUnigramOptions,
  byteFallback: boolean,
): TextParts & { readonly decoder: Component } {
  const { pattern = 'gpt2', addPrefixSpace = false, normalizer } = options;
  const bytes: Component[] = byteFallback ? [{ type: 'ByteFallback' }] : [];
  if (pattern !== 'metaspace') {
    const preTokenizer = {
      type: 'Split',
      pattern: { Regex: patternSource(pattern) },
      behavior: 'Isolated',
      invert: false,
    };
    return {
      normalizer,
      preTokenizer,
      decoder: { type: 'Sequence', decoders: [...bytes, { type: 'Fuse' }] },
    };
  }
  const replace = { type: 'Replace', pattern: { String: '▁' }, content: ' ' };
  const strip = addPrefixSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    normalizer,
    preTokenizer: {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: addPrefixSpace ? 'always' : 'never',
      split: true,
    },
    decoder: { type: 'Sequence', decoders: [replace, ...bytes, { type: 'Fuse' }, ...strip] },
  };
}

/** Characters that occur at least so often, the most frequent first. */
function frequentCharacters(words: ReadonlyMap<string, number>, least: number): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  }
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1] || a[0].codePointAt(0)! - b[0].codePointAt(0)!)
    .map(([character]) => character);
}

/** Rounds of estimation and pruning, until at most a tenth too many pieces are left. */
async function estimate(
  seeds: readonly (readonly [string, number])[],
  counts: ReadonlyMap<string, number>,
  target: number,
  { shrinkingFactor = 0.75, estimations = 2 }: TrainUnigramOptions,
  pause: Pause,
): Promise<Pieces> {
  const words: Words = { texts: [...counts.keys()], counts: [...counts.values()] };
  const wanted = Math.floor((target * 11) / 10);
  const sum = Math.log(seeds.reduce((total, [, weight]) => total + weight, 0));
  let pieces: Pieces = {
    spellings: ['', ...seeds.map(([piece]) => piece)],
    scores: Float64Array.from([Number.NaN, ...seeds.map(([, weight]) => Math.log(weight) - sum)]),
  };
  const total = Math.max(
    1,
    1 + Math.ceil(Math.log(wanted / pieces.spellings.length) / Math.log(shrinkingFactor)),
  );
  for (let round = 0; ; round++) {
    const step = (): Promise<void> => pause({ phase: 'estimate', done: Math.min(round, total), total });
    for (let i = 0; i < estimations; i++) pieces = maximize(pieces, await expect(pieces, words, step));
    if (pieces.spellings.length <= wanted) return pieces;
    const size = Math.max(wanted, Math.floor(pieces.spellings.length * shrinkingFactor));
    const pruned = await prune(pieces, words, size, step);
    // Nothing left that can be spelled otherwise.
    if (pruned.spellings.length === pieces.spellings.length) return pieces;
    pieces = pruned;
  }
}

function latticeOf({ spellings, scores }: Pieces) {
  const rows = spellings.map((spelling, place) => [spelling, place] as const);
  return createLattice(spellingTrie(rows), scores, lowestScore(scores) - UNKNOWN_PENALTY);
}

/** Of the pieces that have a score. */
const lowestScore = (scores: Float64Array): number =>
  scores
    .subarray(UNKNOWN_PIECE + 1)
    .reduce((least, score) => Math.min(score, least), Number.POSITIVE_INFINITY);

/** How often each piece is expected in all segmentations of all words. */
async function expect(pieces: Pieces, words: Words, step: Step): Promise<Float64Array> {
  const lattice = latticeOf(pieces);
  const expected = new Float64Array(pieces.spellings.length);
  for (let i = 0; i < words.texts.length; i++) {
    lattice.expect(words.texts[i], words.counts[i], expected);
    if (i % WORDS_PER_STEP === 0) await step();
  }
  return expected;
}

/** New scores: digamma in place of the logarithm, a prior for few pieces (Liang & Klein 2007, as in SentencePiece). */
function maximize({ spellings }: Pieces, expected: Float64Array): Pieces {
  const kept: number[] = [];
  let sum = 0;
  for (let i = 0; i < spellings.length; i++) {
    if (i === UNKNOWN_PIECE || expected[i] < LEAST_EXPECTED) continue;
    kept.push(i);
    sum += expected[i];
  }
  const log = digamma(sum);
  return {
    spellings: ['', ...kept.map((i) => spellings[i])],
    scores: Float64Array.from([Number.NaN, ...kept.map((i) => digamma(expected[i]) - log)]),
  };
}

/** The derivative of log Γ for positive x: recurrence up to 7, then its asymptotic series around x - 1/2. */
function digamma(x: number): number {
  let result = 0;
  let at = x;
  for (; at < 7; at++) result -= 1 / at;
  at -= 0.5;
  const r2 = 1 / (at * at);
  const r4 = r2 * r2;
  return result + Math.log(at) + r2 / 24 - (7 / 960) * r4 + (31 / 8064) * r4 * r2 - (127 / 30720) * r4 * r4;
}

/**
 * Keeps `size` pieces: those that cannot be spelled otherwise, then those whose loss would lower the likelihood most.
 * A lost piece is taken to be spelled by its own second-best segmentation wherever it stood.
 */
async function prune(pieces: Pieces, words: Words, size: number, step: Step): Promise<Pieces> {
  const { spellings, scores } = pieces;
  const lattice = latticeOf(pieces);
  const count = spellings.length;
  const frequencies = new Float64Array(count);
  let wordSum = 0;
  for (let i = 0; i < words.texts.length; i++) {
    wordSum += words.counts[i];
    for (const piece of lattice.best(words.texts[i]).path) frequencies[piece] += words.counts[i];
    if (i % WORDS_PER_STEP === 0) await step();
  }
  const sum = frequencies.reduce((total, each) => total + each, 0);
  const kept: number[] = [];
  const candidates: { readonly piece: number; readonly loss: number }[] = [];
  for (let piece = 1; piece < count; piece++) {
    if (piece % WORDS_PER_STEP === 0) await step();
    const frequency = frequencies[piece];
    const spelling = spellings[piece];
    const single = spelling.length === (spelling.codePointAt(0)! > 0xffff ? 2 : 1);
    const other = single ? undefined : lattice.best(spelling, piece);
    if (!other || scores[piece] < other.score) {
      // A character stays; a piece that is never the best spelling of itself goes unless the words use it.
      if (single || frequency > 0) kept.push(piece);
      continue;
    }
    if (frequency === 0) continue;
    const alternatives = other.path;
    const sumAfter = Math.log(sum + frequency * (alternatives.length - 1));
    let after = 0;
    for (const each of alternatives) after += Math.log(frequencies[each] + frequency) - sumAfter;
    candidates.push({ piece, loss: (frequency / wordSum) * (Math.log(frequency) - Math.log(sum) - after) });
  }
  candidates.sort((a, b) => b.loss - a.loss);
  for (const { piece } of candidates.slice(0, Math.max(0, size - 1 - kept.length))) kept.push(piece);
  return {
    spellings: ['', ...kept.map((i) => spellings[i])],
    scores: Float64Array.from([Number.NaN, ...kept.map((i) => scores[i])]),
  };
}

/** The characters and the first other pieces, `size` together, by falling score. */
function finish(
  { spellings, scores }: Pieces,
  characters: readonly string[],
  size: number,
): [string, number][] {
  const found = new Map(spellings.map((spelling, i) => [spelling, scores[i]]));
  const chosen = new Map<string, number>();
  let low = lowestScore(scores);
  if (!Number.isFinite(low)) low = 0;
  for (const character of [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)) {
    const score = found.get(character);
    chosen.set(character, score ?? low);
    if (score === undefined) low += APART;
  }
  for (const [spelling, score] of found) {
    if (chosen.size >= size) break;
    if (spelling !== '' && !chosen.has(spelling)) chosen.set(spelling, score);
  }
  return [...chosen].sort((a, b) => b[1] - a[1]);
}

const optionError = (rule: string, ruleZh: string, got: unknown) =>
  fail('text/option', { where: 'trainUnigram', rule, ruleZh, got });

function checkOptions(options: TrainUnigramOptions, special: readonly string[], bytes: number): void {
  const { vocabSize, minFrequency = 2, maxPieceLength = 16, shrinkingFactor = 0.75 } = options;
  const { seedSize = 1, estimations = 2 } = options;
  const least = bytes + special.length + 1;
  if (!Number.isInteger(vocabSize) || vocabSize < least || vocabSize > limits.vocabSize) {
    throw optionError(
      `\`vocabSize\` must be a whole number from ${least} (${bytes} bytes, ${special.length} special tokens and one piece) to ${limits.vocabSize}`,
      `\`vocabSize\` 必须是 ${least}（${bytes} 个字节、${special.length} 个特殊词元和一个片段）到 ${limits.vocabSize} 之间的整数`,
      vocabSize,
    );
  }
  const whole = { maxPieceLength, seedSize, estimations };
  for (const [name, value] of Object.entries(whole)) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw optionError(
        `\`${name}\` must be a whole number larger than 0`,
        `\`${name}\` 必须是大于 0 的整数`,
        value,
      );
    }
  }
  if (maxPieceLength * 2 > limits.pieceLength) {
    throw optionError(
      `\`maxPieceLength\` must be at most ${limits.pieceLength / 2}`,
      `\`maxPieceLength\` 不能超过 ${limits.pieceLength / 2}`,
      maxPieceLength,
    );
  }
  if (!(minFrequency >= 0)) {
    throw optionError('`minFrequency` must be 0 or larger', '`minFrequency` 不能小于 0', minFrequency);
  }
  if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
    throw optionError(
      '`shrinkingFactor` must be between 0 and 1',
      '`shrinkingFactor` 必须在 0 和 1 之间',
      shrinkingFactor,
    );
  }
  const bad = special.find(
    (token, i) => token === '' || special.indexOf(token) < i || Array.from(token).length < 2,
  );
  if (bad !== undefined) {
    throw optionError(
      '`specialTokens` must differ and be at least two characters long',
      '`specialTokens` 不能重复，且至少两个字符',
      bad,
    );
  }
}
