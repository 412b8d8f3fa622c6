/**
 * Buffers from a pool, with scopes. What is made inside `scope(body)` and not returned goes back to the pool when the
 * scope ends, so a training step in steady state allocates nothing new. Outside any scope the garbage collector owns it.
 */

import { leafValues } from '../tree.ts';
import { renewOnDevice, touchOnDevice } from './device.ts';
import { arrayConstructors, arrayLength, bytesPerElement, type Data, type DType } from './dtype.ts';
import { fail } from './errors.ts';
import { lastPiece } from './stream.ts';

const ALIGNMENT = 64;
/** Buffers of at least this size are offered huge pages by the backend. */
const HUGE_BYTES = 4 << 20;

let serial = 0;

/** The serial that the next storage will get. */
export function nextSerial(): number {
  return serial;
}

/** The memory behind one tensor and its views. Empty once its scope has ended. */
export class Storage {
  buffer: ArrayBuffer | undefined;
  readonly byteOffset: number;
  /** The scope that will give it back, if any. */
  owner: Scope | undefined;
  /** Rises with every storage made: tells which of two is newer. */
  readonly serial: number;
  /** The last piece of work in line that may touch it (`stream.ts`). */
  usedIn: number;

  constructor(buffer: ArrayBuffer, byteOffset: number, owner: Scope | undefined, usedIn = 0) {
    this.serial = serial++;
    this.usedIn = usedIn;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.owner = owner;
  }
}

/** Anything that holds a storage: a tensor. */
interface Holder {
  readonly storage: Storage;
}

class Scope {
  readonly parent: Scope | undefined;
  readonly held = new Set<Storage>();

  constructor(parent: Scope | undefined) {
    this.parent = parent;
  }
}

export interface MemoryStats {
  /** Fresh buffers taken from the system since the process began: constant in steady state. */
  readonly allocations: number;
  readonly allocatedBytes: number;
  /** Bytes waiting in the pool for reuse. */
  readonly pooledBytes: number;
  /** Bytes held by open scopes. */
  readonly liveBytes: number;
  readonly peakBytes: number;
}

/** What the addon knows about raw memory; set once by the backend. */
export interface MemoryHost {
  /** The buffer's address modulo 64. */
  misalignment(buffer: ArrayBuffer): number;
  /** Asks the system for huge pages; a hint. */
  adviseHuge?(buffer: ArrayBuffer): void;
}

let host: MemoryHost | undefined;
export function setMemoryHost(next: MemoryHost | undefined): void {
  host = next;
}

let current: Scope | undefined;
const pool = new Map<number, ArrayBuffer[]>();
const offsets = new WeakMap<ArrayBuffer, number>();
const stats = { allocations: 0, allocatedBytes: 0, pooledBytes: 0, liveBytes: 0, peakBytes: 0 };

export function memoryStats(): MemoryStats {
  return { ...stats };
}

/** Starts a new measurement of `peakBytes`. */
export function resetPeak(): void {
  stats.peakBytes = stats.liveBytes;
}

/** Gives the pool's idle buffers back to the garbage collector. */
export function trimPool(): void {
  pool.clear();
  stats.pooledBytes = 0;
}

/** Sizes rise in steps of an eighth of a power of two: at most 12.5 % is wasted, and near sizes share buffers. */
function sizeClass(bytes: number): number {
  if (bytes <= 512) return Math.max(64, Math.ceil(bytes / 64) * 64);
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  return Math.ceil(bytes / step) * step;
}

function allocateBuffer(bytes: number): ArrayBuffer {
  const waiting = pool.get(bytes);
  const reused = waiting?.pop();
  if (reused) {
    stats.pooledBytes -= bytes;
    return reused;
  }
  const buffer = new ArrayBuffer(bytes + ALIGNMENT);
  const misalignment = host ? host.misalignment(buffer) : 0;
  offsets.set(buffer, (ALIGNMENT - misalignment) % ALIGNMENT);
  if (bytes >= HUGE_BYTES) host?.adviseHuge?.(buffer);
  stats.allocations++;
  stats.allocatedBytes += bytes;
  return buffer;
}

