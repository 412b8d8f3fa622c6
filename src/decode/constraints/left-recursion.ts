/**
 * Rids a network of left recursion (`sum ::= sum "+" digit | digit`), so that opening rules always comes to an end.
 * A rule A of a left-recursive group is rebuilt from its left corner: first the beginning of any rule B of the group that
 * does not begin with the group itself, then, whenever a rule B is complete, the rest of any rule that begins with B.
 */

import { addState, type Network } from './network.ts';

/** The states that can be reached from `state` without reading anything, itself among them. */
export function skipClosure({ states }: Pick<Network, 'states'>, state: number): number[] {
  const reached = [state];
  const seen = new Set(reached);
  for (const at of reached) {
    for (const to of states[at].skips) {
      if (!seen.has(to)) {
        seen.add(to);
        reached.push(to);
      }
    }
  }
  return reached;
}

/**
 * Changes the network so that no rule can call itself before it has read a byte. Returns the rank of each rule: a rule
 * that is called at the beginning of another has the higher rank.
 */
export function removeLeftRecursion(network: Network, where: string): Int32Array {
  const groups = leftGroups(network);
  const isRecursive = (group: readonly number[]) =>
    group.length > 1 || leftCalls(network, group[0]).includes(group[0]);
  for (const group of groups.filter(isRecursive)) rebuild(network, group, where);
  const ranks = new Int32Array(network.rules.length);
  leftGroups(network)
    .flat()
    .forEach((rule, i) => {
      ranks[rule] = network.rules.length - i;
    });
  return ranks;
}

/** The rules that `rule` calls at its beginning. */
function leftCalls(network: Network, rule: number): number[] {
  return skipClosure(network, network.rules[rule].start).flatMap((state) =>
    network.states[state].calls.filter((_, i) => i % 2 === 0),
  );
}

/** Groups of rules that begin with each other, every group after those that its rules begin with (Tarjan 1972). */
function leftGroups(network: Network): number[][] {
  const { rules } = network;
  const calls = rules.map((_, rule) => [...new Set(leftCalls(network, rule))]);
  const order = new Int32Array(rules.length).fill(-1);
  const low = new Int32Array(rules.length);
  const open: number[] = [];
  const isOpen = new Uint8Array(rules.length);
  const groups: number[][] = [];
  let count = 0;
  for (let root = 0; root < rules.length; root++) {
    if (order[root] >= 0) continue;
    const path: { readonly rule: number; next: number }[] = [];
    const enter = (rule: number): void => {
      order[rule] = low[rule] = count++;
      open.push(rule);
      isOpen[rule] = 1;
      path.push({ rule, next: 0 });
    };
    enter(root);
    while (path.length > 0) {
      const place = path[path.length - 1];
      const { rule } = place;
      if (place.next < calls[rule].length) {
        const called = calls[rule][place.next++];
        if (order[called] < 0) enter(called);
        else if (isOpen[called]) low[rule] = Math.min(low[rule], order[called]);
        continue;
      }
      path.pop();
      const caller = path.at(-1)?.rule;
      if (caller !== undefined) low[caller] = Math.min(low[caller], low[rule]);
      if (low[rule] === order[rule]) {
        const group = open.splice(open.indexOf(rule));
        for (const member of group) isOpen[member] = 0;
        groups.push(group);
      }
    }
  }
  return groups;
}

/** Gives every rule of a left-recursive group a new automaton without left recursion. */
function rebuild(network: Network, group: readonly number[], where: string): void {
  const { rules, states } = network;
  const members = new Set(group);
  const bodies = group.map((rule) => reachable(network, rules[rule].start));
  /** What can be read first in each rule, apart from the group's own rules. */
  const beginnings = group.map((rule) => {
    const closure = skipClosure(network, rules[rule].start).map((state) => states[state]);
    return {
      bytes: closure.flatMap(({ bytes }) => bytes),
      calls: closure.flatMap(({ calls }) => pairs(calls).filter(([called]) => !members.has(called))),
      left: closure.flatMap(({ calls }) => pairs(calls).filter(([called]) => members.has(called))),
    };
  });
  const rebuilt = group.map((rule) => {
    /** Copies of the bodies of all rules of the group, in this rule's automaton. */
    const copies = bodies.map(
      (body) => new Map(body.map((state) => [state, addState(network, rule, where)])),
    );
    copies.forEach((copy) => {
      const at = (state: number): number => copy.get(state)!;
      for (const [from, to] of copy) {
        const { bytes, calls, skips } = states[from];
        states[to].bytes = bytes.map((value, i) => (i % 3 === 2 ? at(value) : value));
        states[to].calls = calls.map((value, i) => (i % 2 === 1 ? at(value) : value));
        states[to].skips = skips.map(at);
      }
    });
    const start = addState(network, rule, where);
    beginnings.forEach(({ bytes, calls, left }, m) => {
      const at = (state: number): number => copies[m].get(state)!;
      for (let i = 0; i < bytes.length; i += 3)
        states[start].bytes.push(bytes[i], bytes[i + 1], at(bytes[i + 2]));
      for (const [called, to] of calls) states[start].calls.push(called, at(to));
      for (const [called, to] of left) {
        const complete = copies[group.indexOf(called)].get(rules[called].accept)!;
        states[complete].skips.push(at(to));
      }
    });
    return { start, accept: copies[group.indexOf(rule)].get(rules[rule].accept)! };
  });
  group.forEach((rule, i) => {
    Object.assign(rules[rule], rebuilt[i]);
  });
}

function reachable({ states }: Network, from: number): number[] {
  const reached = new Set([from]);
  for (const at of reached) {
    const { bytes, calls, skips } = states[at];
    for (let i = 2; i < bytes.length; i += 3) reached.add(bytes[i]);
    for (let i = 1; i < calls.length; i += 2) reached.add(calls[i]);
    for (const to of skips) reached.add(to);
  }
  return [...reached];
}

function pairs(calls: readonly number[]): (readonly [rule: number, to: number])[] {
  return calls.flatMap((rule, i) => (i % 2 === 0 ? [[rule, calls[i + 1]] as const] : []));
}
