/**
 * What a backend computes. One table, chosen once: `reference/` has every kernel in plain TypeScript (f32 and f64),
 * `native.ts` replaces those the C++ addon has (f32). Kernels are pure functions over contiguous row-major arrays;
 * they know shapes as counts, never models, tapes or tensors. Outputs are written whole unless a kernel says "adds".
 * Rows of `Floats` in one call all have the same element type.
 */

import type { Data, DType, Floats, Stored, Weights } from './dtype.ts';

/** y = f(x), element by element. `gelu` is x·Φ(x) with erf; `geluTanh` its tanh approximation (GPT-2). */
export const unaryCodes = [
  'neg', 'abs', 'sign', 'exp', 'log', 'sqrt', 'rsqrt', 'reciprocal', 'square', 'sin', 'cos', 'tanh', 'erf',
  'sigmoid', 'softplus', 'relu', 'gelu', 'geluTanh', 'silu',
] as const; // biome-ignore format: a list
export type UnaryCode = (typeof unaryCodes)[number];

/** z = f(x, y). The `…Grad` rows are dy·f′(x) with x first and the upstream gradient second. */
export const binaryCodes = [
  'add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'reluGrad', 'geluGrad', 'geluTanhGrad', 'siluGrad',
] as const; // biome-ignore format: a list
export type BinaryCode = (typeof binaryCodes)[number];

/** Comparisons give u8: 1 where true. */
export const compareCodes = ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const;
export type CompareCode = (typeof compareCodes)[number];

/** Reductions over the middle axis of [outer, size, inner]. Sums accumulate in double (reference) or blocked f32 (native). */
export const reduceCodes = ['sum', 'mean', 'max', 'min'] as const;
export type ReduceCode = (typeof reduceCodes)[number];

export const activationCodes = ['none', 'relu', 'gelu', 'geluTanh', 'silu'] as const;
export type Activation = (typeof activationCodes)[number];

/**
 * How the multiplications of a product are done. bf16: inputs rounded to bf16, products accumulated in f32. int8: what weights in blocks
 * multiply is rounded to whole numbers of 8 bits in blocks too, the largest of a block to ±127; all else as f32.
 */
export type Precision = 'f32' | 'bf16' | 'int8';

/** A strided walk over an n-d array: element (i₀, …) of an operand lies at offset + Σ iₖ·stride[k] (in elements). */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * out[b] = act(op(a[b])·op(b[b]) + bias) (∘ factor[b]) (+ residual[b]) (+ out[b] when `accumulate`), for b < batch.
 * op(a) is [m, k] (stored [k, m] when transA); op(b) is [k, n] (stored [n, k] when transB). A batch stride of 0
 * repeats the operand; when bBatchStride is 0 and transA is false, the caller folds the batch into m instead.
 * Each operand, out and what stands beside it may be bf16 (Uint16Array): half the bytes. b [n, k] may be in blocks (`Blocks`)
 * where it is transposed, the batch is 1 and nothing accumulates; in bf16, few rows then multiply in f32.
 */
export interface MatmulArgs {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly aBatchStride: number;
  readonly bBatchStride: number;
  readonly accumulate: boolean;
  readonly precision: Precision;
  readonly bias?: Floats;
  /** [batch, m, n]. */
  readonly residual?: Floats;
  readonly activation: Activation;
  /** [batch, m, n], one of them at most: receives the value before the activation, */
  readonly preActivation?: Stored;
  /** or the activation's slope there, what its gradient needs; */
  readonly slope?: Stored;
  /** or multiplies the result. */
  readonly factor?: Stored;
}

/**
 * Attention of q [B, T, H, Dh] over k, v [B, S, KV, Dh] (grouped heads: H is a multiple of KV). Query t stands at
 * position S − T + t. A key s is seen by query position p when all hold:
 *   causal: s ≤ p, or s < prefixLengths[b] (prefix LM);  window > 0: p − s < window;
 *   keyStart[b] ≤ s < keyEnd[b] (padding left and right).
 * score = scale·q·k − alibiSlopes[h]·(p − s). A query that sees nothing gives zeros and lse −∞.
 * The score matrix is never kept; `lse` [B, H, T] is the log-sum-exp that the gradient needs. The other arrays are floats, or
 * all bf16 where the precision is.
 */
export interface AttentionArgs {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  /** From one token to the next in q, and in k and v, in elements; 0: nothing lies between. Their gradients lie the same way. */
  readonly rowQ: number;
  readonly rowK: number;
  readonly scale: number;
  readonly causal: boolean;
  /** bf16: queries, keys, values, weights and their gradients are rounded before they are multiplied; scores and sums stay f32. */
  readonly precision: Precision;
  /** 0: no window. */
  readonly window: number;
  readonly alibiSlopes?: Float32Array;
  readonly prefixLengths?: Int32Array;
  readonly keyStart?: Int32Array;
  readonly keyEnd?: Int32Array;
}

