/** Attention without the score matrix (Vaswani et al. 2017; Dao et al. 2022). */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import { fail } from '../errors.ts';
import type { AttentionArgs, PagedAttentionArgs } from '../kernels.ts';
import { defineOp } from '../op.ts';
import { empty, type Tensor } from '../tensor.ts';
import {
  floats,
  floatType,
  productOperand,
  productType,
  requireOption,
  requireShape,
  requireType,
} from './check.ts';
import { normalSample } from './samples.ts';

type Masks = Omit<AttentionArgs, 'batch' | 'queries' | 'keys' | 'heads' | 'kvHeads' | 'headSize'>;

export interface AttentionOptions {
  /** A query sees no later key. Queries are the last of the keys. */
  readonly causal: boolean;
  /** Default 1/√headSize. */
  readonly scale?: number;
  /** A query sees the last `window` keys only, itself included. */
  readonly window?: number;
  /** Each head's penalty on the score per token of distance, [heads]: see `alibiSlopes`. */
  readonly alibiSlopes?: Float32Array;
  /** Keys before this place are seen by every query of the sequence, [batch]. */
  readonly prefixLengths?: Int32Array;
  /** The keys of each sequence that are not padding: [keyStart, keyEnd), [batch]. */
  readonly keyStart?: Int32Array;
  readonly keyEnd?: Int32Array;
}

/** The kernel's arguments, all shapes checked. */
function argsOf(q: Tensor, k: Tensor, v: Tensor, masks: Masks): AttentionArgs {
  const op = 'attention';
  requireRank('q', q);
  requireRank('k', k);
  const [batch, queries, heads, headSize] = q.shape;
  const [, keys, kvHeads] = k.shape;
  requireShape(op, 'k', [batch, keys, kvHeads, headSize], k.shape);
  requireShape(op, 'v', k.shape, v.shape);
  const { scale, causal, precision, window, alibiSlopes, prefixLengths, keyStart, keyEnd } = masks;
  requireOption(op, 'heads', heads % kvHeads === 0, `a multiple of the ${kvHeads} heads of k`, heads);
  requireOption(op, 'queries', queries <= keys || !causal, `at most the ${keys} keys`, queries);
  requireOption(op, 'window', window >= 0, 'at least 0', window);
  requireLength('alibiSlopes', alibiSlopes, heads);
  requireLength('prefixLengths', prefixLengths, batch);
  requireLength('keyStart', keyStart, batch);
  requireLength('keyEnd', keyEnd, batch);
  // NOTE listed one by one: spreading objects costs more than the rest of the call
  return {
    batch,
    queries,
    keys,
    heads,
    kvHeads,
    headSize,
    scale,
    causal,
    precision,
    window,
    alibiSlopes,
    prefixLengths,
    keyStart,
    keyEnd,
  };
}

type PagedMasks = Omit<PagedAttentionArgs, 'pageTokens' | 'heads' | 'kvHeads' | 'headSize'>;

function checkPaged(q: Tensor, k: Tensor, v: Tensor, { requests, pages }: PagedMasks): void {
  const op = 'attentionPaged';
  const [rows, heads, headSize] = q.shape;
  const [held, pageTokens, kvHeads] = k.shape;
  requireShape(op, 'k', [held, pageTokens, kvHeads, headSize], k.shape);
  requireShape(op, 'v', k.shape, v.shape);
  requireOption(op, 'heads', heads % kvHeads === 0, `a multiple of the ${kvHeads} heads of k`, heads);
  requireOption(op, 'pageTokens', [8, 16, 32, 64].includes(pageTokens), '8, 16, 32 or 64', pageTokens);
  let queries = 0;
  for (let i = 0; i < requests.length; i += 3) {
    const [count, keys, first] = [requests[i], requests[i + 1], requests[i + 2]];
    const fits = count >= 1 && keys >= count && first + Math.ceil(keys / pageTokens) <= pages.length;
    requireOption(op, 'requests', fits && first >= 0, 'queries, keys and pages that fit', [
      count,
      keys,
      first,
    ]);
    queries += count;
  }
  requireOption(op, 'requests', queries === rows, `${rows} queries together`, queries);
}

function requireRank(name: string, x: Tensor): void {
  if (x.shape.length === 4) return;
  throw fail('shape/rank', {
    op: 'attention',
    name,
    expected: '[batch, length, heads, headSize]',
    got: x.shape,
  });
}

function requireLength(name: string, values: ArrayLike<number> | undefined, length: number): void {
  if (!values || values.length === length) return;
  requireOption('attention', name, false, `an array of ${length}`, `an array of ${values.length}`);
}

