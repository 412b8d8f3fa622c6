/**
 * Walks a network byte by byte along all its readings at once. Where it stands is a `Place`: a set of network states,
 * each with the rules that are open above it. Places are made when first entered and remembered, so that a byte usually
 * costs one look-up; that is a lazily built deterministic automaton, without end where rules nest.
 */

import { fail } from './errors.ts';
import { skipClosure } from './left-recursion.ts';
import { limits } from './limits.ts';
import type { Network } from './network.ts';

/**
 * Where rules return to when they end: a set of [state, what is open above it] as a sorted list without double states.
 * Equal sets are one object while they are remembered.
 */
export interface Returns {
  readonly key: number;
  readonly states: readonly number[];
  readonly above: readonly (Returns | undefined)[];
  /** How many rules are open. */
  readonly depth: number;
}

export interface Place {
  readonly key: number;
  /** Network states from which a byte can be read, ascending. */
  readonly states: readonly number[];
  /** For each of them, where its rule returns to. */
  readonly returns: readonly Returns[];
  /** Whether the text may end here. */
  readonly ends: boolean;
  /** In the outline of a place: which of its returns have been reached. */
  readonly reached: readonly number[];
  /** By class of byte; `null` where nothing can be read. */
  readonly next: (Place | null)[];
  outline?: Place;
}

export interface Machine {
  readonly start: Place;
  /** Bytes of one class lead to the same places. */
  readonly classOf: Uint8Array;
  /** Reads a byte; `null` when it cannot follow. `place.next[classOf[byte]]` is the same once it is known. */
  step(place: Place, byte: number): Place | null;
  /**
   * The place with its open rules left blank: the same for every text that stands at the same point of the same rules.
   * Blank i stands for `blanks(place)[i]`; stepping from an outline fills `reached` where a blank has been returned to.
   * The end of the text is no blank.
   */
  outline(place: Place): Place;
  blanks(place: Place): readonly Returns[];
  /** Where one stands when the rules above have been returned to. */
  returnTo(returns: readonly Returns[]): Place;
  /** Starts counting work anew; returns what was counted. */
  rest(): number;
  /** Changes whenever everything remembered was forgotten. */
  readonly epoch: number;
}

/** The end of the text, as a state to return to; blank i of an outline is −2 − i. */
const TEXT_END = -1;

