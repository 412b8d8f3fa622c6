/** How likely an encoder finds each token of a text when that one alone is hidden (Salazar et al. 2020, "Masked Language Model Scoring"). */

import {
  fromArray,
  gather,
  lastingScope,
  logSumExp,
  offThread,
  sub,
  withRecording,
} from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { encode, maskedLogits, statesAt } from './encoder.ts';
import { encoderFrame, MASKS } from './encoder-frame.ts';
import type { LoadedEncoder } from './encoder-storage.ts';
import { fail } from './errors.ts';

/** Copies of a text, each with another place hidden, that are read together. */
const BATCH = 32;

/** An encoder as a reader of texts with one hidden place. */
export interface MaskedReader {
  /** The tokens of a text with those that stand around it. */
  idsOf(text: string): number[];
  /** ln p of the token at each of these places of `ids`, each hidden by itself. */
  logprobs(ids: readonly number[], places: readonly number[], signal?: AbortSignal): Promise<Float64Array>;
}

/** @throws `model/no-mask-token` of a vocabulary that hides nothing; (while reading) `model/too-long` */
export function maskedReader({ config, params }: LoadedEncoder, tokenizer: Tokenizer): MaskedReader {
  const { start, end, mask } = encoderFrame(tokenizer);
  if (!mask) throw fail('model/no-mask-token', { known: MASKS.join(', ') });
  const { id: hidden } = mask;
  /** [places.length, 1] ln softmax(logits)[id] of the tokens at the places. */
  const logprobsAt = (ids: readonly number[], places: readonly number[]) =>
    withRecording(false, () => {
      const rows = Int32Array.from(places.flatMap((place) => ids.with(place, hidden)));
      const states = encode(params, config, fromArray<'i32'>(rows, [places.length, ids.length], 'i32'));
      const at = places.map((place, row) => row * ids.length + place);
      const logits = maskedLogits(params, config, statesAt(states, at));
      const said = fromArray<'i32'>(
        Int32Array.from(places, (place) => ids[place]),
        [places.length, 1],
        'i32',
      );
      return sub(gather(logits, said, -1), logSumExp(logits, { keepDims: true }));
    });
  return {
    idsOf: (text) => [...start, ...tokenizer.encode(text), ...end],
    async logprobs(ids, places, signal) {
      const found = new Float64Array(places.length);
      for (let from = 0; from < places.length; from += BATCH) {
        signal?.throwIfAborted();
        const some = places.slice(from, from + BATCH);
        const memory = lastingScope();
        try {
          const { data } = await offThread(() => memory.run(() => logprobsAt(ids, some)));
          found.set(data as Float32Array, from);
        } finally {
          memory.end();
        }
      }
      return found;
    },
  };
}
