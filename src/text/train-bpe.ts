/**
 * Training of byte-level BPE (Sennrich et al. 2016): the most frequent pair becomes a token, again and again. Pair
 * counts are kept up to date with the words in which each pair stands. Ties go to the pair with the smaller ids, as in
 * Hugging Face tokenizers, whose merges this trainer reproduces.
 */

import { bpeTokenizer } from './bpe.ts';
import { type BpeOptions, stagesOf } from './bpe-options.ts';
import { byteSpellings } from './byte-level.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { createMergeQueue } from './merge-queue.ts';
import { PairTable } from './pair-table.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import type { SavableTokenizer } from './save.ts';
import { writeUtf8 } from './unicode.ts';

/** Where training stands. `done` counts texts read, then tokens of the vocabulary. */
export interface TrainBpeProgress {
  readonly phase: 'count' | 'merge';
  readonly done: number;
  /** Unknown while texts are counted. */
  readonly total: number | undefined;
}

export interface TrainBpeOptions extends Pick<BpeOptions, 'pattern' | 'addPrefixSpace' | 'eosToken'> {
  /** Size of the vocabulary with special tokens and the 256 bytes; fewer tokens when the texts run out of pairs. */
  readonly vocabSize: number;
  /** Special tokens, which get the first ids. Default `<|endoftext|>` alone. */
  readonly specialTokens?: readonly string[];
  /** A pair that occurs less often is not merged. Default 2. */
  readonly minFrequency?: number;
  readonly onProgress?: (progress: TrainBpeProgress) => void;
  readonly signal?: AbortSignal;
}

/** Work between two pauses in which the event loop may run. */
const SLICE_MS = 40;
/** Steps between two looks at the clock. */
const STRIDE = 256;

/**
 * Trains a tokenizer. Gives the event loop a turn every few hundredths of a second. The result depends only on the
 * texts and the options, not on the order of the texts. Errors: `text/option`, `text/pattern`; the signal's reason.
 *
 * @example
 * const tokenizer = await trainBpe(['床前明月光', '疑是地上霜'], { vocabSize: 300 });
 */
export async function trainBpe(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainBpeOptions,
): Promise<SavableTokenizer> {
  const { onProgress, signal, specialTokens = ['<|endoftext|>'], minFrequency = 2, vocabSize } = options;
  checkOptions(vocabSize, specialTokens, minFrequency);
  const stages = stagesOf(options.pattern, options.addPrefixSpace);
  let pausedAt = performance.now();
  const pause = async (progress: TrainBpeProgress): Promise<void> => {
    signal?.throwIfAborted();
    if (performance.now() - pausedAt < SLICE_MS) return;
    onProgress?.(progress);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    pausedAt = performance.now();
  };

  const counts = new Map<string, number>();
  const { first, pieces, prepare, stages: compiled } = createPreTokenizer(stages);
  const countPiece = (text: string, start: number, end: number): void => {
    const piece = text.slice(start, end);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  };
  let read = 0;
  for await (const given of texts) {
    const text = prepare(given);
    for (let start = 0, steps = 0; start < text.length; steps++) {
      const end = first(text, start);
      if (compiled.length > 1) pieces(text.slice(start, end), countPiece, 1);
      else countPiece(text, start, end);
      start = end;
      if (steps % STRIDE === STRIDE - 1) await pause({ phase: 'count', done: read, total: undefined });
    }
    read++;
    if (read % STRIDE === 0) await pause({ phase: 'count', done: read, total: undefined });
  }

  const vocab = new Map<string, number>();
  for (const token of specialTokens) vocab.set(token, vocab.size);
  const special = new Map(vocab);
  for (const spelling of [...byteSpellings].sort()) vocab.set(spelling, vocab.size);
  const merges: [string, string][] = [];
  for (const [left, right] of mergePairs(counts, vocab, special, vocabSize, minFrequency)) {
    merges.push([left, right]);
    if (merges.length % 16 === 0) await pause({ phase: 'merge', done: vocab.size, total: vocabSize });
  }
  onProgress?.({ phase: 'merge', done: vocab.size, total: vocab.size });
  return bpeTokenizer({
    vocab,
    merges,
    specialTokens: special,
    eosToken: options.eosToken,
    pattern: stages,
  });
}

function checkOptions(vocabSize: number, specialTokens: readonly string[], minFrequency: number): void {
  const where = 'trainBpe';
  const least = 256 + specialTokens.length;
  if (!Number.isInteger(vocabSize) || vocabSize < least || vocabSize > limits.vocabSize) {
    throw fail('text/option', {
      where,
      rule: `\`vocabSize\` must be a whole number from ${least} (256 bytes and ${specialTokens.length} special tokens) to ${limits.vocabSize}`,
      ruleZh: `\`vocabSize\` 必须是 ${least}（256 个字节加 ${specialTokens.length} 个特殊词元）到 ${limits.vocabSize} 之间的整数`,
      got: vocabSize,
    });
  }
  if (!(minFrequency >= 0)) {
    throw fail('text/option', {
      where,
      rule: '`minFrequency` must be 0 or larger',
      ruleZh: '`minFrequency` 不能小于 0',
      got: minFrequency,
    });
  }
  const bytes = new Set(byteSpellings);
  const bad = specialTokens.find(
    (token, i) => token === '' || bytes.has(token) || specialTokens.indexOf(token) < i,
  );
  if (bad !== undefined) {
    throw fail('text/option', {
      where,
      rule: '`specialTokens` must differ, be at least two characters long and not spell one byte',
      ruleZh: '`specialTokens` 不能重复，至少两个字符，且不能是单个字节的写法',
      got: bad,
    });
  }
}