/** Makes the machine of a network without left recursion; `ranks` as `removeLeftRecursion` gives them. */
export function createMachine(network: Network, ranks: Int32Array): Machine {
  const { classOf, classCount } = byteClasses(network);
  const { rules } = network;
  const size = network.states.length;
  const accepts = new Uint8Array(size);
  for (const { accept } of rules) accepts[accept] = 1;
  const isTail = tailReturns(network, accepts);
  /** The states of each rule's beginning that matter, found when first needed. */
  const beginnings: (readonly number[])[] = [];

  let epoch = 0;
  let work = 0;
  let keys = 0;
  /** About how many numbers are remembered. */
  let cells = 0;
  let places = new Map<string, Place>();
  let sets = new Map<string, Returns>();

  const returnsOf = (states: readonly number[], above: readonly (Returns | undefined)[]): Returns => {
    let name = '';
    for (let i = 0; i < states.length; i++) name += `${states[i]}:${above[i]?.key ?? ''} `;
    let known = sets.get(name);
    if (!known) {
      let depth = 0;
      for (const one of above) if (one && one.depth >= depth) depth = one.depth + 1;
      if (depth > limits.openRules) throw fail('constraint/open-rules', { limit: limits.openRules });
      known = { key: keys++, states, above, depth };
      sets.set(name, known);
      cells += 4 * states.length;
    }
    return known;
  };
  const textEnd = returnsOf([TEXT_END], [undefined]);
  const blank: Returns[] = [];
  const blankAt = (i: number): Returns => (blank[i] ??= returnsOf([-2 - i], [undefined]));

  const unite = (a: Returns, b: Returns): Returns => {
    if (a === b) return a;
    const states: number[] = [];
    const above: (Returns | undefined)[] = [];
    let i = 0;
    let j = 0;
    while (i < a.states.length || j < b.states.length) {
      work++;
      const order = i === a.states.length ? 1 : j === b.states.length ? -1 : a.states[i] - b.states[j];
      states.push(order <= 0 ? a.states[i] : b.states[j]);
      const [left, right] = [order <= 0 ? a.above[i] : undefined, order >= 0 ? b.above[j] : undefined];
      above.push(left && right ? unite(left, right) : (left ?? right));
      if (order <= 0) i++;
      if (order >= 0) j++;
    }
    return returnsOf(states, above);
  };

  // What a step gathers, by state; `mark[state] === turn` where `held[state]` is of this step.
  const mark = new Int32Array(size);
  const held: Returns[] = new Array(size);
  let turn = 0;
  let gathered: number[] = [];
  let reached: number[] = [];
  let ends = false;

  const begin = (): void => {
    turn++;
    gathered = [];
    reached = [];
    ends = false;
  };

  /** Adds a state to what is gathered; false when that says nothing new. */
  const gather = (state: number, returns: Returns): boolean => {
    if (++work > limits.work) throw fail('constraint/work', { limit: limits.work });
    if (mark[state] !== turn) {
      mark[state] = turn;
      held[state] = returns;
      gathered.push(state);
      return true;
    }
    const both = unite(held[state], returns);
    if (both === held[state]) return false;
    held[state] = both;
    return true;
  };

  /** Adds a state reached by reading, and everything that follows without reading: skips and the ends of rules. */
  const enter = (first: number, firstReturns: Returns): void => {
    const queue: [state: number, returns: Returns][] = [[first, firstReturns]];
    for (let item = queue.pop(); item; item = queue.pop()) {
      const [state, returns] = item;
      if (state < 0) {
        if (state === TEXT_END) ends = true;
        else if (!reached.includes(-2 - state)) reached.push(-2 - state);
        continue;
      }
      if (!gather(state, returns)) continue;
      const all = held[state];
      for (const to of network.states[state].skips) queue.push([to, all]);
      if (accepts[state]) all.states.forEach((to, i) => queue.push([to, all.above[i]!]));
    }
  };

  /** Opens every rule that is called from what is gathered, callers before called. */
  const openRules = (): void => {
    const callers = new Map<number, number[]>();
    const collect = (state: number): void => {
      const { calls } = network.states[state];
      for (let i = 0; i < calls.length; i += 2) {
        const sites = callers.get(calls[i]);
        if (sites) sites.push(state, calls[i + 1]);
        else callers.set(calls[i], [state, calls[i + 1]]);
      }
    };
    gathered.forEach(collect);
    while (callers.size > 0) {
      let rule = -1;
      for (const called of callers.keys()) if (rule < 0 || ranks[called] < ranks[rule]) rule = called;
      const sites = callers.get(rule)!;
      callers.delete(rule);
      let returns: Returns | undefined;
      for (let i = 0; i < sites.length; i += 2) {
        const [state, to] = [sites[i], sites[i + 1]];
        const one = isTail[to] ? held[state] : returnsOf([to], [held[state]]);
        returns = returns ? unite(returns, one) : one;
      }
      beginnings[rule] ??= skipClosure(network, rules[rule].start).filter(
        (state) => network.states[state].bytes.length + network.states[state].calls.length > 0,
      );
      for (const state of beginnings[rule]) {
        const isNew = mark[state] !== turn;
        gather(state, returns!);
        if (isNew) collect(state);
      }
    }
  };

  const settle = (): Place | null => {
    openRules();
    const states = gathered.filter((state) => network.states[state].bytes.length > 0).sort((a, b) => a - b);
    if (states.length === 0 && !ends && reached.length === 0) return null;
    reached.sort((a, b) => a - b);
    return placeOf(
      states,
      states.map((state) => held[state]),
      ends,
      reached,
    );
  };

  const placeOf = (
    states: readonly number[],
    returns: readonly Returns[],
    ends: boolean,
    reached: readonly number[],
  ): Place => {
    let name = `${ends}${reached.join()};`;
    for (let i = 0; i < states.length; i++) name += `${states[i]}:${returns[i].key} `;
    let place = places.get(name);
    if (!place) {
      cells += classCount + 2 * states.length;
      if (cells > limits.cachedCells) forget();
      place = { key: keys++, states, returns, ends, reached, next: [] };
      places.set(name, place);
    }
    return place;
  };

  /** NOTE: keys are never used again, so whoever still holds a forgotten place is right, only slower. */
  const forget = (): void => {
    for (const place of places.values()) {
      place.next.length = 0;
      place.outline = undefined;
    }
    places = new Map();
    cells = 0;
    sets = new Map([...sets].filter(([, one]) => one === textEnd || blank.includes(one)));
    epoch++;
  };

  const blanks = (place: Place): readonly Returns[] => [
    ...new Set(place.returns.filter((returns) => returns !== textEnd)),
  ];

  begin();
  const { root } = network;
  // NOTE: a rule reads at least one byte once it is called, so the empty text is looked at here.
  ends = rules[root].nullable;
  for (const state of skipClosure(network, rules[root].start)) gather(state, textEnd);
  const start = settle()!;

  return {
    start,
    classOf,
    get epoch() {
      return epoch;
    },
    rest() {
      const done = work;
      work = 0;
      return done;
    },
    step(place, byte) {
      const kind = classOf[byte];
      let next = place.next[kind];
      if (next === undefined) {
        begin();
        place.states.forEach((state, i) => {
          const { bytes } = network.states[state];
          for (let k = 0; k < bytes.length; k += 3) {
            if (byte >= bytes[k] && byte <= bytes[k + 1]) enter(bytes[k + 2], place.returns[i]);
          }
          work += bytes.length / 3;
        });
        next = settle();
        if (place.next.length === 0) place.next.length = classCount;
        place.next[kind] = next;
      }
      return next;
    },
    outline(place) {
      if (!place.outline) {
        const all = blanks(place);
        place.outline = placeOf(
          place.states,
          place.returns.map((returns) => (returns === textEnd ? textEnd : blankAt(all.indexOf(returns)))),
          false,
          [],
        );
      }
      return place.outline;
    },
    blanks,
    returnTo(returns) {
      begin();
      for (const one of returns) one.states.forEach((state, i) => enter(state, one.above[i]!));
      return settle() ?? placeOf([], [], false, []);
    },
  };
}

