/** An encoder–decoder that reads a source once and then writes like any language model: the `SourceModel` contract. */

import { crossMemory } from '../nn/index.ts';
import { fromArray, outsideScopes, scope, type Tensor, withRecording } from '../tensor/index.ts';
import type { SourceModel } from '../types.ts';
import type { SourceMemory } from './attend-sources.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { decoderParams, type EncoderDecoderParams, encodeSource } from './encoder-decoder.ts';
import { decoderHalf, type EncoderDecoderConfig } from './encoder-decoder-config.ts';
import { fail } from './errors.ts';
import {
  createLanguageModel,
  type DecoderLanguageModel,
  type LanguageModelOptions,
} from './language-model.ts';
import { planOf } from './plan.ts';
import { checkIds } from './sequences.ts';

export interface EncoderDecoderModel extends SourceModel {
  readonly config: EncoderDecoderConfig;
  read(source: ArrayLike<number>): DecoderLanguageModel;
}

/**
 * A model for writing what belongs to a source: a translation, a summary. Keys and values of the source are made when it is read.
 *
 * @example
 * const model = encoderDecoderModel(params, config);
 * const writer = model.read(sourceIds);
 * const [{ logits }] = writer.step([{ sequence: writer.open(), ids: [model.startId] }]);
 */
export function encoderDecoderModel(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  options: Omit<LanguageModelOptions, 'adapters'> = {},
): EncoderDecoderModel {
  const { vocabSize, contextLength, sourceLength, startId } = config;
  const [decoder, half] = [decoderParams(params), decoderHalf(config)];
  const writer = createLanguageModel(decoder, half, options);
  const { step } = writer;
  return {
    config,
    vocabSize,
    contextLength,
    sourceLength,
    startId,
    step,
    read(source) {
      const { length } = source;
      if (length === 0) throw fail('model/no-ids', {});
      if (length > sourceLength) throw fail('model/source-long', { length, sourceLength });
      checkIds(source, vocabSize);
      const ids = Int32Array.from(source);
      const memory = sourceMemory(decoder, half, () =>
        encodeSource(params, config, { source: fromArray<'i32'>(ids, [1, length], 'i32') }),
      );
      return { ...writer, open: () => writer.open(undefined, memory) };
    },
  };
}

/** Keys and values of each layer of a memory [1, tokens, D]; they live as long as a sequence that looks at them. */
export function sourceMemory(
  { blocks }: DecoderParams,
  config: DecoderConfig,
  memory: () => Tensor,
): SourceMemory {
  const cross = planOf(config).block.cross!;
  const make = () => {
    const states = memory();
    return blocks.map((block) => crossMemory(block.cross!, states, cross));
  };
  return withRecording(false, () => outsideScopes(() => scope(make)));
}
