/**
 * DRY, "don't repeat yourself" (p-e-w 2024, with the semantics of llama.cpp): a token that would make a repeat longer is
 * punished, exponentially in the length of the repeat.
 */

import type { DecodeStep, StateMaker, TextState } from '../history.ts';
import { checkInteger, checkNumber } from '../options.ts';
import { BANNED, type LogitsProcessor } from './processor.ts';

export interface DryOptions {
  /** ≥ 1. Default 1.75. */
  readonly base?: number;
  /** Repeats up to this length go unpunished. Default 2. */
  readonly allowedLength?: number;
  /**
   * Ids, or sequences of ids, that no repeat reaches across: the ends of lines, of names, of turns. A single id is never
   * punished itself. Default none; a text model's default is llama.cpp's: newline, colon, quote, asterisk.
   */
  readonly breakers?: readonly (number | readonly number[])[];
  /** Only repeats of the last so many ids count, at a cost of O(window) a token. Default: of all, O(1) amortised. */
  readonly window?: number;
  /** Whether the prompt counts. Default true. */
  readonly includePrompt?: boolean;
}

/** log of the greatest single-precision number: no penalty is greater than `multiplier` times that number. */
const LOG_MAX_FLOAT = 88.7228391;

/**
 * Subtracts multiplier · base^(n − allowedLength) from a token that has followed the last n ids before, for the greatest
 * such n ≥ `allowedLength` that does not reach across a breaker.
 */
export function dry(multiplier: number, options: DryOptions = {}): LogitsProcessor {
  const { base = 1.75, allowedLength = 2, breakers = [], window, includePrompt = true } = options;
  checkNumber('dry.multiplier', multiplier, 'a number > 0', (value) => value > 0);
  checkNumber('dry.base', base, 'a number ≥ 1', (value) => value >= 1);
  checkInteger('dry.allowedLength', allowedLength, 1);
  if (window !== undefined) checkInteger('dry.window', window, 1);
  const sequences = breakers.map((breaker) => (typeof breaker === 'number' ? [breaker] : breaker));
  for (const sequence of sequences) {
    checkInteger('dry.breakers: length', sequence.length, 1);
    for (const id of sequence) checkInteger('dry.breakers', id, 0);
  }
  const singles = new Set(sequences.filter(({ length }) => length === 1).map(([id]) => id));
  const byLast = new Map<number, (readonly number[])[]>();
  for (const sequence of sequences) {
    const last = sequence[sequence.length - 1];
    byLast.set(last, [...(byLast.get(last) ?? []), sequence]);
  }
  const breaks: StateMaker<Breaks> = (step) => breaksOf(step, byLast, [], []);

  const maxExponent = base > 1 ? Math.floor(LOG_MAX_FLOAT / Math.log(base)) : 0;
  const bound = allowedLength + maxExponent;
  const penalties: number[] = [];
  const penaltyOf = (length: number): number => {
    const exponent = Math.min(length - allowedLength, maxExponent);
    penalties[exponent] ??= multiplier * base ** exponent;
    return penalties[exponent];
  };

  /** The id was punished in the round that its entry names. */
  let rounds = new Int32Array(0);
  let round = 0;

  return (logits, step) => {
    const { length } = step.ids;
    const end =
      sequences.length === 0 ? 0 : step.state(breaks).lastEnd(window === undefined ? 0 : length - window);
    const most = Math.min(length - end, bound);
    if (most < allowedLength) return;
    if (rounds.length < logits.length) rounds = new Int32Array(logits.length);
    round++;
    const punish = (id: number, suffixLength: number): void => {
      if (rounds[id] === round || singles.has(id)) return;
      rounds[id] = round;
      if (logits[id] > BANNED) logits[id] -= penaltyOf(suffixLength);
    };
    const range = { least: allowedLength, most, bound };
    if (window === undefined) {
      (includePrompt ? step.repeats : step.completionRepeats).forEachContinuation(range, punish);
    } else {
      const start = Math.max(includePrompt ? 0 : step.promptLength, length - window);
      forEachContinuationWithin(step.ids, start, range, punish);
    }
  };
}

/** Where breakers stand in the text. */
interface Breaks extends TextState<Breaks> {
  /**
   * How many ids there are up to the end of the breaker that begins last, of several the longest; 0 if none begins at
   * `start` or later.
   */
  lastEnd(start: number): number;
}

/** For each length of the text: where that breaker begins and ends; −1 and 0 for none. */
function breaksOf(
  { ids }: DecodeStep,
  byLast: ReadonlyMap<number, readonly (readonly number[])[]>,
  begins: number[],
  ends: number[],
): Breaks {
  const see = (length: number): void => {
    let begin = begins[length - 2] ?? -1;
    let end = ends[length - 2] ?? 0;
    for (const sequence of byLast.get(ids[length - 1]) ?? []) {
      const from = length - sequence.length;
      if (from < begin || !sequence.every((id, i) => id === ids[from + i])) continue;
      begin = from;
      end = length;
    }
    begins.push(begin);
    ends.push(end);
  };
  for (let length = begins.length + 1; length <= ids.length; length++) see(length);
  return {
    lastEnd: (start) => (begins[begins.length - 1] >= start ? ends[ends.length - 1] : 0),
    push: () => see(ids.length),
    rewind(length) {
      begins.length = length;
      ends.length = length;
    },
    fork: (step) => breaksOf(step, byLast, begins.slice(), ends.slice()),
  };
}

let matches = new Int32Array(0);

/**
 * The same as the index's `forEachContinuation`, among the ids from `start` on alone, longest suffix last: the Z-algorithm
 * over the reversed ids, O(ids).
 */
function forEachContinuationWithin(
  ids: readonly number[],
  start: number,
  { least, most }: { readonly least: number; readonly most: number },
  visit: (id: number, suffixLength: number) => void,
): void {
  const size = ids.length - start;
  const last = ids.length - 1;
  if (matches.length < size) matches = new Int32Array(2 * size);
  // matches[k]: how many ids before place last − k equal those at the end.
  let left = 0;
  let right = 0;
  const longest = new Map<number, number>();
  for (let k = 1; k < size; k++) {
    let n = k < right ? Math.min(matches[k - left], right - k) : 0;
    while (k + n < size && ids[last - n] === ids[last - k - n]) n++;
    matches[k] = n;
    if (k + n > right) {
      left = k;
      right = k + n;
    }
    const follower = ids[last - k + 1];
    const length = Math.min(n, most);
    if (length >= least && length > (longest.get(follower) ?? 0)) longest.set(follower, length);
  }
  for (const [id, length] of longest) visit(id, length);
}
