/**
 * The pattern of a rule as a small automaton (Thompson, 1968). It reads each character once for all its ways at once, so
 * that no text and no pattern can make it slow, and no match is longer than is known beforehand.
 */

import type { NewRule } from '../../store/index.ts';
import { type PatternNode, parsePattern } from '../../text/index.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';

export interface Matcher {
  /** Code units of the longest match. */
  readonly span: number;
  /** Where the longest match that begins at `at` ends; -1 without one. */
  endOf(text: string, at: number): number;
}

type State =
  | { readonly test: (codePoint: number) => boolean; readonly next: number }
  | { readonly ways: readonly number[] };

/** The state at which a match ends. */
const END = 0;

/** Compiles the pattern of a rule. @throws when it cannot be read, or when a match could be empty or too long. */
export function compilePattern({ kind, pattern }: Pick<NewRule, 'kind' | 'pattern'>): Matcher {
  const tree = kind === 'regex' ? parsePattern(pattern) : literal(pattern);
  const [shortest, longest] = lengthsOf(tree);
  const refuse = (rule: string, zhRule: string) =>
    fail('serve/field', {
      field: 'pattern',
      rule: `a pattern ${rule}`,
      zhRule: `${zhRule}的规则`,
      got: pattern,
    });
  if (shortest === 0) throw refuse('that matches at least one character', '至少匹配一个字符');
  if (longest > limits.ruleSpan) {
    throw refuse(
      `that matches at most ${limits.ruleSpan} characters (write {0,50} in place of *)`,
      `最多匹配 ${limits.ruleSpan} 个字符（请用 {0,50} 代替 *）`,
    );
  }
  const states: State[] = [{ ways: [] }];
  const add = (state: State): number => {
    if (states.length >= limits.ruleStates) {
      throw refuse(`of at most ${limits.ruleStates} states`, `至多 ${limits.ruleStates} 个状态`);
    }
    return states.push(state) - 1;
  };
  /** Where to begin so that the node is read and then what follows it. */
  const before = (node: PatternNode, next: number): number => {
    switch (node.type) {
      case 'character':
        return add({ test: node.test, next });
      case 'sequence':
        return node.parts.reduceRight((follow, part) => before(part, follow), next);
      case 'choice':
        return add({ ways: node.parts.map((part) => before(part, next)) });
      case 'repeat': {
        let at = next;
        if (lengthsOf(node.body)[1] === 0) return next;
        for (let i = node.min; i < node.max; i++) at = add({ ways: [before(node.body, at), next] });
        for (let i = 0; i < node.min; i++) at = before(node.body, at);
        return at;
      }
      default:
        throw refuse('without look-ahead, anchors and atomic groups', '不含前瞻、锚点和原子组');
    }
  };
  const start = before(tree, END);
  return { span: 2 * longest, endOf: runner(states, start) };
}

/** The characters as they stand, in either case. */
function literal(text: string): PatternNode {
  const parts = Array.from(text, (letter): PatternNode => {
    const known = new Set(
      [letter, letter.toLowerCase(), letter.toUpperCase()].map((one) => one.codePointAt(0)),
    );
    return { type: 'character', test: (codePoint) => known.has(codePoint) };
  });
  return { type: 'sequence', parts };
}

/** Characters of the shortest and the longest match. */
function lengthsOf(node: PatternNode): readonly [shortest: number, longest: number] {
  switch (node.type) {
    case 'character':
      return [1, 1];
    case 'sequence':
      return node.parts.map(lengthsOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    case 'choice': {
      const lengths = node.parts.map(lengthsOf);
      return [Math.min(...lengths.map(([a]) => a)), Math.max(...lengths.map(([, b]) => b))];
    }
    case 'repeat': {
      const [shortest, longest] = lengthsOf(node.body);
      return [node.min * shortest, longest === 0 ? 0 : node.max * longest];
    }
    default:
      return [0, 0];
  }
}

function runner(states: readonly State[], start: number): Matcher['endOf'] {
  const seen = new Uint32Array(states.length);
  let round = 0;
  let ended = false;
  /** Adds a state, or those that it stands for, to the list. */
  const enter = (first: number, list: number[]): void => {
    const open = [first];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] === round) continue;
      seen[at] = round;
      if (at === END) ended = true;
      const state = states[at];
      if ('ways' in state) open.push(...state.ways);
      else list.push(at);
    }
  };
  const begin = (): number[] => {
    round++;
    ended = false;
    return [];
  };
  const first = begin();
  enter(start, first);

  return (text, from) => {
    let end = -1;
    let current = first;
    for (let at = from; at < text.length && current.length > 0; ) {
      const codePoint = text.codePointAt(at)!;
      at += codePoint > 0xffff ? 2 : 1;
      const next = begin();
      for (const one of current) {
        const state = states[one] as Extract<State, { test: unknown }>;
        if (state.test(codePoint)) enter(state.next, next);
      }
      if (ended) end = at;
      current = next;
    }
    return end;
  };
}
