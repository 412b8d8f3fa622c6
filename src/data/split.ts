/** Splitting documents without leakage: equal texts, or texts of one group, always land on the same side. */

import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';
import { comparableText, hashToUnit } from './fingerprint.ts';

export interface SplitOptions<D extends TextDocument> {
  /** Changes which documents land where. Default 0. */
  readonly seed?: number;
  /** Documents with the same key stay together: an author, a book. Default: documents with the same text. */
  readonly groupBy?: (document: D) => string;
  /** Each of these strata is split by the same shares: a period, a class. A group belongs to the stratum of its first document. */
  readonly stratifyBy?: (document: D) => string;
}

/** Train and held-out by hash of the text: a poem lands on the same side in every run, whatever else is in the corpus. */
export function splitByHash<D extends TextDocument>(
  documents: Iterable<D>,
  options: SplitOptions<D> & { readonly heldOut?: number } = {},
): { train: D[]; heldOut: D[] } {
  const { heldOut = 0.02 } = options;
  return splitByShares(documents, { train: 1 - heldOut, heldOut }, options);
}

/** As many sides as there are shares: `{ train: 0.96, valid: 0.02, test: 0.02 }`. Every side gets a document, or it is an error. */
export function splitByShares<D extends TextDocument, Side extends string>(
  documents: Iterable<D>,
  shares: Readonly<Record<Side, number>>,
  options: SplitOptions<D> = {},
): Record<Side, D[]> {
  const sides = Object.keys(shares) as Side[];
  const values: number[] = sides.map((side) => shares[side]);
  const sum = values.reduce((a, b) => a + b, 0);
  if (!values.every((share) => share > 0) || Math.abs(sum - 1) > 1e-9) {
    throw fail('data/shares', { shares: JSON.stringify(shares) });
  }
  const ends = values.map((_, i) => values.slice(0, i + 1).reduce((a, b) => a + b, 0));
  ends[ends.length - 1] = 1;
  const places = placeDocuments(documents, options);
  const result = Object.fromEntries(sides.map((side) => [side, [] as D[]])) as Record<Side, D[]>;
  for (const { document, unit } of places) result[sides[ends.findIndex((end) => unit < end)]].push(document);
  if (places.length === 0) throw fail('data/empty', { where: 'split' });
  for (const side of sides) {
    if (result[side].length === 0) {
      throw fail('data/split-empty', { side, share: shares[side], documents: places.length });
    }
  }
  return result;
}

/** `folds` ways to hold out a part; each document is held out in exactly one of them. */
export function kFold<D extends TextDocument>(
  documents: Iterable<D>,
  options: SplitOptions<D> & { readonly folds: number },
): { train: D[]; heldOut: D[] }[] {
  const { folds } = options;
  if (!Number.isSafeInteger(folds) || folds < 2) {
    throw fail('data/option', { where: 'kFold', option: 'folds', rule: '≥ 2', got: folds });
  }
  const places = placeDocuments(documents, options);
  const ways = Array.from({ length: folds }, () => ({ train: [] as D[], heldOut: [] as D[] }));
  for (const { document, unit } of places) {
    const own = Math.min(folds - 1, Math.floor(unit * folds));
    for (let fold = 0; fold < folds; fold++) ways[fold][fold === own ? 'heldOut' : 'train'].push(document);
  }
  for (const way of ways) {
    if (way.heldOut.length === 0 || way.train.length === 0) {
      throw fail('data/split-empty', { side: 'heldOut', share: 1 / folds, documents: places.length });
    }
  }
  return ways;
}

/** Each document with its group's place in [0, 1); with strata, the places of a stratum are spread evenly. */
function placeDocuments<D extends TextDocument>(
  documents: Iterable<D>,
  { seed = 0, groupBy, stratifyBy }: SplitOptions<D>,
): { document: D; unit: number }[] {
  const keyOf = (document: D) => (groupBy ? groupBy(document) : comparableText(document.text));
  if (!stratifyBy) {
    return Array.from(documents, (document) => ({ document, unit: hashToUnit(keyOf(document), seed) }));
  }
  const all = [...documents];
  const keys = all.map(keyOf);
  const groups = new Map<string, { hash: number; unit: number }>();
  const strata = new Map<string, { hash: number; unit: number }[]>();
  all.forEach((document, i) => {
    if (groups.has(keys[i])) return;
    const group = { hash: hashToUnit(keys[i], seed), unit: 0 };
    groups.set(keys[i], group);
    const stratum = stratifyBy(document);
    const members = strata.get(stratum);
    if (members) members.push(group);
    else strata.set(stratum, [group]);
  });
  for (const members of strata.values()) {
    members.sort((a, b) => a.hash - b.hash);
    members.forEach((group, i) => {
      group.unit = (i + 0.5) / members.length;
    });
  }
  return all.map((document, i) => ({ document, unit: groups.get(keys[i])!.unit }));
}
