/** Attempts at programs, rankings of a search, and texts with log-probabilities. */

import { fail } from '../errors.ts';
import {
  asNumber,
  asText,
  type EvalRecord,
  fieldName,
  fieldValue,
  fromJson,
  isObject,
  numberField,
  numbersField,
  textField,
  wrongKind,
} from './fields.ts';
import { likelihoodStatistics } from './likelihood.ts';
import { passAtK } from './pass-at-k.ts';
import { type RankingScore, rankingScore } from './ranking.ts';
import { meanStatistics, type Statistics, scoreOf } from './statistics.ts';
import type { OpenTask, Scorer, TaskOptions } from './task.ts';

const DEPTHS = [1, 5, 10, 100];

const scorer =
  (found: Statistics): (() => Scorer) =>
  () =>
  (items) =>
    scoreOf(found, items);
const meanScorer = (values: readonly number[]): (() => Scorer) => scorer(meanStatistics('eval', values));

interface Problem {
  attempts: number;
  passed: number;
}

/**
 * pass@k over problems: one record an attempt (`task_id`, `passed`: true or false), or one a problem (`passed`: a list; or how many,
 * beside `attempts`).
 */
export function codeTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const problems = new Map<string, Problem>();
  for (const [i, record] of records.entries()) {
    const name = fieldName(record, 'problem') === undefined ? `#${i + 1}` : textField(record, 'problem');
    const problem = problems.get(name) ?? { attempts: 0, passed: 0 };
    const { attempts, passed } = attemptsOf(record, options);
    problems.set(name, { attempts: problem.attempts + attempts, passed: problem.passed + passed });
  }
  const all = [...problems.values()];
  const most = all.reduce((least, { attempts }) => Math.min(least, attempts), Number.POSITIVE_INFINITY);
  const depths = options.depths ?? DEPTHS.filter((k) => k <= most);
  for (const k of depths) {
    if (k > most)
      throw fail('eval/attempts', {
        k,
        most,
        problem: [...problems.keys()][all.findIndex(({ attempts }) => attempts < k)],
      });
  }
  const metrics = depths.map((k) => [
    `pass@${k}`,
    meanScorer(all.map(({ attempts, passed }) => passAtK(attempts, passed, k))),
  ]);
  return { count: all.length, keys: [...problems.keys()], metrics: Object.fromEntries(metrics) };
}

function attemptsOf(record: EvalRecord, options: TaskOptions): Problem {
  const value = fromJson(fieldValue(record, 'passed', options));
  const passed = asNumber(value);
  if (passed !== undefined && fieldName(record, 'attempts') !== undefined) {
    const attempts = numberField(record, 'attempts');
    if (attempts < 1) {
      throw wrongKind(record, 'attempts', {}, 'a whole number of at least 1', '不小于 1 的整数');
    }
    if (Number.isInteger(passed) && passed >= 0 && passed <= attempts && Number.isInteger(attempts)) {
      return { attempts, passed };
    }
    throw wrongKind(
      record,
      'passed',
      options,
      `a whole number up to ${attempts}`,
      `不超过 ${attempts} 的整数`,
    );
  }
  const tries = (Array.isArray(value) ? value : [value]).map(truth);
  if (tries.length > 0 && tries.every((one) => one !== undefined)) {
    return { attempts: tries.length, passed: tries.filter(Boolean).length };
  }
  throw wrongKind(record, 'passed', options, 'true, false or a list of these', 'true、false 或它们的列表');
}

function truth(value: unknown): boolean | undefined {
  if (value === true || value === 1 || /^(true|passed)$/i.test(String(value))) return true;
  return value === false || value === 0 || /^(false|failed)$/i.test(String(value)) ? false : undefined;
}

/** nDCG, recall, precision and success at k, MAP, MRR; one record a query with a ranking and what is relevant. */
export function rankingTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const depths = options.depths ?? DEPTHS;
  const relevance = records.map((record) => relevanceOf(record, options));
  const scores = records.map((record, i) => rankingScore(idsOf(record, options), relevance[i], depths));
  const of = (pick: (score: RankingScore) => number) => meanScorer(scores.map(pick));
  const at = (name: 'ndcg' | 'recall' | 'precision' | 'success') =>
    depths.map((k, i) => [`${name}@${k}`, of((score) => score[name][i])] as const);
  return {
    count: records.length,
    keys: relevance.map((own) => JSON.stringify(Object.entries(own).sort())),
    metrics: {
      ...Object.fromEntries(at('ndcg')),
      map: of(({ averagePrecision }) => averagePrecision),
      mrr: of(({ reciprocalRank }) => reciprocalRank),
      ...Object.fromEntries([...at('recall'), ...at('precision'), ...at('success')]),
    },
  };
}

function idsOf(record: EvalRecord, options: TaskOptions): readonly string[] {
  const value = fromJson(fieldValue(record, 'ranking', options));
  const ids = Array.isArray(value) ? value.map(asText) : [undefined];
  if (ids.every((id) => id !== undefined)) return ids;
  throw wrongKind(record, 'ranking', options, 'a list of ids', 'id 的列表');
}

function relevanceOf(record: EvalRecord, options: TaskOptions): Record<string, number> {
  const value = fromJson(fieldValue(record, 'relevant', options));
  const pairs = isObject(value)
    ? Object.entries(value).map(([id, grade]) => [id, asNumber(grade)] as const)
    : (Array.isArray(value) ? value : [value]).map((id) => [asText(id), 1] as const);
  const isGood = (
    pair: readonly [string | undefined, number | undefined],
  ): pair is readonly [string, number] => pair.every((part) => part !== undefined);
  if (pairs.every(isGood)) return Object.fromEntries(pairs);
  const rule = 'a list of ids or an object of ids and grades';
  throw wrongKind(record, 'relevant', options, rule, 'id 的列表，或由 id 与相关度组成的对象');
}

/** Perplexity and bits; one record a text with the log-probabilities of its tokens, in nats. */
export function likelihoodTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const texts = records.map((record) => ({
    text: textField(record, 'text', options),
    logprobs: numbersField(record, 'logprobs', options),
  }));
  const found = likelihoodStatistics(texts);
  return {
    count: records.length,
    keys: texts.map(({ text }) => text),
    metrics: {
      perplexity: scorer(found.perplexity),
      'bits-per-token': scorer(found.bitsPerToken),
      'bits-per-character': scorer(found.bitsPerCharacter),
      'bits-per-byte': scorer(found.bitsPerByte),
    },
  };
}
