/** What each layer's attention sees in a batch of whole sequences. */

import {
  type Attend,
  hidingBias,
  hidingKeys,
  linearAttention,
  maskBias,
  plainAttention,
  sparseAttention,
} from '../nn/index.ts';
import { attention, attentionPacked, type Shape, type Tensor } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import { fail } from './errors.ts';
import { planOf, type Sight } from './plan.ts';

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

/** For each layer: attention within each of B sequences of T tokens, which `before` virtual tokens without queries precede. */
export function attendWhole(
  config: DecoderConfig,
  [batch, length]: Shape,
  visibility: Visibility,
  before = 0,
): (layer: number) => Attend {
  const { scheme, layers, scale, isPlain } = planOf(config);
  const { attentionSoftcap: softcap, linearAttention: isLinear } = config;
  const { prefixLengths, keyStart, keyEnd, hiddenKeys } = visibility;
  const masks = {
    causal: true,
    scale,
    alibiSlopes: scheme.alibiSlopes,
    prefixLengths: counts(prefixLengths),
    keyStart: counts(keyStart),
    keyEnd: counts(keyEnd),
  };
  const isWhole = !(prefixLengths || keyStart || keyEnd || hiddenKeys);
  if (isLinear && !isWhole) throw fail('model/linear-visibility', {});
  if (isLinear) return () => (q, k, v) => linearAttention(q, k, v).mixed;
  const sizes = { batch, heads: config.heads, queries: length, keys: before + length };
  const maskOf = bySight((sight) => maskBias(sizes, { ...masks, ...sight }));
  const attendPlainly = (layer: number): Attend => {
    const hides = hiddenKeys?.(layer);
    const fixed = [maskOf(layers[layer]), ...(hides ? [hidingBias(hides)] : [])];
    return (q, k, v, bias) =>
      plainAttention(q, k, v, { scale, softcap, biases: bias ? [bias, ...fixed] : fixed });
  };
  if (isPlain) return attendPlainly;
  return (layer) => {
    const { pattern } = layers[layer];
    // Pieces of a sequence know nothing of what else hides a token.
    if (pattern && (!isWhole || before > 0)) return attendPlainly(layer);
    if (pattern) {
      const own = { pattern, scale, alibiSlopes: scheme.alibiSlopes };
      return (q, k, v) => sparseAttention(q, k, v, own);
    }
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

/** What depends on a layer's sight only, made once for each. */
export function bySight<Value>(make: (sight: Sight) => Value): (sight: Sight) => Value {
  const made = new Map<string, Value>();
  return ({ window, pattern }) => {
    const key = `${window} ${pattern?.kind} ${pattern?.size}`;
    const found = made.get(key) ?? make({ window, pattern });
    made.set(key, found);
    return found;
  };
}