/**
 * Causal attention of many sequences in one call, over keys and values in pages: k, v [pages, pageTokens, KV, Dh], both in
 * floats or both bf16, where sequences share pages as they like. The queries of request i, the last of its keys, follow those of i − 1 in q.
 */
export interface PagedAttentionArgs {
  /** Three numbers for each request: queries, keys, and where its pages begin in `pages`. */
  readonly requests: Int32Array;
  /** Which page holds the first keys, which the next, …: request by request. */
  readonly pages: Int32Array;
  /** 8, 16, 32 or 64. */
  readonly pageTokens: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly scale: number;
  /** bf16: over keys and values in bf16, queries, weights and results may be rounded to it as well. */
  readonly precision: Precision;
  /** 0: no window. */
  readonly window: number;
  readonly alibiSlopes?: Float32Array;
}

/**
 * Rotary embedding (Su et al. 2021) of x [rows, heads, headSize]: pairs (i, i+half) or (2i, 2i+1) when interleaved.
 * Positions that are fewer than the rows repeat.
 */
export interface RotaryArgs {
  readonly rows: number;
  readonly heads: number;
  /** The first `turning` heads of a row turn; the rest pass through. */
  readonly turning: number;
  readonly headSize: number;
  /** The first `rotarySize` features of each head turn; the rest pass through. */
  readonly rotarySize: number;
  readonly interleaved: boolean;
  /** Turns backwards: the gradient. */
  readonly inverse: boolean;
}

export interface AdamwArgs {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: p ← p − lr·weightDecay·p before the step. */
  readonly weightDecay: number;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ. */
  readonly correction1: number;
  readonly correction2: number;
  /** Multiplies the gradient first (clipping, accumulation). */
  readonly gradScale: number;
}

export interface RandomArgs {
  /** The Philox key (a seed, 64 bits as two halves) and stream; element i uses word i % 4 of block i / 4 of `philox`. */
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly streamLow: number;
  readonly streamHigh: number;
}

export interface Kernels {
  // ---- elementwise -------------------------------------------------------------------------------------------
  unary(code: UnaryCode, x: Floats, out: Floats): void;
  /** y = x·scale + shift. */
  affine(x: Floats, out: Floats, scale: number, shift: number): void;
  /** x and y broadcast over `walk.shape`: walk.strides is [x, y] (0 repeats); out is contiguous. */
  binary(code: BinaryCode, x: Floats, y: Floats, out: Floats, walk: Walk): void;
  /** f32, f64 or i32 operands. */
  compare(code: CompareCode, x: Data, y: Data, out: Uint8Array, walk: Walk): void;
  /** out = mask ? x : y; strides [mask, x, y]. */
  where(mask: Uint8Array, x: Floats, y: Floats, out: Floats, walk: Walk): void;
  /** Between any two of f32, f64, bf16, i32, u8, i8. f32→bf16 rounds to nearest even, NaN stays NaN; float→int truncates. */
  cast(x: Data, out: Data, from: DType, to: DType): void;
  /** Writes or reads a strided region: out[outOffset + walk(1)] = x[xOffset + walk(0)]. Any one element type. */
  copyStrided(x: Data, out: Data, walk: Walk, xOffset: number, outOffset: number): void;
  fill(out: Data, value: number): void;
  /** out += alpha·x. */
  axpy(x: Floats, out: Floats, alpha: number): void;
  /** out = silu(gate)·up. */
  swiglu(gate: Floats, up: Floats, out: Floats): void;
  swigluGrad(gate: Floats, up: Floats, grad: Floats, gradGate: Floats, gradUp: Floats): void;

  // ---- reductions, order -------------------------------------------------------------------------------------
  reduce(code: ReduceCode, x: Floats, out: Floats, outer: number, size: number, inner: number): void;
  /** The first index of the largest value. */
  argmax(x: Floats, out: Int32Array, outer: number, size: number, inner: number): void;
  cumsum(x: Floats, out: Floats, outer: number, size: number, inner: number, reverse: boolean): void;
  /** Stable; NaN last. `indices` are places along the axis. Rows of n. */
  sort(x: Floats, values: Floats, indices: Int32Array, rows: number, n: number, descending: boolean): void;
  /** The k largest of each row, descending, ties by lower index. */
  topK(x: Floats, values: Floats, indices: Int32Array, rows: number, n: number, k: number): void;
  /** sums[place] = Σ x², accumulated in double. */
  sumSquares(x: Floats, sums: Float64Array, place: number): void;

