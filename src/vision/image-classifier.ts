/** Labels for pictures: an encoder of pictures, the mean of its places, one affine map. */

import { crossEntropy, initialize, linearSpec, normalInit, type Parameters, runLinear } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { mean, scope, softmax, type Tensor, tensor, withRecording } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { encodeImages, type ImageEncoderConfig, imageEncoderSpec, type LookAtMaps } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import { type ImageSet, imageTensor } from './image-set.ts';
import { type ImageLearningOptions, learn, pieces } from './learning.ts';
import { limits } from './limits.ts';

export function imageClassifierSpec(encoder: ImageEncoderConfig, labels: number) {
  const { width } = encoder;
  return {
    encoder: imageEncoderSpec(encoder),
    head: linearSpec(width, labels, { init: normalInit(1 / Math.sqrt(width)), bias: true }),
  };
}

export type ImageClassifierParams = Parameters<ReturnType<typeof imageClassifierSpec>>;

export interface ImageClassifier {
  readonly task: 'classify';
  readonly encoder: ImageEncoderConfig;
  readonly labels: readonly string[];
  readonly params: ImageClassifierParams;
}

/** Logits [B, labels] of pictures [B, S, S, 3]. */
export function imageLogits(
  { encoder, head }: ImageClassifierParams,
  config: ImageEncoderConfig,
  x: Tensor,
  look?: LookAtMaps,
): Tensor {
  return runLinear(head, mean(encodeImages(encoder, config, x, look), { axis: 1 }));
}

/**
 * Learns labels from pictures that have one. @throws where there are fewer than two labels, or far too many; the signal's reason
 *
 * @example
 * const rows = await readImageRows('shapes', { needs: 'label' });
 * const images = await loadImages(rows.map(({ file }) => file), 32);
 * const model = await trainImageClassifier(rows, images, imageEncoderConfig(), { epochs: 10, batchSize: 32, lr: 2e-3, seed: 1 });
 */
export async function trainImageClassifier(
  rows: readonly ImageRow[],
  images: ImageSet,
  encoder: ImageEncoderConfig,
  options: ImageLearningOptions,
): Promise<ImageClassifier> {
  const labels = [...new Set(rows.map(({ label }) => label!))].sort();
  if (labels.length < 2 || labels.length > limits.labels) {
    throw fail('vision/one-label', { labels, most: limits.labels });
  }
  const params = initialize(imageClassifierSpec(encoder, labels.length), createRng(options.seed));
  const places = rows.map(({ file }) => images.places.get(file)!);
  const classes = rows.map(({ label }) => labels.indexOf(label!));
  const loss = (p: ImageClassifierParams, examples: Int32Array): Tensor => {
    const own = Array.from(examples, (example) => places[example]);
    const targets = tensor(
      Array.from(examples, (example) => classes[example]),
      { dtype: 'i32' },
    );
    return crossEntropy(imageLogits(p, encoder, imageTensor(images, own)), targets);
  };
  await learn({ params, count: rows.length, loss }, options);
  return { task: 'classify', encoder, labels, params };
}

export interface LabelledImage {
  readonly label: string;
  /** Of every label, the likeliest first. */
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
}

/** What pictures are, each by its file. */
export function classifyImages(
  { params, encoder, labels }: ImageClassifier,
  images: ImageSet,
  files: readonly string[],
): LabelledImage[] {
  return pieces(files).flatMap((some) => {
    const shares = withRecording(false, () =>
      scope(() => {
        const own = some.map((file) => images.places.get(file)!);
        return Array.from(softmax(imageLogits(params, encoder, imageTensor(images, own))).data);
      }),
    );
    return some.map((_, row) => {
      const probabilities = labels
        .map((label, i) => ({ label, probability: shares[row * labels.length + i] }))
        .sort((a, b) => b.probability - a.probability);
      return { label: probabilities[0].label, probabilities };
    });
  });
}
