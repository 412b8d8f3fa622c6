/** Documents that are almost the same as an earlier one: found by bands of min-hashes, dropped only after the exact comparison. */

import type { TextDocument } from '../types.ts';
import { type Documents, eachDocument } from './documents.ts';
import { bandHasher, bandsFor } from './min-hash.ts';
import { jaccard, shinglesOf } from './shingles.ts';

export interface NearDuplicateOptions {
  /** The least Jaccard similarity of shingles at which a document counts as a copy, in [0.1, 1]. Default 0.8. */
  readonly threshold?: number;
  /** Of the hash functions. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** A document that was dropped, beside the earlier one that stays. */
export interface NearDuplicatePair {
  readonly kept: string;
  readonly dropped: string;
  readonly similarity: number;
}

/** What `dropNearDuplicates` did. */
export interface NearDuplicateReport {
  readonly threshold: number;
  readonly documentsIn: number;
  readonly documentsOut: number;
  /** Pairs that were compared exactly. */
  readonly compared: number;
  /** Documents with more candidates than are compared: some of their copies may have stayed. */
  readonly cutShort: number;
  /** The first few pairs. */
  readonly examples: readonly NearDuplicatePair[];
}

const DEFAULT_THRESHOLD = 0.8;
const EXAMPLES = 5;
/** Candidates that are compared for one document, and places of the index that are looked at. */
export const nearDuplicateLimits = { candidates: 64, steps: 4096 } as const;

/**
 * Keeps the first of documents whose shingles (`shinglesOf`) have a Jaccard similarity of at least `threshold`: every document that is
 * dropped is that similar to one that stays. A pair at the threshold is found with a chance of at least 0.99, one far above it almost
 * surely (`bandChance`). A document without letters and digits is like no other. The same documents in the same order give the same
 * result. Time is linear in the text: at most `nearDuplicateLimits.candidates` comparisons for a document. Memory, beside the
 * documents: for each one kept and each band (`bandsFor`; 21 at 0.8) 12 to 24 bytes.
 */
export async function dropNearDuplicates<D extends TextDocument>(
  documents: Documents<D>,
  options: NearDuplicateOptions = {},
): Promise<{ documents: D[]; report: NearDuplicateReport }> {
  const { threshold = DEFAULT_THRESHOLD, seed, signal } = options;
  const bands = bandsFor(threshold);
  const hashBands = bandHasher(bands, seed);
  const index = createBandIndex(bands.bands);
  const kept: D[] = [];
  const sizes: number[] = [];
  const counts = { documentsIn: 0, compared: 0, cutShort: 0 };
  const examples: NearDuplicatePair[] = [];
  await eachDocument(
    documents,
    (document) => {
      counts.documentsIn++;
      const shingles = shinglesOf(document.text);
      const hashes = hashBands(shingles);
      if (shingles.length > 0) {
        const { candidates, complete } = index.candidates(hashes);
        for (const candidate of candidates) {
          const [less, more] = [sizes[candidate], shingles.length].sort((a, b) => a - b);
          if (less / more < threshold) continue;
          counts.compared++;
          const similarity = jaccard(shinglesOf(kept[candidate].text), shingles);
          if (similarity < threshold) continue;
          if (examples.length < EXAMPLES)
            examples.push({ kept: kept[candidate].text, dropped: document.text, similarity });
          return;
        }
        if (!complete) counts.cutShort++;
      }
      // NOTE Also one without shingles, so that places in `kept` and in the index stay the same.
      index.add(hashes, shingles.length > 0);
      sizes.push(shingles.length);
      kept.push(document);
    },
    signal,
  );
  return { documents: kept, report: { threshold, ...counts, documentsOut: kept.length, examples } };
}

/** Documents by their bands, numbered as they come. */
function createBandIndex(bands: number) {
  // A chain of places for each slot; a place is document × bands + band.
  let hashes = new Int32Array(bands * 256);
  let next = new Int32Array(hashes.length);
  let heads = new Int32Array(1024).fill(-1);
  let count = 0;
  const slotOf = (hash: number, band: number) =>
    (hash ^ Math.imul(band + 1, 0x9e3779b1)) & (heads.length - 1);
  const link = (place: number): void => {
    const slot = slotOf(hashes[place], place % bands);
    next[place] = heads[slot];
    heads[slot] = place;
  };
  const grow = (): void => {
    const [oldHashes, oldNext] = [hashes, next];
    hashes = new Int32Array(2 * hashes.length);
    next = new Int32Array(hashes.length);
    hashes.set(oldHashes);
    next.set(oldNext);
  };
  const spread = (): void => {
    heads = new Int32Array(2 * heads.length).fill(-1);
    // Places without a document's shingles were never linked.
    for (let place = 0; place < count * bands; place++) if (next[place] !== UNLINKED) link(place);
  };
  return {
    add(own: Int32Array, isLinked: boolean): void {
      const from = count++ * bands;
      if (from + bands > hashes.length) grow();
      hashes.set(own, from);
      for (let band = 0; band < bands; band++) {
        if (isLinked) link(from + band);
        else next[from + band] = UNLINKED;
      }
      if (count * bands > heads.length) spread();
    },
    /** Earlier documents with a band in common, the earliest first, as many as the limits allow. */
    candidates(own: Int32Array): { candidates: number[]; complete: boolean } {
      const found = new Set<number>();
      let steps = 0;
      for (let band = 0; band < bands; band++) {
        for (let place = heads[slotOf(own[band], band)]; place !== -1; place = next[place]) {
          if (++steps > nearDuplicateLimits.steps || found.size >= nearDuplicateLimits.candidates) {
            return { candidates: [...found].sort((a, b) => a - b), complete: false };
          }
          if (hashes[place] === own[band] && place % bands === band) found.add(Math.floor(place / bands));
        }
      }
      return { candidates: [...found].sort((a, b) => a - b), complete: true };
    },
  };
}

const UNLINKED = -2;
