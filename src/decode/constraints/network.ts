/**
 * A grammar as a network of byte automata, one for each rule, that call each other (a recursive transition network).
 * Only states from which the text can still be completed are kept, so that whoever walks it never meets a dead end.
 */

import { fail } from './errors.ts';
import type { Expression, Grammar } from './expression.ts';
import { limits } from './limits.ts';
import { END, type Utf8Graph, utf8Graph } from './utf8.ts';

/** A state's ways on. All are flat lists: byte ranges as [first, last, to], calls as [rule, return to]. */
export interface NetworkState {
  readonly rule: number;
  bytes: number[];
  calls: number[];
  /** States that are reached without reading anything. */
  skips: number[];
}

export interface NetworkRule {
  start: number;
  /** The only state at which the rule ends. */
  accept: number;
  /** Whether it can be empty. Its callers have a skip for that: a call itself always reads at least one byte. */
  nullable: boolean;
}

export interface Network {
  readonly root: number;
  readonly rules: NetworkRule[];
  readonly states: NetworkState[];
}

const encoder = new TextEncoder();

/** Adds states, and refuses to add more than the limit. */
export function addState(network: Pick<Network, 'states'>, rule: number, where: string): number {
  if (network.states.length >= limits.states) {
    throw fail('constraint/limit', { where, what: 'states', whatZh: '状态数', limit: limits.states });
  }
  return network.states.push({ rule, bytes: [], calls: [], skips: [] }) - 1;
}

/** Writes a grammar out as a network. `where` names it in errors. A grammar that allows no text is an error. */
export function buildNetwork(grammar: Grammar, where: string): Network {
  const inlined = grammar.inline === false ? new Set<string>() : inlinable(grammar);
  const rules: NetworkRule[] = [];
  const states: NetworkState[] = [];
  const network: Network = { root: 0, rules, states };
  const numbers = new Map<string, number>();
  const queue: string[] = [];
  const graphs = new Map<unknown, Utf8Graph>();
  let current = 0;

  const state = (): number => addState(network, current, where);
  const numberOf = (name: string): number => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = rules.push({ start: -1, accept: -1, nullable: false }) - 1;
      numbers.set(name, number);
      queue.push(name);
    }
    return number;
  };

  /** Lays `expression` between two states. It adds no edge into `from` and none out of `to`. */
  function lay(expression: Expression, from: number, to: number): void {
    switch (expression.type) {
      case 'text':
        layBytes(encoder.encode(expression.text), from, to);
        break;
      case 'character': {
        let graph = graphs.get(expression.set);
        if (!graph) graphs.set(expression.set, (graph = utf8Graph(expression.set)));
        const placed = graph.nodes.map((_, node) => (node === 0 ? from : state()));
        graph.nodes.forEach((edges, node) => {
          for (const { first, last, to: next } of edges) {
            states[placed[node]].bytes.push(first, last, next === END ? to : placed[next]);
          }
        });
        break;
      }
      case 'sequence':
        layChain(expression.parts.length, from, to, (i, a, b) => lay(expression.parts[i], a, b));
        break;
      case 'choice':
        layChoice(expression.parts, from, to);
        break;
      case 'repeat':
        layRepeat(expression, from, to);
        break;
      case 'rule':
        if (inlined.has(expression.name)) lay(grammar.rules.get(expression.name)!, from, to);
        else states[from].calls.push(numberOf(expression.name), to);
    }
  }

  function layChain(
    length: number,
    from: number,
    to: number,
    layPart: (i: number, from: number, to: number) => void,
  ): void {
    let at = from;
    for (let i = 0; i < length; i++) {
      const next = i === length - 1 ? to : state();
      layPart(i, at, next);
      at = next;
    }
    if (length === 0) states[from].skips.push(to);
  }

  function layBytes(bytes: Uint8Array, from: number, to: number): void {
    layChain(bytes.length, from, to, (i, a, b) => void states[a].bytes.push(bytes[i], bytes[i], b));
  }

  /** Texts among the parts share their beginnings. */
  function layChoice(parts: readonly Expression[], from: number, to: number): void {
    const prefixes = new Map<number, Map<number, number>>();
    for (const part of parts) {
      if (part.type !== 'text') {
        lay(part, from, to);
        continue;
      }
      let at = from;
      for (const byte of encoder.encode(part.text)) {
        let nexts = prefixes.get(at);
        if (!nexts) prefixes.set(at, (nexts = new Map()));
        let next = nexts.get(byte);
        if (next === undefined) {
          next = state();
          nexts.set(byte, next);
          states[at].bytes.push(byte, byte, next);
        }
        at = next;
      }
      states[at].skips.push(to);
    }
  }

  function layRepeat(
    { body, min, max }: { readonly body: Expression; readonly min: number; readonly max: number },
    from: number,
    to: number,
  ): void {
    let at = from;
    const copies = max === Number.POSITIVE_INFINITY ? min : max;
    for (let i = 0; i < copies; i++) {
      if (i >= min) states[at].skips.push(to);
      const next = state();
      lay(body, at, next);
      at = next;
    }
    if (max === Number.POSITIVE_INFINITY) {
      const loop = state();
      states[at].skips.push(loop);
      lay(body, loop, loop);
      at = loop;
    }
    states[at].skips.push(to);
  }

  numberOf(grammar.root);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    current = numbers.get(name)!;
    const row = rules[current];
    row.start = state();
    row.accept = state();
    lay(grammar.rules.get(name)!, row.start, row.accept);
  }
  skipEmptyRules(network);
  prune(network, where);
  return network;
}

