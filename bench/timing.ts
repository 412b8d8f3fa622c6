/** Fair figures on a noisy machine: medians, and how far the rounds lie apart. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** (max − min) / median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** Calls `work` for at least `seconds` and three times; the median call in milliseconds. */
export function medianMs(seconds: number, work: () => void): number {
  const times: number[] = [];
  const begin = performance.now();
  while (performance.now() - begin < seconds * 1000 || times.length < 3) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** The same for work that is awaited. */
export async function medianMsOf(seconds: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  const begin = performance.now();
  while (performance.now() - begin < seconds * 1000 || times.length < 3) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}
