/**
 * Which kernels run: a table chosen once. The addon's kernels lie over the TypeScript ones; a kernel the addon lacks,
 * and every f64 computation, runs in TypeScript. `INKSTONE_KERNELS=typescript` leaves the addon out.
 */

import { atWork, type Device, openDevice } from './device.ts';
import { fail } from './errors.ts';
import type { KernelName, Kernels, Precision } from './kernels.ts';
import { setMemoryHost } from './memory.ts';
import { loadNative, type NativeBackend } from './native.ts';
import { referenceKernels } from './reference/index.ts';
import { afterTheLine, canStream, hold, leaveInLine, putInLine, runInLine, setStreamHost } from './stream.ts';
import type { Tensor } from './tensor.ts';

export interface Backend {
  /** `portable`, `dotprod`, `avx2`, `avx2vnni`, `avx512`, `avx512vnni`, `avx512bf16`, `amx`, or `typescript`. */
  readonly path: string;
  readonly threads: number;
  readonly kernels: Kernels;
  /** The addon, when it runs. */
  readonly native?: NativeBackend;
  /** Why the addon does not run. */
  readonly reason?: string;
}

let chosen: Backend | undefined;
let active: Kernels | undefined;
let precision: Precision = 'f32';

function choose(): Backend {
  const wanted = globalThis.process?.env.INKSTONE_KERNELS;
  if (wanted === 'typescript') {
    return {
      path: 'typescript',
      threads: 1,
      kernels: referenceKernels,
      reason: 'INKSTONE_KERNELS=typescript',
    };
  }
  const native = loadNative();
  if ('reason' in native) {
    if (wanted) {
      throw fail('backend/kernels', { value: wanted, known: 'typescript', reason: native.reason });
    }
    return { path: 'typescript', threads: 1, kernels: referenceKernels, reason: native.reason };
  }
  if (wanted && native.path !== wanted) {
    throw fail('backend/kernels', {
      value: wanted,
      known: [...native.paths, 'typescript'].join(', '),
      reason: `this machine runs ${native.path}`,
    });
  }
  setMemoryHost(native.memory);
  setStreamHost(native.stream);
  const kernels = { ...referenceKernels, ...native.kernels };
  return { path: native.path, threads: native.threads, kernels, native };
}

/** The backend of this process. */
export function backend(): Backend {
  if (!chosen) {
    chosen = choose();
    active = chosen.kernels;
  }
  return chosen;
}

/** Whether the processor multiplies bf16 numbers itself, several times as fast as f32. */
export const hasBf16Products = (): boolean => ['avx512bf16', 'amx'].includes(backend().path);

/** The kernels for these inputs: f64 runs on the reference. */
export function kernelsFor(inputs: readonly Tensor[]): Kernels {
  for (const input of inputs) if (input.dtype === 'f64') return afterTheLine(referenceKernels);
  return currentKernels();
}

/** The kernels in use now: the backend's, or those `withKernels` set. For updates in place, which are no ops. */
export function currentKernels(): Kernels {
  return active ?? backend().kernels;
}

/**
 * Runs `body` on other kernels: for tests and profiles. A body that gives a promise has them until it is kept; nothing
 * else should compute meanwhile.
 */
export function withKernels<Result>(kernels: Kernels, body: () => Result): Result {
  const before = currentKernels();
  const restore = (): void => {
    active = before;
  };
  active = kernels;
  let result: Result | undefined;
  try {
    result = body();
    return result instanceof Promise ? (result.finally(restore) as Result) : result;
  } finally {
    if (!(result instanceof Promise)) restore();
  }
}

/** A table that calls `around` for each kernel call; `args` are the kernel's own. */
export function wrapKernels(
  kernels: Kernels,
  around: (name: KernelName, call: () => unknown, args: readonly unknown[]) => unknown,
): Kernels {
  const wrapped: Record<string, unknown> = {};
  for (const [name, kernel] of Object.entries(kernels)) {
    wrapped[name] = (...args: unknown[]) =>
      around(name as KernelName, () => (kernel as (...all: unknown[]) => unknown)(...args), args);
  }
  return wrapped as unknown as Kernels;
}

let streaming: Kernels | undefined;

/** The backend's kernels for a stream that can be opened: they keep their arguments. Nothing where others are in place. */
function streamingKernels(): Kernels | undefined {
  const { kernels } = backend();
  if (!canStream() || currentKernels() !== kernels) return undefined;
  streaming ??= wrapKernels(kernels, (_name, call, args) => {
    hold(args);
    return call();
  });
  return streaming;
}

async function onDevice<Result>(device: Device, body: () => Result): Promise<Result> {
  const result = atWork(() => withKernels(device.kernels, body));
  await device.submit();
  return result;
}

/**
 * Runs `body` off the event loop: the kernels it calls are put in line, the addon's thread runs them in that order, and
 * the promise is kept when all have run. Until then timers and requests have their turn; whoever reads a tensor's `data`,
 * or calls a kernel, waits for the line. `body` is synchronous, and reads no values if it can: reading waits as well.
 * Without the addon, or with other kernels in place, `body` simply runs. While a device is open, it runs there, and whoever reads a
 * result waits for `readable`.
 */
export async function offThread<Result>(body: () => Result): Promise<Result> {
  const device = openDevice();
  if (device) return onDevice(device, body);
  const kernels = streamingKernels();
  return kernels ? putInLine(() => withKernels(kernels, body)) : body();
}

/**
 * As `offThread`, but where there are several threads the promise is kept at once: JavaScript prepares what comes next while
 * these kernels run, and whoever needs what they write waits for them.
 */
export async function behind<Result>(body: () => Result): Promise<Result> {
  const device = openDevice();
  if (device) return onDevice(device, body);
  const kernels = streamingKernels();
  if (!kernels) return body();
  const put = backend().threads > 1 ? leaveInLine : putInLine;
  return put(() => withKernels(kernels, body));
}

let coresAreShared = false;

/** Whether others are at work on the same cores, such as a server and its clients: then nothing runs ahead of its kernels. */
export function shareCores(shared: boolean): void {
  coresAreShared = shared;
}

/**
 * Runs `body` ahead of its kernels: they are put in line and begin at once, on all threads but JavaScript's, which helps
 * them when it has put in the last. Returns when all have run. As with `offThread`, nothing should be read on the way.
 */
export function aheadOfKernels<Result>(body: () => Result): Result {
  const kernels = backend().threads > 1 && !coresAreShared ? streamingKernels() : undefined;
  return kernels ? runInLine(() => withKernels(kernels, body)) : body();
}

/** How matmuls multiply now. */
export function matmulPrecision(): Precision {
  return precision;
}

/** Runs `body` with matmuls in the given precision; gradients taken later keep the precision of their forward pass. */
export function withPrecision<Result>(next: Precision, body: () => Result): Result {
  const before = precision;
  precision = next;
  try {
    return body();
  } finally {
    precision = before;
  }
}

/** Lets whoever waits for this core have it first, such as a server beside a model at work; without the addon nothing. */
export function giveWay(): void {
  backend().native?.addon.giveWay();
}
