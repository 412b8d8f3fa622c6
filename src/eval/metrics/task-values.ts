/** Labels against labels, and numbers against numbers. */

import {
  type ClassificationScores,
  confusionMatrix,
  countLabels,
  numberLabels,
  scoresOfCounts,
} from './classification.ts';
import { type EvalRecord, numberField, textField } from './fields.ts';
import { type RegressionName, regressionScore } from './regression.ts';
import type { OpenTask, Scorer, TaskOptions } from './task.ts';

/** Labels are compared as they are written, but for white space around them. */
export function classificationTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const predictions = records.map((record) => textField(record, 'prediction', options).trim());
  const references = records.map((record) => textField(record, 'reference', options).trim());
  const pairs = numberLabels(predictions, references);
  const of =
    (pick: (scores: ClassificationScores) => number): (() => Scorer) =>
    () =>
    (items) =>
      pick(scoresOfCounts(countLabels(pairs, items)));
  return {
    count: records.length,
    keys: references,
    metrics: {
      accuracy: of(({ accuracy }) => accuracy),
      'balanced-accuracy': of(({ balancedAccuracy }) => balancedAccuracy),
      'macro-precision': of(({ macro }) => macro.precision),
      'macro-recall': of(({ macro }) => macro.recall),
      'macro-f1': of(({ macro }) => macro.f1),
      'weighted-f1': of(({ weighted }) => weighted.f1),
      'micro-f1': of(({ micro }) => micro.f1),
      matthews: of(({ matthews }) => matthews),
      kappa: of(({ kappa }) => kappa),
    },
    classes: scoresOfCounts(countLabels(pairs)).classes,
    confusion: () => confusionMatrix(predictions, references),
  };
}

/** Errors and correlations. */
export function regressionTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const predictions = Float64Array.from(records, (record) => numberField(record, 'prediction', options));
  const references = Float64Array.from(records, (record) => numberField(record, 'reference', options));
  const of =
    (name: RegressionName): (() => Scorer) =>
    () =>
    (items) => {
      const pick = (values: Float64Array) => (items ? Float64Array.from(items, (i) => values[i]) : values);
      return regressionScore(name, pick(predictions), pick(references));
    };
  return {
    count: records.length,
    keys: Array.from(references, String),
    metrics: {
      mse: of('mse'),
      rmse: of('rmse'),
      mae: of('mae'),
      r2: of('r2'),
      pearson: of('pearson'),
      spearman: of('spearman'),
    },
  };
}
