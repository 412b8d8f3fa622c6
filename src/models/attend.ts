/** What each layer's attention sees in a batch of whole sequences. */

import { type Attend, hidingBias, hidingKeys, maskBias, plainAttention } from '../nn/index.ts';
import { attention, attentionPacked, type Shape, type Tensor } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import { planOf } from './plan.ts';

/** What the tokens of a batch see of their own sequence, beside what comes before them. */
export interface Visibility {
  /** Prefix LM: tokens before this place see each other in both directions. One for each sequence. */
  readonly prefixLengths?: ArrayLike<number>;
  /** Padding on the left: the first real token of each sequence, which then stands at position 0. */
  readonly keyStart?: ArrayLike<number>;
  /** Padding on the right: one past the last real token of each sequence. */
  readonly keyEnd?: ArrayLike<number>;
  /** Keys that no query sees in a layer: [B, T], 1 where hidden; undefined: all are seen. */
  readonly hiddenKeys?: (layer: number) => Tensor | undefined;
}

/** For each layer: attention within each of B sequences of T tokens. */
export function attendWhole(
  config: DecoderConfig,
  [batch, length]: Shape,
  visibility: Visibility,
): (layer: number) => Attend {
  const { scheme, layers, scale, isPlain } = planOf(config);
  const { attentionSoftcap: softcap } = config;
  const { prefixLengths, keyStart, keyEnd, hiddenKeys } = visibility;
  const masks = {
    causal: true,
    scale,
    alibiSlopes: scheme.alibiSlopes,
    prefixLengths: counts(prefixLengths),
    keyStart: counts(keyStart),
    keyEnd: counts(keyEnd),
  };
  if (isPlain) {
    const sizes = { batch, heads: config.heads, queries: length, keys: length };
    const maskOf = byWindow((window) => maskBias(sizes, { ...masks, window }));
    return (layer) => {
      const hides = hiddenKeys?.(layer);
      const fixed = [maskOf(layers[layer].window), ...(hides ? [hidingBias(hides)] : [])];
      return (q, k, v, bias) =>
        plainAttention(q, k, v, { scale, softcap, biases: bias ? [bias, ...fixed] : fixed });
    };
  }
  return (layer) => {
    const own = { ...masks, window: layers[layer].window };
    const attend: Attend = Object.assign((q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, own), {
      packed: (qkv: Tensor, heads: number) => attentionPacked(qkv, { ...own, heads }),
    });
    const hides = hiddenKeys?.(layer);
    return hides ? hidingKeys(attend, hides) : attend;
  };
}

const counts = (values: ArrayLike<number> | undefined): Int32Array | undefined =>
  values && Int32Array.from(values);

/** What depends on a window only, made once for each. */
export function byWindow<Value>(make: (window: number) => Value): (window: number) => Value {
  const made = new Map<number, Value>();
  return (window) => {
    const found = made.get(window) ?? make(window);
    made.set(window, found);
    return found;
  };
}
