import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { alibiSlopes, attention, type Tensor, withShape } from '../tensor/index.ts';
import { attentionWeights } from './attention-weights.ts';
import { normalInit } from './parameters.ts';

const [heads, headSize] = [4, 3];
const random = (shape: readonly number[], seed: number): Tensor => normalInit(1)(shape, createRng(seed));

const masks = {
  'causal, more keys than queries': { causal: true },
  'causal, window of 3': { causal: true, window: 3 },
  'ALiBi, a scale of its own': { causal: true, scale: 0.3, alibiSlopes: alibiSlopes(heads) },
  'every key seen': { causal: false },
};

test.each(Object.entries(masks))(
  'the weights times the values are what attention gives: %s',
  (_, options) => {
    for (const kvHeads of [4, 2, 1]) {
      const [queries, keys] = [5, 7];
      const q = random([queries, heads, headSize], 1);
      const [k, v] = [2, 3].map((seed) => random([keys, kvHeads, headSize], seed));
      const weights = attentionWeights(q, k, options);
      expect(weights.shape).toEqual([heads, queries, keys]);
      const [qs, ks, vs] = [q, k, v].map((x) => withShape(x, [1, ...x.shape]));
      const mixed = attention(qs, ks, vs, options);
      for (let t = 0; t < queries; t++) {
        for (let head = 0; head < heads; head++) {
          for (let feature = 0; feature < headSize; feature++) {
            let sum = 0;
            for (let s = 0; s < keys; s++) {
              const value = (s * kvHeads + Math.floor((head * kvHeads) / heads)) * headSize + feature;
              sum += weights.data[(head * queries + t) * keys + s] * v.data[value];
            }
            expect(mixed.data[(t * heads + head) * headSize + feature]).toBeCloseTo(sum, 5);
          }
        }
      }
    }
  },
);