  // ---- index -------------------------------------------------------------------------------------------------
  /** out[i] = table[ids[i]] for rows of `size`. */
  gatherRows(table: Data, ids: Int32Array, out: Data, size: number): void;
  /** out[ids[i]] = x[i] for rows of `size`, no two to one place; f32 is rounded where out is bf16. */
  scatterRows(x: Data, ids: Int32Array, out: Data, size: number): void;
  /** out[ids[i]] += x[i]; deterministic for any number of threads. Adds. */
  scatterAddRows(x: Floats, ids: Int32Array, out: Floats, size: number): void;
  /** out[o, j, i] = x[o, index[o, j, i], i] for x [outer, size, inner], index [outer, count, inner]. */
  gather(
    x: Floats,
    index: Int32Array,
    out: Floats,
    outer: number,
    size: number,
    count: number,
    inner: number,
  ): void;
  /** out[o, index[o, j, i], i] += x[o, j, i]. Adds. */
  scatterAdd(
    x: Floats,
    index: Int32Array,
    out: Floats,
    outer: number,
    size: number,
    count: number,
    inner: number,
  ): void;

  // ---- linear ------------------------------------------------------------------------------------------------
  matmul(a: Stored, b: Weights, out: Stored, args: MatmulArgs): void;

  // ---- normalisation and softmax, rows of n ------------------------------------------------------------------
  softmax(x: Floats, out: Floats, rows: number, n: number): void;
  /** dx = y∘(g − Σ g∘y). */
  softmaxGrad(y: Floats, grad: Floats, out: Floats, rows: number, n: number): void;
  logSoftmax(x: Floats, out: Floats, rows: number, n: number): void;
  /** dx = g − exp(y)·Σ g. */
  logSoftmaxGrad(y: Floats, grad: Floats, out: Floats, rows: number, n: number): void;
  logSumExp(x: Floats, out: Floats, rows: number, n: number): void;
  /** out = (x − mean)·rstd·weight + bias, f32 or bf16; mean and rstd [rows] are kept for the gradient. */
  layerNorm(
    x: Floats,
    weight: Floats | undefined,
    bias: Floats | undefined,
    out: Stored,
    mean: Floats,
    rstd: Floats,
    rows: number,
    n: number,
    eps: number,
  ): void;
  /** gradWeight and gradBias are written (not added), and only when given. grad may be bf16. `accumulate` adds to gradX. */
  layerNormGrad(
    x: Floats,
    weight: Floats | undefined,
    mean: Floats,
    rstd: Floats,
    grad: Stored,
    gradX: Floats,
    gradWeight: Floats | undefined,
    gradBias: Floats | undefined,
    rows: number,
    n: number,
    accumulate: boolean,
  ): void;
  /** out = x·rstd·weight, f32 or bf16; rstd = 1/√(mean x² + eps). */
  rmsNorm(
    x: Floats,
    weight: Floats | undefined,
    out: Stored,
    rstd: Floats,
    rows: number,
    n: number,
    eps: number,
  ): void;
  rmsNormGrad(
    x: Floats,
    weight: Floats | undefined,
    rstd: Floats,
    grad: Stored,
    gradX: Floats,
    gradWeight: Floats | undefined,
    rows: number,
    n: number,
    accumulate: boolean,
  ): void;

  // ---- transformer -------------------------------------------------------------------------------------------
  /** cos, sin [places, rotarySize/2]; positions[row % positions.length] picks the row of the tables. */
  rotary(x: Stored, positions: Int32Array, cos: Floats, sin: Floats, out: Stored, args: RotaryArgs): void;
  attention(q: Stored, k: Stored, v: Stored, out: Stored, lse: Floats, args: AttentionArgs): void;
  attentionPaged(q: Floats, k: Stored, v: Stored, out: Floats, args: PagedAttentionArgs): void;
  attentionGrad(
    q: Stored,
    k: Stored,
    v: Stored,
    out: Stored,
    lse: Floats,
    grad: Stored,
    gradQ: Stored,
    gradK: Stored,
    gradV: Stored,
    args: AttentionArgs,
  ): void;

