/** Training of Unigram tokenizers (Kudo 2018): how text is cut, what stands beside the pieces, and the pieces. */

import type { TextParts } from './assemble.ts';
import { type BpeOptions, patternSource } from './bpe-options.ts';
import { byteTokenName } from './characters.ts';
import type { Component } from './components.ts';
import { fail } from './errors.ts';
import { learnPieces } from './learn-pieces.ts';
import { limits } from './limits.ts';
import type { PaceOptions } from './pacer.ts';
import type { SavableTokenizer } from './save.ts';
import type { UnigramEntry } from './tokenizer-file.ts';
import { UNKNOWN_PENALTY, unigramTokenizer } from './unigram.ts';

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
  const { byteFallback = true, unknownToken = '<unk>', vocabSize } = options;
  const given = options.specialTokens ?? ['<|endoftext|>'];
  const special = byteFallback ? given : [...new Set([unknownToken, ...given])];
  const bytes = byteFallback ? Array.from({ length: 256 }, (_, byte) => byteTokenName(byte)) : [];
  checkOptions(options, special, bytes.length);
  const parts = partsOf(options, byteFallback);
  const target = vocabSize - bytes.length;
  const chosen = await learnPieces(texts, parts, {
    ...options,
    target,
    size: target - special.length,
    required: byteFallback ? 'frequent' : 'all',
  });
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