export const attentionOps = {
  attention: defineOp<Masks>({
    name: 'attention',
    doc: 'softmax(scale·q·kᵀ + bias over the keys that are seen)·v, head by head',
    plain: 'matmul(softmax(where(seen, matmul(q, k, { transB }), −∞)), v)',
    outputs: ([q, k, v], masks) => {
      const { batch, heads, queries } = argsOf(q, k, v, masks);
      const dtype = floatType('attention', q, k, v);
      return [
        { shape: q.shape, dtype },
        { shape: [batch, heads, queries], dtype },
      ];
    },
    run: (kernels, [q, k, v], [out, lse], masks) =>
      kernels.attention(floats(q), floats(k), floats(v), floats(out), floats(lse), argsOf(q, k, v, masks)),
    gradient: ({ inputs: [q, k, v], outputs: [out, lse], grads: [g], attrs }) => {
      const [gradQ, gradK, gradV] = [q, k, v].map((x) => empty(x.shape, x.dtype));
      kernelsFor([q]).attentionGrad(
        floats(q),
        floats(k),
        floats(v),
        floats(out),
        floats(lse),
        floats(g!),
        floats(gradQ),
        floats(gradK),
        floats(gradV),
        argsOf(q, k, v, attrs),
      );
      return [gradQ, gradK, gradV];
    },
    samples: () => {
      const qkv = (
        batch: number,
        queries: number,
        keys: number,
        heads: number,
        kvHeads: number,
        headSize: number,
      ) => [
        normalSample([batch, queries, heads, headSize]),
        normalSample([batch, keys, kvHeads, headSize], 2),
        normalSample([batch, keys, kvHeads, headSize], 3),
      ];
      const causal = { causal: true, precision: 'f32' as const, scale: 0.5, window: 0 };
      const pair = (a: number, b: number) => Int32Array.of(a, b);
      return [
        { inputs: qkv(2, 5, 5, 2, 2, 4), attrs: causal },
        { inputs: qkv(1, 3, 7, 4, 2, 3), attrs: { ...causal, window: 3, alibiSlopes: alibiSlopes(4) } },
        { inputs: qkv(2, 4, 6, 2, 1, 4), attrs: { ...causal, causal: false, scale: 0.3 } },
        { inputs: qkv(2, 6, 6, 2, 2, 2), attrs: { ...causal, prefixLengths: pair(3, 0) } },
        { inputs: qkv(2, 5, 5, 2, 2, 4), attrs: { ...causal, keyStart: pair(2, 0), keyEnd: pair(5, 3) } },
        { inputs: qkv(1, 40, 40, 2, 2, 16), attrs: causal },
      ];
    },
  }),
  attentionPaged: defineOp<PagedMasks>({
    name: 'attentionPaged',
    doc: 'causal attention of many sequences at once, over keys and values that lie in pages',
    outputs: ([q, k, v], masks) => {
      checkPaged(q, k, v, masks);
      requireType('attentionPaged', k.dtype, v);
      return [{ shape: q.shape, dtype: productType('attentionPaged', q, k) }];
    },
    run: (kernels, [q, k, v], [out], masks) => {
      const [, heads, headSize] = q.shape;
      const sizes = { heads, kvHeads: k.shape[2], headSize, pageTokens: k.shape[1] };
      kernels.attentionPaged(floats(q), productOperand(k), productOperand(v), floats(out), {
        ...masks,
        ...sizes,
      });
    },
    gradient: 'none',
    samples: () => [
      {
        inputs: [normalSample([3, 2, 4]), normalSample([3, 8, 2, 4], 2), normalSample([3, 8, 2, 4], 3)],
        attrs: {
          requests: Int32Array.of(1, 9, 0, 2, 3, 2),
          pages: Int32Array.of(2, 0, 1),
          scale: 0.5,
          window: 0,
        },
      },
    ],
  }),
};

/**
 * Attention of q [B, T, H, Dh] over k, v [B, S, KV, Dh]: [B, T, H, Dh]. H is a multiple of KV (grouped heads). Query t
 * stands at position S − T + t. A query that sees no key gives zeros. The score matrix never exists. Multiplies in the
 * precision that `withPrecision` set.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  const { causal, scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1), window = 0, alibiSlopes } = options;
  const { prefixLengths, keyStart, keyEnd } = options;
  const precision = matmulPrecision();
  const masks = { causal, precision, scale, window, alibiSlopes, prefixLengths, keyStart, keyEnd };
  return attentionOps.attention([q, k, v], masks)[0];
}

/**
 * Causal attention of many sequences in one call: q [rows, H, Dh], k, v [pages, pageTokens, KV, Dh], f32 or both bf16. `requests` says for
 * each sequence how many rows of q are its queries, how many keys it has (its queries are the last of them), and where
 * its list of pages begins in `pages`.
 */
export function attentionPaged(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: Pick<PagedMasks, 'requests' | 'pages' | 'alibiSlopes'> & Partial<PagedMasks>,
): Tensor {
  const { scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1), window = 0, requests, pages, alibiSlopes } = options;
  return attentionOps.attentionPaged([q, k, v], { requests, pages, scale, window, alibiSlopes })[0];
}

/**
 * The slopes of ALiBi (Press et al. 2022): for n heads, a power of two, 2^(−8/n), 2^(−16/n), …; otherwise those of the
 * power of two below, then every other one of the power above.
 */
export function alibiSlopes(heads: number): Float32Array {
  const power = 2 ** Math.floor(Math.log2(heads));
  return Float32Array.from({ length: heads }, (_, h) =>
    h < power ? 2 ** ((-8 * (h + 1)) / power) : 2 ** ((-4 * (2 * (h - power) + 1)) / power),
  );
}
