/**
 * A convolutional network over the units of a text (Kim, "Convolutional neural networks for sentence classification", EMNLP 2014,
 * CNN-rand): embeddings, filters over 3, 4 and 5 neighbours, the largest answer of each filter, one affine map.
 */

import {
  type ConvolutionParams,
  convolutionSpec,
  embeddingSpec,
  type LinearParams,
  linearSpec,
  normalInit,
  runConvolution,
  runEmbedding,
  runLinear,
} from '../nn/index.ts';
import { concat, div, dropout, expandDims, max, mul, pad, sum, type Tensor } from '../tensor/index.ts';
import type { Drop } from './mlp.ts';

export interface TextCnnConfig {
  /** Ids, with that of nothing (0) and that of an unknown unit (1). */
  readonly vocabSize: number;
  readonly classes: number;
  /** Numbers of an embedding. */
  readonly embedding: number;
  /** Filters of each width. */
  readonly filters: number;
  readonly widths: readonly number[];
  /** What is kept of a filter's answers along a text: the largest, or their mean. */
  readonly pooling: 'max' | 'average';
}

export interface TextCnnParams {
  readonly embedding: { readonly weight: Tensor };
  readonly convolutions: readonly ConvolutionParams[];
  readonly output: LinearParams;
}

export function textCnnSpec({ vocabSize, classes, embedding, filters, widths }: TextCnnConfig) {
  const inputsOf = (width: number): number => width * embedding;
  const he = (inputs: number) => normalInit(Math.sqrt(2 / inputs));
  return {
    embedding: embeddingSpec(vocabSize, embedding, normalInit(0.1)),
    convolutions: widths.map((width) =>
      convolutionSpec(embedding, filters, width, { init: he(inputsOf(width)) }),
    ),
    output: linearSpec(filters * widths.length, classes, {
      init: normalInit(1 / Math.sqrt(filters * widths.length)),
      bias: true,
    }),
  };
}

/**
 * Logits [batch, classes] of ids [batch, length] where `mask` [batch, length] is 1 at a unit of the text and 0 behind its end.
 * A window begins at a unit and may reach beyond the end, where all is 0: so a text has the same logits in every batch.
 */
export function runTextCnn(
  params: TextCnnParams,
  config: TextCnnReading,
  { ids, ...rest }: { readonly ids: Tensor; readonly mask: Tensor; readonly drop?: Drop },
): Tensor {
  return runEmbeddedCnn(params, config, { embedded: runEmbedding(params.embedding, ids), ...rest });
}

type TextCnnReading = Pick<TextCnnConfig, 'widths' | 'pooling'>;

/** The same of units that are embedded already, or mixtures of them: [batch, length, embedding]. */
export function runEmbeddedCnn(
  params: Omit<TextCnnParams, 'embedding'>,
  { widths, pooling }: TextCnnReading,
  { embedded, mask, drop }: { readonly embedded: Tensor; readonly mask: Tensor; readonly drop?: Drop },
): Tensor {
  const isUnit = expandDims(mask, 2);
  const inside = mul(embedded, isUnit);
  const pooled = params.convolutions.map((convolution, i) => {
    const x = pad(inside, 1, 0, widths[i] - 1);
    const answers = mul(runConvolution(convolution, x, { activation: 'relu' }), isUnit);
    // No answer is below 0: what is masked never is the largest.
    if (pooling === 'max') return max(answers, { axis: 1 });
    return div(sum(answers, { axis: 1 }), sum(isUnit, { axis: 1 }));
  });
  const features = concat(pooled, 1);
  const kept = drop ? dropout(features, drop.rate, drop) : features;
  return runLinear(params.output, kept);
}
