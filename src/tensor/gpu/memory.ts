/**
 * Numbers on both sides. Each ArrayBuffer that a kernel has seen has a twin on the device; the pool gives the same ArrayBuffers again and
 * again, so that in steady state no twin is made.
 */

import { fail } from './errors.ts';
import type { Line } from './line.ts';

/** Of the specification; a browser names them in globals that Node does not have. */
const MAP_READ = 1;
const COPY_SRC = 4;
const COPY_DST = 8;
const STORAGE = 128;
const READ_MODE = 1;

/** What both sides have of it: nothing yet, or the newest numbers on one side, or on both. */
type Newest = 'nowhere' | 'processor' | 'device' | 'both';

interface Twin {
  newest: Newest;
  /** How often programs were put in line that write to it. */
  writes: number;
  buffer?: GPUBuffer;
}

/** Sizes on the device are of whole groups of four bytes. */
const padded = (bytes: number): number => Math.max(16, Math.ceil(bytes / 4) * 4);

export interface DeviceMemory {
  /** The twin of an array's memory with the newest numbers in it, for a program to read. */
  forReading(memory: ArrayBuffer): GPUBuffer;
  /** The twin for a program that writes some of it: what else was in it stays. */
  forWriting(memory: ArrayBuffer): GPUBuffer;
  renew(memory: ArrayBuffer): void;
  touch(memory: ArrayBuffer): void;
  /** Memory of the device alone. */
  make(sizeBytes: number): GPUBuffer;
  /** A buffer to bring numbers back in. */
  makeReturn(sizeBytes: number): GPUBuffer;
  /** Puts copies of what the device has newer in line; the function returned waits for them, once they were sent off. */
  fetch(memories: readonly ArrayBuffer[]): () => Promise<void>;
}

/** The bytes of a buffer that was sent off to be read; it is destroyed. */
export async function readReturn<Result>(
  buffer: GPUBuffer,
  read: (bytes: ArrayBuffer) => Result,
): Promise<Result> {
  await buffer.mapAsync(READ_MODE);
  const result = read(buffer.getMappedRange());
  buffer.destroy();
  return result;
}

export function createDeviceMemory(
  device: GPUDevice,
  { copy, release }: Pick<Line, 'copy' | 'release'>,
): DeviceMemory {
  const twins = new WeakMap<ArrayBuffer, Twin>();
  const collected = new FinalizationRegistry<GPUBuffer>((buffer) => buffer.destroy());
  const maxBytes = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);

  const make = (sizeBytes: number): GPUBuffer => {
    const size = padded(sizeBytes);
    if (size > maxBytes) throw fail('gpu/size', { sizeBytes, maxBytes });
    return device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  };
  /** The twin of memory that a program is about to use; what it has never seen was filled by JavaScript. */
  const twinOf = (memory: ArrayBuffer): Required<Twin> => {
    const twin = twins.get(memory) ?? { newest: 'processor', writes: 0 };
    twins.set(memory, twin);
    if (!twin.buffer) {
      twin.buffer = make(memory.byteLength);
      collected.register(memory, twin.buffer);
    }
    return twin as Required<Twin>;
  };
  /** NOTE not queue.writeBuffer, which would overtake the programs in line */
  const upload = (memory: ArrayBuffer, to: GPUBuffer): void => {
    const size = padded(memory.byteLength);
    const from = device.createBuffer({ size, usage: COPY_SRC, mappedAtCreation: true });
    new Uint8Array(from.getMappedRange()).set(new Uint8Array(memory));
    from.unmap();
    copy(from, to, size);
    release(from);
  };
  const makeReturn = (sizeBytes: number): GPUBuffer =>
    device.createBuffer({ size: padded(sizeBytes), usage: MAP_READ | COPY_DST });

  return {
    make,
    makeReturn,
    forReading(memory) {
      const twin = twinOf(memory);
      if (twin.newest === 'processor' || twin.newest === 'nowhere') {
        upload(memory, twin.buffer);
        twin.newest = 'both';
      }
      return twin.buffer;
    },
    forWriting(memory) {
      const twin = twinOf(memory);
      if (twin.newest === 'processor') upload(memory, twin.buffer);
      twin.newest = 'device';
      twin.writes++;
      return twin.buffer;
    },
    renew(memory) {
      const twin = twins.get(memory);
      if (twin) twin.newest = 'nowhere';
      else twins.set(memory, { newest: 'nowhere', writes: 0 });
    },
    touch(memory) {
      const twin = twins.get(memory);
      if (!twin) return;
      if (twin.newest === 'device') throw fail('gpu/values', {});
      twin.newest = 'processor';
    },
    fetch(memories) {
      const newer = [...new Set(memories)].filter((memory) => twins.get(memory)?.newest === 'device');
      const copies = newer.map((memory) => {
        const twin = twins.get(memory) as Required<Twin>;
        const back = makeReturn(memory.byteLength);
        copy(twin.buffer, back, padded(memory.byteLength));
        return { memory, twin, back, writes: twin.writes };
      });
      const arrive = async ({ memory, twin, back, writes }: (typeof copies)[number]): Promise<void> => {
        await readReturn(back, (bytes) => {
          new Uint8Array(memory).set(new Uint8Array(bytes, 0, memory.byteLength));
        });
        if (twin.writes === writes) twin.newest = 'both';
      };
      return async () => {
        await Promise.all(copies.map(arrive));
      };
    },
  };
}
