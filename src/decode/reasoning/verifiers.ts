/** What tells good chains from bad ones. A trained verifier, or a program that checks, is a function of this form, too. */

import { fail } from '../errors.ts';
import { type Chain, meanLogprob } from './chains.ts';

/** How good each chain behind the prompt is, finished or not: greater is better, NaN the worst. */
export type Verifier = (
  prompt: string,
  chains: readonly Chain[],
  signal?: AbortSignal,
) => readonly number[] | Promise<readonly number[]>;

/** The mean log-probability of a chain's tokens: what the model itself thinks. @throws for a model that does not tell */
export const likelihood: Verifier = (_prompt, chains) =>
  chains.map((chain) => {
    const mean = meanLogprob(chain);
    if (mean === undefined) throw fail('decode/no-scores', undefined);
    return mean;
  });

/** NOTE Not the end of a longer sum: 12+3=73 is not said by 58+12+3=73. */
const EQUATION =
  /(?<![\d.]|\d\s*[-+*×/÷]\s*)(-?\d+(?:\.\d+)?)\s*([-+*×/÷])\s*(-?\d+(?:\.\d+)?)\s*=\s*(-?\d+(?:\.\d+)?)/g;
/** The comma of 1,000. NOTE Not the one of Chinese, which stands between two things that are said. */
const GROUP_COMMA = /(?<=\d),(?=\d{3}(?!\d))/g;

/** The share of equations of two numbers in a chain, such as `58+12=70`, that hold; 0 where there are none. */
export const equations: Verifier = (_prompt, chains) =>
  chains.map(({ text }) => {
    const plain = text.replace(GROUP_COMMA, '').normalize('NFKC').replaceAll('−', '-');
    const found = [...plain.matchAll(EQUATION)];
    const right = found.filter(([, a, sign, b, c]) => holds(Number(a), sign, Number(b), Number(c)));
    return found.length === 0 ? 0 : right.length / found.length;
  });

function holds(a: number, sign: string, b: number, c: number): boolean {
  const value = sign === '+' ? a + b : sign === '-' ? a - b : sign === '/' || sign === '÷' ? a / b : a * b;
  return Math.abs(value - c) <= 1e-9 * Math.max(1, Math.abs(c));
}

/** Chains with their scores, the best first; of equals the likeliest, then the one that came first. */
export async function ranked<One extends { readonly chain: Chain }>(
  verifier: Verifier,
  prompt: string,
  ones: readonly One[],
  signal: AbortSignal | undefined,
): Promise<(One & { readonly score: number })[]> {
  const scores = await verifier(
    prompt,
    ones.map(({ chain }) => chain),
    signal,
  );
  const chance = ({ chain }: One): number => meanLogprob(chain) ?? 0;
  return ones
    .map((one, i) => ({ ...one, score: Number.isNaN(scores[i]) ? Number.NEGATIVE_INFINITY : scores[i] }))
    .sort((a, b) => b.score - a.score || chance(b) - chance(a));
}
