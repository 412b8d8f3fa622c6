/**
 * A small backtracking matcher with a budget. Patterns come from files and JavaScript's own engine cannot be stopped;
 * here a pattern that explodes ends with an error after a number of steps proportional to the text.
 */

import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { type CharacterTest, type PatternNode, parsePattern } from './pattern-parse.ts';
import type { Splitter } from './split.ts';

/** Steps allowed for one text: a constant and so many per code unit. Published patterns need about 30 per unit. */
const STEPS = 10_000;
const STEPS_PER_UNIT = 256;

type Instruction =
  | { readonly op: 'character'; readonly test: CharacterTest }
  | {
      readonly op: 'loop';
      readonly test: CharacterTest;
      readonly min: number;
      readonly max: number;
      readonly possessive: boolean;
    }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** Runs the instructions after it up to their `match`, then goes on at `next`. */
  | { readonly op: 'look' | 'look-not' | 'atomic'; next: number }
  | { readonly op: 'line-start' | 'line-end' | 'text-start' | 'text-end' | 'match' };

function compile(tree: PatternNode, pattern: string): Instruction[] {
  const program: Instruction[] = [];
  let emitted = 0;
  const count = (): void => {
    if (++emitted > limits.patternSize) {
      throw fail('text/pattern', {
        pattern,
        at: pattern.length,
        reason: 'the pattern is too large',
        reasonZh: '规则太大',
      });
    }
  };
  const add = <I extends Instruction>(instruction: I): I => {
    count();
    program.push(instruction);
    return instruction;
  };

  function nested(op: 'look' | 'look-not' | 'atomic', body: () => void): void {
    const start = add({ op, next: 0 });
    body();
    add({ op: 'match' });
    start.next = program.length;
  }

  function repeat(node: PatternNode & { type: 'repeat' }): void {
    const { body, min, max, greed } = node;
    if (body.type === 'character' && greed !== 'lazy') {
      add({ op: 'loop', test: body.test, min, max, possessive: greed === 'possessive' });
      return;
    }
    if (greed === 'possessive') {
      nested('atomic', () => repeat({ ...node, greed: 'greedy' }));
      return;
    }
    const fork = (): { enter: (to: number) => void; leave: (to: number) => void } => {
      const split = add({ op: 'split', first: 0, second: 0 });
      const [inside, outside] =
        greed === 'lazy' ? (['second', 'first'] as const) : (['first', 'second'] as const);
      return { enter: (to) => (split[inside] = to), leave: (to) => (split[outside] = to) };
    };
    for (let i = 0; i < min; i++) emit(body);
    if (max === Number.POSITIVE_INFINITY) {
      const start = program.length;
      const { enter, leave } = fork();
      enter(program.length);
      emit(body);
      add({ op: 'jump', to: start });
      leave(program.length);
      return;
    }
    const exits: ((to: number) => void)[] = [];
    for (let i = min; i < max; i++) {
      const { enter, leave } = fork();
      enter(program.length);
      exits.push(leave);
      emit(body);
    }
    for (const exit of exits) exit(program.length);
  }

  function emit(node: PatternNode): void {
    count();
    switch (node.type) {
      case 'character':
        add({ op: 'character', test: node.test });
        break;
      case 'sequence':
        node.parts.forEach(emit);
        break;
      case 'choice': {
        const jumps = node.parts.slice(0, -1).map((part) => {
          const split = add({ op: 'split', first: program.length + 1, second: 0 });
          emit(part);
          const jump = add({ op: 'jump', to: 0 });
          split.second = program.length;
          return jump;
        });
        emit(node.parts[node.parts.length - 1]);
        for (const jump of jumps) jump.to = program.length;
        break;
      }
      case 'repeat':
        repeat(node);
        break;
      case 'look':
        nested(node.negative ? 'look-not' : 'look', () => emit(node.body));
        break;
      case 'atomic':
        nested('atomic', () => emit(node.body));
        break;
      default:
        add({ op: node.type });
    }
  }

  emit(tree);
  add({ op: 'match' });
  return program;
}

