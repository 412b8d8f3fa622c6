export {
  type AttentionOptions,
  alibiSlopes,
  attention,
  attentionPacked,
  attentionPaged,
} from './attention.ts';
export { chooseTokens } from './choose.ts';
export { cast, equal, greater, greaterEqual, less, lessEqual, notEqual, where } from './compare.ts';
export { add, affine, div, maximum, minimum, mul, pow, sub } from './elementwise.ts';
export { type FeedForwardOptions, feedForward } from './feed-forward.ts';
export { swiglu } from './gate.ts';
export { linearCrossEntropy } from './head-loss.ts';
export { embedding, gather, oneHot, scatterAdd, scatterRows } from './indexing.ts';
export { type LinearOptions, linear, type MatmulOptions, matmul } from './linear.ts';
export { linears } from './linears.ts';
export {
  type CrossEntropyOptions,
  crossEntropy,
  meanSquaredError,
  negativeLogLikelihood,
} from './loss.ts';
export {
  type LayerNormOptions,
  layerNorm,
  logSoftmax,
  logSumExp,
  type RmsNormOptions,
  rmsNorm,
  softmax,
} from './normalise.ts';
export { cumsum, type Ordered, sort, topK } from './order.ts';
export { dropout, normal, type RandomOptions, uniform } from './random.ts';
export { gruScan, type LstmState, lstmScan, rnnScan, type ScanStart } from './recurrent.ts';
export { argmax, max, mean, min, type ReduceOptions, sum, sumTo, variance } from './reduce.ts';
export {
  type RotaryOptions,
  type RotaryScaling,
  type RotaryTableOptions,
  rotary,
  rotaryFrequency,
  rotaryTables,
} from './rotary.ts';
export {
  broadcastTo,
  concat,
  expandDims,
  pad,
  permute,
  reshape,
  slice,
  split,
  squeeze,
  stack,
  transpose,
} from './shape.ts';
export { type OpName, opTable } from './table.ts';
export {
  abs,
  cos,
  erf,
  exp,
  gelu,
  geluTanh,
  log,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from './unary.ts';
export { type WindowOptions, windows } from './windows.ts';
export { type WkvInputs, wkvScan } from './wkv.ts';
