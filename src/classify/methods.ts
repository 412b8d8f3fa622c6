/** Every method of classification, from counting to networks; and what learns with one of them. */

import type { MethodName, TextClassifier } from './classifier.ts';
import { cnnMethod } from './cnn-method.ts';
import { type LabelledText, numberLabels } from './labelled-texts.ts';
import {
  complementBayesMethod,
  multinomialBayesMethod,
  perceptronMethod,
  svmMethod,
} from './linear-method.ts';
import type { Method, MethodOptions } from './method.ts';
import { mlpMethod } from './mlp-method.ts';
import { type UnitCutter, wordCutter } from './units.ts';

export const methods: { readonly [Name in MethodName]: Method } = {
  'naive-bayes': multinomialBayesMethod,
  'complement-bayes': complementBayesMethod,
  perceptron: perceptronMethod,
  svm: svmMethod,
  mlp: mlpMethod,
  cnn: cnnMethod,
};

/**
 * Learns to tell texts apart by their labels.
 *
 * @example (await trainClassifier('svm', texts)).classify(['房间很干净'])[0].label
 */
export async function trainClassifier(
  method: MethodName,
  texts: readonly LabelledText[],
  options: MethodOptions & { readonly cutter?: UnitCutter } = {},
): Promise<TextClassifier> {
  const { cutter = wordCutter, ...rest } = options;
  const { labels, classes } = numberLabels(method, texts);
  const units = texts.map(({ text }) => cutter.cut(text));
  return methods[method].learn({ texts: units, classes, labels, cutter, options: rest });
}
