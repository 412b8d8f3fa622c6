/** What the check of tunes tells, in words. */

import { defineMessages } from '../language.ts';
import type { TuneProblem, WrittenTune } from '../music/index.ts';
import { withoutControls } from './shown-text.ts';

const say = defineMessages({
  place: {
    en: (d: { line: number; column: number | undefined }) =>
      d.column === undefined ? `line ${d.line}: ` : `line ${d.line}, column ${d.column}: `,
    zh: (d) => (d.column === undefined ? `第 ${d.line} 行：` : `第 ${d.line} 行第 ${d.column} 列：`),
  },
  bar: {
    en: (d: { number: number; length: string; wanted: string }) =>
      `bar ${d.number} lasts ${d.length}, its metre wants ${d.wanted}`,
    zh: (d) => `第 ${d.number} 小节长 ${d.length}，拍号要求 ${d.wanted}`,
  },
  'partial-bars': {
    en: (d: { full: number; partial: number }) =>
      `${d.partial} bars are shorter than the metre wants, only ${d.full} are full`,
    zh: (d) => `${d.partial} 个小节短于拍号，完整的只有 ${d.full} 个`,
  },
  'no-notes': { en: () => 'it has no notes', zh: () => '没有音符' },
  'no-metre': {
    en: () => 'it has no metre, so its bars cannot be checked',
    zh: () => '没有拍号，无法检查小节',
  },
  'too-long-note': {
    en: (d: { limit: number }) => `a note is longer than ${d.limit} whole notes`,
    zh: (d) => `有音符长于 ${d.limit} 个全音符`,
  },
  cut: { en: () => 'it was cut before its end', zh: () => '没有写完就被截断' },
  silent: { en: () => 'it cannot be played', zh: () => '无法演奏' },
});

/** One line of a problem. */
export function describeProblem(problem: TuneProblem): string {
  if (problem.kind === 'parser') {
    const { line, column, message } = problem;
    return `${line === undefined ? '' : say('place', { line, column })}${withoutControls(message)}`;
  }
  if (problem.kind === 'bar') {
    const { line, number, length, wanted } = problem;
    const lengths = { length: fraction(length), wanted: fraction(wanted!) };
    return `${say('place', { line, column: undefined })}${say('bar', { number, ...lengths })}`;
  }
  if (problem.kind === 'partial-bars') return say('partial-bars', problem);
  if (problem.kind === 'too-long-note') return say('too-long-note', problem);
  return say(problem.kind, {});
}

/** Why a written tune does not pass, the first reason alone. */
export function describeRefusal({ isEnded, check }: WrittenTune): string {
  const [problem] = check.problems;
  if (problem) return describeProblem(problem);
  return isEnded ? say('silent', {}) : say('cut', {});
}

const DENOMINATORS = [1, 2, 4, 8, 16, 32, 64, 3, 6, 12, 24, 48, 96];

/** Whole notes as musicians write them: 7/8. */
function fraction(length: number): string {
  const fits = (d: number): boolean => Math.abs(length * d - Math.round(length * d)) < 1e-6;
  const denominator = DENOMINATORS.find(fits);
  if (denominator === undefined) return length.toFixed(3);
  const count = Math.round(length * denominator);
  return denominator === 1 ? String(count) : `${count}/${denominator}`;
}
