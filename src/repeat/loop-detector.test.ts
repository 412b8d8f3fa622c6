import { describe, expect, test } from 'vitest';
import { createLoopDetector } from './loop-detector.ts';
import { createVocabulary, splitText } from './tokens.ts';

describe('the loop detector', () => {
  test.each([
    ['I see . ' + 'the end of the day . '.repeat(5), 'words', 2, 6],
    [`且说${'宝玉说道好好好'.repeat(5)}`, 'characters', 2, 7],
  ] as const)('finds where %s begins to loop', (text, unit, onset, period) => {
    const detector = createLoopDetector();
    const loops = [...createVocabulary()(splitText(text, unit))].map((id) => detector.push(id));
    const first = loops.findIndex((loop) => loop !== undefined);
    expect(loops[first]).toMatchObject({ kind: 'exact', onset, period, copies: 3, end: first + 1 });
    expect(first + 1).toBe(onset + 3 * period);
    expect(detector.suspectFrom).toBe(onset + period);
    detector.rewind(onset + period);
    expect(detector.push(99)).toBe(undefined);
    expect(detector.suspectFrom).toBe(undefined);
  });
});
