/** How far what was heard is from what was said: word and character error rate (edits divided by the reference's length). */

import { fail } from '../errors.ts';

/** Edits that make references of hypotheses, over all pairs. */
export interface ErrorRate {
  /** (substitutions + deletions + insertions) / length; may be above 1. For nothing said it is 0, or infinite where something was heard. */
  readonly rate: number;
  readonly substitutions: number;
  /** What was said and not heard. */
  readonly deletions: number;
  /** What was heard and not said. */
  readonly insertions: number;
  /** Words, or characters, of the references. */
  readonly length: number;
}

/** Words, or characters, of one text at most: time grows with the product of both sides. */
const MOST_UNITS = 20_000;

/** Without letter case, marks and forms of width; what is between words is one space. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\p{L})['’](?=\p{L})/gu, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();

/** Words, and each Chinese character as one: Chinese has no spaces between words. */
const wordsOf = (text: string): string[] => plain(text).match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? [];
const charactersOf = (text: string): string[] => [...plain(text).replaceAll(' ', '')];

/**
 * Word error rate over all pairs together; letter case and marks do not count, a Chinese character is a word.
 * @throws `eval/error-rate-pairs`, `eval/error-rate-length`
 * @example wordErrorRate(['the cat sat'], ['a cat sat down']).rate // 2 / 3
 */
export const wordErrorRate = (references: readonly string[], hypotheses: readonly string[]): ErrorRate =>
  errorRate(references, hypotheses, wordsOf);

/** Character error rate: the same by characters, without spaces. */
export const characterErrorRate = (references: readonly string[], hypotheses: readonly string[]): ErrorRate =>
  errorRate(references, hypotheses, charactersOf);

function errorRate(
  references: readonly string[],
  hypotheses: readonly string[],
  unitsOf: (text: string) => string[],
): ErrorRate {
  if (references.length !== hypotheses.length) {
    const counts = { references: references.length, hypotheses: hypotheses.length };
    throw fail('eval/error-rate-pairs', counts);
  }
  const sum = { substitutions: 0, deletions: 0, insertions: 0 };
  let length = 0;
  references.forEach((reference, i) => {
    const [said, heard] = [unitsOf(reference), unitsOf(hypotheses[i])];
    const got = Math.max(said.length, heard.length);
    if (got > MOST_UNITS) throw fail('eval/error-rate-length', { got, limit: MOST_UNITS });
    const edits = editsBetween(said, heard);
    sum.substitutions += edits.substitutions;
    sum.deletions += edits.deletions;
    sum.insertions += edits.insertions;
    length += said.length;
  });
  const all = sum.substitutions + sum.deletions + sum.insertions;
  return { rate: length > 0 ? all / length : all > 0 ? Number.POSITIVE_INFINITY : 0, ...sum, length };
}

/**
 * The fewest edits (Levenshtein), told apart. Each row holds their number and, beside it, how many are deletions and insertions.
 * O(product of the lengths) time, O(one length) memory.
 */
function editsBetween(said: readonly string[], heard: readonly string[]) {
  const width = heard.length + 1;
  let [cost, deleted, inserted] = [rowOf(width), rowOf(width), rowOf(width)];
  for (let j = 0; j < width; j++) cost[j] = inserted[j] = j;
  let [nextCost, nextDeleted, nextInserted] = [rowOf(width), rowOf(width), rowOf(width)];
  for (let i = 1; i <= said.length; i++) {
    [nextCost[0], nextDeleted[0], nextInserted[0]] = [i, i, 0];
    for (let j = 1; j < width; j++) {
      const change = cost[j - 1] + (said[i - 1] === heard[j - 1] ? 0 : 1);
      const remove = cost[j] + 1;
      const add = nextCost[j - 1] + 1;
      if (change <= remove && change <= add) {
        [nextCost[j], nextDeleted[j], nextInserted[j]] = [change, deleted[j - 1], inserted[j - 1]];
      } else if (remove <= add) {
        [nextCost[j], nextDeleted[j], nextInserted[j]] = [remove, deleted[j] + 1, inserted[j]];
      } else {
        [nextCost[j], nextDeleted[j], nextInserted[j]] = [add, nextDeleted[j - 1], nextInserted[j - 1] + 1];
      }
    }
    [cost, nextCost] = [nextCost, cost];
    [deleted, nextDeleted] = [nextDeleted, deleted];
    [inserted, nextInserted] = [nextInserted, inserted];
  }
  const last = width - 1;
  const [deletions, insertions] = [deleted[last], inserted[last]];
  return { deletions, insertions, substitutions: cost[last] - deletions - insertions };
}

const rowOf = (width: number): Int32Array => new Int32Array(width);
