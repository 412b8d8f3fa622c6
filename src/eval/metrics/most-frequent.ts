/** What is said most often: the answer that any model must beat. */

/** The value that comes most often, the first of equals; undefined where there is none. */
export function mostFrequent<Value>(values: Iterable<Value>): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: Value | undefined;
  for (const [value, count] of counts) if (count > (counts.get(best!) ?? 0)) best = value;
  return best;
}
