/** Native kernels against the reference on every path of this machine, and the reference against itself in f64. */

import { describe, expect, test } from 'vitest';
import { expectNear } from '../../test/contracts/kernel-arrays.ts';
import { kernelCases } from '../../test/contracts/kernel-cases.ts';
import { backend } from './backend.ts';
import type { Data } from './dtype.ts';
import type { KernelName, Precision } from './kernels.ts';
import { referenceKernels } from './reference/index.ts';

const { native, reason } = backend();
const paths = native ? native.paths : [`absent (${reason})`];

/** Paths that have products of their own and take every other kernel from the path named here. */
const borrowsFrom: Readonly<Record<string, string>> = {
  dotprod: 'portable',
  avx2vnni: 'avx2',
  avx512vnni: 'avx512',
  avx512bf16: 'avx512',
  amx: 'avx512',
};
const hasBf16 = (path: string): boolean => path === 'avx512bf16' || path === 'amx';
/** Whether a path does products of 8 bits alone itself: the rest is another's very functions, which that path's tests try. */
const isForInt8 = (path: string): boolean => path in borrowsFrom && !hasBf16(path);
const kernelsOf = (path: string): KernelName[] =>
  isForInt8(path) ? ['matmul'] : (Object.keys(kernelCases) as KernelName[]);

/** What these paths do themselves besides matmul when asked for bf16. */
const bf16Counters: { readonly [K in KernelName]?: string } = {
  attention: 'attention.bf16',
  attentionPaged: 'attentionPaged.bf16',
  attentionGrad: 'attentionGrad.bf16',
};

/** How a kernel is asked to multiply. */
const precisionOf = (args: readonly unknown[]): Precision | undefined =>
  (args.at(-1) as { precision?: Precision } | undefined)?.precision;

/** Every array among the arguments, and in options among them. */
function arraysOf(args: readonly unknown[]): Data[] {
  const isArray = (x: unknown): x is Data => ArrayBuffer.isView(x);
  return args.flatMap((x) =>
    isArray(x) ? [x] : x instanceof Object ? Object.values(x).filter(isArray) : [],
  );
}

interface Answer {
  readonly returned: unknown;
  /** The arrays of the call, after it. */
  readonly arrays: readonly Data[];
}
const answers = new Map<KernelName, readonly Answer[]>();
/** What the reference makes of the cases of a kernel: worked out once for all paths. */
function answersOf(name: KernelName): readonly Answer[] {
  const run = referenceKernels[name] as (...args: unknown[]) => unknown;
  const made =
    answers.get(name) ??
    kernelCases[name]().map((args) => ({ returned: run(...args), arrays: arraysOf(args) }));
  answers.set(name, made);
  return made;
}

describe.each(paths)('native kernels on path %s', (path) => {
  describe.each(kernelsOf(path))('%s', (name) => {
    const kernel = native?.kernels[name] as ((...args: unknown[]) => unknown) | undefined;
    test.skipIf(!kernel)(kernel ? 'equals the reference' : 'is not in the addon', () => {
      const { addon } = native!;
      const before = addon.path();
      expect(addon.setPath(path)).toBe(true);
      try {
        const list = kernelCases[name]() as readonly (readonly unknown[])[];
        const expected = answersOf(name);
        addon.resetCounters();
        list.forEach((args, i) => {
          if (isForInt8(path) && precisionOf(args) !== 'int8') return;
          const got = kernel!(...args);
          const { returned, arrays } = expected[i];
          if (typeof returned === 'number') expectNear([got as number], [returned], name);
          arraysOf(args).forEach((array, j) => {
            expectNear(array, arrays[j], name, precisionOf(args));
          });
        });
        const owners = name === 'matmul' ? [path] : [path, borrowsFrom[path] ?? path];
        const ran = Object.entries(addon.counters()).filter(
          ([key, count]) => owners.includes(key.split('/')[0]) && count > 0,
        );
        expect(ran.length).toBeGreaterThan(0);
        const own = hasBf16(path) && bf16Counters[name];
        if (own) expect(addon.counters()[`${path}/${own}`]).toBeGreaterThan(0);
      } finally {
        addon.setPath(before);
      }
    });
  });
});

/** The same arguments in f64. Overflow differs, so only what is finite in f32 is compared. */
function doubled(args: readonly unknown[]): unknown[] {
  const twins = new Map<unknown, unknown>(); // one array given twice stays one
  for (const x of args) if (x instanceof Float32Array) twins.set(x, Float64Array.from(x));
  return args.map((x) => twins.get(x) ?? x);
}
const isSmall = (args: readonly unknown[]): boolean => arraysOf(args).every(({ length }) => length < 5000);

describe('reference kernels', () => {
  test.each(Object.keys(kernelCases) as KernelName[])('%s gives in f32 what it gives in f64', (name) => {
    const run = referenceKernels[name] as (...args: unknown[]) => unknown;
    const list = kernelCases[name]() as readonly (readonly unknown[])[];
    for (const args of list.filter(isSmall)) {
      const wide = doubled(args);
      run(...wide);
      run(...args);
      const exact = arraysOf(wide);
      arraysOf(args).forEach((got, j) => {
        const expected = Array.from(exact[j], (x, i) => (Number.isFinite(got[i]) ? x : got[i]));
        expectNear(got, expected, name, precisionOf(args));
      });
    }
  });
});
