/** Every kernel of the GPU against the reference, on cases that the addon's kernels are held to. */

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
] as const satisfies readonly KernelName[]; // biome-ignore format: a list

type Args = readonly unknown[];
type Kernel = (...args: Args) => unknown;

const arraysOf = (args: Args): ArrayBufferView<ArrayBuffer>[] =>
  args.flatMap((x) =>
    ArrayBuffer.isView(x)
      ? [x as ArrayBufferView<ArrayBuffer>]
      : x instanceof Object
        ? arraysOf(Object.values(x))
        : [],
  );

/** A software adapter takes its time; of products every third is asked for, which leaves all ways to transpose. */
const MAX_BYTES = 24_000;
const isAsked = (name: KernelName, i: number): boolean => name !== 'matmul' || i % 3 === 0;
/** Codes whose results are promised for numbers above 0 alone. */
const ofPositive = ['log', 'sqrt', 'rsqrt', 'pow'];

/** What no device promises: numbers that are not finite, or nearly 0. bf16 and blocks are not asked of one. */
function isPromised(args: Args): boolean {
  if (args.some((x) => x instanceof Object && 'precision' in x && x.precision !== 'f32')) return false;
  const arrays = arraysOf(args);
  const least = ofPositive.includes(String(args[0])) ? 0 : -80;
  const isOrdinary = (x: number): boolean => x > least && x < 80 && (x === 0 || Math.abs(x) > 1e-30);
  return (
    arrays.reduce((bytes, array) => bytes + array.byteLength, 0) < MAX_BYTES &&
    arrays.every((array) => !(array instanceof Uint16Array || array instanceof Uint8Array)) &&
    arrays.every((array) => !(array instanceof Float32Array) || array.every(isOrdinary))
  );
}

/** Puts a kernel in line; whether there is one for these arguments. */
function putInLine(gpu: Device, name: KernelName, args: Args): boolean {
  try {
    atWork(() => (gpu.kernels[name] as Kernel)(...args));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'gpu/kernel' });
    return false;
  }
}

describe.skipIf(noGpu)(noGpu ?? 'kernels on a GPU', () => {
  let gpu: Device;
  beforeAll(async () => {
    gpu = await openGpu();
  });
  afterAll(() => gpu.close());

  test.each(names)('%s equals the reference', async (name) => {
    const makeCases = () =>
      (kernelCases[name]() as readonly Args[]).filter((args, i) => isAsked(name, i) && isPromised(args));
    const expected = makeCases();
    const before = gpu.dispatches;
    const cases = makeCases().map((args, i) => ({ args, expected: expected[i] }));
    const run = cases.filter(({ args }) => putInLine(gpu, name, args));
    await gpu.submit();
    await gpu.fetch(run.flatMap(({ args }) => arraysOf(args).map(({ buffer }) => buffer)));
    expect(gpu.dispatches - before).toBeGreaterThan(run.length / 2);
    expect(run.length).toBeGreaterThan(0);
    for (const one of run) {
      (referenceKernels[name] as Kernel)(...one.expected);
      arraysOf(one.args).forEach((array, i) => {
        expectNear(array as Float32Array, arraysOf(one.expected)[i] as Float32Array, name);
      });
    }
  });
});
