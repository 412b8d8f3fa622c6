import fc from 'fast-check';
import { decode as decodeIds, encode } from 'gpt-tokenizer/encoding/r50k_base';
import { describe, expect, test } from 'vitest';
import { hardCases, loopCases } from '../../test/hard-cases.ts';
import { classifyToken, createLoopDetector, detectLoops, type LoopDetector } from './index.ts';

/** Few ids, phrases that come again exactly, altered, or after something else. */
const idLists = fc
  .array(
    fc.oneof(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 }),
      fc
        .tuple(
          fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 }),
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 0, max: 2 }),
        )
        .map(([phrase, copies, noise]) =>
          Array.from({ length: copies }, (_, i) => [
            ...phrase,
            ...Array.from({ length: noise }, () => 10 + i),
          ]).flat(),
        ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.flat());

/** Ids 10 and 11 are numbers, 0 a mark. */
const classify = (id: number) => (id === 0 ? 'mark' : id === 10 || id === 11 ? 'number' : 'word');
const eager = { threshold: 6, gramSize: 3, maxMarks: 8, classify } as const;

const decode = (id: number) => decodeIds([id]);
const stateOf = (detector: LoopDetector) => [detector.length, detector.suspectFrom];

describe('the loop detector', () => {
  test('finds where each kind of loop begins, and says how it repeats', () => {
    for (const { name, text, kind, clean } of loopCases) {
      const [loop, ...more] = detectLoops(text);
      expect({ name, more: more.length, kind: loop?.kind }).toEqual({ name, more: 0, kind });
      expect({ name, clean: text.slice(0, loop.cleanEnd).trimEnd().endsWith(clean) }).toEqual({
        name,
        clean: true,
      });
      if (kind !== 'spaced') expect(loop.stop).toBe(text.trimEnd().length);
      expect(loop.confidence).toBeGreaterThan(0.99);
    }
  });

  test('a verse again and again is a loop at its fifth copy, a long one at its fourth; cut where the second begins', () => {
    for (const [verse, copies] of [
      ['春風吹又生，', 5],
      ['一枝紅杏出牆來。\n', 4],
    ] as const) {
      const text = `離離原上草。\n${verse.repeat(copies)}`;
      expect(detectLoops(`離離原上草。\n${verse.repeat(copies - 1)}`)).toEqual([]);
      const [loop, ...more] = detectLoops(text);
      expect([more.length, loop.kind, loop.phrase, loop.copies]).toEqual([0, 'exact', verse.trim(), copies]);
      expect(text.slice(0, loop.cleanEnd)).toBe(`離離原上草。\n${verse}`);
    }
  });

  test('gives no alarm on refrains, tables, lists, JSON, code, logs, dialogues, word play', () => {
    for (const unit of ['auto', 'words', 'characters', 'segments'] as const) {
      const alarms = hardCases.filter(({ text, language }) => {
        // Letters are not words: by characters only Chinese is looked at.
        if (unit === 'characters' && language === 'en') return false;
        return detectLoops(text, { unit }).length > 0;
      });
      expect({ unit, alarms: alarms.map(({ name }) => name) }).toEqual({ unit, alarms: [] });
    }
  });

  test('gives no alarm on them as sub-word ids either', () => {
    const alarms = hardCases.filter(({ text }) => {
      const detector = createLoopDetector({ classify: (id) => classifyToken(decode(id)) });
      return encode(text).some((id) => detector.push(id) !== undefined);
    });
    expect(alarms.map(({ name }) => name)).toEqual([]);
  });

  test('what was let through is never taken back', () => {
    fc.assert(
      fc.property(idLists, (ids) => {
        const detector = createLoopDetector(eager);
        let shown = 0;
        for (const id of ids) {
          const loop = detector.push(id);
          if (loop) expect(loop.onset + loop.period).toBeGreaterThanOrEqual(shown);
          shown = Math.max(shown, detector.suspectFrom ?? detector.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('onset, period, copies and end agree with the ids', () => {
    fc.assert(
      fc.property(idLists, (ids) => {
        const detector = createLoopDetector(eager);
        ids.forEach((id, i) => {
          const loop = detector.push(id);
          if (!loop) return;
          const { onset, period, copies, end, confidence, kind } = loop;
          const cut = onset + period;
          const isCopy = (distance: number) =>
            ids.slice(cut + 1, end).every((other, k) => other === ids[cut + 1 + k - distance]);
          expect({
            end: end > cut && end <= i + 1,
            starts: onset >= 0 && period >= 1 && cut < end && ids[onset] === ids[cut],
            copies: copies >= 2,
            confidence: confidence > 0 && confidence < 1,
            exact: kind !== 'exact' || ids.some((_, distance) => distance > 0 && isCopy(distance)),
          }).toEqual({ end: true, starts: true, copies: true, confidence: true, exact: true });
        });
      }),
      { numRuns: 60 },
    );
  });

  test('after any walk of pushes, rewinds and forks it is as if freshly built', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: idLists.map((push) => ({ push: push.slice(0, 20) })) },
        { weight: 3, arbitrary: fc.record({ forget: fc.integer({ min: 1, max: 40 }) }) },
        { weight: 1, arbitrary: fc.record({ fork: fc.boolean() }) },
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (walk) => {
        let detector = createLoopDetector(eager);
        let ids: number[] = [];
        for (const step of walk) {
          if ('push' in step) {
            for (const id of step.push) detector.push(id);
            ids.push(...step.push);
          } else if ('forget' in step) {
            ids = ids.slice(0, Math.max(ids.length - step.forget, 0));
            detector.rewind(ids.length);
          } else {
            const fork = detector.fork();
            const other = step.fork ? detector : fork;
            detector = step.fork ? fork : detector;
            for (const id of [7, 7, 7, 7, 7]) other.push(id);
          }
          const fresh = createLoopDetector(eager);
          for (const id of ids) fresh.push(id);
          expect(stateOf(detector)).toEqual(stateOf(fresh));
        }
        const fresh = createLoopDetector(eager);
        for (const id of ids) fresh.push(id);
        for (const id of [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]) {
          expect(detector.push(id)).toEqual(fresh.push(id));
          expect(stateOf(detector)).toEqual(stateOf(fresh));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a loop of marks and numbers only is found when it is long', () => {
    const detector = createLoopDetector({ classify: () => 'mark' });
    const loops = Array.from({ length: 70 }, (_, i) => detector.push(i % 2));
    const at = loops.findIndex((loop) => loop !== undefined);
    expect(at).toBe(66);
    expect(loops[at]).toMatchObject({ kind: 'exact', onset: 1, period: 2, end: 67 });
    expect(detector.suspectFrom).toBe(3);
  });

  test('is over when the text has gone on', () => {
    const text = `${'the old man of the sea went down to the shore '.repeat(6)}${Array.from({ length: 80 }, (_, i) => `w${i}`).join(' ')}`;
    const [loop, ...more] = detectLoops(text);
    expect(more).toEqual([]);
    expect(text.slice(0, loop.stop).endsWith('shore')).toBe(true);
  });

  test('needs the same time for every id, whatever the text', () => {
    for (const pattern of [
      (_: number) => 3,
      (i: number) => i % 2,
      (i: number) => i,
      (i: number) => i % 977,
    ]) {
      const detector = createLoopDetector();
      for (let i = 0; i < 5_000; i++) detector.push(pattern(i));
      detector.rewind(10);
      expect(detector.length).toBe(10);
    }
  });

  test.each([
    [{ threshold: 0 }, 'threshold: must be a positive number, got 0'],
    [{ threshold: Number.NaN }, 'threshold: must be a positive number, got NaN'],
    [{ gramSize: 1 }, 'gramSize: must be an integer from 2 to 16, got 1'],
    [{ gramSize: 2.5 }, 'gramSize: must be an integer from 2 to 16, got 2.5'],
    [{ maxMarks: 0 }, 'maxMarks: must be an integer ≥ 1, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => createLoopDetector(options)).toThrow(message);
  });

  test('refuses what is no id and no length', () => {
    const detector = createLoopDetector();
    for (const id of [-1, 0.5, Number.NaN, 2 ** 29]) expect(() => detector.push(id)).toThrow(/id must be/);
    detector.push(1);
    for (const length of [-1, 2, 0.5]) expect(() => detector.rewind(length)).toThrow(/new length must be/);
    expect(detector.length).toBe(1);
  });
});
