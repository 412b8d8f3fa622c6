/** Scores of files of predictions: one file, or two against each other. */

import { nextTurn } from '../../decode/index.ts';
import { fail } from '../errors.ts';
import {
  type Interval,
  middleOf,
  type PairedDifference,
  pairedDifference,
  type ResampleOptions,
  resamples,
} from '../significance.ts';
import type { ClassScore, ConfusionMatrix } from './classification.ts';
import { asNumber, type EvalRecord, type FieldRole, fieldName, textField, textsField } from './fields.ts';
import { chooseMetrics } from './metric-table.ts';
import type { OpenTask, OpenTaskWith, Scorer, TaskOptions } from './task.ts';
import { codeTask, likelihoodTask, rankingTask } from './task-sets.ts';
import { answersTask, textTask } from './task-text.ts';
import { classificationTask, regressionTask } from './task-values.ts';
import { writingTask } from './task-writing.ts';

/** A new task is one row here. */
const tasks = {
  classification: classificationTask,
  text: textTask,
  answers: answersTask,
  regression: regressionTask,
  code: codeTask,
  ranking: rankingTask,
  likelihood: likelihoodTask,
  writing: writingTask,
} as const satisfies { readonly [name: string]: OpenTaskWith };

export type EvalTask = keyof typeof tasks;

export interface EvaluateOptions extends TaskOptions {
  /** Default: what the fields look like. */
  readonly task?: EvalTask;
  /** Names, in order; `recall@k` is that of every depth. Default: all of the task. */
  readonly metrics?: readonly string[];
  /** How sure each score is, by resampling. */
  readonly resample?: ResampleOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvalProgress) => void;
}

export type EvalProgress =
  | { readonly stage: 'score'; readonly metric: string; readonly done: number; readonly total: number }
  | { readonly stage: 'resample'; readonly done: number; readonly total: number };

export interface MetricScore {
  readonly metric: string;
  /** NaN where it is not defined. */
  readonly value: number;
  /** 95 % bootstrap interval over what is scored, with `resample`. */
  readonly interval?: Interval;
}

/** What was scored. */
interface Scored {
  readonly task: EvalTask;
  /** The task was told from the fields. */
  readonly isGuessed: boolean;
  /** Records, or problems, or queries. */
  readonly count: number;
  /** Of texts. */
  readonly lang?: 'en' | 'zh';
}

export interface EvalReport extends Scored {
  readonly scores: readonly MetricScore[];
  /** How BLEU and chrF were counted, in sacrebleu's notation. */
  readonly signatures?: { readonly [metric: string]: string };
  /** Of labels. */
  readonly classes?: readonly ClassScore[];
  readonly confusion?: () => ConfusionMatrix;
}

/**
 * All scores of a file's records.
 * @throws where there are none, a field is missing or of another kind, or a metric is not of the task
 */
export async function evaluateRecords(
  records: readonly EvalRecord[],
  options: EvaluateOptions = {},
): Promise<EvalReport> {
  const { open, report } = begin(records, options);
  const scorers = await scorersOf([open], options);
  const drawn = options.resample && (await draw(open.count, scorers, options));
  const scores = scorers.map(({ metric, made: [score] }, i) => ({
    metric,
    value: score(),
    ...(drawn && { interval: middleOf(drawn[i].map(([value]) => value)) }),
  }));
  return { ...report, scores };
}

/** A score of two files and what lies between them. */
export interface ScoreDifference extends PairedDifference {
  readonly metric: string;
  readonly first: number;
  readonly second: number;
}

export interface EvalComparison extends Scored {
  readonly differences: readonly ScoreDifference[];
}

/**
 * Two files of predictions for the same references, in the same order: each score, and whether the difference may be chance.
 * @throws also where the references differ
 */
export async function compareRecords(
  first: readonly EvalRecord[],
  second: readonly EvalRecord[],
  options: EvaluateOptions = {},
): Promise<EvalComparison> {
  const { open: a, report } = begin(first, options);
  const { task, isGuessed, count, lang } = report;
  const { open: b } = begin(second, { ...options, task, ...(lang && { lang }) });
  if (a.count !== b.count) {
    throw fail('eval/other-count', { first: a.count, second: b.count });
  }
  const other = a.keys.findIndex((key, i) => key !== b.keys[i]);
  if (other >= 0) throw fail('eval/other-reference', { item: other + 1 });
  const scorers = await scorersOf([a, b], options);
  const drawn = await draw(count, scorers, options);
  const differences = scorers.map(({ metric, made }, i) => {
    const [x, y] = made.map((score) => score());
    const between = drawn[i].map(([a, b]) => b - a);
    return { metric, first: x, second: y, ...pairedDifference(y - x, between) };
  });
  return { task, isGuessed, count, ...(lang && { lang }), differences };
}

