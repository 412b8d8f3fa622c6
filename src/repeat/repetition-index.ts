/**
 * What a sequence has already said, kept up to date token by token: a suffix automaton
 * (Blumer et al., "The smallest automaton recognizing the subwords of a text", 1985) that can also go back.
 * One per sequence serves n-gram blocking, DRY, the repetition metrics and loop detection.
 */

import { fail } from './errors.ts';

/** One index over one growing sequence of ids. Memory: at most 2 states and 3 transitions per token. */
export interface RepetitionIndex {
  /** How many ids have been pushed. */
  readonly length: number;
  /** Length of the longest suffix that also ends at an earlier place (the two may overlap); 0 if none. */
  readonly longestRepeat: number;
  /**
   * Where that suffix first ended, as a count of ids; 0 if there is none.
   * `length - repeatEnd` is the distance between the two copies: in a loop, its period.
   */
  readonly repeatEnd: number;
  /** Adds one id and returns the new `longestRepeat`. O(1) amortised, whatever the vocabulary. */
  push(id: number): number;
  /**
   * `longestRepeat` after each push so far. The n-gram ending at place i was seen before exactly when entry i is ≥ n,
   * so all n-gram repetition rates can be read off this row. A view: copy it to keep it.
   */
  repeatLengths(): Int32Array;
  /**
   * Calls `visit` with every id that has followed the last `suffixLength` ids before, each once.
   * O(1) amortised per push plus the answer when asked after every push with the same length; a first question, or the
   * first after a rewind, walks the suffix links once.
   */
  forEachFollower(suffixLength: number, visit: (id: number) => void): void;
  /**
   * Calls `visit` with every id that has followed a suffix of `least` to `most` ids before, and the length of that suffix,
   * longest first; an id comes again with each shorter suffix that it followed. `bound` ≥ `most` must be the same in every
   * call: the walk begins at the suffix of that length, and takes at most `bound` steps.
   */
  forEachContinuation(range: SuffixRange, visit: (id: number, suffixLength: number) => void): void;
  /**
   * The n-gram with n in [minN, maxN] that occurs at least twice and makes up most of the sequence: greatest
   * n × occurrences, counted from the left without overlaps. O(length × (maxN − minN + 1)).
   */
  mostCovering(minN: number, maxN: number): Coverage | undefined;
  /**
   * Forgets everything after the first `length` ids. Undoes the pushes one by one, so it costs what they cost:
   * O(1) amortised per forgotten id. (Going back and forth over one costly push pays for it each time.)
   */
  rewind(length: number): void;
  /** An independent copy. O(length), plain memory copies. */
  fork(): RepetitionIndex;
}

/** Lengths of suffixes, in ids. */
export interface SuffixRange {
  readonly least: number;
  readonly most: number;
  readonly bound: number;
}

/** How much of a sequence one n-gram makes up. */
export interface Coverage {
  readonly n: number;
  readonly occurrences: number;
  /** Where its first occurrence ends, as a count of ids. */
  readonly firstEnd: number;
}

/** The state of the suffix of (at most) `limit` ids, moved along with each push. */
interface Cursor {
  readonly limit: number;
  state: number;
  length: number;
}

const NONE = -1;
const ROOT = 0;

/** An empty index. `capacity` (ids) avoids growing when the length is known. */
export function createRepetitionIndex(capacity = 64): RepetitionIndex {
  return createIndex(emptyAutomaton(Math.max(capacity, 8)));
}

/** All memory of an index: plain numbers and typed arrays, so that a copy is a copy. */
interface Automaton {
  length: number;
  last: number;
  stateCount: number;
  edgeCount: number;
  undoCount: number;
  /** Per state: longest string in it, suffix link, first end, newest edge. */
  depth: Int32Array;
  link: Int32Array;
  firstEnd: Int32Array;
  edgeHead: Int32Array;
  /** Per edge: from, id, to, next edge of the same state. Edges are only ever added and removed at the end. */
  edgeFrom: Int32Array;
  edgeId: Int32Array;
  edgeTo: Int32Array;
  edgeNext: Int32Array;
  /** Open-addressing hash of (state, id) → edge + 1. Last in, first out: emptying a slot never breaks a probe. */
  slots: Int32Array;
  /** Changes to undo, as pairs: edge and its old target, or ~state and its old link. */
  undo: Int32Array;
  /** Per push: state, edge and undo counts before it, `last` before it. */
  marks: Int32Array;
  /** Per push: the id, and the longest repeat after it. */
  ids: Int32Array;
  repeats: Int32Array;
}

const MARK = 4;

