/** Predicted labels against the right ones, as scikit-learn counts. */

import { fail } from '../errors.ts';
import { checkLengths } from './pairs.ts';

/** Precision: share of what was called so that is so. Recall: share of what is so that was called so. All in [0, 1]. */
export interface LabelScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** One label's score and how often it is right. */
export interface ClassScore extends LabelScore {
  readonly label: string;
  readonly support: number;
}

export interface ClassificationScores {
  readonly accuracy: number;
  /** The mean recall of the labels that occur among the right ones. */
  readonly balancedAccuracy: number;
  /** Means over the labels, each counting alike (macro), or as often as it is right (weighted). */
  readonly macro: LabelScore;
  readonly weighted: LabelScore;
  /** All decisions counted together: with one label a record, all three are the accuracy. */
  readonly micro: LabelScore;
  /** Matthews' correlation for any number of labels (Gorodkin 2004), in [−1, 1]; 0 where one side has one label only. */
  readonly matthews: number;
  /** Cohen's kappa: agreement beyond chance; 1 where both sides have one and the same label throughout. */
  readonly kappa: number;
  /** Of every label that occurs on either side, sorted. */
  readonly classes: readonly ClassScore[];
}

/**
 * Scores of labels. What would be divided by zero (the precision of a label never predicted, the recall of one that never
 * occurs) is 0 and counts in the means, which is scikit-learn's default.
 * @throws where the counts differ or are 0
 */
export function classificationScores(
  predictions: readonly string[],
  references: readonly string[],
): ClassificationScores {
  return scoresOfCounts(countLabels(numberLabels(predictions, references)));
}

/** Labels as numbers, sorted by name. */
export interface LabelPairs {
  readonly labels: readonly string[];
  readonly predicted: Int32Array;
  readonly expected: Int32Array;
}

/** Numbers the labels of both sides. */
export function numberLabels(predictions: readonly string[], references: readonly string[]): LabelPairs {
  checkLengths('classification', predictions, references);
  const labels = [...new Set([...references, ...predictions])].sort();
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const numbered = (side: readonly string[]) => Int32Array.from(side, (label) => numbers.get(label)!);
  return { labels, predicted: numbered(predictions), expected: numbered(references) };
}

/** For each label, how often it was predicted, was right, and both. */
interface LabelCounts {
  readonly labels: readonly string[];
  readonly count: number;
  readonly predicted: Float64Array;
  readonly expected: Float64Array;
  readonly hits: Float64Array;
}

/** Counts all records, or those named. */
export function countLabels(
  { labels, predicted, expected }: LabelPairs,
  items?: ArrayLike<number>,
): LabelCounts {
  const count = items?.length ?? predicted.length;
  const [p, e, hits] = Array.from({ length: 3 }, () => new Float64Array(labels.length));
  for (let i = 0; i < count; i++) {
    const at = items ? items[i] : i;
    p[predicted[at]]++;
    e[expected[at]]++;
    if (predicted[at] === expected[at]) hits[predicted[at]]++;
  }
  return { labels, count, predicted: p, expected: e, hits };
}

/** All scores of such counts. */
export function scoresOfCounts({
  labels,
  count,
  predicted,
  expected,
  hits,
}: LabelCounts): ClassificationScores {
  // A label that a resampled set lost counts no more.
  const present = labels.map((_, i) => i).filter((i) => predicted[i] + expected[i] > 0);
  const classes = present.map((i) => ({
    label: labels[i],
    ...labelScore(hits[i], predicted[i], expected[i]),
    support: expected[i],
  }));
  const right = hits.reduce((sum, x) => sum + x, 0);
  const mean = (weight: (one: ClassScore) => number): LabelScore => {
    const total = classes.reduce((sum, one) => sum + weight(one), 0);
    const of = (name: keyof LabelScore): number =>
      classes.reduce((sum, one) => sum + weight(one) * one[name], 0) / total;
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  const occurring = classes.filter(({ support }) => support > 0);
  // Σ predicted · expected over the labels: what chance would get right, times the number of records.
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const square = count * count;
  const byChance = product(predicted, expected);
  const spread =
    Math.sqrt(square - product(predicted, predicted)) * Math.sqrt(square - product(expected, expected));
  return {
    accuracy: right / count,
    balancedAccuracy: occurring.reduce((sum, { recall }) => sum + recall, 0) / occurring.length,
    macro: mean(() => 1),
    weighted: mean(({ support }) => support),
    micro: labelScore(right, count, count),
    matthews: spread === 0 ? 0 : (right * count - byChance) / spread,
    kappa: byChance === square ? 1 : (right * count - byChance) / (square - byChance),
    classes,
  };
}

/** F1 = 2·hits / (predicted + expected); a share of nothing is 0. */
export function labelScore(hits: number, predicted: number, expected: number): LabelScore {
  const share = (of: number): number => (of === 0 ? 0 : hits / of);
  return { precision: share(predicted), recall: share(expected), f1: share((predicted + expected) / 2) };
}

/** Labels of a confusion matrix at most: a million cells. */
const MOST_LABELS = 1000;

export interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** `counts[i][j]`: records whose right label is `labels[i]` and which were called `labels[j]`. */
  readonly counts: readonly (readonly number[])[];
}

/** Which label was taken for which. @throws of more than 1,000 labels */
export function confusionMatrix(
  predictions: readonly string[],
  references: readonly string[],
): ConfusionMatrix {
  const { labels, predicted, expected } = numberLabels(predictions, references);
  if (labels.length > MOST_LABELS) {
    throw fail('eval/labels', { where: 'confusionMatrix', most: MOST_LABELS, got: labels.length });
  }
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  predicted.forEach((label, i) => {
    counts[expected[i]][label]++;
  });
  return { labels, counts };
}
