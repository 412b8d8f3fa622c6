/** Training of WordPiece vocabularies as Hugging Face tokenizers does it: BPE merges of characters, inner ones marked. */

import type { TextParts } from './assemble.ts';
import type { Component } from './components.ts';
import { countPieces, cutBySlices } from './count-pieces.ts';
import { readCutter } from './cutters.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { readNormalizer } from './normalizers.ts';
import { createPacer, type PaceOptions } from './pacer.ts';
import { createPairMerger, type SymbolWords } from './pair-merger.ts';
import type { SavableTokenizer } from './save.ts';
import type { WordPieceEntry } from './tokenizer-file.ts';
import { wordPieceTokenizer } from './word-piece.ts';

export interface TrainWordPieceOptions extends PaceOptions {
  /** Size of the vocabulary with special tokens and characters; fewer tokens when the texts run out of pairs. */
  readonly vocabSize: number;
  /** Special tokens, which get the first ids; `[UNK]` is put before them when it is missing. Default BERT's five. */
  readonly specialTokens?: readonly string[];
  /** A pair that occurs less often is not merged. Default 2. */
  readonly minFrequency?: number;
  /** The most frequent characters that get tokens, at most. Default: all. */
  readonly alphabetSize?: number;
  /** Lower case, and accents away. Default true. */
  readonly lowerCase?: boolean;
  /** Every ideograph is a word. Default true. */
  readonly spaceIdeographs?: boolean;
  readonly eosToken?: string;
}

const UNKNOWN = '[UNK]';
const PREFIX = '##';
const BERT_TOKENS = ['[PAD]', UNKNOWN, '[CLS]', '[SEP]', '[MASK]'] as const;

/**
 * Trains a WordPiece tokenizer with BERT's normalizer, pre-tokenizer and, where `[CLS]` and `[SEP]` are there, its
 * template. The tokens are those of Hugging Face tokenizers as long as no two pairs are equally frequent: it numbers
 * inner characters in no fixed order, and ties fall by these numbers; here they are numbered by code point. Gives the
 * event loop turns. Errors: `text/option`; the signal's reason.
 *
 * @example
 * const tokenizer = await trainWordPiece(['the mother of the other'], { vocabSize: 60 });
 */
export async function trainWordPiece(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainWordPieceOptions,
): Promise<SavableTokenizer<WordPieceEntry>> {
  const given = options.specialTokens ?? BERT_TOKENS;
  const special = given.includes(UNKNOWN) ? given : [UNKNOWN, ...given];
  const parts = partsOf(options, special);
  checkOptions(options, special);
  const tokens = await learnWordPieces(texts, parts, { ...options, special, prefix: PREFIX });
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  const specialTokens = new Map(special.map((token, id) => [token, id]));
  return wordPieceTokenizer({ ...parts, vocab, specialTokens, eosToken: options.eosToken });
}

/** What the trainer of tokens reads of the options. */
export interface LearnWordPiecesOptions extends PaceOptions {
  readonly vocabSize: number;
  readonly special: readonly string[];
  /** What marks a piece inside a word. */
  readonly prefix: string;
  readonly minFrequency?: number;
  readonly alphabetSize?: number;
  /** A character that occurs less often becomes no token. Default 1. */
  readonly leastCharacter?: number;
}

/** The tokens in the order of their ids: special ones, characters, inner characters, then what merges make. Errors: `text/option`. */
export async function learnWordPieces(
  texts: Iterable<string> | AsyncIterable<string>,
  parts: { readonly normalizer?: Component | null; readonly preTokenizer?: Component | null },
  {
    vocabSize,
    special,
    prefix,
    minFrequency = 2,
    alphabetSize,
    leastCharacter = 1,
    ...pace
  }: LearnWordPiecesOptions,
): Promise<string[]> {
  const normalize = readNormalizer(parts.normalizer);
  const cut = readCutter(parts.preTokenizer);
  const pause = createPacer(pace);
  const counts = await countPieces(
    texts,
    cutBySlices((text, first, emit) => cut(normalize ? normalize(text) : text, first, emit)),
    pause,
  );
  const alphabet = charactersOf(counts, alphabetSize, leastCharacter);
  const least = special.length + alphabet.length;
  if (vocabSize < least) {
    throw optionError(
      `\`vocabSize\` must be at least ${least} (special tokens and characters); \`alphabetSize\` lowers it`,
      `\`vocabSize\` 至少要有 ${least}（特殊词元和字符）；可用 \`alphabetSize\` 减少`,
      vocabSize,
    );
  }
  const vocab = new Map<string, number>();
  const inner = innerCharacters(counts, new Set(alphabet)).map((character) => prefix + character);
  for (const token of [...special, ...alphabet, ...inner])
    if (!vocab.has(token)) vocab.set(token, vocab.size);
  const mergeNext = createPairMerger(prefixedWords(counts, vocab, prefix), vocab, {
    special: new Set(special),
    minFrequency,
    join: (left, right) => left + (right.startsWith(prefix) ? right.slice(prefix.length) : right),
  });
  for (let merges = 1; vocab.size < vocabSize && mergeNext(); merges++) {
    if (merges % 16 === 0) await pause({ phase: 'merge', done: vocab.size, total: vocabSize });
  }
  pace.onProgress?.({ phase: 'merge', done: vocab.size, total: vocab.size });
  return [...vocab.keys()];
}