function begin(records: readonly EvalRecord[], options: EvaluateOptions) {
  if (records.length === 0) throw fail('eval/no-records', { where: 'eval' });
  const task = options.task ?? guessTask(records, options);
  const open: OpenTask = tasks[task](records, options);
  const { count, lang, signatures, classes, confusion } = open;
  return {
    open,
    report: {
      task,
      isGuessed: options.task === undefined,
      count,
      ...(lang && { lang }),
      ...(signatures && { signatures }),
      ...(classes && { classes }),
      ...(confusion && { confusion }),
    },
  };
}

/** The scorers of a metric, one for each file. */
interface MetricScorers {
  readonly metric: string;
  readonly made: readonly Scorer[];
}

/** The wanted scorers of the same task, with a turn for others between. */
async function scorersOf(
  open: readonly OpenTask[],
  { metrics, signal, onProgress }: EvaluateOptions,
): Promise<MetricScorers[]> {
  // Of programs tried 10 and 5 times only the k up to 5 are shared.
  const [first, ...others] = open;
  const isShared = (metric: string) => others.every((task) => Object.hasOwn(task.metrics, metric));
  const chosen = chooseMetrics(Object.keys(first.metrics).filter(isShared), metrics);
  const scorers: MetricScorers[] = [];
  for (const [done, metric] of chosen.entries()) {
    onProgress?.({ stage: 'score', metric, done, total: chosen.length });
    await nextTurn();
    signal?.throwIfAborted();
    scorers.push({ metric, made: open.map((task) => task.metrics[metric]()) });
  }
  return scorers;
}

/** For each metric and each draw, the figure of each file; every draw serves all metrics. */
async function draw(
  count: number,
  scorers: readonly MetricScorers[],
  { resample = {}, signal, onProgress }: EvaluateOptions,
): Promise<number[][][]> {
  const { rounds: total = 1000 } = resample;
  const drawn = scorers.map((): number[][] => []);
  let done = 0;
  for (const items of resamples(count, { ...resample, rounds: total })) {
    scorers.forEach(({ made }, i) => drawn[i].push(made.map((score) => score(items))));
    onProgress?.({ stage: 'resample', done: ++done, total });
    await nextTurn();
    signal?.throwIfAborted();
  }
  return drawn;
}

/** More labels than these are no labels. */
const MOST_CLASSES = 50;
const MOST_GRADES = 20;

/**
 * What the fields look like: those of rankings, log-probabilities, attempts and answers by their names, and a source without a reference
 * makes writing; else numbers that are no grades make regression, few different references make classification, and what is left is text.
 */
export function guessTask(records: readonly EvalRecord[], options: TaskOptions = {}): EvalTask {
  // Nothing else reads a source.
  if (options.source !== undefined) return 'writing';
  const [first] = records;
  const has = (role: FieldRole) => fieldName(first, role) !== undefined;
  const named = (name: string) => Object.hasOwn(first.fields, name);
  const isNamed = options.prediction === undefined && options.reference === undefined;
  if (isNamed) {
    // These roles also take what is called a prediction, which tells nothing of its kind.
    const own = (role: FieldRole) => has(role) && fieldName(first, role) !== fieldName(first, 'prediction');
    if (own('logprobs') && has('text')) return 'likelihood';
    if (own('ranking') && has('relevant')) return 'ranking';
    // Labels may stand beside whether they are correct.
    if (own('passed') && !(has('prediction') && has('reference'))) return 'code';
  }
  if (named('answers') || named('question') || named('问题')) return 'answers';
  const hasReference = (record: EvalRecord) => fieldName(record, 'reference') !== undefined;
  const isWritten = options.reference === undefined && has('source');
  if (isWritten && !records.some(hasReference)) return 'writing';
  const values = records.map((record) => textsField(record, 'reference', options));
  if (values.some((texts) => texts.length !== 1)) return 'text';
  const different = new Set(values.map(([text]) => text)).size;
  const isRepeated = 2 * different <= records.length;
  const numbers = values.map(([text]) => asNumber(text));
  const isNumber =
    numbers.every((x) => x !== undefined) &&
    records.every((record) => asNumber(textField(record, 'prediction', options)) !== undefined);
  if (isNumber) {
    const isGrade = numbers.every(Number.isInteger) && different <= MOST_GRADES && isRepeated;
    return isGrade ? 'classification' : 'regression';
  }
  return different <= MOST_CLASSES && isRepeated ? 'classification' : 'text';
}

export const evalTasks = Object.keys(tasks) as readonly EvalTask[];
