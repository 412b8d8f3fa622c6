export { roundToBf16 } from './bf16.ts';
export { referenceKernels } from './reference-kernels.ts';