  // ---- recurrent networks, one step of rows × n ----------------------------------------------------------------
  /** out = grad·(1 − hidden²), hidden being a tanh. */
  rnnCellGrad(hidden: Floats, grad: Floats, out: Floats): void;
  /**
   * An LSTM: gates [rows, 4n] come in as sums and go out as σ, σ, tanh, σ of them (input, forget, candidate, output);
   * cell = forget·past + input·candidate, hidden = output·tanh(cell), both [rows, n].
   */
  lstmCell(gates: Floats, past: Floats, cell: Floats, hidden: Floats, rows: number, n: number): void;
  /** gradCell comes in as that of `cell` beside gradHidden, and goes out as that of `past`. gradGates: that of the sums. */
  lstmCellGrad(
    gates: Floats,
    past: Floats,
    cell: Floats,
    gradHidden: Floats,
    gradCell: Floats,
    gradGates: Floats,
    rows: number,
    n: number,
  ): void;
  /**
   * A GRU of sums from the input and products with the past state, both [rows, 3n]: reset and update are σ of both together,
   * candidate = tanh(input + reset·product), hidden = (1 − update)·candidate + update·past. gates [rows, 4n] are kept for the
   * gradient: reset, update, candidate, and the product that was reset.
   */
  gruCell(
    input: Floats,
    product: Floats,
    past: Floats,
    gates: Floats,
    hidden: Floats,
    rows: number,
    n: number,
  ): void;
  /** gradPast is that of `past` but for what comes through the product. */
  gruCellGrad(
    gates: Floats,
    past: Floats,
    gradHidden: Floats,
    gradInput: Floats,
    gradProduct: Floats,
    gradPast: Floats,
    rows: number,
    n: number,
  ): void;

  /**
   * RWKV's memory over all steps: key, value, out [steps, batch, n], decay and first [n]. A state [batch, 3n] is a weighted sum of
   * values, the sum of the weights, and the exponent that is taken out of both; `states` has those after each step.
   */
  wkv(
    key: Floats,
    value: Floats,
    decay: Floats,
    first: Floats,
    start: Floats,
    out: Floats,
    states: Floats,
    steps: number,
    batch: number,
    n: number,
  ): void;
  /** gradDecay and gradFirst [batch, n] are those of each row of the batch. */
  wkvGrad(
    key: Floats,
    value: Floats,
    decay: Floats,
    first: Floats,
    start: Floats,
    out: Floats,
    states: Floats,
    grad: Floats,
    gradKey: Floats,
    gradValue: Floats,
    gradDecay: Floats,
    gradFirst: Floats,
    gradStart: Floats,
    steps: number,
    batch: number,
    n: number,
  ): void;

  /**
   * The next id of each row of n logits, drawn with softmax(logits / temperature) after the filters. Six numbers for each
   * row in `choices`: temperature (0: the likeliest), topK (0: all), topP (1: all), minP as a logarithm (−∞: all), the draw
   * in [0, 1), and how many ids of the row count. −1 where a logit is not finite or another order of adding could matter.
   */
  chooseTokens(logits: Floats, choices: Float64Array, ids: Int32Array, rows: number, n: number): void;

  // ---- losses ------------------------------------------------------------------------------------------------
  /**
   * losses[r] = (1−ε)·(lse − x[t]) + ε·(lse − mean x); 0 where target = ignoreIndex. ε is label smoothing. lse [rows].
   * The logits may be bf16.
   * @throws never: targets are checked by the op.
   */
  crossEntropy(
    logits: Stored,
    targets: Int32Array,
    losses: Floats,
    lse: Floats,
    rows: number,
    n: number,
    ignoreIndex: number,
    smoothing: number,
  ): void;
  /** gradLogits[r] = gradLosses[r]·(softmax − (1−ε)·onehot − ε/n). Either may be bf16, and gradLogits the logits themselves. */
  crossEntropyGrad(
    logits: Stored,
    targets: Int32Array,
    lse: Floats,
    gradLosses: Floats,
    gradLogits: Stored,
    rows: number,
    n: number,
    ignoreIndex: number,
    smoothing: number,
  ): void;

  // ---- random ------------------------------------------------------------------------------------------------
  /** [0, 1): 24 random bits each (word >>> 8)·2⁻²⁴. */
  uniform(out: Floats, args: RandomArgs): void;
  /** Standard normal by Box–Muller from the words (2i, 2i+1). */
  normal(out: Floats, args: RandomArgs): void;
  /** out = x/(1−p) where uniform ≥ p, else 0; the same args give the same mask for the gradient. */
  dropout(x: Floats, out: Floats, p: number, args: RandomArgs): void;

  // ---- optimizer ---------------------------------------------------------------------------------------------
  /** In place on parameter, m and v (Loshchilov & Hutter 2019); gradient is read only. */
  adamw(parameter: Floats, grad: Floats, m: Floats, v: Floats, args: AdamwArgs): void;
}

export type KernelName = keyof Kernels;
