/** Answers to questions: exact match and F1 as SQuAD (Rajpurkar et al. 2016, 2018) and CMRC 2018 (Cui et al. 2019) count them. */

import { createVocabulary, type Ids, splitText } from '../../repeat/index.ts';
import { stripBlanks } from './bleu-tokenizers.ts';
import { createNgramMatcher } from './ngram-matcher.ts';
import { checkPairs } from './pairs.ts';
import { overlap } from './rouge.ts';
import { commonRun } from './subsequence.ts';

/** `squad`: words, articles and ASCII punctuation left out; `cmrc`: Chinese characters and words between them. */
export type AnswerRules = 'squad' | 'cmrc';

export interface AnswerOptions {
  /** Default squad. */
  readonly rules?: AnswerRules;
}

export interface AnswerScore {
  /** 1 where the answer is one of the right ones, but for letter case and punctuation (and in English articles and white space). */
  readonly exact: 0 | 1;
  /** Of the words (squad) or of the longest common run of characters and words (cmrc), in [0, 1]. */
  readonly f1: number;
}

/**
 * Compares an answer with the right ones; the best of them counts, for each score by itself. No answer at all (an empty text) is
 * right where an empty text is among the right ones, as in SQuAD 2.0.
 */
export function answerScore(
  prediction: string,
  references: readonly string[],
  options: AnswerOptions = {},
): AnswerScore {
  checkPairs('answers', [prediction], [references]);
  const { plain, f1 } = ruleTable[options.rules ?? 'squad'];
  const own = plain(prediction);
  const right = references.map(plain);
  return { exact: right.includes(own) ? 1 : 0, f1: Math.max(...right.map((text) => f1(own, text))) };
}

/** The exact match alone, for texts that are too long for F1. */
export function isExactAnswer(
  prediction: string,
  references: readonly string[],
  { rules = 'squad' }: AnswerOptions = {},
): boolean {
  checkPairs('answers', [prediction], [references]);
  const { plain } = ruleTable[rules];
  const own = plain(prediction);
  return references.some((reference) => plain(reference) === own);
}

/** For each set of rules: the text without what does not count, and F1 of two such texts. */
const ruleTable: {
  readonly [Rules in AnswerRules]: {
    readonly plain: (text: string) => string;
    readonly f1: (own: string, right: string) => number;
  };
} = {
  squad: {
    plain: (text) => {
      const words = text.toLowerCase().replace(ASCII_PUNCTUATION, '').replace(ARTICLES, ' ');
      return splitText(words, 'words').join(' ');
    },
    f1: (own, right) => {
      const count = (a: Ids, b: Ids): number => match(a, [b], 1)[0].matches[0];
      return f1Of(own, right, (text) => splitText(text, 'words'), count);
    },
  },
  cmrc: {
    plain: (text) => stripBlanks(text.toLowerCase()).replace(CMRC_MARKS, ''),
    f1: (own, right) => f1Of(own, right, cmrcPieces, commonRun),
  },
};

const match = createNgramMatcher();

function f1Of(
  own: string,
  right: string,
  cut: (text: string) => string[],
  count: (a: Ids, b: Ids) => number,
): number {
  const number = createVocabulary();
  const [a, b] = [number(cut(own)), number(cut(right))];
  if (a.length === 0 || b.length === 0) return own === right ? 1 : 0;
  return overlap(count(a, b), a.length, b.length).f1;
}

const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Left out before comparing. NOTE The ASCII comma and full stop, ‘ and a single … are not, as in the official script. */
const CMRC_MARKS = /[-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』]/g;

const CHINESE = /([\u4e00-\u9fa5])/;
const APART = /[;@#$%&?!()[\]{}<>"«»„‘\u2012-\u2015]|\.{2,}/g;
const COMMA = /,(?!\d)/g;
const LAST_STOP = /([^.\s])\.([\])}>"'\s]*)$/;
const CLITIC = /(n't|'(?:s|m|d|ll|re|ve))(?=\s|$)/g;

/**
 * Chinese characters one by one; between them words as the Penn Treebank cuts them, near to what the official script takes from NLTK:
 * marks apart, a full stop only at the end, it|'s and do|n't in two.
 */
function cmrcPieces(text: string): string[] {
  return text.split(CHINESE).flatMap((run) => {
    if (run === '' || CHINESE.test(run)) return run || [];
    const apart = run.replace(APART, ' $& ').replace(COMMA, ' , ').replace(LAST_STOP, '$1 . $2');
    return splitText(apart.replace(CLITIC, ' $1'), 'words');
  });
}
