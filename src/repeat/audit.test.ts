import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { auditRepetition, type DeduplicationReport, deduplicateCorpus } from './index.ts';
import { createRepeatCounter } from './repeat-counter.ts';

const deduplicated = (documents: readonly string[], options = {}) => {
  const stream = deduplicateCorpus(documents, options);
  const texts: string[] = [];
  for (;;) {
    const { done, value } = stream.next();
    if (done) return { texts, report: value as DeduplicationReport };
    texts.push(value as string);
  }
};

/** Different words without end. */
const words = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, i) =>
    String((i * 7919 + seed * 104_729) % 1_000_003).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]),
  ).join(' ');

const notice = 'All rights reserved by the harbour office of the town.';
const 声明 = '本页内容未经许可不得转载或摘编。';

describe('the audit of a corpus', () => {
  test('counts duplicate documents, sections and lines, with examples and shares', () => {
    const documents = [
      `${words(40, 1)}\n${notice}`,
      words(40, 2),
      `${words(40, 3)}\n${notice}`,
      words(40, 2),
      notice.toUpperCase(),
    ];
    const audit = auditRepetition(documents);
    expect(audit.documents).toBe(5);
    expect(audit.duplicateDocuments).toMatchObject({
      passages: 5,
      repeated: 1,
      worst: [{ count: 2, reproduction: 8 }],
    });
    expect(audit.duplicateDocuments.share).toBeCloseTo(40 / 190, 12);
    expect(audit.lines.worst[0]).toMatchObject({ text: notice, count: 3, reproduction: 27 });
    expect(audit.lines.share).toBeCloseTo((40 + 2 * 10) / 190, 12);
    expect(audit.lines.byCount[0]).toMatchObject({ from: 2, to: 2, passages: 1 });
    expect(audit.lines.byCount[1]).toMatchObject({ from: 3, to: 5, passages: 1 });
    // 27 and 8 against the two lines that occur once.
    expect(audit.lines.reproduced).toBeCloseTo(35 / 37, 12);
    expect(audit.loops).toEqual({ documents: 0, share: 0, worst: [] });
  });

  test('finds phrases inside different sentences, and loops inside a document, in Chinese too', () => {
    const phrase = 'the sea is wide and the wind is cold tonight my friend';
    const audit = auditRepetition([`${words(20, 1)} ${phrase} ${words(5, 2)}`, `${words(9, 3)} ${phrase}`], {
      phraseWords: 8,
    });
    expect(audit.phrases.share).toBeCloseTo(12 / (20 + 12 + 5 + 9 + 12), 12);
    expect(audit.phrases.worst[0]).toMatchObject({ text: 'the sea is wide and the wind is', count: 2 });
    const loops = auditRepetition([
      '春眠不觉晓。',
      `早上他去了河边。${'他觉得今天的天气和昨天的天气一样好。'.repeat(8)}`,
      `甲说了很多话。\n${声明}`,
      `乙也说了很多话。\n${声明}`,
    ]);
    expect(loops.loops).toMatchObject({ documents: 1, share: 0.25, worst: [{ document: 1 }] });
    expect(loops.lines.worst[0]).toMatchObject({ text: 声明, count: 2 });
  });

  test('takes the repeats out, keeps the first of each, and says what it took', () => {
    const documents = [
      `${words(40, 1)}\n${notice}\n`,
      `${words(40, 1)}\n${notice}\n`,
      `${words(30, 2)}\n\n${words(30, 3)}\n${notice}`,
      `${words(30, 3)}\n${notice}\n\nshort`,
      notice,
      `早上他去了河边。${'他觉得今天的天气和昨天的天气一样好。'.repeat(8)}`,
    ];
    const { texts, report } = deduplicated(documents);
    expect(texts).toEqual([
      documents[0],
      `${words(30, 2)}\n\n${words(30, 3)}\n`,
      'short',
      '早上他去了河边。他觉得今天的天气和昨天的天气一样好。',
    ]);
    expect(report).toEqual({
      documents: 6,
      duplicateDocuments: 1,
      sections: 1,
      lines: 2,
      loops: 1,
      charactersBefore: documents.join('').length,
      charactersAfter: texts.join('').length,
    });
    expect(auditRepetition(texts).lines.share).toBe(0);
    expect(deduplicated(documents, { maxCopies: 9, clean: false }).texts).toEqual(
      documents.filter((_, i) => i !== 1),
    );
  });

  test('memory is bounded: what does not fit is forgotten and said', () => {
    const counter = createRepeatCounter(10);
    for (let i = 0; i < 100; i++) counter.add(i, 1, () => 'x');
    counter.add(99, 1, () => 'again');
    expect(counter.report()).toMatchObject({ passages: 101, repeated: 1, forgotten: 90 });
    const audit = auditRepetition([words(2000, 1)], { maxPassages: 100 });
    expect(audit.phrases.forgotten).toBeGreaterThan(1000);
  });

  test('reads 2.5 MB of text with few repeats', () => {
    const documents = Array.from({ length: 360 }, (_, i) => words(1000, i));
    expect(documents.join('').length).toBeGreaterThan(2_400_000);
    const audit = auditRepetition([...documents, documents[7]]);
    expect(audit.duplicateDocuments).toMatchObject({ passages: 361, repeated: 1 });
    expect(audit.words).toBe(361_000);
  }, 60_000);

  const novel = new URL('../../../shared/data/text/hongloumeng.txt', import.meta.url);
  test.skipIf(!existsSync(novel))(
    '红楼梦: no loop, few repeats (skipped where ../shared/data/text is not at hand)',
    () => {
      const audit = auditRepetition(
        readFileSync(novel, 'utf8').split(/(?=第[一二三四五六七八九十百零]+回 )/),
      );
      expect(audit.words).toBeGreaterThan(700_000);
      expect(audit.loops.documents).toBe(0);
      expect(audit.phrases.share).toBeLessThan(0.05);
      expect(audit.lines.share).toBeLessThan(0.05);
    },
    60_000,
  );

  test('needs a document, and options that make sense', () => {
    expect(() => auditRepetition([])).toThrow(/at least one text, got none/);
    expect(() => auditRepetition(['a'], { phraseWords: 0 })).toThrow(
      /phraseWords: must be an integer ≥ 1, got 0/,
    );
    expect(() => deduplicated(['a'], { maxCopies: 0.5 })).toThrow(
      /maxCopies: must be an integer ≥ 1, got 0.5/,
    );
  });
});