/** BERT's parts. */
function partsOf(
  { lowerCase = true, spaceIdeographs = true }: TrainWordPieceOptions,
  special: readonly string[],
): TextParts & { readonly normalizer: Component } {
  const [cls, sep] = ['[CLS]', '[SEP]'].map((token) => special.indexOf(token));
  return {
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: spaceIdeographs,
      strip_accents: null,
      lowercase: lowerCase,
    },
    preTokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: PREFIX, cleanup: true },
    ...(cls >= 0 &&
      sep >= 0 && {
        postProcessor: { type: 'BertProcessing', sep: ['[SEP]', sep], cls: ['[CLS]', cls] },
      }),
  };
}

/** The characters of the words by code point; with `most`, the most frequent ones. */
function charactersOf(
  counts: ReadonlyMap<string, number>,
  most = Number.POSITIVE_INFINITY,
  least = 1,
): string[] {
  const frequencies = new Map<string, number>();
  for (const [word, count] of counts) {
    for (const character of word) frequencies.set(character, (frequencies.get(character) ?? 0) + count);
  }
  const byCodePoint = (a: string, b: string): number => a.codePointAt(0)! - b.codePointAt(0)!;
  return [...frequencies]
    .filter(([, count]) => count >= least)
    .sort((a, b) => b[1] - a[1] || byCodePoint(a[0], b[0]))
    .slice(0, most)
    .map(([character]) => character)
    .sort(byCodePoint);
}

/** Those that stand behind another one in a word. */
function innerCharacters(counts: ReadonlyMap<string, number>, alphabet: ReadonlySet<string>): string[] {
  const inner = new Set<string>();
  for (const word of counts.keys())
    Array.from(word)
      .slice(1)
      .forEach((character) => inner.add(character));
  return [...alphabet].filter((character) => inner.has(character));
}

/** Words as characters of the vocabulary; others are left out, as are words without a pair. */
function prefixedWords(
  counts: ReadonlyMap<string, number>,
  vocab: ReadonlyMap<string, number>,
  prefix: string,
): SymbolWords {
  const symbols: number[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const frequencies: number[] = [];
  for (const [word, count] of counts) {
    const start = symbols.length;
    let first = true;
    for (const character of word) {
      const id = vocab.get(first ? character : prefix + character);
      if (id !== undefined) symbols.push(id);
      first = false;
    }
    if (symbols.length - start < 2) {
      symbols.length = start;
      continue;
    }
    starts.push(start);
    lengths.push(symbols.length - start);
    frequencies.push(count);
  }
  return { symbols: Int32Array.from(symbols), starts, lengths, frequencies };
}

const optionError = (rule: string, ruleZh: string, got: unknown) =>
  fail('text/option', { where: 'trainWordPiece', rule, ruleZh, got });

function checkOptions(
  { vocabSize, minFrequency = 2, alphabetSize = 1 }: TrainWordPieceOptions,
  special: readonly string[],
): void {
  if (!Number.isInteger(vocabSize) || vocabSize < 1 || vocabSize > limits.vocabSize) {
    throw optionError(
      `\`vocabSize\` must be a whole number from 1 to ${limits.vocabSize}`,
      `\`vocabSize\` 必须是 1 到 ${limits.vocabSize} 之间的整数`,
      vocabSize,
    );
  }
  if (!(Number.isInteger(alphabetSize) && alphabetSize > 0)) {
    throw optionError(
      '`alphabetSize` must be a whole number larger than 0',
      '`alphabetSize` 必须是大于 0 的整数',
      alphabetSize,
    );
  }
  if (!(minFrequency >= 0)) {
    throw optionError('`minFrequency` must be 0 or larger', '`minFrequency` 不能小于 0', minFrequency);
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