function emptyAutomaton(capacity: number): Automaton {
  const states = 2 * capacity + 1;
  const edges = 3 * capacity;
  const automaton: Automaton = {
    length: 0,
    last: ROOT,
    stateCount: 1,
    edgeCount: 0,
    undoCount: 0,
    depth: new Int32Array(states),
    link: new Int32Array(states),
    firstEnd: new Int32Array(states),
    edgeHead: new Int32Array(states),
    edgeFrom: new Int32Array(edges),
    edgeId: new Int32Array(edges),
    edgeTo: new Int32Array(edges),
    edgeNext: new Int32Array(edges),
    slots: new Int32Array(2 ** Math.ceil(Math.log2(2 * edges))),
    undo: new Int32Array(4 * capacity),
    marks: new Int32Array(MARK * capacity),
    ids: new Int32Array(capacity),
    repeats: new Int32Array(capacity),
  };
  automaton.link[ROOT] = NONE;
  automaton.edgeHead[ROOT] = NONE;
  return automaton;
}

function createIndex(a: Automaton): RepetitionIndex {
  const cursors: Cursor[] = [];

  const addState = (depth: number, firstEnd: number): number => {
    if (a.stateCount === a.depth.length) growStates(a);
    const state = a.stateCount++;
    a.depth[state] = depth;
    a.firstEnd[state] = firstEnd;
    a.edgeHead[state] = NONE;
    return state;
  };

  const remember = (key: number, old: number): void => {
    if (a.undoCount + 2 > a.undo.length) a.undo = grown(a.undo);
    a.undo[a.undoCount++] = key;
    a.undo[a.undoCount++] = old;
  };

  const extend = (id: number): void => {
    const current = addState(a.depth[a.last] + 1, a.length + 1);
    let p = a.last;
    let edge = NONE;
    while (p !== NONE && (edge = findEdge(a, p, id)) === NONE) {
      addEdge(a, p, id, current);
      p = a.link[p];
    }
    a.last = current;
    if (p === NONE) {
      a.link[current] = ROOT;
      return;
    }
    const q = a.edgeTo[edge];
    if (a.depth[q] === a.depth[p] + 1) {
      a.link[current] = q;
      return;
    }
    const clone = addState(a.depth[p] + 1, a.firstEnd[q]);
    for (let e = a.edgeHead[q]; e !== NONE; e = a.edgeNext[e]) addEdge(a, clone, a.edgeId[e], a.edgeTo[e]);
    a.link[clone] = a.link[q];
    for (; p !== NONE; p = a.link[p]) {
      edge = findEdge(a, p, id);
      if (edge === NONE || a.edgeTo[edge] !== q) break;
      remember(edge, q);
      a.edgeTo[edge] = clone;
    }
    remember(~q, a.link[q]);
    a.link[q] = clone;
    a.link[current] = clone;
  };

  /** Moves up to the state that holds the suffix of exactly `length` ids. */
  const stateOfSuffix = (from: number, length: number): number => {
    let state = from;
    while (state !== ROOT && a.depth[a.link[state]] >= length) state = a.link[state];
    return state;
  };

  const advance = (cursor: Cursor, id: number): void => {
    cursor.length = Math.min(cursor.length + 1, cursor.limit);
    cursor.state = stateOfSuffix(a.edgeTo[findEdge(a, cursor.state, id)], cursor.length);
  };

  const cursorFor = (limit: number): Cursor => {
    let cursor = cursors.find((known) => known.limit === limit);
    if (!cursor) {
      const length = Math.min(limit, a.length);
      cursor = { limit, length, state: stateOfSuffix(a.last, length) };
      cursors.push(cursor);
    }
    return cursor;
  };

  const undoPush = (): void => {
    const mark = MARK * --a.length;
    const [states, edges, undo, last] = a.marks.subarray(mark, mark + MARK);
    while (a.undoCount > undo) {
      const old = a.undo[--a.undoCount];
      const key = a.undo[--a.undoCount];
      if (key >= 0) a.edgeTo[key] = old;
      else a.link[~key] = old;
    }
    while (a.edgeCount > edges) removeLastEdge(a);
    a.stateCount = states;
    a.last = last;
  };

  return {
    get length() {
      return a.length;
    },
    get longestRepeat() {
      return a.length === 0 ? 0 : a.depth[a.link[a.last]];
    },
    get repeatEnd() {
      return a.length === 0 ? 0 : a.firstEnd[a.link[a.last]];
    },
    push(id) {
      if (!(id >= 0 && id < 2 ** 29 && Number.isInteger(id))) throw fail('repeat/id', { id });
      if (a.length === a.repeats.length) {
        a.ids = grown(a.ids);
        a.repeats = grown(a.repeats);
        a.marks = grown(a.marks);
      }
      const mark = MARK * a.length;
      a.marks[mark] = a.stateCount;
      a.marks[mark + 1] = a.edgeCount;
      a.marks[mark + 2] = a.undoCount;
      a.marks[mark + 3] = a.last;
      extend(id);
      for (const cursor of cursors) advance(cursor, id);
      const repeat = a.depth[a.link[a.last]];
      a.ids[a.length] = id;
      a.repeats[a.length++] = repeat;
      return repeat;
    },
    repeatLengths: () => a.repeats.subarray(0, a.length),
    forEachFollower(suffixLength, visit) {
      if (suffixLength > a.length) return;
      const { state } = cursorFor(suffixLength);
      for (let e = a.edgeHead[state]; e !== NONE; e = a.edgeNext[e]) visit(a.edgeId[e]);
    },
    forEachContinuation({ least, most, bound }, visit) {
      if (a.length === 0 || most < least) return;
      let state = stateOfSuffix(cursorFor(bound).state, Math.min(most, a.length));
      for (; state !== ROOT && a.depth[state] >= least; state = a.link[state]) {
        const length = Math.min(a.depth[state], most);
        for (let e = a.edgeHead[state]; e !== NONE; e = a.edgeNext[e]) visit(a.edgeId[e], length);
      }
    },
    mostCovering: (minN, maxN) => mostCovering(a, minN, maxN),
    rewind(length) {
      if (!(length >= 0 && length <= a.length && Number.isInteger(length))) {
        throw fail('repeat/rewind', { length: a.length, to: length });
      }
      if (length === a.length) return;
      cursors.length = 0;
      while (a.length > length) undoPush();
    },
    fork() {
      const copy: Record<string, unknown> = { ...a };
      for (const [name, value] of Object.entries(a))
        if (typeof value !== 'number') copy[name] = value.slice();
      return createIndex(copy as unknown as Automaton);
    },
  };
}

