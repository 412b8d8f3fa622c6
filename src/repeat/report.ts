/** Everything this room can say about the repetition of a set of texts, in one object. */

import { distinctTokens, mean, unigramEntropy, zipfCoefficient } from './distribution.ts';
import { fail } from './errors.ts';
import {
  type AcrossPrompts,
  acrossPrompts,
  type PieceRepetition,
  type PromptEcho,
  promptEcho,
  type SamePrompt,
  samePrompt,
  sectionRepetition,
  sentenceRepetition,
} from './levels.ts';
import { degenerateByCoverage, endsInLoop } from './loops.ts';
import {
  type CorpusRepetition,
  corpusRepetition,
  countNgrams,
  distinctNgrams,
  type Ids,
  repeatedShare,
} from './ngrams.ts';
import { selfBleu } from './self-bleu.ts';
import { createVocabulary, guessUnit, splitText, type TokenUnit } from './tokens.ts';

/** Shares are in [0, 1]; only rep-n and diversity are in percent, as the literature prints them. */
export interface RepetitionReport {
  readonly texts: number;
  /** What was counted: words, characters, or the ids given. */
  readonly unit: TokenUnit | 'ids';
  readonly tokens: number;
  readonly meanLength: number;
  /** rep-2/3/4 and diversity as the published figures were computed (last token of each text ignored, rounded). */
  readonly official: CorpusRepetition;
  /** The same by the definition. */
  readonly corrected: CorpusRepetition;
  /** Mean over the texts of 1 − distinct n-grams / n-grams, for n = 1…4. */
  readonly seqRep: readonly [number, number, number, number];
  /** Distinct n-grams of all texts / n-grams of all texts, for n = 1…3. */
  readonly distinct: readonly [number, number, number];
  /** Texts that end in a loop (Holtzman et al. 2019). */
  readonly loops: CountAndShare;
  /** Texts of which one n-gram makes up 30 % (CREP). */
  readonly degenerate: CountAndShare;
  /** Bits per token of the distribution of tokens. */
  readonly entropy: number;
  /** How many different tokens occur. */
  readonly uniq: number;
  readonly zipf: number | undefined;
  /** Self-BLEU-4, when asked for and there are two texts. */
  readonly selfBleu?: number;
  /** Whole sentences and whole sections that come again; of texts, not of ids. */
  readonly sentences?: PieceRepetition;
  readonly sections?: PieceRepetition;
  /** What the texts take from their prompts, and how alike they are; when the prompts are known. */
  readonly echo?: PromptEcho;
  readonly acrossPrompts?: AcrossPrompts;
  readonly samePrompt?: SamePrompt;
}

export interface CountAndShare {
  readonly count: number;
  readonly share: number;
}

export interface MeasureOptions {
  /** How texts are cut. Default `auto`: characters when most letters are Han or kana, else words. */
  readonly unit?: TokenUnit | 'auto';
  /** Also compute self-BLEU-4. Default false. */
  readonly selfBleu?: boolean;
  /** The prompt of each text, in the same order. */
  readonly prompts?: readonly string[];
}

/**
 * Measures the repetition of a set of texts; at least one.
 *
 * @example
 * measureTexts(['the cat sat on the mat', '床前明月光，疑是地上霜']).corrected.diversity;
 */
export function measureTexts(texts: readonly string[], options: MeasureOptions = {}): RepetitionReport {
  const { unit = 'auto', prompts } = options;
  const chosen = unit === 'auto' ? guessUnit(texts) : unit;
  const number = createVocabulary();
  const ids = texts.map((text) => number(splitText(text, chosen)));
  const report: RepetitionReport = {
    ...measure(ids, chosen, options),
    sentences: sentenceRepetition(texts),
    sections: sectionRepetition(texts),
  };
  if (!prompts) return report;
  if (prompts.length !== texts.length) {
    throw fail('repeat/prompts', { prompts: prompts.length, texts: texts.length });
  }
  const again = samePrompt(prompts, texts, ids);
  return {
    ...report,
    echo: promptEcho(
      prompts.map((prompt) => number(splitText(prompt, chosen))),
      ids,
    ),
    acrossPrompts: acrossPrompts(prompts, texts, ids),
    ...(again && { samePrompt: again }),
  };
}

/** Measures sequences of token ids as they are; at least one. */
export function measureIds(
  sequences: readonly Ids[],
  options: Pick<MeasureOptions, 'selfBleu'> = {},
): RepetitionReport {
  return measure(sequences, 'ids', options);
}

function measure(
  sequences: readonly Ids[],
  unit: RepetitionReport['unit'],
  options: MeasureOptions,
): RepetitionReport {
  if (sequences.length === 0) throw fail('repeat/no-texts', { where: 'repetition report' });
  const tokens = sequences.reduce((sum, ids) => sum + ids.length, 0);
  const rates = sequences.map((ids) => countNgrams(ids, [1, 2, 3, 4]).map(repeatedShare));
  const meanSeqRep = (n: number) => mean(rates.map((rate) => rate[n - 1]));
  const countOf = (rule: (ids: Ids) => boolean): CountAndShare => {
    const count = sequences.filter(rule).length;
    return { count, share: count / sequences.length };
  };
  return {
    texts: sequences.length,
    unit,
    tokens,
    meanLength: tokens / sequences.length,
    official: corpusRepetition(sequences, { quirk: 'simctg' }),
    corrected: corpusRepetition(sequences),
    seqRep: [meanSeqRep(1), meanSeqRep(2), meanSeqRep(3), meanSeqRep(4)],
    distinct: [distinctNgrams(sequences, 1), distinctNgrams(sequences, 2), distinctNgrams(sequences, 3)],
    loops: countOf(endsInLoop),
    degenerate: countOf((ids) => degenerateByCoverage(ids)),
    entropy: unigramEntropy(sequences),
    uniq: distinctTokens(sequences),
    zipf: zipfCoefficient(sequences),
    ...(options.selfBleu && sequences.length > 1 ? { selfBleu: selfBleu(sequences) } : {}),
  };
}
