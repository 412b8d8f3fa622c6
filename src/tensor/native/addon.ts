/** Finds and loads the C++ addon. It is optional: without it everything runs on the TypeScript kernels. */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { StreamHost } from '../stream.ts';

/** The version of the functions' arguments this code speaks; `addonVersion` in native/src/addon.cc is its twin. */
const speaks = 11;

/** The addon's own functions; those of the kernels are found by name in the adapters beside this file. */
export interface Addon extends StreamHost {
  readonly version: number;
  /** A hash of the native sources that it was built from. */
  readonly sources?: string;
  /** The kernel paths this machine has, slowest first: `portable`, `dotprod`, `avx2`, `avx2vnni`, `avx512`, …, `amx`. */
  paths(): string[];
  /** The path in use. `INKSTONE_KERNELS` chooses it at load. */
  path(): string;
  /** False when the machine does not have it. */
  setPath(name: string): boolean;
  /** What the processor offers: `avx2`, `fma`, `amx-bf16`, … */
  features(): string[];
  threads(): number;
  /** Takes effect with the next kernel. Results may differ in the last bits between thread counts. */
  setThreads(count: number): void;
  /** Calls so far as `path/kernel` → count: the proof of which code ran. */
  counters(): Record<string, number>;
  resetCounters(): void;
  /** Other threads and processes that wait for this core have it first. */
  giveWay(): void;
  /** How often native scratch memory had to grow; constant in steady state. */
  nativeAllocations(): number;
  /** Floating-point operations per second of all threads in registers alone, on the path in use; about 20 ms. */
  measurePeak(bf16: boolean): number;
  /** Bytes per second that all threads read from memory beyond the caches. */
  measureBandwidth(): number;
  // biome-ignore lint/suspicious/noExplicitAny: the adapters give each kernel its type
  readonly [kernel: string]: any;
}

/** Either the addon or the reason why there is none. */
export type AddonResult =
  | { readonly addon: Addon; readonly reason?: undefined }
  | {
      readonly addon?: undefined;
      readonly reason: 'missing' | 'unloadable' | 'version';
      readonly detail: string;
    };

/** Where the built addon lies: `native/build/inkstone.node` of this package, from `src/` and from `dist/` alike. */
const addonPath = fileURLToPath(new URL('../../../native/build/inkstone.node', import.meta.url));

let loaded: AddonResult | undefined;

/** Loads the addon once. Never throws: a missing or unfit addon is a reason, not an error. */
export function loadAddon(path = addonPath): AddonResult {
  if (path !== addonPath) return load(path);
  loaded ??= load(path);
  return loaded;
}

function load(path: string): AddonResult {
  let addon: Addon;
  try {
    addon = createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { reason: code === 'MODULE_NOT_FOUND' ? 'missing' : 'unloadable', detail: message.split('\n')[0] };
  }
  if (addon.version !== speaks) {
    return { reason: 'version', detail: `${addon.version}, ${speaks} is needed` };
  }
  return { addon };
}
