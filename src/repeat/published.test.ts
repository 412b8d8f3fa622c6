/** Our metrics on 1,000 published GPT2-large continuations per decoder must give the published scores. */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  createVocabulary,
  degenerateByCoverage,
  detectLoops,
  measureTexts,
  parseGenerations,
  splitText,
} from './index.ts';

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

/** The thresholds were chosen on the texts with even numbers; these are the figures of the others. */
describe.skipIf(!present)(`the loop detector on published generations${reason}`, () => {
  const isOdd = (_: unknown, i: number) => i % 2 === 1;
  const judge = (texts: readonly string[]) =>
    texts.filter(isOdd).map((text) => {
      const words = splitText(text, 'words');
      const [loop] = detectLoops(text, { unit: 'words' });
      return {
        degenerate: degenerateByCoverage(createVocabulary()(words)),
        found: loop !== undefined,
        words: words.length,
        saved: loop ? words.length - loop.foundAt : 0,
      };
    });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

  test('greedy: more than 90 % of the degenerate texts, more than 31 % of the words saved', () => {
    const texts = judge(load('greedy').runs[0]);
    const degenerate = texts.filter((text) => text.degenerate);
    expect(degenerate.filter((text) => text.found).length / degenerate.length).toBeGreaterThan(0.9);
    expect(sum(texts.map((text) => text.saved)) / sum(texts.map((text) => text.words))).toBeGreaterThan(0.31);
  });

  test('human: at most one text in a thousand', () => {
    const human = (load('greedy').references ?? []).filter(
      (text) => detectLoops(text, { unit: 'words' }).length > 0,
    );
    expect(human.length).toBeLessThanOrEqual(1);
  });

  test('samplers: hardly more than a person', () => {
    for (const decoder of ['nucleus', 'contrastive']) {
      const found = judge(load(decoder).runs[0]).filter((text) => text.found);
      expect(found.length).toBeLessThanOrEqual(5);
    }
  });
});
