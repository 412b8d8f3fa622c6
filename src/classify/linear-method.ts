/** Text classifiers with a weight for each n-gram: naive Bayes, support vector machines, the perceptron. */

import type { TensorData } from '../io/index.ts';
import { createClassifier, type MethodName, softmaxRows, type TextClassifier } from './classifier.ts';
import { fail } from './errors.ts';
import { type Features, featureRows, fitFeatures, type SparseRows } from './features.ts';
import { contributions, type LinearModel, linearScores, rounded } from './linear-model.ts';
import { linearSvm } from './linear-svm.ts';
import type { Method, MethodInput } from './method.ts';
import { naiveBayes } from './naive-bayes.ts';
import { perceptron } from './perceptron.ts';
import { readArray, restoreFeatures, saveFeatures } from './saved-parts.ts';
import { showGram, type UnitCutter } from './units.ts';

/** Weights of a model at most: 1 GB while it learns, half of that on disk. */
const WEIGHT_LIMIT = 2 ** 27;

interface LinearMethod {
  readonly weighting: 'counts' | 'tf-idf';
  readonly scores: TextClassifier['scores'];
  readonly learn: (rows: SparseRows, input: MethodInput) => LinearModel | Promise<LinearModel>;
}

/** A linear method as a row of the table of methods. */
function linearMethod(method: MethodName, { weighting, scores, learn }: LinearMethod): Method {
  const make = (
    labels: readonly string[],
    features: Features,
    model: LinearModel,
    cutter: UnitCutter,
  ): TextClassifier => {
    const toRows = featureRows(features);
    const { data, tensors } = saveFeatures(features);
    const machines = model.bias.length;
    const array = (shape: number[], from: LinearModel['bias']): TensorData => ({
      dtype: 'f32',
      shape,
      data: Float32Array.from(from),
    });
    return createClassifier({
      method,
      labels,
      scores,
      parameters: model.weights.length + machines,
      cutter,
      score(texts) {
        const found = linearScores(model, toRows(texts));
        return scores === 'probabilities' ? softmaxRows(found, labels.length) : found;
      },
      weigh(units, label) {
        const { names } = features;
        const weights = contributions(model, toRows([units]), label);
        return Array.from(weights, ([column, weight]) => ({
          text: names ? showGram(names[column], cutter) : `#${column}`,
          weight,
        }));
      },
      data,
      tensors: new Map<string, TensorData>([
        ...tensors,
        ['weight', array([machines, features.width], model.weights)],
        ['bias', array([machines], model.bias)],
      ]),
    });
  };

  return {
    async learn(input) {
      const features = fitFeatures(input.texts, { ...input.options, weighting });
      if (input.labels.length * features.width > WEIGHT_LIMIT) {
        const sizes = { labels: input.labels.length, features: features.width };
        throw fail('classify/too-large', { method, ...sizes, limit: WEIGHT_LIMIT });
      }
      const model = await learn(featureRows(features)(input.texts), input);
      return make(input.labels, features, rounded(model), input.cutter);
    },
    restore({ labels, data, tensors }, cutter) {
      const features = restoreFeatures(data, tensors);
      const machines = tensors.get('bias')?.shape[0] === 1 && labels.length === 2 ? 1 : labels.length;
      const weights = readArray(tensors, 'weight', 'f32', [machines, features.width]);
      const bias = readArray(tensors, 'bias', 'f32', [machines]);
      return make(labels, features, { classes: labels.length, weights, bias }, cutter);
    },
  };
}

const bayes = (method: MethodName, complement: boolean): Method =>
  linearMethod(method, {
    weighting: 'counts',
    scores: 'probabilities',
    learn: (rows, { classes, labels, options: { smoothing } }) =>
      naiveBayes(rows, classes, labels.length, { smoothing, complement }),
  });

export const multinomialBayesMethod = bayes('naive-bayes', false);
export const complementBayesMethod = bayes('complement-bayes', true);

export const svmMethod = linearMethod('svm', {
  weighting: 'tf-idf',
  scores: 'margins',
  learn: (rows, { classes, labels, options }) => linearSvm(rows, classes, labels.length, options),
});

export const perceptronMethod = linearMethod('perceptron', {
  weighting: 'tf-idf',
  scores: 'margins',
  learn: (rows, { classes, labels, options }) => perceptron(rows, classes, labels.length, options),
});