/** Bytes that no edge tells apart are one class. */
function byteClasses({ states }: Network): { classOf: Uint8Array; classCount: number } {
  const starts = new Uint8Array(257);
  for (const { bytes } of states) {
    for (let i = 0; i < bytes.length; i += 3) {
      starts[bytes[i]] = 1;
      starts[bytes[i + 1] + 1] = 1;
    }
  }
  const classOf = new Uint8Array(256);
  for (let byte = 1; byte < 256; byte++) classOf[byte] = classOf[byte - 1] + starts[byte];
  return { classOf, classCount: classOf[255] + 1 };
}

/** Return states at which a rule can only end: returning there is returning to its caller. */
function tailReturns({ states }: Network, accepts: Uint8Array): Uint8Array {
  const before: number[][] = states.map(() => []);
  states.forEach(({ skips }, from) => {
    for (const to of skips) before[to].push(from);
  });
  const goesOn = spread(before, (state) => states[state].bytes.length + states[state].calls.length > 0);
  const isOver = spread(before, (state) => accepts[state] === 1);
  return isOver.map((over, state) => over & (goesOn[state] ^ 1));
}

/** Marks the states with a property, and all from which one can be reached along `before`, an edge list backwards. */
function spread(before: readonly (readonly number[])[], has: (state: number) => boolean): Uint8Array {
  const marked = new Uint8Array(before.length);
  const queue = before.flatMap((_, state) => (has(state) ? [state] : []));
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    if (marked[state]) continue;
    marked[state] = 1;
    for (const from of before[state]) queue.push(from);
  }
  return marked;
}
