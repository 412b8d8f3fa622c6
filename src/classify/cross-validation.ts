/** Cross-validation: a method learns from all parts of the texts but one and is asked about that one, for each part in turn. */

import { kFold } from '../data/index.ts';
import { deviationOf } from '../eval/index.ts';
import type { MethodName } from './classifier.ts';
import { type ClassifierScores, scoreClassifier } from './compare.ts';
import type { LabelledText } from './labelled-texts.ts';
import type { MethodOptions } from './method.ts';
import { trainClassifier } from './methods.ts';
import type { UnitCutter } from './units.ts';

export interface CrossValidateOptions extends MethodOptions {
  readonly cutter?: UnitCutter;
  /** Parts, at least 2. Default 5. Each has its share of every label, and equal texts are in the same one. */
  readonly folds?: number;
}

/** Scores of each part that was held out, with their mean and standard deviation (of the parts; n − 1). */
export interface CrossValidation {
  readonly folds: readonly ClassifierScores[];
  readonly mean: ClassifierScores;
  readonly deviation: ClassifierScores;
}

/**
 * How well a method labels texts that it has not learnt from.
 *
 * @example (await crossValidate('svm', texts, { folds: 5, c: 0.3 })).mean.accuracy
 */
export async function crossValidate(
  method: MethodName,
  texts: readonly LabelledText[],
  { folds = 5, onProgress, ...options }: CrossValidateOptions = {},
): Promise<CrossValidation> {
  const ways = kFold(texts, { folds, seed: options.seed, stratifyBy: ({ label }) => label });
  const found: ClassifierScores[] = [];
  for (const [i, { train, heldOut }] of ways.entries()) {
    const classifier = await trainClassifier(method, train, {
      ...options,
      onProgress: (share) => onProgress?.((i + share) / folds),
    });
    found.push(scoreClassifier(classifier, heldOut));
  }
  const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  const each = (of: (values: readonly number[]) => number): ClassifierScores => ({
    accuracy: of(found.map(({ accuracy }) => accuracy)),
    macroF1: of(found.map(({ macroF1 }) => macroF1)),
  });
  return { folds: found, mean: each(meanOf), deviation: each(deviationOf) };
}
