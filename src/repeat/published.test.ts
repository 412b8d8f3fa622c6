/** Our metrics on 1,000 published GPT2-large continuations per decoder must give the published scores. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { measureTexts, parseGenerations } from './index.ts';

const folder = new URL('../../../shared/data/repetition/', import.meta.url);
const present = existsSync(folder);
const reason = present ? '' : ' (skipped: ../shared/data/repetition is not here)';

const load = (name: string) => {
  const file = `gpt2-large.${name}.json`;
  return parseGenerations(readFileSync(new URL(file, folder), 'utf8'), file);
};
const round = (values: readonly number[], digits: number) =>
  values.map((value) => Number(value.toFixed(digits)));

interface Row {
  readonly decoder: string;
  readonly official: readonly [number, number, number, number];
  readonly corrected: number;
  readonly seqRep: readonly number[];
  readonly loops: number | undefined;
  readonly degenerate: number;
}

/** Official rep-2/3/4 and diversity in percent, as published; the rest by the definitions of the papers. */
const rows: readonly Row[] = [
  {
    decoder: 'greedy',
    official: [65.04, 61.8, 59.68, 5.38],
    corrected: 5.35,
    seqRep: [0.725, 0.637, 0.604, 0.582],
    loops: 57.2,
    degenerate: 78.2,
  },
  {
    decoder: 'contrastive',
    official: [4.77, 1.73, 1.11, 92.54],
    corrected: 92.51,
    seqRep: [0.298, 0.048, 0.018, 0.012],
    loops: 0.2,
    degenerate: 1.2,
  },
  {
    decoder: 'nucleus',
    official: [4.12, 1.47, 0.92, 93.6],
    corrected: 93.59,
    seqRep: [0.263, 0.04, 0.015, 0.009],
    loops: 0.3,
    degenerate: 0.8,
  },
];

describe.skipIf(!present)(`published generations${reason}`, () => {
  test.each(rows)('$decoder: diversity, rep-n, seq-rep, loops and coverage', (row) => {
    const report = measureTexts(load(row.decoder).runs[0]);
    const { rep2, rep3, rep4, diversity } = report.official;
    expect(report.unit).toBe('words');
    expect([rep2, rep3, rep4, diversity]).toEqual(row.official);
    expect(round([report.corrected.diversity], 2)).toEqual([row.corrected]);
    expect(round(report.seqRep, 3)).toEqual(row.seqRep);
    expect(round([100 * report.loops.share], 1)).toEqual([row.loops]);
    expect(round([100 * report.degenerate.share], 1)).toEqual([row.degenerate]);
  });

  test('human: diversity 93.62, and 0.3 % degenerate by coverage', () => {
    const report = measureTexts(load('greedy').references ?? []);
    expect(report.official.diversity).toBe(93.62);
    expect(round(report.seqRep, 3)).toEqual([0.277, 0.044, 0.015, 0.008]);
    expect(round([100 * report.degenerate.share], 1)).toEqual([0.3]);
  });
});
