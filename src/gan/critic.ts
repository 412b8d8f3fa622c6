/** What tells written texts from real ones: a convolutional network with one answer, over ids or over shares of them. */

import { type Drop, runEmbeddedCnn, type TextCnnParams, textCnnSpec } from '../classify/index.ts';
import { initialize, runEmbedding } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import {
  add,
  affine,
  fromArray,
  grad,
  matmul,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '../tensor/index.ts';
import { iterate, normalised, type SingularVectors, singularVectors } from './spectral-norm.ts';
import { type Ends, type Texts, textLengths } from './texts.ts';

export interface CriticShape {
  readonly embedding: number;
  /** Filters of each width. */
  readonly filters: number;
  readonly widths: readonly number[];
  /** Share of the filters' answers that is left out in learning. */
  readonly dropout: number;
  /** Weights are divided by their greatest singular value. */
  readonly spectralNorm: boolean;
}

export type CriticParams = TextCnnParams;

export interface Critic {
  readonly params: CriticParams;
  /** Of the weights that are normalised. */
  readonly vectors: SingularVectors;
  readonly dropout: number;
  /** Answers [texts], the higher the more real: of ids i32 [texts, length], or of shares of the vocabulary [texts, length, vocab]. */
  scores(
    params: CriticParams,
    units: Tensor,
    options: { readonly mask: Tensor; readonly drop?: Drop },
  ): Tensor;
  /** Follows the weights by one power iteration. */
  iterate(): void;
}

export function createCritic(vocabSize: number, shape: CriticShape, seed: number): Critic {
  const { dropout, spectralNorm, ...rest } = shape;
  const rng = createRng(seed).split('critic');
  const config = { ...rest, vocabSize, classes: 1, pooling: 'max' as const };
  const params = initialize(textCnnSpec(config), rng);
  const vectors: SingularVectors = spectralNorm ? singularVectors(params, rng.split('vectors')) : new Map();
  return {
    params,
    vectors,
    dropout,
    scores(own, units, { mask, drop }) {
      const used = vectors.size > 0 ? normalised(own, vectors) : own;
      const isIds = units.dtype === 'i32';
      const embedded = isIds ? runEmbedding(used.embedding, units) : matmul(units, used.embedding.weight);
      return reshape(runEmbeddedCnn(used, config, { embedded, mask, drop }), [units.shape[0]]);
    },
    iterate: () => iterate(vectors, params),
  };
}

/** The ids of texts, and where they are. */
export function criticInput(
  texts: Texts,
  { endId }: Pick<Ends, 'endId'>,
): { ids: Tensor<'i32'>; mask: Tensor } {
  const { ids, count, length } = texts;
  const mask = new Float32Array(count * length);
  textLengths(texts, endId).forEach((end, row) => {
    mask.fill(1, row * length, row * length + end);
  });
  return {
    ids: fromArray<'i32'>(ids, [count, length], 'i32'),
    mask: fromArray<'f32'>(mask, [count, length], 'f32'),
  };
}

/** Under the root, where the slope of a root has no end. */
const SMALLEST = 1e-12;

/**
 * Mean of (‖∇D(x̂)‖ − 1)² (Gulrajani et al. 2017): x̂ lies between real and written texts as shares of the vocabulary
 * [texts, length, vocab], `mix` [texts, 1, 1] of the way. Its gradient goes through the gradient.
 */
export function gradientPenalty(
  score: (shares: Tensor) => Tensor,
  { real, written, mix }: { readonly real: Tensor; readonly written: Tensor; readonly mix: Tensor },
): Tensor {
  const between = add(written, mul(mix, sub(real, written)));
  const slope = grad((x: Tensor) => sum(score(x)), between);
  const lengths = sqrt(affine(sum(square(slope), { axis: [1, 2] }), 1, SMALLEST));
  return mean(square(affine(lengths, 1, -1)));
}
