/** The C++ addon as a table of kernels. Topic files in `native/` turn named arguments into the addon's positional ones. */

import type { Kernels } from './kernels.ts';
import type { MemoryHost } from './memory.ts';
import { type Addon, loadAddon } from './native/addon.ts';
import { attentionKernels } from './native/attention.ts';
import { chooseKernels } from './native/choose.ts';
import { elementwiseKernels } from './native/elementwise.ts';
import { indexingKernels } from './native/indexing.ts';
import { lossKernels } from './native/loss.ts';
import { matmulKernels } from './native/matmul.ts';
import { normKernels } from './native/norm.ts';
import { optimizerKernels } from './native/optimizer.ts';
import { randomKernels } from './native/random.ts';
import { recurrentKernels } from './native/recurrent.ts';
import { reduceKernels } from './native/reduce.ts';
import { softmaxKernels } from './native/softmax.ts';
import type { StreamHost } from './stream.ts';

export interface NativeBackend {
  readonly addon: Addon;
  readonly path: string;
  readonly paths: readonly string[];
  readonly threads: number;
  readonly kernels: Partial<Kernels>;
  readonly memory: MemoryHost;
  readonly stream: StreamHost;
}

/** One adapter a topic; each gives the kernels that the addon has. */
const topics: readonly ((addon: Addon) => Partial<Kernels>)[] = [
  elementwiseKernels,
  reduceKernels,
  indexingKernels,
  matmulKernels,
  softmaxKernels,
  normKernels,
  attentionKernels,
  chooseKernels,
  recurrentKernels,
  lossKernels,
  randomKernels,
  optimizerKernels,
];

/** The addon, or the reason why there is none. */
export function loadNative(): NativeBackend | { readonly reason: string } {
  const result = loadAddon();
  if (!result.addon) return { reason: `${result.reason}: ${result.detail}` };
  const { addon } = result;
  return {
    addon,
    path: addon.path(),
    paths: addon.paths(),
    threads: addon.threads(),
    kernels: Object.assign({}, ...topics.map((topic) => topic(addon))),
    memory: {
      misalignment: (buffer) => addon.misalignment(new Uint8Array(buffer)),
      adviseHuge: (buffer) => addon.adviseHuge(new Uint8Array(buffer)),
    },
    stream: addon,
  };
}
