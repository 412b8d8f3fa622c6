/** Texts against references, and answers against right answers. */

import { guessUnit } from '../../repeat/index.ts';
import { fail } from '../errors.ts';
import { type AnswerRules, answerScore, isExactAnswer } from './answers.ts';
import { type BleuOptions, bleuSignature, bleuStatistics } from './bleu.ts';
import { type ChrfOptions, chrfSignature, chrfStatistics } from './chrf.ts';
import { type EvalRecord, fieldName, textField, textsField } from './fields.ts';
import { type RougeName, rougeStatistics } from './rouge.ts';
import { meanStatistics, type Statistics, scoreOf } from './statistics.ts';
import { type OpenTask, once, type Scorer, type TaskOptions } from './task.ts';

interface TextCases {
  readonly predictions: readonly string[];
  readonly references: readonly (readonly string[])[];
  readonly keys: readonly string[];
  readonly lang: 'en' | 'zh';
}

/** Texts by which the language is told. */
const SAMPLE = 1000;

function readCases(records: readonly EvalRecord[], options: TaskOptions, mayBeNone: boolean): TextCases {
  const predictions = records.map((record) => textField(record, 'prediction', options));
  const references = records.map((record) => {
    const texts = textsField(record, 'reference', options);
    if (texts.length > 0) return texts;
    // Of a question, that there is no answer.
    if (mayBeNone) return [''];
    const field = fieldName(record, 'reference', options)!;
    throw fail('eval/empty-references', { where: record.where, field });
  });
  const isChinese = guessUnit(references.slice(0, SAMPLE).flat()) === 'characters';
  return {
    predictions,
    references,
    keys: references.map((texts) => JSON.stringify(texts)),
    lang: options.lang ?? (isChinese ? 'zh' : 'en'),
  };
}

const scorer =
  (found: Statistics): Scorer =>
  (items) =>
    scoreOf(found, items);

/** BLEU, chrF, ROUGE and exact match. */
export function textTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const { predictions, references, keys, lang } = readCases(records, options, false);
  const { tokenizer = lang === 'zh' ? 'zh' : '13a', lowercase = false } = options;
  const { unit = lang === 'zh' ? 'characters' : 'words' } = options;
  const bleu: BleuOptions = { tokenizer, lowercase };
  const plain: ChrfOptions = { lowercase };
  const withWords: ChrfOptions = { lowercase, wordOrders: 2 };
  const rouges = once(() => rougeStatistics(predictions, references, { unit }));
  const rouge = (name: RougeName) => () => scorer(rouges()(name));
  return {
    count: records.length,
    keys,
    lang,
    metrics: {
      bleu: () => scorer(bleuStatistics(predictions, references, bleu)),
      chrf: () => scorer(chrfStatistics(predictions, references, plain)),
      'chrf++': () => scorer(chrfStatistics(predictions, references, withWords)),
      'rouge-1': rouge('rouge1'),
      'rouge-2': rouge('rouge2'),
      'rouge-l': rouge('rougeL'),
      'rouge-lsum': rouge('rougeLsum'),
      'exact-match': () => scorer(exactMatches(predictions, references, lang)),
    },
    signatures: {
      bleu: bleuSignature(references, bleu),
      chrf: chrfSignature(references, plain),
      'chrf++': chrfSignature(references, withWords),
    },
  };
}

/** Exact match and F1, by SQuAD's rules, of Chinese by those of CMRC 2018; an empty list of references means that there is no answer. */
export function answersTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const { predictions, references, keys, lang } = readCases(records, options, true);
  const rules = rulesOf(lang);
  const f1 = () =>
    meanStatistics(
      'answers',
      predictions.map((prediction, i) => answerScore(prediction, references[i], { rules }).f1),
    );
  return {
    count: records.length,
    keys,
    lang,
    metrics: {
      'exact-match': () => scorer(exactMatches(predictions, references, lang)),
      f1: () => scorer(f1()),
    },
  };
}

const rulesOf = (lang: 'en' | 'zh'): AnswerRules => (lang === 'zh' ? 'cmrc' : 'squad');

function exactMatches(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
  lang: 'en' | 'zh',
): Statistics {
  const rules = rulesOf(lang);
  return meanStatistics(
    'answers',
    predictions.map((prediction, i) => Number(isExactAnswer(prediction, references[i], { rules }))),
  );
}
