/** Attention without the score matrix (Vaswani et al. 2017; Dao et al. 2022). */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import type { Stored } from '../dtype.ts';
import { fail } from '../errors.ts';
import type { AttentionArgs, PagedAttentionArgs } from '../kernels.ts';
import { defineOp, type OutputSpec } from '../op.ts';
import { empty, type Tensor } from '../tensor.ts';
import {
  floats,
  productOperand,
  productType,
  requireOption,
  requireShape,
  requireType,
  storedType,
} from './check.ts';
import { cast } from './compare.ts';
import { normalSample } from './samples.ts';

type Sizes = Pick<AttentionArgs, 'batch' | 'queries' | 'keys' | 'heads' | 'kvHeads' | 'headSize'>;
type Rows = Pick<AttentionArgs, 'rowQ' | 'rowK'>;
type Masks = Omit<AttentionArgs, keyof Sizes | keyof Rows>;
type PackedMasks = Masks & Pick<AttentionArgs, 'heads'>;

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

/** The kernel's arguments for q, k and v, all shapes checked. */
function argsOf(q: Tensor, k: Tensor, v: Tensor, masks: Masks): AttentionArgs {
  requireRank('q', q, '[batch, length, heads, headSize]');
  requireRank('k', k, '[batch, length, heads, headSize]');
  const [batch, queries, heads, headSize] = q.shape;
  const [, keys, kvHeads] = k.shape;
  requireShape('attention', 'k', [batch, keys, kvHeads, headSize], k.shape);
  requireShape('attention', 'v', k.shape, v.shape);
  const sizes = { batch, queries, keys, heads, kvHeads, headSize };
  return checkedArgs(storedType('attention', q, k, v), sizes, { rowQ: 0, rowK: 0 }, masks);
}

/** The same where they lie side by side. */
function packedArgsOf(qkv: Tensor, { heads, ...masks }: PackedMasks): AttentionArgs {
  requireRank('qkv', qkv, '[batch, length, heads + 2·kvHeads, headSize]');
  const [batch, length, all, headSize] = qkv.shape;
  const kvHeads = (all - heads) / 2;
  const fits = Number.isInteger(kvHeads) && kvHeads > 0;
  requireOption(
    'attention',
    'heads',
    fits,
    `an even number below the ${all} of queries, keys and values`,
    heads,
  );
  const sizes = { batch, queries: length, keys: length, heads, kvHeads, headSize };
  const row = all * headSize;
  return checkedArgs(storedType('attention', qkv), sizes, { rowQ: row, rowK: row }, masks);
}

