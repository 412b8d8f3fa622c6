/** What a method of classification is: a row that learns and that comes back from disk. */

import type { SavedClassifier, TextClassifier } from './classifier.ts';
import type { FeatureOptions } from './features.ts';
import type { UnitCutter } from './units.ts';
import type { LearningWatch } from './watch.ts';

/** What may be asked of the methods; each reads what concerns it and has defaults of its own. */
export interface MethodOptions extends Omit<FeatureOptions, 'weighting'>, LearningWatch {
  /** Passes over the texts: perceptron, mlp, cnn. */
  readonly epochs?: number;
  /** svm: what a mistake costs. */
  readonly c?: number;
  /** svm. */
  readonly loss?: 'hinge' | 'squared-hinge';
  /** Naive Bayes. */
  readonly smoothing?: number;
  /** mlp, cnn. */
  readonly lr?: number;
  readonly batchSize?: number;
  readonly dropout?: number;
  /** mlp: units of each hidden layer. */
  readonly hidden?: readonly number[];
  /** cnn: numbers of an embedding; filters of each width; their widths; how answers are pooled; units of a text at most. */
  readonly embedding?: number;
  readonly filters?: number;
  readonly widths?: readonly number[];
  readonly pooling?: 'max' | 'average';
  readonly maxLength?: number;
  readonly seed?: number;
}

/** Texts that are cut into units, with the number of each one's label. */
export interface MethodInput {
  readonly texts: readonly (readonly string[])[];
  readonly classes: Int32Array;
  readonly labels: readonly string[];
  readonly cutter: UnitCutter;
  readonly options: MethodOptions;
}

export interface Method {
  readonly learn: (input: MethodInput) => Promise<TextClassifier>;
  /** @throws `DamagedPart` when data and arrays do not fit together */
  readonly restore: (saved: SavedClassifier, cutter: UnitCutter) => TextClassifier;
}
