/** Answers to questions: exact match and F1 as SQuAD (Rajpurkar et al. 2016, 2018) and CMRC 2018 (Cui et al. 2019) count them. */

import { createVocabulary, splitText } from '../../repeat/index.ts';
import { stripBlanks } from './bleu-tokenizers.ts';
import { createNgramMatcher } from './ngram-matcher.ts';
import { checkPairs } from './pairs.ts';
import { overlap } from './rouge.ts';
import { commonRun } from './subsequence.ts';

/** `squad`: words, articles and ASCII punctuation left out; `cmrc`: Chinese characters and words between them. */
export type AnswerRules = 'squad' | 'cmrc';

export interface AnswerScore {
  /** 1 where the answer is one of the right ones, but for letter case, punctuation and white space. */
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
  { rules = 'squad' }: { readonly rules?: AnswerRules } = {},
): AnswerScore {
  checkPairs('answers', [prediction], [references]);
  const score = rules === 'squad' ? squadScore : cmrcScore;
  const scores = references.map((reference) => score(prediction, reference));
  return {
    exact: scores.some(({ exact }) => exact) ? 1 : 0,
    f1: Math.max(...scores.map(({ f1 }) => f1)),
  };
}

const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

function squadWords(text: string): string[] {
  return splitText(text.toLowerCase().replace(ASCII_PUNCTUATION, '').replace(ARTICLES, ' '), 'words');
}

function squadScore(prediction: string, reference: string) {
  const [own, right] = [prediction, reference].map(squadWords);
  const exact = own.join(' ') === right.join(' ');
  if (own.length === 0 || right.length === 0) return { exact, f1: exact ? 1 : 0 };
  const number = createVocabulary();
  const [{ matches }] = createNgramMatcher()(number(own), [number(right)], 1);
  return { exact, f1: overlap(matches[0], own.length, right.length).f1 };
}

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

function cmrcScore(prediction: string, reference: string) {
  const [own, right] = [prediction, reference].map((text) =>
    stripBlanks(text.toLowerCase()).replace(CMRC_MARKS, ''),
  );
  const exact = own === right;
  const number = createVocabulary();
  const [a, b] = [own, right].map((text) => number(cmrcPieces(text)));
  if (a.length === 0 || b.length === 0) return { exact, f1: exact ? 1 : 0 };
  return { exact, f1: overlap(commonRun(b, a), a.length, b.length).f1 };
}
