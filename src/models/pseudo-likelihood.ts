/** How likely an encoder finds each token of a text when that one alone is hidden (Salazar et al. 2020, "Masked Language Model Scoring"). */

import { fromArray, lastingScope, offThread, withRecording } from '../tensor/index.ts';
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
  /** [places.length, V] logits at the places, row by row. */
  const logitsAt = (ids: readonly number[], places: readonly number[]) =>
    withRecording(false, () => {
      const rows = Int32Array.from(places.flatMap((place) => ids.with(place, hidden)));
      const states = encode(params, config, fromArray<'i32'>(rows, [places.length, ids.length], 'i32'));
      const at = places.map((place, row) => row * ids.length + place);
      return maskedLogits(params, config, statesAt(states, at));
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
          const logits = await offThread(() => memory.run(() => logitsAt(ids, some)));
          const { data, shape } = logits;
          some.forEach((place, row) => {
            const own = (data as Float32Array).subarray(row * shape[1], (row + 1) * shape[1]);
            found[from + row] = logShare(own, ids[place]);
          });
        } finally {
          memory.end();
        }
      }
      return found;
    },
  };
}

/** ln softmax(logits)[id]. */
function logShare(logits: Float32Array, id: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) most = Math.max(most, logit);
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - most);
  return logits[id] - most - Math.log(total);
}
