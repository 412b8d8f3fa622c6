/** The door to a GPU: its programs are loaded when one is asked for. */

import type { Device } from './device.ts';

export type GpuDescription =
  | { readonly name: string; readonly isSoftware: boolean }
  | { readonly reason: string; readonly zhReason: string };

/** The WebGPU adapter in words; or why there is none. */
export async function describeGpu(): Promise<GpuDescription> {
  const { findAdapter } = await import('./gpu/adapter.ts');
  const found = await findAdapter();
  return 'reason' in found ? found : { name: found.name, isSoftware: found.isSoftware };
}

/**
 * Opens the GPU (WebGPU): until it is closed, `trainStep` and all that goes through `offThread` runs there, in f32. What was computed there
 * is read after `await readable(tensors)`.
 *
 * @throws `gpu/none` without an adapter, `gpu/open` when one is open, and from then on `gpu/kernel` for what no kernel is there
 */
export async function openGpu(): Promise<Device> {
  const { openAdapter } = await import('./gpu/open.ts');
  return openAdapter();
}
