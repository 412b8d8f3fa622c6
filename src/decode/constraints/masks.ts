/** Which tokens may follow at a place: the vocabulary's tree walked beside the machine. */

import { spendWork } from '../turn-work.ts';
import { limits } from './limits.ts';
import type { Machine, Place } from './machine.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The ids that may follow; those that end a text are not among them. */
export interface Mask {
  allows(id: number): boolean;
  /** Bans every other id but `endIds`. */
  apply(logits: Float32Array, endIds: Iterable<number>): void;
  readonly sizeBytes: number;
}

export interface MaskOptions {
  readonly machine: Machine;
  readonly vocabulary: Vocabulary;
  /** Whether a text can be completed with tokens from here; left out where every text can be spelled. */
  readonly isLive: ((place: Place) => boolean) | undefined;
}

/**
 * Where in the tree an open rule ends, so that what is below depends on what stands above it: exit i is at node `nodes[i]`,
 * and returns to the blanks `sets[kinds[i]]`.
 */
interface Exits {
  readonly nodes: number[];
  readonly kinds: number[];
  readonly sets: (readonly number[])[];
}

/** What follows at the outline of a place: the same wherever the same rules stand at the same points. */
interface OutlineMask {
  readonly bits: Int32Array;
  readonly exits: Exits;
}

/** Finds masks and remembers them. */
export function createMasks({ machine, vocabulary, isLive }: MaskOptions): (place: Place) => Mask {
  const words = (vocabulary.size + 31) >> 5;
  const path: Place[] = [];
  let masks = new Map<Place, Mask>();
  let outlines = new Map<Place, OutlineMask>();
  let epoch = machine.epoch;
  let sizeBytes = 0;
  let visited = 0;

  const remember = (bytes: number): void => {
    sizeBytes += bytes;
    if (sizeBytes <= limits.cachedMaskBytes && epoch === machine.epoch) return;
    masks = new Map();
    outlines = new Map();
    epoch = machine.epoch;
    sizeBytes = bytes;
  };

  /** Walks what is below `root` from `place`, and marks the tokens that can be read. */
  const walk = (root: number, place: Place, bits: Int32Array, exits: Exits | undefined): void => {
    const { byte, depth, end, firstId, ids } = vocabulary;
    const { classOf } = machine;
    path[depth[root]] = place;
    const last = end[root];
    for (let node = root + 1; node < last; ) {
      const level = depth[node];
      visited++;
      const here = path[level - 1];
      let next = here.next[classOf[byte[node]]];
      if (next === undefined) next = machine.step(here, byte[node]);
      if (next === null) {
        node = end[node];
        continue;
      }
      path[level] = next;
      if (exits && next.reached.length > 0 && node + 1 < end[node]) addExit(exits, node, next.reached);
      if (firstId[node] < firstId[node + 1] && (!isLive || isLive(next))) {
        for (let i = firstId[node]; i < firstId[node + 1]; i++) bits[ids[i] >> 5] |= 1 << (ids[i] & 31);
      }
      node++;
    }
  };

  const outlineMask = (outline: Place): OutlineMask => {
    let mask = outlines.get(outline);
    if (!mask) {
      mask = { bits: new Int32Array(words), exits: { nodes: [], kinds: [], sets: [] } };
      walk(0, outline, mask.bits, mask.exits);
      remember(mask.bits.byteLength + mask.exits.nodes.length * 16);
      outlines.set(outline, mask);
    }
    return mask;
  };

  /** The mask in two parts: what the open rules decide, and what lies beyond the end of one. */
  const bitsBeyondRules = (place: Place): Int32Array => {
    const { bits: own, exits } = outlineMask(machine.outline(place));
    const { nodes, kinds, sets } = exits;
    if (nodes.length === 0) return own;
    const blanks = machine.blanks(place);
    const beyond = sets.map((reached) => machine.returnTo(reached.map((i) => blanks[i])));
    const bits = own.slice();
    for (let i = 0; i < nodes.length; i++) {
      const after = beyond[kinds[i]];
      if (after.states.length > 0) walk(nodes[i], after, bits, undefined);
    }
    return bits;
  };

  return (place) => {
    let mask = masks.get(place);
    if (mask) return mask;
    machine.rest();
    let bits: Int32Array;
    try {
      if (isLive) {
        bits = new Int32Array(words);
        walk(0, place, bits, undefined);
      } else {
        bits = bitsBeyondRules(place);
      }
    } finally {
      spendWork(machine.rest() + visited);
      visited = 0;
    }
    mask = createMask(bits, vocabulary.size);
    remember(mask.sizeBytes);
    masks.set(place, mask);
    return mask;
  };
}

function addExit({ nodes, kinds, sets }: Exits, node: number, reached: readonly number[]): void {
  let kind = sets.findIndex(
    (set) => set.length === reached.length && set.every((one, i) => one === reached[i]),
  );
  if (kind < 0) kind = sets.push(reached) - 1;
  nodes.push(node);
  kinds.push(kind);
}

const BANNED = Number.NEGATIVE_INFINITY;

/** `bits` is shared and not changed. */
function createMask(bits: Int32Array, size: number): Mask {
  let count = 0;
  for (let word = 0; word < bits.length; word++) count += countBits(bits[word]);
  const isSparse = count <= size >> 5;
  const ids = isSparse ? Int32Array.from(idsOf(bits)) : undefined;
  const kept = new Float32Array(ids?.length ?? 0);

  const banFew = (logits: Float32Array): void => {
    for (let word = 0; word < bits.length; word++) {
      const allowed = bits[word];
      if (allowed === -1) continue;
      const first = word << 5;
      if (allowed === 0) logits.fill(BANNED, first, first + 32);
      else for (let i = 0; i < 32; i++) if (((allowed >>> i) & 1) === 0) logits[first + i] = BANNED;
    }
    logits.fill(BANNED, size);
  };
  const banMost = (logits: Float32Array, allowed: Int32Array): void => {
    for (let i = 0; i < allowed.length; i++) kept[i] = logits[allowed[i]];
    logits.fill(BANNED);
    for (let i = 0; i < allowed.length; i++) logits[allowed[i]] = kept[i];
  };
  return {
    allows: (id) => ((bits[id >> 5] >>> (id & 31)) & 1) === 1,
    sizeBytes: bits.byteLength + kept.byteLength * 2,
    apply(logits, endIds) {
      const ends = Array.from(endIds, (id) => [id, logits[id]] as const);
      if (ids) banMost(logits, ids);
      else banFew(logits);
      for (const [id, value] of ends) logits[id] = value;
    },
  };
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function* idsOf(bits: Int32Array): Generator<number, void> {
  for (let word = 0; word < bits.length; word++) {
    for (let i = 0; i < 32; i++) if ((bits[word] >>> i) & 1) yield (word << 5) + i;
  }
}
