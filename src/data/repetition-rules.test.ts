import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createCleaner, describeCleaning } from './clean.ts';
import { repetitionRules } from './repetition-rules.ts';

/** Different words, or characters, without end. */
const english = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) =>
    String((from + i) * 7919 + 10_000).replace(/\d/g, (d) => 'etaoinshrd'[Number(d)]),
  ).join(' ');
const chinese = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => String.fromCodePoint(0x4e00 + (((from + i) * 7) % 20_000))).join(
    '',
  );

/** Which rule drops it. */
function droppedBy(text: string): string | undefined {
  const cleaner = createCleaner(repetitionRules());
  if (cleaner.clean({ text })) return undefined;
  return cleaner.report().rules.find(({ dropped }) => dropped > 0)?.name;
}

describe('documents that repeat themselves', () => {
  test.each([
    ['English', english],
    ['Chinese', chinese],
  ])('%s, at each threshold', (_, words) => {
    expect(droppedBy(words(400))).toBeUndefined();
    // 3 of 10 lines are copies, and one more.
    const lines = (own: number, copies: number) =>
      [
        ...Array.from({ length: own }, (_, i) => words(60, 100 * i)),
        ...Array(copies).fill(words(3, 50_000)),
      ].join('\n');
    expect(droppedBy(lines(7, 4))).toBeUndefined();
    expect(droppedBy(lines(6, 5))).toBe('copied-lines');
    // One line of 40 % of the text comes twice: few copied lines, many copied characters.
    expect(
      droppedBy(
        [...Array.from({ length: 9 }, (_, i) => words(10, 100 * i)), words(60, 5000), words(60, 5000)].join(
          '\n',
        ),
      ),
    ).toBe('copied-lines');
    // Few of the lines, but 4 of 11 paragraphs, are copies.
    const paragraphs = (own: number, copies: number) =>
      [
        ...Array.from({ length: own }, (_, i) =>
          Array.from({ length: 5 }, (_, k) => words(12, 1000 * i + 100 * k)).join('\n'),
        ),
        ...Array(copies).fill(words(3, 50_000)),
      ].join('\n\n');
    expect(droppedBy(paragraphs(6, 5))).toBe('copied-paragraphs');
    expect(droppedBy(paragraphs(8, 4))).toBeUndefined();
    // A phrase of four words (eight characters) that takes every fourth place; then one too long to be found by its shortest part.
    const size = words === english ? 4 : 8;
    const phrase = words(size, 90_000);
    const joiner = words === english ? ' ' : '';
    const often = (gap: number) =>
      Array.from({ length: 12 }, (_, i) => [words(gap, 1000 * i), phrase].join(joiner)).join(joiner);
    expect(droppedBy(often(2 * size))).toBe('frequent-n-gram');
    expect(droppedBy(often(20 * size))).toBeUndefined();
    const passage = words(5 * size, 70_000);
    expect(droppedBy([words(10 * size), passage, words(6 * size, 3000), passage].join(joiner))).toBe(
      'copied-n-grams',
    );
    expect(
      droppedBy([words(60 * size), passage, words(30 * size, 3000), passage].join(joiner)),
    ).toBeUndefined();
  });

  test('short texts are not judged; loops that never end take linear time', () => {
    expect(droppedBy('ha '.repeat(49))).toBeUndefined();
    expect(droppedBy('ha '.repeat(50))).toBe('frequent-n-gram');
    expect(droppedBy('哈'.repeat(200_000))).toBe('frequent-n-gram');
    expect(droppedBy('好的。\n'.repeat(200))).toBe('copied-lines');
    expect(droppedBy('')).toBeUndefined();
  });

  test('the report says what was dropped, in both languages', () => {
    const cleaner = createCleaner(repetitionRules());
    cleaner.clean({ text: '好的。\n'.repeat(200) });
    expect(describeCleaning(cleaner.report())[1]).toMatch(
      /dropped 1: too many of their lines are copies|去掉 1 篇/,
    );
    expect(cleaner.report().rules[0].example?.before).toContain('好的。');
    for (const { label } of repetitionRules()) expect(label.zh()).toMatch(/Gopher 规则/);
  });

  const data = new URL('../../../shared/data/', import.meta.url);
  test.skipIf(!existsSync(data))(
    'drops loops of a model, keeps novels (skipped without ../shared/data)',
    () => {
      const read = (path: string) => readFileSync(new URL(path, data), 'utf8');
      const droppedOf = (texts: readonly string[]) =>
        texts.filter((text) => droppedBy(text) !== undefined).length;
      const greedy = JSON.parse(read('repetition/gpt2-large.greedy.json')).slice(0, 200);
      expect(
        droppedOf(greedy.map((x: { generated_result: Record<string, string> }) => x.generated_result['0'])),
      ).toBeGreaterThan(180);
      expect(droppedOf(read('text/pride-and-prejudice.txt').split(/(?=CHAPTER )/i))).toBe(0);
      expect(
        droppedOf(
          read('text/xiyouji.txt')
            .split(/(?=第[一二三四五六七八九十百零]+回 )/)
            .slice(0, 20),
        ),
      ).toBe(0);
    },
  );
});
