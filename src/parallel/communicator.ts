/** Processes that work together, each with a number (its rank), and what they say to each other. */

/** What ranks say to each other. Every rank calls the same operations in the same order, one at a time. */
export interface Communicator {
  /** From 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /** Each element becomes its sum over the ranks. */
  allReduce(values: Float32Array | Float64Array): Promise<void>;
  /** `values` holds a block for each rank; `mine` becomes the sum of the blocks that are this rank's. */
  reduceScatter(values: Float32Array, mine: Float32Array): Promise<void>;
  /** `values` becomes the blocks of all ranks, in their order. */
  allGather(mine: Float32Array, values: Float32Array): Promise<void>;
  /** `values` becomes that of the rank `from`. */
  broadcast(values: Float32Array | Uint8Array, from: number): Promise<void>;
  /** Is kept when all ranks are there. */
  barrier(): Promise<void>;
}

/** What rank 0 has, on every rank; it must be JSON. */
export async function fromFirst<Value>(communicator: Communicator | undefined, value: Value): Promise<Value> {
  if (!communicator) return value;
  const isFirst = communicator.rank === 0;
  const mine = new TextEncoder().encode(isFirst ? JSON.stringify({ value }) : '');
  const length = Float32Array.of(mine.length & 0xffff, mine.length >>> 16);
  await communicator.broadcast(length, 0);
  const bytes = isFirst ? mine : new Uint8Array(length[0] + length[1] * 0x10000);
  await communicator.broadcast(bytes, 0);
  return JSON.parse(new TextDecoder().decode(bytes)).value;
}

/** Rank 0 works before the others do: what it fetches lies there for those that share its folders. */
export async function firstBeforeOthers<Value>(
  communicator: Communicator | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  if (!communicator) return work();
  const isFirst = communicator.rank === 0;
  if (!isFirst) await communicator.barrier();
  const value = await work();
  if (isFirst) await communicator.barrier();
  return value;
}
