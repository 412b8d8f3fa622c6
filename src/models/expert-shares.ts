/** How much of each expert tokens take, gathered while layers run. */

import type { Routing } from '../nn/index.ts';

/** `route` is shown each layer in turn; `rowsAt` gives, for each of some rows of the pass, a list of shares for each layer. */
export function seenExperts(): {
  readonly route: (routing: Routing) => void;
  readonly rowsAt: (rows: ArrayLike<number>) => Float32Array[][];
} {
  const layers: ((row: number) => Float32Array)[] = [];
  return {
    route: (routing) => void layers.push(sharesOf(routing)),
    rowsAt: (rows) => Array.from(rows, (row) => layers.map((sharesAt) => sharesAt(row))),
  };
}

/** Copied out of tensors, which do not outlive the pass. */
function sharesOf({ probabilities, chosen }: Routing): (row: number) => Float32Array {
  const experts = probabilities.shape[1];
  const active = chosen.shape[1];
  const all = Float32Array.from(probabilities.data);
  const places = Int32Array.from(chosen.data);
  return (row) => {
    const own = places.subarray(row * active, (row + 1) * active);
    const total = own.reduce((sum, expert) => sum + all[row * experts + expert], 0);
    const shares = new Float32Array(experts);
    for (const expert of own) shares[expert] = all[row * experts + expert] / total;
    return shares;
  };
}
