/** Every kernel of the GPU against the reference, on cases that the addon's kernels are held to. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atWork, type Device } from '../src/tensor/device.ts';
import { openGpu } from '../src/tensor/gpu.ts';
import { activationCodes, type KernelName } from '../src/tensor/kernels.ts';
import { referenceKernels } from '../src/tensor/reference/index.ts';
import { expectNear, normals, out } from './contracts/kernel-arrays.ts';
import { kernelCases } from './contracts/kernel-cases.ts';
import { noGpu } from './gpu.ts';

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

/** A software adapter takes its time. */
const MAX_BYTES = 24_000;

/** Products that fill no tile, one tile and more, in all ways, and all that can follow the sums. */
function products(): Args[] {
  const base = { batch: 1, transA: false, transB: false, aBatchStride: 0, bBatchStride: 0 };
  const plain = { ...base, accumulate: false, precision: 'f32', activation: 'none' } as const;
  const sizes = [
    [1, 1, 1],
    [3, 5, 0],
    [7, 9, 11],
    [33, 37, 18],
  ].map(([m, n, k]) => ({ ...plain, m, n, k }));
  const turned = sizes.flatMap((args) =>
    [false, true].flatMap((transA) => [false, true].map((transB) => ({ ...args, transA, transB }))),
  );
  const odd = { ...plain, m: 19, n: 37, k: 23, transB: true };
  const followed = activationCodes.flatMap((activation) => [
    { ...odd, activation, bias: normals(37, 5), preActivation: out(19 * 37) },
    { ...odd, activation, residual: normals(19 * 37, 6), slope: out(19 * 37) },
    { ...odd, activation, factor: normals(19 * 37, 7), accumulate: true },
  ]);
  const batched = { ...plain, batch: 3, m: 5, n: 17, k: 6, bBatchStride: 102 };
  return [
    ...[...turned, ...followed],
    ...[{ ...batched, aBatchStride: 30, transB: true }, batched],
    { ...batched, aBatchStride: 30, bBatchStride: 0, transA: true },
  ].map((args) => {
    const { batch, m, n, k } = args;
    return [normals(batch * m * k), normals(batch * n * k, 2), normals(batch * m * n, 4), args];
  });
}

/** The shared cases; those of products, most of which no GPU is asked for, take long to make. */
const casesOf = (name: KernelName): readonly Args[] =>
  name === 'matmul' ? products() : (kernelCases[name]() as readonly Args[]).filter(isPromised);
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
    const asked = casesOf(name);
    const twins = structuredClone(asked);
    const before = gpu.dispatches;
    const run = asked
      .map((args, i) => ({ args, expected: twins[i] }))
      .filter(({ args }) => putInLine(gpu, name, args));
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
