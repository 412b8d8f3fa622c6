/** Tensors: n-d arrays, the op table with gradients, reverse mode, and the kernels they run on. */

export { checkpoint, grad, valueAndGrad, vjp } from './autodiff.ts';
export {
  aheadOfKernels,
  type Backend,
  backend,
  behind,
  currentKernels,
  giveWay,
  hasBf16Products,
  matmulPrecision,
  offThread,
  shareCores,
  withKernels,
  withPrecision,
  wrapKernels,
} from './backend.ts';
export { type Device, openDevice, readable } from './device.ts';
export {
  BLOCK_SIZE,
  type BlockType,
  bytesPerElement,
  type Data,
  type DType,
  isBlocks,
  isFloat,
} from './dtype.ts';
export { describeGpu, type GpuDescription, openGpu } from './gpu.ts';
export type { Activation, KernelName, Kernels, Precision } from './kernels.ts';
export {
  type ComplexNumber,
  eigenvalues,
  linearAlgebraLimits,
  singularValues,
  solveLinear,
} from './linear-algebra.ts';
export {
  lastingScope,
  type MemoryStats,
  memoryStats,
  openScope,
  outsideScopes,
  resetPeak,
  scope,
  trimPool,
} from './memory.ts';
export { isAddonFresh } from './native/freshness.ts';
export { withRecording } from './op.ts';
export * from './ops/index.ts';
export {
  type KernelProfile,
  type MachineLimits,
  type ProfileRow,
  profileKernels,
} from './profile.ts';
export { type KernelSpeed, measureKernels } from './speed.ts';
export {
  arange,
  empty,
  fromArray,
  full,
  ones,
  rowsView,
  type Shape,
  sizeOf,
  Tensor,
  tensor,
  withShape,
  zeros,
} from './tensor.ts';
