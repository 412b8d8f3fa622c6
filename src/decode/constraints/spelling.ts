/**
 * What a vocabulary without a token for every byte can still spell. Without this, a text could come to a place from which
 * bytes lead on, but no token does.
 */

import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { Place, Returns } from './machine.ts';
import type { Network } from './network.ts';
import { childrenOf, endsToken, type Vocabulary } from './vocabulary.ts';

/** Where reading from one state, with a token begun, can be when the state's rule ends. */
interface Exits {
  /** Nodes of the vocabulary's tree: how much of a token is begun then; 0 is none. */
  readonly nodes: Set<number>;
  /** Called with each of them. */
  readonly listeners: ((node: number) => void)[];
}

/** Tells of a place between two tokens whether the text can be completed with tokens; `atoms` as `atomsOf` gives them. */
export function createSpelling(
  network: Network,
  atoms: Vocabulary,
  where: string,
): (place: Place) => boolean {
  const { states, rules } = network;
  const known = new Map<number, Exits>();
  const fresh: [exits: Exits, state: number, node: number][] = [];
  let work = 0;

  const exitsOf = (state: number, node: number): Exits => {
    const key = state * atoms.nodeCount + node;
    let exits = known.get(key);
    if (!exits) {
      exits = { nodes: new Set(), listeners: [] };
      known.set(key, exits);
      fresh.push([exits, state, node]);
    }
    return exits;
  };
  const add = (exits: Exits, node: number): void => {
    if (exits.nodes.has(node)) return;
    if (++work > limits.spellingWork) {
      throw fail('constraint/limit', {
        where,
        what: 'ways to spell it with a vocabulary that lacks some bytes',
        whatZh: '在缺少部分字节的词表下的拼法数',
        limit: limits.spellingWork,
      });
    }
    exits.nodes.add(node);
    for (const listener of exits.listeners) listener(node);
  };
  const listen = (exits: Exits, listener: (node: number) => void): void => {
    // NOTE: the listener may add to this very set while it is told of it.
    for (const node of [...exits.nodes]) listener(node);
    exits.listeners.push(listener);
  };
  const include = (exits: Exits, other: Exits): void => listen(other, (node) => add(exits, node));

  /** The exits of a pair in full. */
  const solve = (state: number, node: number): Set<number> => {
    const wanted = exitsOf(state, node);
    for (let item = fresh.pop(); item; item = fresh.pop()) {
      const [exits, at, begun] = item;
      const { bytes, calls, skips, rule } = states[at];
      if (at === rules[rule].accept) add(exits, begun);
      if (begun !== 0 && endsToken(atoms, begun)) include(exits, exitsOf(at, 0));
      for (const to of skips) include(exits, exitsOf(to, begun));
      for (const child of bytes.length > 0 ? childrenOf(atoms, begun) : []) {
        for (let i = 0; i < bytes.length; i += 3) {
          const byte = atoms.byte[child];
          if (byte >= bytes[i] && byte <= bytes[i + 1]) include(exits, exitsOf(bytes[i + 2], child));
        }
      }
      for (let i = 0; i < calls.length; i += 2) {
        const to = calls[i + 1];
        listen(exitsOf(rules[calls[i]].start, begun), (after) => include(exits, exitsOf(to, after)));
      }
    }
    return wanted.nodes;
  };

  const answers = new WeakMap<Returns, Map<number, boolean>>();
  /** Whether the text can be completed when a rule ends with this much of a token begun. */
  const completes = (returns: Returns, node: number): boolean => {
    let byNode = answers.get(returns);
    if (!byNode) answers.set(returns, (byNode = new Map()));
    let answer = byNode.get(node);
    if (answer === undefined) {
      answer = returns.states.some((state, i) => {
        const above = returns.above[i];
        return above ? [...solve(state, node)].some((exit) => completes(above, exit)) : node === 0;
      });
      byNode.set(node, answer);
    }
    return answer;
  };

  const isLive = new WeakMap<Place, boolean>();
  return (place) => {
    let live = isLive.get(place);
    if (live === undefined) {
      live =
        place.ends ||
        place.states.some((state, i) =>
          [...solve(state, 0)].some((exit) => completes(place.returns[i], exit)),
        );
      isLive.set(place, live);
    }
    return live;
  };
}
