/**
 * Canaries: random secrets put into a text on purpose, to find out later whether a model has learnt them by heart (Carlini et al. 2019,
 * "The Secret Sharer: Evaluating and Testing Unintended Memorization in Neural Networks").
 */

import type { Rng } from '../rng.ts';
import { fail } from './errors.ts';

/** A sentence with a place for a secret of so many digits. */
export interface CanaryFormat {
  readonly before: string;
  readonly digits: number;
  readonly after: string;
}

/** A secret, and how often it stands in the text. */
export interface Canary {
  readonly secret: string;
  readonly times: number;
}

/** Digits of a secret: what can be drawn, and told apart. */
const MOST_DIGITS = 9;
const MOST_CHARACTERS = 1000;
/** Of one text. */
export const MOST_CANARIES = 10_000;

/** Reads `the secret number is {4}`: four digits. @throws `data/option` */
export function parseCanaryFormat(text: string): CanaryFormat {
  const [, before, digits, after] = /^([^{}]*)\{(\d)\}([^{}]*)$/s.exec(text) ?? [];
  const rule = `a text with one place of 1 to ${MOST_DIGITS} digits, such as "the secret number is {4}", of at most ${MOST_CHARACTERS} characters`;
  if (before === undefined || digits === '0' || text.includes('\n') || text.length > MOST_CHARACTERS)
    throw fail('data/option', { where: 'canaries', option: 'format', rule, got: text });
  return { before, digits: Number(digits), after };
}

/** The sentence with a secret in its place. */
export const canaryText = ({ before, after }: CanaryFormat, secret: string): string =>
  `${before}${secret}${after}`;

/** How many secrets there are. */
export const secretCount = ({ digits }: CanaryFormat): number => 10 ** digits;

/** The secret of a number from 0 on. */
export const secretOf = ({ digits }: CanaryFormat, number: number): string =>
  String(number).padStart(digits, '0');

/** Different secrets, one for each of `times`: how often it shall stand in the text; 0 makes one to compare with. */
export function drawCanaries(format: CanaryFormat, times: readonly number[], rng: Rng): Canary[] {
  const count = secretCount(format);
  const most = Math.min(MOST_CANARIES, count / 2);
  if (times.length === 0 || times.length > most) {
    const rule = `1 to ${most} canaries, so that most secrets of ${format.digits} digits stay unused`;
    throw fail('data/option', { where: 'canaries', option: 'times', rule, got: times.length });
  }
  const secrets = new Set<string>();
  while (secrets.size < times.length) secrets.add(secretOf(format, rng.integer(count)));
  return [...secrets].map((secret, i) => ({ secret, times: times[i] }));
}

/** The canaries that go to each of `records` texts, as sentences: their places are drawn, each by itself. @throws `data/empty` */
export function placeCanaries(
  format: CanaryFormat,
  canaries: readonly Canary[],
  records: number,
  rng: Rng,
): ReadonlyMap<number, readonly string[]> {
  if (records === 0) throw fail('data/empty', { where: 'canaries' });
  const placed = new Map<number, string[]>();
  for (const { secret, times } of canaries) {
    for (let copy = 0; copy < times; copy++) {
      const at = rng.integer(records);
      const there = placed.get(at);
      if (there) there.push(canaryText(format, secret));
      else placed.set(at, [canaryText(format, secret)]);
    }
  }
  return placed;
}
