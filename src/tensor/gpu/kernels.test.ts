/** Every kernel of the GPU against the reference, on the cases that the addon's kernels are held to. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNear } from '../../../test/contracts/kernel-arrays.ts';
import { kernelCases } from '../../../test/contracts/kernel-cases.ts';
import { noGpu } from '../../../test/gpu.ts';
import { atWork, type Device } from '../device.ts';
import { openGpu } from '../gpu.ts';
import type { KernelName } from '../kernels.ts';
import { referenceKernels } from '../reference/index.ts';

const names = [
  'unary', 'affine', 'binary', 'copyStrided', 'fill', 'axpy', 'swiglu', 'swigluGrad', 'reduce', 'sumSquares', 'gatherRows',
  'scatterAddRows', 'matmul', 'layerNorm', 'layerNormGrad', 'rmsNorm', 'rmsNormGrad', 'rotary', 'attention', 'attentionGrad',
  'crossEntropy', 'crossEntropyGrad', 'dropout', 'adamw',
] as const; // biome-ignore format: a list

type Kernel = (...args: readonly unknown[]) => unknown;

const arraysOf = (args: readonly unknown[]): ArrayBufferView[] =>
  args.flatMap((x) =>
    ArrayBuffer.isView(x)
      ? [x]
      : x instanceof Object
        ? Object.values(x).filter((y) => ArrayBuffer.isView(y))
        : [],
  );

/** What no device promises: not finite, too near to 0, bf16 and blocks, codes and precisions without a kernel. */
function isPromised(name: KernelName, args: readonly unknown[]): boolean {
  const options = args.find((x) => x instanceof Object && 'precision' in x) as
    | { precision: string }
    | undefined;
  if (options && options.precision !== 'f32') return false;
  return arraysOf(args).every((array) => {
    if (array instanceof Int32Array || array instanceof Float64Array) return true;
    return (
      array instanceof Float32Array &&
      array.every((x) => Math.abs(x) < 80 && (x === 0 || Math.abs(x) > 1e-30))
    );
  });
}

describe.skipIf(noGpu)(noGpu ?? 'kernels on a GPU', () => {
  let gpu: Device;
  beforeAll(async () => {
    gpu = await openGpu();
  });
  afterAll(() => gpu.close());

  test.each(names)('%s equals the reference', async (name) => {
    const cases = (kernelCases[name]() as readonly (readonly unknown[])[]).filter((args) =>
      isPromised(name, args),
    );
    const twins = (kernelCases[name]() as readonly (readonly unknown[])[]).filter((args) =>
      isPromised(name, args),
    );
    let compared = 0;
    for (const [i, args] of cases.entries()) {
      try {
        atWork(() => (gpu.kernels[name] as Kernel)(...args));
      } catch (error) {
        if ((error as { code: string }).code === 'gpu/kernel') continue;
        throw error;
      }
      await gpu.submit();
      await gpu.fetch(arraysOf(args).map(({ buffer }) => buffer as ArrayBuffer));
      (referenceKernels[name] as Kernel)(...twins[i]);
      const expected = arraysOf(twins[i]) as Float32Array[];
      (arraysOf(args) as Float32Array[]).forEach((array, j) => {
        try {
          expectNear(array, expected[j], name);
        } catch (e) {
          throw new Error(
            `case ${i} array ${j} ${args.filter((x) => typeof x === 'string' || typeof x === 'number')}: ${(e as Error).message}`,
          );
        }
      });
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});
