/** Conditional and posterior probabilities read off a text: what follows a context, and which context a symbol points back to. */

import type { Ids } from '../../repeat/index.ts';

/** One symbol beside a given run; shares of counts, without smoothing. */
export interface ConditionalRow {
  readonly symbol: number;
  /** How often it stands there. */
  readonly count: number;
  /** P(symbol | given): the share of the places beside the given run that hold it. */
  readonly conditional: number;
  /** P(symbol): its share of all places that can stand there. */
  readonly prior: number;
  /** P(given | symbol) = P(symbol | given)·P(given)/P(symbol), by Bayes. */
  readonly posterior: number;
}

export interface ConditionalTable {
  /** Places that have something beside the given run. */
  readonly places: number;
  /** P(given), over the places where a run of its length has something beside it. */
  readonly given: number;
  /** Most frequent first; of equals the one with the lower number. */
  readonly rows: readonly ConditionalRow[];
}

/** What follows (`after`) or stands before (`before`) the run `given` of at least 1 symbol. */
export function conditionalTable(
  rows: readonly Ids[],
  given: Ids,
  side: 'after' | 'before' = 'after',
): ConditionalTable {
  const length = given.length;
  const joint = new Map<number, number>();
  const all = new Map<number, number>();
  let [places, total] = [0, 0];
  for (const row of rows) {
    for (let i = 0; i + length < row.length; i++) {
      const [start, symbol] = side === 'after' ? [i, row[i + length]] : [i + 1, row[i]];
      total++;
      all.set(symbol, (all.get(symbol) ?? 0) + 1);
      if (!matches(row, start, given)) continue;
      places++;
      joint.set(symbol, (joint.get(symbol) ?? 0) + 1);
    }
  }
  const pGiven = total === 0 ? 0 : places / total;
  const table = Array.from(joint, ([symbol, count]) => {
    const conditional = count / places;
    const prior = all.get(symbol)! / total;
    return { symbol, count, conditional, prior, posterior: (conditional * pGiven) / prior };
  });
  table.sort((a, b) => b.count - a.count || a.symbol - b.symbol);
  return { places, given: pGiven, rows: table };
}

function matches(row: Ids, start: number, run: Ids): boolean {
  for (let i = 0; i < run.length; i++) if (row[start + i] !== run[i]) return false;
  return true;
}