/** How many states a rule may have to be written out where it is used. */
const SMALL = 200;

/** Rules that are small when written out and never come back to themselves. */
function inlinable({ rules }: Grammar): Set<string> {
  const sizes = new Map<string, number>();
  const sizeOf = (expression: Expression, depth: number): number => {
    if (depth > limits.depth) return Number.POSITIVE_INFINITY;
    switch (expression.type) {
      case 'text':
        return expression.text.length * 3;
      case 'character':
        return Math.min(expression.set.length * 3, SMALL / 4);
      case 'sequence':
      case 'choice':
        return expression.parts.reduce((total, part) => total + 1 + sizeOf(part, depth + 1), 0);
      case 'repeat': {
        const copies = expression.max === Number.POSITIVE_INFINITY ? expression.min + 1 : expression.max;
        return copies === 0 ? 1 : (sizeOf(expression.body, depth + 1) + 1) * copies;
      }
      case 'rule': {
        const known = sizes.get(expression.name);
        if (known !== undefined) return known;
        // While its size is being found it counts as endless: so recursive rules are never small.
        sizes.set(expression.name, Number.POSITIVE_INFINITY);
        const size = 1 + sizeOf(rules.get(expression.name)!, depth + 1);
        sizes.set(expression.name, size);
        return size;
      }
    }
  };
  return new Set([...rules.keys()].filter((name) => sizeOf({ type: 'rule', name }, 0) <= SMALL));
}

/** Finds the rules that can be empty, and gives every call of one a skip beside it. */
function skipEmptyRules({ rules, states }: Network): void {
  const reached = new Uint8Array(states.length);
  const callsOf: [from: number, to: number][][] = rules.map(() => []);
  states.forEach(({ calls }, from) => {
    for (let i = 0; i < calls.length; i += 2) callsOf[calls[i]].push([from, calls[i + 1]]);
  });
  const queue: number[] = [];
  const reach = (state: number): void => {
    if (reached[state]) return;
    reached[state] = 1;
    queue.push(state);
  };
  for (const { start } of rules) reach(start);
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const to of states[state].skips) reach(to);
    const { calls, rule } = states[state];
    for (let i = 0; i < calls.length; i += 2) if (rules[calls[i]].nullable) reach(calls[i + 1]);
    if (state === rules[rule].accept && !rules[rule].nullable) {
      rules[rule].nullable = true;
      for (const [from, to] of callsOf[rule]) if (reached[from]) reach(to);
    }
  }
  states.forEach(({ calls, skips }) => {
    for (let i = 0; i < calls.length; i += 2) if (rules[calls[i]].nullable) skips.push(calls[i + 1]);
  });
}

/** Removes every edge to a state from which its rule cannot end. */
function prune({ root, rules, states }: Network, where: string): void {
  const alive = new Uint8Array(states.length);
  const before: number[][] = states.map(() => []);
  /** For each rule its calls as [from, to]. */
  const callsOf: [from: number, to: number][][] = rules.map(() => []);
  const callsInto: [from: number, rule: number][][] = states.map(() => []);
  states.forEach(({ bytes, calls, skips }, from) => {
    for (let i = 0; i < bytes.length; i += 3) before[bytes[i + 2]].push(from);
    for (const to of skips) before[to].push(from);
    for (let i = 0; i < calls.length; i += 2) {
      callsOf[calls[i]].push([from, calls[i + 1]]);
      callsInto[calls[i + 1]].push([from, calls[i]]);
    }
  });
  const queue: number[] = [];
  const revive = (state: number): void => {
    if (alive[state]) return;
    alive[state] = 1;
    queue.push(state);
  };
  for (const { accept } of rules) revive(accept);
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const from of before[state]) revive(from);
    for (const [from, rule] of callsInto[state]) if (alive[rules[rule].start]) revive(from);
    const { rule } = states[state];
    if (state === rules[rule].start) for (const [from, to] of callsOf[rule]) if (alive[to]) revive(from);
  }
  if (!alive[rules[root].start]) throw fail('constraint/empty', { where });
  for (const state of states) {
    state.bytes = keep(state.bytes, 3, (i) => alive[state.bytes[i + 2]] === 1);
    state.skips = state.skips.filter((to) => alive[to] === 1);
    state.calls = keep(
      state.calls,
      2,
      (i) => alive[state.calls[i + 1]] === 1 && alive[rules[state.calls[i]].start] === 1,
    );
  }
}

/** The rows of a flat list that pass. */
function keep(list: readonly number[], width: number, passes: (at: number) => boolean): number[] {
  const kept: number[] = [];
  for (let i = 0; i < list.length; i += width) {
    if (passes(i)) for (let k = 0; k < width; k++) kept.push(list[i + k]);
  }
  return kept;
}