function checkedArgs(dtype: string, sizes: Sizes, { rowQ, rowK }: Rows, masks: Masks): AttentionArgs {
  const { batch, queries, keys, heads, kvHeads, headSize } = sizes;
  const { scale, causal, precision, window, alibiSlopes, prefixLengths, keyStart, keyEnd } = masks;
  const op = 'attention';
  requireOption(op, 'heads', heads % kvHeads === 0, `a multiple of the ${kvHeads} heads of k`, heads);
  requireOption(op, 'queries', queries <= keys || !causal, `at most the ${keys} keys`, queries);
  requireOption(op, 'window', window >= 0, 'at least 0', window);
  requireOption(
    op,
    'precision',
    dtype !== 'bf16' || precision === 'bf16',
    'bf16, as q, k and v are',
    precision,
  );
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
    rowQ,
    rowK,
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

/** The queries, keys and values of rows that hold them side by side: each begins in the first row. */
function partsOf(
  qkv: Tensor,
  { heads, kvHeads, headSize }: AttentionArgs,
): [q: Stored, k: Stored, v: Stored] {
  const all = productOperand(qkv);
  if (all.length === 0) return [all, all, all];
  return [all, all.subarray(heads * headSize), all.subarray((heads + kvHeads) * headSize)];
}

const outputsOf = (q: Tensor, { batch, queries, heads, headSize }: AttentionArgs): OutputSpec[] => [
  { shape: [batch, queries, heads, headSize], dtype: q.dtype },
  { shape: [batch, heads, queries], dtype: q.dtype === 'f64' ? 'f64' : 'f32' },
];

/** The gradient of the result, stored as q is. */
const asStored = (g: Tensor, q: Tensor): Stored => productOperand(g.dtype === q.dtype ? g : cast(g, q.dtype));

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

function requireRank(name: string, x: Tensor, expected: string): void {
  if (x.shape.length === 4) return;
  throw fail('shape/rank', { op: 'attention', name, expected, got: x.shape });
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
    outputs: ([q, k, v], masks) => outputsOf(q, argsOf(q, k, v, masks)),
    run: (kernels, [q, k, v], [out, lse], masks) => {
      const args = argsOf(q, k, v, masks);
      kernels.attention(
        productOperand(q),
        productOperand(k),
        productOperand(v),
        productOperand(out),
        floats(lse),
        args,
      );
    },
    gradient: ({ inputs: [q, k, v], outputs: [out, lse], grads: [g], attrs }) => {
      const grads = [q, k, v].map((x) => empty(x.shape, x.dtype));
      const [gradQ, gradK, gradV] = grads.map(productOperand);
      kernelsFor([q]).attentionGrad(
        productOperand(q),
        productOperand(k),
        productOperand(v),
        productOperand(out),
        floats(lse),
        asStored(g!, q),
        gradQ,
        gradK,
        gradV,
        argsOf(q, k, v, attrs),
      );
      return grads;
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
  attentionPacked: defineOp<PackedMasks>({
    name: 'attentionPacked',
    doc: 'attention of queries, keys and values that lie side by side',
    plain: 'attention(...split(qkv, [heads, kvHeads, kvHeads], 2))',
    outputs: ([qkv], masks) => outputsOf(qkv, packedArgsOf(qkv, masks)),
    run: (kernels, [qkv], [out, lse], masks) => {
      const args = packedArgsOf(qkv, masks);
      kernels.attention(...partsOf(qkv, args), productOperand(out), floats(lse), args);
    },
    gradient: ({ inputs: [qkv], outputs: [out, lse], grads: [g], attrs }) => {
      const args = packedArgsOf(qkv, attrs);
      const grad = empty(qkv.shape, qkv.dtype);
      const parts = partsOf(grad, args);
      kernelsFor([qkv]).attentionGrad(
        ...partsOf(qkv, args),
        productOperand(out),
        floats(lse),
        asStored(g!, qkv),
        ...parts,
        args,
      );
      return [grad];
    },
    samples: () => {
      const causal = { causal: true, precision: 'f32' as const, scale: 0.5, window: 0 };
      return [
        { inputs: [normalSample([2, 5, 6, 4])], attrs: { ...causal, heads: 2 } },
        {
          inputs: [normalSample([1, 7, 8, 3])],
          attrs: { ...causal, heads: 4, window: 3, alibiSlopes: alibiSlopes(4) },
        },
        { inputs: [normalSample([1, 40, 3, 16])], attrs: { ...causal, heads: 1, causal: false } },
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
          precision: 'f32',
          window: 0,
        },
      },
    ],
  }),
};

function masksOf(q: Tensor, options: AttentionOptions): Masks {
  const { causal, scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1), window = 0, alibiSlopes } = options;
  const { prefixLengths, keyStart, keyEnd } = options;
  const precision = q.dtype === 'bf16' ? 'bf16' : matmulPrecision();
  return { causal, precision, scale, window, alibiSlopes, prefixLengths, keyStart, keyEnd };
}

/**
 * Attention of q [B, T, H, Dh] over k, v [B, S, KV, Dh]: [B, T, H, Dh]. H is a multiple of KV (grouped heads). Query t
 * stands at position S − T + t. A query that sees no key gives zeros. The score matrix never exists. Multiplies in the
 * precision that `withPrecision` set; q, k and v that are all bf16 in bf16, and so is the result.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  return attentionOps.attention([q, k, v], masksOf(q, options))[0];
}

/** The same of queries, keys and values side by side, as one product makes them: qkv [B, T, H + 2·KV, Dh]. */
export function attentionPacked(qkv: Tensor, options: AttentionOptions & { readonly heads: number }): Tensor {
  return attentionOps.attentionPacked([qkv], { ...masksOf(qkv, options), heads: options.heads })[0];
}

/**
 * Causal attention of many sequences in one call: q [rows, H, Dh], k, v [pages, pageTokens, KV, Dh], f32 or both bf16. `requests` says for
 * each sequence how many rows of q are its queries, how many keys it has (its queries are the last of them), and where
 * its list of pages begins in `pages`. In bf16 throughout, where that is the precision, what is multiplied may be rounded.
 */
export function attentionPaged(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: Pick<PagedMasks, 'requests' | 'pages' | 'alibiSlopes'> & Partial<PagedMasks>,
): Tensor {
  const { scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1), window = 0, requests, pages, alibiSlopes } = options;
  const { precision = matmulPrecision() } = options;
  return attentionOps.attentionPaged([q, k, v], {
    requests,
    pages,
    scale,
    precision,
    window,
    alibiSlopes,
  })[0];
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
