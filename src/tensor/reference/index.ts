export { fromBf16, roundToBf16, toBf16 } from './bf16.ts';
export { referenceKernels } from './reference-kernels.ts';