/** Memory for `count` elements; contents are undefined. It belongs to the innermost open scope. */
export function allocate(dtype: DType, count: number): Storage {
  const bytes = sizeClass(count * bytesPerElement[dtype]);
  const buffer = allocateBuffer(bytes);
  renewOnDevice(buffer);
  const storage = new Storage(buffer, offsets.get(buffer)!, current, lastPiece());
  if (current) {
    current.held.add(storage);
    stats.liveBytes += bytes;
    if (stats.liveBytes > stats.peakBytes) stats.peakBytes = stats.liveBytes;
  }
  return storage;
}

/** Memory that JavaScript made: shared, never pooled. */
export function adopt(array: Data): Storage {
  touchOnDevice(array.buffer as ArrayBuffer);
  return new Storage(array.buffer as ArrayBuffer, array.byteOffset, undefined);
}

/** A typed array over a storage. @throws when the storage's scope has ended. */
export function viewStorage(storage: Storage, dtype: DType, offset: number, count: number): Data {
  if (!storage.buffer) throw fail('tensor/released', {});
  return new arrayConstructors[dtype](
    storage.buffer,
    storage.byteOffset + offset * bytesPerElement[dtype],
    arrayLength(dtype, count),
  );
}

/** Gives one storage back to the pool before its scope ends. Only for memory nobody else can see. */
export function release(storage: Storage): void {
  const { buffer, owner } = storage;
  if (!buffer || !owner) return;
  owner.held.delete(storage);
  giveBack(storage, buffer);
}

function giveBack(storage: Storage, buffer: ArrayBuffer): void {
  const bytes = buffer.byteLength - ALIGNMENT;
  const waiting = pool.get(bytes);
  if (waiting) waiting.push(buffer);
  else pool.set(bytes, [buffer]);
  storage.buffer = undefined;
  storage.owner = undefined;
  stats.liveBytes -= bytes;
  stats.pooledBytes += bytes;
}

function moveTo(storage: Storage, from: Scope, to: Scope | undefined): void {
  if (storage.owner !== from) return;
  from.held.delete(storage);
  storage.owner = to;
  if (to) to.held.add(storage);
  else stats.liveBytes -= storage.buffer!.byteLength - ALIGNMENT;
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && (value as Holder).storage instanceof Storage;
}

function close(scope: Scope, kept: unknown): void {
  for (const leaf of leafValues<unknown>(kept)) {
    if (isHolder(leaf)) moveTo(leaf.storage, scope, scope.parent);
  }
  for (const storage of scope.held) giveBack(storage, storage.buffer!);
  scope.held.clear();
}

/**
 * Runs `body`; tensors in what it returns (a tensor, or a tree of them) live on in the surrounding scope, all others
 * made inside are given back. The body must be synchronous: for loops that wait, use `openScope`.
 */
export function scope<Result>(body: () => Result): Result {
  const inner = new Scope(current);
  current = inner;
  let result: Result | undefined;
  try {
    result = body();
    if (result instanceof Promise) throw fail('tensor/async-scope', {});
    return result;
  } finally {
    close(inner, result instanceof Promise ? undefined : result);
    current = inner.parent;
  }
}

/** An open scope, ended by `end(kept)` or by leaving a block that holds it with `using`. */
export function openScope(): { end(kept?: unknown): void } & Disposable {
  const inner = new Scope(current);
  current = inner;
  let open = true;
  const end = (kept?: unknown): void => {
    if (!open) return;
    if (current !== inner) throw fail('tensor/scope-order', {});
    open = false;
    close(inner, kept);
    current = inner.parent;
  };
  return { end, [Symbol.dispose]: () => end() };
}

/**
 * A scope that is entered several times, so that others have their turn in between: `run(body)` as `scope` does, but what
 * is made inside lives until `end`.
 */
export function lastingScope(): { run<Result>(body: () => Result): Result; end(): void } {
  const inner = new Scope(current);
  return {
    run(body) {
      const outer = current;
      current = inner;
      try {
        return body();
      } finally {
        current = outer;
      }
    },
    end: () => close(inner, undefined),
  };
}

/** Runs `body` outside every scope: what it makes lives until nobody refers to it. For state that outlives a step. */
export function outsideScopes<Result>(body: () => Result): Result {
  const saved = current;
  current = undefined;
  try {
    return body();
  } finally {
    current = saved;
  }
}