/** Finds matches one after the other: the first at or after `from`, with its end; `undefined` when there is none. */
export type PatternSearch = (
  text: string,
  from: number,
) => { readonly start: number; readonly end: number } | undefined;

/**
 * A splitter for any pattern that `parsePattern` reads: each match is a piece, and so is what lies between matches.
 * A text that would take more than a fixed number of steps per character is an error (`text/pattern-budget`).
 */
export function patternSplitter(pattern: string): Splitter {
  const search = patternSearch(pattern);
  return (text, from) => {
    const found = search(text, from);
    if (!found) return text.length;
    return found.start === from ? found.end : found.start;
  };
}

/** The search behind `patternSplitter`; matches of nothing do not count. Called from 0 on, then from each end. */
export function patternSearch(pattern: string): PatternSearch {
  const program = compile(parsePattern(pattern), pattern);
  let steps = 0;

  const spend = (text: string, count: number): void => {
    steps += count;
    if (steps > STEPS + STEPS_PER_UNIT * text.length) {
      const spent = steps;
      steps = 0;
      throw fail('text/pattern-budget', { pattern, length: text.length, steps: spent });
    }
  };

  /** The end of the match at `at` of the instructions from `pc` on, or -1. */
  function run(text: string, at: number, pc: number): number {
    const { length } = text;
    /** Places to go back to: instruction, text position, and for a loop the position it may shrink to (else -1). */
    const stack: number[] = [];
    let failed = false;
    for (;;) {
      spend(text, 1);
      if (failed) {
        if (stack.length === 0) return -1;
        const floor = stack.pop()!;
        at = stack.pop()!;
        pc = stack.pop()!;
        if (floor >= 0) {
          at -= at - 2 >= floor && text.codePointAt(at - 2)! > 0xffff ? 2 : 1;
          if (at > floor) stack.push(pc, at, floor);
        }
        failed = false;
      }
      const instruction = program[pc];
      switch (instruction.op) {
        case 'match':
          return at;
        case 'character': {
          const codePoint = at < length ? text.codePointAt(at)! : -1;
          if (codePoint >= 0 && instruction.test(codePoint)) {
            at += codePoint > 0xffff ? 2 : 1;
            pc++;
          } else failed = true;
          break;
        }
        case 'loop': {
          const { test, min, max, possessive } = instruction;
          let floor = at;
          let count = 0;
          const start = at;
          while (count < max && at < length) {
            const codePoint = text.codePointAt(at)!;
            if (!test(codePoint)) break;
            at += codePoint > 0xffff ? 2 : 1;
            if (++count === min) floor = at;
          }
          spend(text, at - start);
          if (count < min) failed = true;
          else {
            pc++;
            if (!possessive && at > floor) stack.push(pc, at, floor);
          }
          break;
        }
        case 'split':
          stack.push(instruction.second, at, -1);
          pc = instruction.first;
          break;
        case 'jump':
          pc = instruction.to;
          break;
        case 'look':
        case 'look-not':
        case 'atomic': {
          const end = run(text, at, pc + 1);
          if (end >= 0 === (instruction.op === 'look-not')) failed = true;
          else {
            if (instruction.op === 'atomic') at = end;
            pc = instruction.next;
          }
          break;
        }
        default:
          if (holds(instruction.op, text, at)) pc++;
          else failed = true;
      }
    }
  }

  return (text, start) => {
    if (start === 0) steps = 0;
    for (let at = start; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) {
      const end = run(text, at, 0);
      if (end > at) return { start: at, end };
    }
    return undefined;
  };
}

/** Lines as Oniguruma sees them: `^` and `$` also match at a line break inside the text. */
function holds(op: 'line-start' | 'line-end' | 'text-start' | 'text-end', text: string, at: number): boolean {
  switch (op) {
    case 'line-start':
      return at === 0 || (text.charCodeAt(at - 1) === 0x0a && at < text.length);
    case 'line-end':
      return at === text.length || text.charCodeAt(at) === 0x0a;
    case 'text-start':
      return at === 0;
    case 'text-end':
      return at === text.length;
  }
}
