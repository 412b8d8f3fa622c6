/** What every classifier of texts answers, whatever learnt it. */

import type { TensorData } from '../io/index.ts';
import { fail } from './errors.ts';
import type { UnitCutter } from './units.ts';

export const methodNames = ['naive-bayes', 'complement-bayes', 'perceptron', 'svm', 'mlp', 'cnn'] as const;
export type MethodName = (typeof methodNames)[number];

/** A label with its probability, or with its margin where a method gives no probabilities. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

export interface Prediction {
  readonly label: string;
  /** Every label, the best first. */
  readonly scores: readonly LabelScore[];
}

/** How much an n-gram of a text speaks for a label beyond the others; below 0, against it. */
export interface WordWeight {
  readonly text: string;
  readonly weight: number;
}

export interface TextClassifier {
  readonly method: MethodName;
  readonly labels: readonly string[];
  readonly scores: 'probabilities' | 'margins';
  /** How many numbers were learnt. */
  readonly parameters: number;
  classify(texts: readonly string[]): Prediction[];
  /** Whether every n-gram has a weight of its own: `explain` tells it. */
  readonly isLinear: boolean;
  /** The n-grams of a text and what they weigh for a label, the heaviest first. @throws where the method is not linear */
  explain(text: string, label: string): WordWeight[];
  /** All that it is, as data and arrays. */
  save(): SavedClassifier;
}

/** A classifier as it lies on disk: `data` in JSON, the arrays as safetensors. */
export interface SavedClassifier {
  readonly method: MethodName;
  readonly labels: readonly string[];
  readonly data: unknown;
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** What a method must bring so that a classifier can be made of it. */
export interface ClassifierParts extends Pick<TextClassifier, 'method' | 'labels' | 'scores' | 'parameters'> {
  readonly cutter: UnitCutter;
  /** Scores [texts × labels] of texts that are cut into units. */
  readonly score: (texts: readonly (readonly string[])[]) => ArrayLike<number>;
  readonly weigh?: (text: readonly string[], label: number) => WordWeight[];
  readonly data: unknown;
  readonly tensors: ReadonlyMap<string, TensorData>;
}

export function createClassifier(parts: ClassifierParts): TextClassifier {
  const { method, labels, scores, parameters, cutter, score, weigh, data, tensors } = parts;
  return {
    method,
    labels,
    scores,
    parameters,
    isLinear: weigh !== undefined,
    classify: (texts) => (texts.length === 0 ? [] : predictionsOf(labels, score(texts.map(cutter.cut)))),
    explain(text, label) {
      if (!weigh) throw fail('classify/no-weights', { method });
      const words = weigh(cutter.cut(text), labels.indexOf(label));
      return words.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    },
    save: () => ({ method, labels, data, tensors }),
  };
}

function predictionsOf(labels: readonly string[], scores: ArrayLike<number>): Prediction[] {
  return Array.from({ length: scores.length / labels.length }, (_, text) => {
    const own = labels.map((label, c) => ({ label, score: scores[text * labels.length + c] }));
    own.sort((a, b) => b.score - a.score);
    return { label: own[0].label, scores: own };
  });
}

/** Each row of logits [rows × classes] as probabilities. */
export function softmaxRows(logits: ArrayLike<number>, classes: number): Float64Array {
  const result = Float64Array.from(logits);
  for (let from = 0; from < result.length; from += classes) {
    const row = result.subarray(from, from + classes);
    const top = Math.max(...row);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += row[c] = Math.exp(row[c] - top);
    for (let c = 0; c < classes; c++) row[c] /= sum;
  }
  return result;
}
