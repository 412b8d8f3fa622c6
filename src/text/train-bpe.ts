/**
 * Training of byte-level BPE (Sennrich et al. 2016): the most frequent pair becomes a token, again and again. Pair
 * counts are kept up to date with the words in which each pair stands. Ties go to the pair with the smaller ids, as in
 * Hugging Face tokenizers, whose merges this trainer reproduces.
 */

import { bpeTokenizer } from './bpe.ts';
import { type BpeOptions, stagesOf } from './bpe-options.ts';
import { byteSpellings } from './byte-level.ts';
import { countPieces, cutByStages } from './count-pieces.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { createPacer, type PaceOptions } from './pacer.ts';
import { byteWords, createPairMerger } from './pair-merger.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import type { SavableTokenizer } from './save.ts';
import type { BpeEntry } from './tokenizer-file.ts';

export interface TrainBpeOptions
  extends Pick<BpeOptions, 'pattern' | 'addPrefixSpace' | 'eosToken'>,
    PaceOptions {
  /** Size of the vocabulary with special tokens and the 256 bytes; fewer tokens when the texts run out of pairs. */
  readonly vocabSize: number;
  /** Special tokens, which get the first ids. Default `<|endoftext|>` alone. */
  readonly specialTokens?: readonly string[];
  /** A pair that occurs less often is not merged. Default 2. */
  readonly minFrequency?: number;
}

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
): Promise<SavableTokenizer<BpeEntry>> {
  const { onProgress, specialTokens = ['<|endoftext|>'], minFrequency = 2, vocabSize } = options;
  checkOptions(vocabSize, specialTokens, minFrequency);
  const stages = stagesOf(options.pattern, options.addPrefixSpace);
  const pause = createPacer(options);
  const counts = await countPieces(texts, cutByStages(createPreTokenizer(stages)), pause);
  const vocab = new Map<string, number>();
  for (const token of specialTokens) vocab.set(token, vocab.size);
  const special = new Map(vocab);
  for (const spelling of [...byteSpellings].sort()) vocab.set(spelling, vocab.size);
  const merges: (readonly [string, string])[] = [];
  const mergeNext = createPairMerger(byteWords(counts, vocab), vocab, { special, minFrequency });
  while (vocab.size < vocabSize) {
    const merge = mergeNext();
    if (!merge) break;
    merges.push(merge);
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
