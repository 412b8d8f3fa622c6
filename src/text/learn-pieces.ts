/**
 * The pieces of a Unigram vocabulary (Kudo 2018), learned as SentencePiece and Hugging Face tokenizers do it: expectation
 * and maximization over a large seed, and in every round the pieces go whose loss would cost the least.
 */

import type { Component } from './components.ts';
import { countPieces, cutBySlices } from './count-pieces.ts';
import { readCutter } from './cutters.ts';
import { fail } from './errors.ts';
import { readNormalizer } from './normalizers.ts';
import { createPacer, type PaceOptions, type Pause } from './pacer.ts';
import { seedPieces } from './seed-pieces.ts';
import { spellingTrie } from './spelling-trie.ts';
import { UNKNOWN_PENALTY } from './unigram.ts';
import { createLattice, UNKNOWN_PIECE } from './unigram-lattice.ts';

export interface LearnOptions extends PaceOptions {
  /** Rounds end when at most a tenth more pieces than these are left. */
  readonly target: number;
  /** So many pieces are given back. */
  readonly size: number;
  /** Characters that become pieces in any case: all, or the most frequent that fit, at least `minFrequency` times. */
  readonly required: 'all' | 'frequent';
  readonly minFrequency?: number;
  readonly maxPieceLength?: number;
  readonly seedSize?: number;
  readonly shrinkingFactor?: number;
  readonly estimations?: number;
}

/** A piece is dropped when it is expected less often (SentencePiece). */
const LEAST_EXPECTED = 0.5;
/** What required characters that were dropped are set apart by, above the lowest score. */
const APART = 0.0001;
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

const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

/** Pieces and log-probabilities by falling score. Errors: `text/option` when required characters do not fit; the signal's reason. */
export async function learnPieces(
  texts: Iterable<string> | AsyncIterable<string>,
  parts: { readonly normalizer?: Component | null; readonly preTokenizer?: Component | null },
  options: LearnOptions,
): Promise<[piece: string, score: number][]> {
  const { target, size, required, minFrequency = 2, maxPieceLength = 16, seedSize = 1_000_000 } = options;
  const normalize = readNormalizer(parts.normalizer);
  const cut = readCutter(parts.preTokenizer);
  const pause = createPacer(options);
  const counts = await countPieces(
    texts,
    cutBySlices((text, first, emit) => cut(wellFormed(normalize ? normalize(text) : text), first, emit)),
    pause,
  );
  const characters =
    required === 'frequent'
      ? frequentCharacters(counts, Math.max(1, minFrequency)).slice(0, size)
      : frequentCharacters(counts, 0);
  if (characters.length > size) {
    const least = characters.length - size;
    throw fail('text/option', {
      where: 'trainUnigram',
      rule: `\`vocabSize\` must be ${least} larger for the ${characters.length} characters of the texts, or \`byteFallback\` on`,
      ruleZh: `\`vocabSize\` 还要加 ${least}，才容得下文本中的 ${characters.length} 个字符，或打开 \`byteFallback\``,
      got: target,
    });
  }
  const known = new Set(characters);
  const seeds = seedPieces(counts, { maxPieceLength, seedSize, minFrequency }).filter(
    ([piece]) => known.has(piece) || Array.from(piece).length > 1,
  );
  const pieces = await estimate(seeds, counts, target, options, pause);
  const chosen = finish(pieces, characters, size);
  options.onProgress?.({ phase: 'estimate', done: chosen.length, total: chosen.length });
  return chosen;
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
  { shrinkingFactor = 0.75, estimations = 2 }: LearnOptions,
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
