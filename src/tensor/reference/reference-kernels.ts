/** Every kernel in plain TypeScript: what native kernels are tested against, and the engine where none was built. */

import type { Kernels } from '../kernels.ts';
import { attentionKernels } from './attention.ts';
import { chooseKernels } from './choose.ts';
import { elementwiseKernels } from './elementwise.ts';
import { indexingKernels } from './indexing.ts';
import { lossKernels } from './loss.ts';
import { matmulKernels } from './matmul.ts';
import { normKernels } from './norm.ts';
import { optimizerKernels } from './optimizer.ts';
import { orderKernels } from './order.ts';
import { randomKernels } from './random.ts';
import { recurrentKernels } from './recurrent.ts';
import { reduceKernels } from './reduce.ts';
import { rotaryKernels } from './rotary.ts';
import { softmaxKernels } from './softmax.ts';

export const referenceKernels: Kernels = {
  ...elementwiseKernels,
  ...reduceKernels,
  ...orderKernels,
  ...indexingKernels,
  ...matmulKernels,
  ...softmaxKernels,
  ...normKernels,
  ...rotaryKernels,
  ...attentionKernels,
  ...recurrentKernels,
  ...chooseKernels,
  ...lossKernels,
  ...randomKernels,
  ...optimizerKernels,
};
