/** A text classifier with hidden layers over the most frequent n-grams, weighted by tf-idf. */

import { z } from 'zod';
import { initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';
import { createClassifier, type TextClassifier } from './classifier.ts';
import { dropRate, requireNumber, wholePositive } from './errors.ts';
import { type Features, featureRows, fitFeatures, type SparseRows } from './features.ts';
import { fitNetwork } from './fit.ts';
import type { Method } from './method.ts';
import { type MlpParams, mlpSpec, runMlp } from './mlp.ts';
import { countNumbers, givenOf, inChunks, parameterArrays, readParameters } from './network-parts.ts';
import { parsePart, restoreFeatures, saveFeatures } from './saved-parts.ts';
import type { UnitCutter } from './units.ts';

const defaults = { maxFeatures: 20_000, hidden: [64], epochs: 5, lr: 2e-3, batchSize: 64, dropout: 0.5 };

/** Rows at once when classifying. */
const PREDICT_ROWS = 256;

/** Some of the rows as a dense tensor [examples, width]. */
function denseRows({ starts, columns, values, width }: SparseRows, examples: ArrayLike<number>): Tensor {
  const dense = new Float32Array(examples.length * width);
  for (let row = 0; row < examples.length; row++) {
    const [from, to] = [starts[examples[row]], starts[examples[row] + 1]];
    for (let k = from; k < to; k++) dense[row * width + columns[k]] = values[k];
  }
  return fromArray(dense, [examples.length, width], 'f32');
}

function make(
  labels: readonly string[],
  features: Features,
  { hidden, params }: { readonly hidden: readonly number[]; readonly params: MlpParams },
  cutter: UnitCutter,
): TextClassifier {
  const toRows = featureRows(features);
  const { data, tensors } = saveFeatures(features);
  const arrays = parameterArrays(params);
  return createClassifier({
    method: 'mlp',
    labels,
    scores: 'probabilities',
    parameters: countNumbers(arrays),
    cutter,
    score: (texts) =>
      inChunks(texts, PREDICT_ROWS, labels.length, (chunk) => {
        const rows = toRows(chunk);
        return runMlp(params, denseRows(rows, [...chunk.keys()]));
      }),
    data: { features: data, hidden },
    tensors: new Map([...tensors, ...arrays]),
  });
}

export const mlpMethod: Method = {
  async learn({ texts, classes, labels, cutter, options }) {
    const { seed = 0, onProgress, signal } = options;
    const { maxFeatures, hidden, dropout, ...fit } = { ...defaults, ...givenOf(options) };
    requireNumber('mlp', 'dropout', dropout, dropRate);
    for (const size of hidden) requireNumber('mlp', 'hidden', size, wholePositive);
    const features = fitFeatures(texts, { ...options, maxFeatures, weighting: 'tf-idf' });
    const rows = featureRows(features)(texts);
    const params = initialize(mlpSpec([features.width, ...hidden, labels.length]), createRng(seed));
    const logits = (p: MlpParams, examples: Int32Array, step: number): Tensor =>
      runMlp(p, denseRows(rows, examples), { rate: dropout, seed, stream: step * (hidden.length + 1) });
    await fitNetwork('mlp', classes, { params, logits }, { ...fit, seed, onProgress, signal });
    return make(labels, features, { hidden, params }, cutter);
  },
  restore({ labels, data, tensors }, cutter) {
    const schema = z.object({ features: z.unknown(), hidden: z.array(z.int().min(1).max(65_536)).max(64) });
    const { features: saved, hidden } = parsePart(schema, data);
    const features = restoreFeatures(saved, tensors);
    const spec = mlpSpec([features.width, ...hidden, labels.length]);
    return make(labels, features, { hidden, params: readParameters(spec, tensors) as MlpParams }, cutter);
  },
};
