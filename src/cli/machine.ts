/** The machine: what trains and writes on it, how fast, and what else is there; as a report for people. */

import { defineMessages } from '../language.ts';
import { findMpi } from '../parallel/index.ts';
import { type GpuDescription, type KernelSpeed, measureKernels } from '../tensor/index.ts';
import { type EnergyCounters, findEnergyCounters } from '../train/index.ts';
import { energySource } from './energy.ts';
import { formatTable } from './terminal.ts';
import { version } from './version.ts';

const say = defineMessages({
  kernels: { en: () => 'kernels', zh: () => '内核' },
  threads: { en: () => 'threads', zh: () => '线程' },
  processor: { en: () => 'processor', zh: () => '处理器' },
  versions: { en: () => 'versions', zh: () => '版本' },
  matmul: {
    en: (d: { size: number; precision: string }) => `matmul ${d.size}³ ${d.precision}`,
    zh: (d) => `矩阵乘 ${d.size}³ ${d.precision}`,
  },
  peak: { en: () => 'peak f32', zh: () => '峰值 f32' },
  peakBf16: { en: () => 'peak bf16', zh: () => '峰值 bf16' },
  bandwidth: { en: () => 'memory read', zh: () => '内存读取' },
  energy: { en: () => 'energy', zh: () => '能耗' },
  gpu: { en: () => 'GPU', zh: () => 'GPU' },
  gpuName: {
    en: (d: { name: string }) => `${d.name} (train --device gpu)`,
    zh: (d) => `${d.name}（train --device gpu）`,
  },
  software: {
    en: (d: { name: string }) => `${d.name}, in software: slow (train --device gpu)`,
    zh: (d) => `${d.name}，由软件模拟，较慢（train --device gpu）`,
  },
  noGpu: {
    en: (d: { reason: string; zhReason: string }) => `none: ${d.reason}`,
    zh: (d) => `无：${d.zhReason}`,
  },
  ranks: { en: () => 'MPI', zh: () => 'MPI' },
  noRanks: {
    en: () => 'none; what it is for: inkstone explain mpi',
    zh: () => '无；用途见 inkstone explain mpi',
  },
  brokenRanks: {
    en: (d: { detail: string }) => `the binding does not load: ${d.detail}; cure: node native/build.mjs`,
    zh: (d) => `绑定无法加载：${d.detail}；解决办法：运行 node native/build.mjs`,
  },
  forced: {
    en: () =>
      'The TypeScript kernels are in use because INKSTONE_KERNELS=typescript asks for them; the fast ones are 10 to 100 times faster. Cure: unset INKSTONE_KERNELS',
    zh: () =>
      '因为设置了 INKSTONE_KERNELS=typescript，用的是 TypeScript 内核；快速内核要快 10 到 100 倍。解决办法：取消设置 INKSTONE_KERNELS',
  },
  stale: {
    en: () =>
      'The kernels were built from other native sources than those here, and may be wrong. Cure: node native/build.mjs',
    zh: () => '内核不是由这里的原生源码编译的，结果可能有误。解决办法：运行 node native/build.mjs',
  },
  slow: {
    en: (d: { reason: string }) =>
      `The fast kernels are not in use (${d.reason}); everything works on the TypeScript kernels, 10 to 100 times slower. ` +
      'Cure: install a C++ compiler, make and Python 3, then run: node native/build.mjs',
    zh: (d) =>
      `快速内核未启用（${d.reason}）；一切功能照常，但用的是慢 10 到 100 倍的 TypeScript 内核。` +
      '解决办法：安装 C++ 编译器、make 和 Python 3，然后运行：node native/build.mjs',
  },
});

/** What this machine is and how fast the engine runs on it. */
export interface MachineReport extends KernelSpeed {
  readonly node: string;
  readonly inkstone: string;
  /** What counts energy here. */
  readonly energy: EnergyCounters;
  /** What `train --device gpu` would use, where it was asked. */
  readonly gpu?: GpuDescription;
  /** Over what several processes train together, or why they cannot; not looked for by a quick measurement. */
  readonly mpi?: ReturnType<typeof findMpi>;
  /** The addon was built from other sources than those that lie here. */
  readonly isStale?: boolean;
}

/** Measures the machine; takes about a second (less with `quick`). */
export function inspectMachine(options: { readonly quick?: boolean } = {}): MachineReport {
  return {
    ...measureKernels(options),
    node: process.version,
    inkstone: version(),
    energy: findEnergyCounters(),
    ...(!options.quick && { mpi: findMpi() }),
  };
}

const describe = (gpu: GpuDescription): string =>
  'reason' in gpu ? say('noGpu', gpu) : say(gpu.isSoftware ? 'software' : 'gpuName', gpu);

function describeMpi(mpi: ReturnType<typeof findMpi>): string {
  if ('library' in mpi) return mpi.library;
  return mpi.reason === 'unloadable' ? say('brokenRanks', mpi) : say('noRanks', {});
}

/** The report as aligned lines, and the cure when the fast kernels are missing. */
export function describeMachine(report: MachineReport): string[] {
  const rate = (value: number | undefined, unit: string): string =>
    value === undefined ? '–' : `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
  const rows = [
    [say('kernels', {}), report.kernels],
    [say('threads', {}), String(report.threads)],
    [say('processor', {}), report.processor],
    [say('versions', {}), `inkstone ${report.inkstone}, node ${report.node}`],
    [say('matmul', { size: report.matmulSize, precision: 'f32' }), rate(report.matmulGflops, 'GFLOP/s')],
    [say('matmul', { size: report.matmulSize, precision: 'bf16' }), rate(report.matmulBf16Gflops, 'GFLOP/s')],
  ];
  if (report.peakGflops) {
    rows.push([say('peak', {}), rate(report.peakGflops, 'GFLOP/s')]);
    rows.push([say('peakBf16', {}), rate(report.peakBf16Gflops, 'GFLOP/s')]);
    rows.push([say('bandwidth', {}), rate(report.readGBs, 'GB/s')]);
  }
  rows.push([say('energy', {}), energySource(report.energy)]);
  if (report.gpu) rows.push([say('gpu', {}), describe(report.gpu)]);
  if (report.mpi) rows.push([say('ranks', {}), describeMpi(report.mpi)]);
  const lines = formatTable(rows.map(([name, value]) => [name, '', value])).map((line) => `  ${line}`);
  const { reason, isStale } = report;
  if (isStale) return [...lines, say('stale', {})];
  if (reason === undefined) return lines;
  const isForced = reason.startsWith('INKSTONE_KERNELS');
  return [...lines, isForced ? say('forced', {}) : say('slow', { reason })];
}
