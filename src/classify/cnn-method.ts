/** A text classifier that reads the units of a text in order: the convolutional network of Kim (2014). */

import { z } from 'zod';
import { initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';
import { createClassifier, type TextClassifier } from './classifier.ts';
import { dropRate, fail, requireNumber, wholePositive } from './errors.ts';
import { fitNetwork } from './fit.ts';
import type { Method } from './method.ts';
import { countNumbers, givenOf, inChunks, parameterArrays, readParameters } from './network-parts.ts';
import { parsePart } from './saved-parts.ts';
import { runTextCnn, type TextCnnConfig, type TextCnnParams, textCnnSpec } from './text-cnn.ts';
import type { UnitCutter } from './units.ts';

const defaults = {
  minDocuments: 2,
  maxFeatures: 30_000,
  embedding: 100,
  filters: 100,
  widths: [3, 4, 5] as readonly number[],
  pooling: 'max' as 'max' | 'average',
  maxLength: 400,
  epochs: 5,
  lr: 3e-3,
  batchSize: 50,
  dropout: 0.5,
};

/** Ids in front of those of the units: behind the end of a text, and for what was not learnt. */
const NOTHING = 0;
const UNKNOWN = 1;
const FIRST = 2;

const PREDICT_ROWS = 64;

/** The units that get an id: those of enough texts, the most frequent ones first. */
function listUnits(
  texts: readonly (readonly string[])[],
  { minDocuments, maxFeatures }: Pick<typeof defaults, 'minDocuments' | 'maxFeatures'>,
): string[] {
  const counts = new Map<string, number>();
  for (const units of texts) {
    for (const unit of new Set(units)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  const kept = [...counts].filter(([, count]) => count >= minDocuments).sort(([, a], [, b]) => b - a);
  if (kept.length === 0) throw fail('classify/no-features', { where: 'cnn' });
  return kept.slice(0, maxFeatures).map(([unit]) => unit);
}

/** Ids of a text, at least one. */
function unitIds(vocabulary: readonly string[], maxLength: number): (units: readonly string[]) => Int32Array {
  const places = new Map(vocabulary.map((unit, i) => [unit, i + FIRST]));
  return (units) =>
    units.length === 0
      ? Int32Array.of(UNKNOWN)
      : Int32Array.from(units.slice(0, maxLength), (unit) => places.get(unit) ?? UNKNOWN);
}

/** Texts of different length as one block [texts, longest], with what is text in it. */
function padded(texts: readonly Int32Array[]): { ids: Tensor; mask: Tensor } {
  const longest = Math.max(...texts.map((ids) => ids.length));
  const ids = new Int32Array(texts.length * longest).fill(NOTHING);
  const mask = new Float32Array(texts.length * longest);
  texts.forEach((own, row) => {
    ids.set(own, row * longest);
    mask.fill(1, row * longest, row * longest + own.length);
  });
  const shape = [texts.length, longest];
  return { ids: fromArray(ids, shape, 'i32'), mask: fromArray(mask, shape, 'f32') };
}

interface Learnt {
  readonly vocabulary: readonly string[];
  readonly maxLength: number;
  readonly config: TextCnnConfig;
  readonly params: TextCnnParams;
}

function make(labels: readonly string[], learnt: Learnt, cutter: UnitCutter): TextClassifier {
  const { vocabulary, maxLength, config, params } = learnt;
  const toIds = unitIds(vocabulary, maxLength);
  const arrays = parameterArrays(params);
  const { embedding, filters, widths, pooling } = config;
  return createClassifier({
    method: 'cnn',
    labels,
    scores: 'probabilities',
    parameters: countNumbers(arrays),
    cutter,
    score: (texts) =>
      inChunks(texts, PREDICT_ROWS, labels.length, (chunk) =>
        runTextCnn(params, config, padded(chunk.map(toIds))),
      ),
    data: { vocabulary, maxLength, embedding, filters, widths, pooling },
    tensors: new Map(arrays),
  });
}

const count = z.int().min(1).max(65_536);
const dataSchema = z.object({
  vocabulary: z.array(z.string()).min(1),
  maxLength: count,
  embedding: count,
  filters: count,
  widths: z.array(z.int().min(1).max(1024)).min(1).max(64),
  pooling: z.enum(['max', 'average']),
});

export const cnnMethod: Method = {
  async learn({ texts, classes, labels, cutter, options }) {
    const { seed = 0, onProgress, signal } = options;
    const { dropout, maxLength, embedding, filters, widths, pooling, ...rest } = {
      ...defaults,
      ...givenOf(options),
    };
    requireNumber('cnn', 'dropout', dropout, dropRate);
    for (const [name, value] of Object.entries({ maxLength, embedding, filters })) {
      requireNumber('cnn', name, value, wholePositive);
    }
    requireNumber('cnn', 'widths', widths.length, wholePositive);
    for (const width of widths) requireNumber('cnn', 'widths', width, wholePositive);
    const vocabulary = listUnits(texts, rest);
    const vocabSize = vocabulary.length + FIRST;
    const config = { vocabSize, classes: labels.length, embedding, filters, widths, pooling };
    const ids = texts.map(unitIds(vocabulary, maxLength));
    const params = initialize(textCnnSpec(config), createRng(seed));
    const logits = (p: TextCnnParams, examples: Int32Array, step: number): Tensor => {
      const drop = { rate: dropout, seed, stream: step };
      return runTextCnn(p, config, { ...padded(Array.from(examples, (example) => ids[example])), drop });
    };
    const lengthOf = (example: number): number => ids[example].length;
    await fitNetwork('cnn', classes, { params, logits, lengthOf }, { ...rest, seed, onProgress, signal });
    return make(labels, { vocabulary, maxLength, config, params }, cutter);
  },
  restore({ labels, data, tensors }, cutter) {
    const { vocabulary, maxLength, ...rest } = parsePart(dataSchema, data);
    const config = { ...rest, vocabSize: vocabulary.length + FIRST, classes: labels.length };
    const params = readParameters(textCnnSpec(config), tensors) as TextCnnParams;
    return make(labels, { vocabulary, maxLength, config, params }, cutter);
  },
};
