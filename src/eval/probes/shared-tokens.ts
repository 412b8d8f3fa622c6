/** Which tokens two texts have in common, in the same order: Ratcliff and Obershelp's gestalt matching, as Python's `difflib` does it. */

/** The places of common tokens, as many in each, ascending. */
export interface SharedPlaces {
  readonly first: number[];
  readonly second: number[];
}

/**
 * The longest run that stands in both, the first of several, then the same on either side of it. NOTE `difflib` leaves out frequent
 * tokens of texts of 200 or more; here no text is treated so.
 */
export function sharedPlaces(a: readonly number[], b: readonly number[]): SharedPlaces {
  const shared: SharedPlaces = { first: [], second: [] };
  const placesInB = new Map<number, number[]>();
  for (const [j, id] of b.entries()) {
    const places = placesInB.get(id);
    if (places) places.push(j);
    else placesInB.set(id, [j]);
  }
  const match = (fromA: number, toA: number, fromB: number, toB: number): void => {
    let best = { a: fromA, b: fromB, length: 0 };
    /** How long the run is that ends at each place of b and at the last place of a. */
    let runs = new Map<number, number>();
    for (let i = fromA; i < toA; i++) {
      const next = new Map<number, number>();
      for (const j of placesInB.get(a[i]) ?? []) {
        if (j < fromB || j >= toB) continue;
        const length = (runs.get(j - 1) ?? 0) + 1;
        next.set(j, length);
        if (length > best.length) best = { a: i - length + 1, b: j - length + 1, length };
      }
      runs = next;
    }
    if (best.length === 0) return;
    match(fromA, best.a, fromB, best.b);
    for (let k = 0; k < best.length; k++) {
      shared.first.push(best.a + k);
      shared.second.push(best.b + k);
    }
    match(best.a + best.length, toA, best.b + best.length, toB);
  };
  match(0, a.length, 0, b.length);
  return shared;
}