/** Yields each merge as it is found and adds its token to `vocab`. */
function* mergePairs(
  counts: ReadonlyMap<string, number>,
  vocab: Map<string, number>,
  special: ReadonlyMap<string, number>,
  vocabSize: number,
  minFrequency: number,
): Generator<readonly [string, string]> {
  const spellings = [...vocab.keys()];
  const { symbols, starts, lengths, frequencies } = toWords(counts, vocab);

  // Pairs are numbered as they appear; `places` are the words in which a pair may stand, each word once.
  const numbers = new PairTable(1024);
  const lefts: number[] = [];
  const rights: number[] = [];
  const totals: number[] = [];
  const places: (number[] | undefined)[] = [];
  let touched: number[] = [];
  const queue = createMergeQueue(lefts, rights, totals);

  const change = (left: number, right: number, word: number, amount: number): void => {
    let pair = numbers.get(left, right);
    if (pair < 0) {
      pair = lefts.length;
      numbers.set(left, right, pair);
      lefts.push(left);
      rights.push(right);
      totals.push(0);
      places.push(undefined);
    }
    totals[pair] += amount;
    if (amount < 0) return;
    const words = places[pair];
    if (!words) {
      places[pair] = [word];
      touched.push(pair);
    } else if (words[words.length - 1] !== word) words.push(word);
  };
  const enqueueTouched = (): void => {
    for (const pair of touched) {
      if (totals[pair] > 0) queue.push(pair, places[pair]!);
      places[pair] = undefined;
    }
    touched = [];
  };

  for (let word = 0; word < starts.length; word++) {
    const end = starts[word] + lengths[word] - 1;
    for (let i = starts[word]; i < end; i++) change(symbols[i], symbols[i + 1], word, frequencies[word]);
  }
  enqueueTouched();

  while (vocab.size < vocabSize) {
    const top = queue.pop();
    if (!top || top.count < Math.max(1, minFrequency)) return;
    const left = lefts[top.pair];
    const right = rights[top.pair];
    const spelling = spellings[left] + spellings[right];
    // NOTE: a special token can never be spelled by text, so this pair stays apart.
    if (special.has(spelling)) continue;
    let merged = vocab.get(spelling);
    if (merged === undefined) {
      merged = vocab.size;
      vocab.set(spelling, merged);
      spellings.push(spelling);
    }
    for (const word of top.words) {
      lengths[word] = mergeWord(symbols, starts[word], lengths[word], left, right, merged, (a, b, sign) =>
        change(a, b, word, sign * frequencies[word]),
      );
    }
    enqueueTouched();
    yield [spellings[left], spellings[right]];
  }
}

/** Distinct pre-tokens as byte symbols in one array; words of one byte have no pairs and are left out. */
function toWords(counts: ReadonlyMap<string, number>, vocab: ReadonlyMap<string, number>) {
  const byteIds = byteSpellings.map((spelling) => vocab.get(spelling)!);
  let units = 0;
  for (const piece of counts.keys()) units += piece.length;
  const bytes = new Uint8Array(units * 3);
  const starts: number[] = [];
  const lengths: number[] = [];
  const frequencies: number[] = [];
  let size = 0;
  for (const [piece, count] of counts) {
    const length = writeUtf8(piece, 0, piece.length, bytes.subarray(size, size + piece.length * 3));
    if (length < 2) continue;
    starts.push(size);
    lengths.push(length);
    frequencies.push(count);
    size += length;
  }
  const symbols = new Int32Array(size);
  for (let i = 0; i < size; i++) symbols[i] = byteIds[bytes[i]];
  return { symbols, starts, lengths, frequencies };
}

/** Replaces `left right` by `merged` in one word, tells which pairs came (+1) and went (−1); returns the new length. */
function mergeWord(
  symbols: Int32Array,
  start: number,
  length: number,
  left: number,
  right: number,
  merged: number,
  change: (left: number, right: number, sign: 1 | -1) => void,
): number {
  const end = start + length;
  let write = start;
  for (let read = start; read < end; ) {
    if (symbols[read] !== left || read + 1 >= end || symbols[read + 1] !== right) {
      symbols[write++] = symbols[read++];
      continue;
    }
    if (write > start) {
      change(symbols[write - 1], left, -1);
      change(symbols[write - 1], merged, 1);
    }
    read += 2;
    if (read < end) {
      change(right, symbols[read], -1);
      change(merged, symbols[read], 1);
    }
    symbols[write++] = merged;
  }
  return write - start;
}