/** In the finished automaton every n-gram belongs to one state, so counting n-grams is counting visits. */
function mostCovering(a: Automaton, minN: number, maxN: number): Coverage | undefined {
  const longest = a.repeats.subarray(0, a.length).reduce((most, repeat) => Math.max(most, repeat), 0);
  let best: Coverage | undefined;
  for (let n = minN; n <= Math.min(maxN, longest); n++) {
    const occurrences = new Int32Array(a.stateCount);
    const lastEnd = new Int32Array(a.stateCount);
    let state = ROOT;
    for (let end = 1; end <= a.length; end++) {
      state = a.edgeTo[findEdge(a, state, a.ids[end - 1])];
      while (a.depth[a.link[state]] >= n) state = a.link[state];
      if (end < n || (occurrences[state] > 0 && end < lastEnd[state] + n)) continue;
      lastEnd[state] = end;
      const count = ++occurrences[state];
      if (count >= 2 && (best === undefined || n * count > best.n * best.occurrences)) {
        best = { n, occurrences: count, firstEnd: a.firstEnd[state] };
      }
    }
  }
  return best;
}

/** The slot that holds the edge (state, id), or the free one where it belongs. */
function findSlot(a: Automaton, state: number, id: number): number {
  const mask = a.slots.length - 1;
  let hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(id, 0x85ebca6b);
  hash ^= hash >>> 15;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const edge = a.slots[slot] - 1;
    if (edge === NONE || (a.edgeFrom[edge] === state && a.edgeId[edge] === id)) return slot;
  }
}

function findEdge(a: Automaton, state: number, id: number): number {
  return a.slots[findSlot(a, state, id)] - 1;
}

function addEdge(a: Automaton, from: number, id: number, to: number): void {
  if (a.edgeCount === a.edgeFrom.length) growEdges(a);
  const edge = a.edgeCount++;
  a.edgeFrom[edge] = from;
  a.edgeId[edge] = id;
  a.edgeTo[edge] = to;
  a.edgeNext[edge] = a.edgeHead[from];
  a.edgeHead[from] = edge;
  a.slots[findSlot(a, from, id)] = edge + 1;
}

function removeLastEdge(a: Automaton): void {
  const edge = a.edgeCount - 1;
  const from = a.edgeFrom[edge];
  a.slots[findSlot(a, from, a.edgeId[edge])] = 0;
  a.edgeHead[from] = a.edgeNext[edge];
  a.edgeCount = edge;
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function growStates(a: Automaton): void {
  a.depth = grown(a.depth);
  a.link = grown(a.link);
  a.firstEnd = grown(a.firstEnd);
  a.edgeHead = grown(a.edgeHead);
}

function growEdges(a: Automaton): void {
  a.edgeFrom = grown(a.edgeFrom);
  a.edgeId = grown(a.edgeId);
  a.edgeTo = grown(a.edgeTo);
  a.edgeNext = grown(a.edgeNext);
  a.slots = new Int32Array(2 * a.slots.length);
  for (let edge = 0; edge < a.edgeCount; edge++)
    a.slots[findSlot(a, a.edgeFrom[edge], a.edgeId[edge])] = edge + 1;
}
