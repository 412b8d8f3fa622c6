/**
 * A device beside the processor, such as a GPU, that keeps numbers in memory of its own. While one is open, memory knows where the
 * newest numbers lie: whoever touches them in JavaScript has them on the processor, or is told to fetch them first.
 */

import { leafValues } from '../tree.ts';
import type { Kernels } from './kernels.ts';

/** What `openGpu` gives. Kernels are put in line at once and in order; only fetching waits. */
export interface Device {
  /** Its kernels: a whole table, in which those that it lacks say so. */
  readonly kernels: Kernels;
  /** What runs them, in words. */
  readonly name: string;
  /** Whether that is the processor after all. */
  readonly isSoftware: boolean;
  /** How many programs it was given to run so far. */
  readonly dispatches: number;
  /** Sends off what is in line; kept when the numbers are there that kernels write to plain arrays (`sumSquares`). */
  submit(): Promise<void>;
  /** Copies the newest numbers of these buffers to the processor. */
  fetch(buffers: readonly ArrayBuffer[]): Promise<void>;
  /** Somebody else has this memory from now on: nothing is in it. */
  renew(buffer: ArrayBuffer): void;
  /** JavaScript or its kernels read or write this memory. @throws `gpu/values` when the device has newer numbers */
  touch(buffer: ArrayBuffer): void;
  /** Ends it. Numbers that were not fetched are lost. */
  close(): void;
}

let open: Device | undefined;
let isAtWork = false;

/** The device that training runs on, if one is open. */
export const openDevice = (): Device | undefined => open;

export function setDevice(device: Device | undefined): void {
  open = device;
}

/** Memory from the pool changes hands. */
export function renewOnDevice(buffer: ArrayBuffer): void {
  open?.renew(buffer);
}

/** JavaScript reads or writes this memory. */
export function touchOnDevice(buffer: ArrayBuffer | undefined): void {
  if (open && buffer) open.touch(buffer);
}

/** Kernels read or write it: the processor's, but for those that run inside `atWork`. */
export function operandOnDevice(buffer: ArrayBuffer | undefined): void {
  if (!isAtWork) touchOnDevice(buffer);
}

/** Runs `body`, in which operands are for the device's kernels. */
export function atWork<Result>(body: () => Result): Result {
  const before = isAtWork;
  isAtWork = true;
  try {
    return body();
  } finally {
    isAtWork = before;
  }
}

/** Anything that holds memory: a tensor. */
interface Holder {
  readonly storage: { readonly buffer: ArrayBuffer | undefined };
}

const buffersOf = (tree: unknown): ArrayBuffer[] =>
  leafValues<unknown>(tree).flatMap((leaf) => (leaf as Holder | undefined)?.storage?.buffer ?? []);

/** Brings the values of a tree of tensors to the processor, where a device has newer ones: kept when they can be read. */
export async function readable<Tree>(tree: Tree): Promise<Tree> {
  await open?.fetch(buffersOf(tree));
  return tree;
}
