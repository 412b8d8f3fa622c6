/** An encoder–decoder that reads a source once and then writes like any language model: the `SourceModel` contract. */

import { crossMemory } from '../nn/index.ts';
import { fromArray, outsideScopes, scope, withRecording } from '../tensor/index.ts';
import type { SourceModel } from '../types.ts';
import type { SourceMemory } from './attend-sources.ts';
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
  const writer = createLanguageModel(decoderParams(params), decoderHalf(config), options);
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
      const memory = memoryOf(params, config, Int32Array.from(source));
      return { ...writer, open: () => writer.open(undefined, memory) };
    },
  };
}

/** Keys and values of each layer; they live as long as a sequence that looks at them. */
function memoryOf(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  source: Int32Array<ArrayBuffer>,
): SourceMemory {
  const cross = planOf(decoderHalf(config)).block.cross!;
  const make = () => {
    const ids = fromArray<'i32'>(source, [1, source.length], 'i32');
    const states = encodeSource(params, config, { source: ids });
    return params.decoder.blocks.map((block) => crossMemory(block.cross!, states, cross));
  };
  return withRecording(false, () => outsideScopes(() => scope(make)));
}
