import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { excludeOverlap, indexOverlap, overlapRule } from './overlap.ts';

const rng = createRng(5);
let made = 0;
/** A word that occurs nowhere else. */
const word = (): string => (made++).toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]);
const words = (count: number): string => Array.from({ length: count }, () => `word${word()}end`).join(' ');
const han = (count: number): string =>
  Array.from({ length: count }, () => String.fromCharCode(0x4e00 + Math.floor(rng.uniform() * 20_000))).join(
    '',
  );
const indexOf = (...texts: string[]) => indexOverlap(texts.map((text) => ({ text })));
const { gram, leastGram, margin, leastPiece, mostPieces } = overlapRule;

describe('overlap with evaluation texts', () => {
  test('thirteen words are found, twelve are not; case, punctuation and width do not count', async () => {
    const evaluation = words(40);
    const index = await indexOf(evaluation);
    expect(index).toMatchObject({ texts: 1, grams: 40 - gram + 1 });
    const run = (count: number) =>
      evaluation
        .split(' ')
        .slice(5, 5 + count)
        .join(' ');
    const before = words(5);
    expect(index.find(`${before} ${run(gram - 1)} ${words(5)}`)).toEqual([]);
    const found = run(gram).toUpperCase().replaceAll(' ', ', ');
    expect(index.find(`${before}\n${found}. ${words(5)}`)).toEqual([
      [before.length + 1, before.length + 1 + found.length],
    ]);
  });

  test('in Chinese, twice as many characters', async () => {
    const evaluation = han(60);
    const index = await indexOf(evaluation);
    const around = (count: number) => `${han(30)}${evaluation.slice(10, 10 + count)}${han(30)}`;
    expect(index.find(around(2 * gram - 1))).toEqual([]);
    expect(index.find(around(2 * gram))).toEqual([[30, 30 + 2 * gram]]);
  });

  test('a short evaluation text counts as a whole, a shorter one not at all', async () => {
    const [short, shorter] = [words(leastGram), words(leastGram - 1)];
    const index = await indexOf(short, shorter);
    expect(index).toMatchObject({ texts: 2, grams: 1 });
    expect(index.find(`x ${short} y`)).toHaveLength(1);
    expect(index.find(`x ${shorter} y`)).toEqual([]);
  });

  test('places agree with looking for every gram by itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 60 }),
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 60 }),
        async (evaluation, text) => {
          const index = await indexOf(evaluation.join(' '));
          const length = Math.min(gram, evaluation.length);
          const grams = new Set(evaluation.map((_, i) => evaluation.slice(i, i + length).join('')));
          const covered = new Set<number>();
          for (let i = 0; length >= leastGram && i + length <= text.length; i++) {
            if (!grams.has(text.slice(i, i + length).join(''))) continue;
            for (let at = i; at < i + length; at++) covered.add(at);
          }
          const got = new Set(
            index
              .find(text.join(' '))
              .flatMap(([from, to]) => text.flatMap((_, i) => (2 * i >= from && 2 * i < to ? [i] : []))),
          );
          expect([...got]).toEqual([...covered].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('it is cut out with a margin; short rests go, a document in too many pieces goes entirely', async () => {
    const evaluation = words(gram);
    const index = await indexOf(evaluation);
    const long = words(120);
    const [left, right] = [long.slice(0, 400), long.slice(401, 401 + leastPiece + margin - 2)];
    const text = `${left} ${evaluation} ${right}`;
    const shredded =
      Array.from({ length: mostPieces }, () => `${words(120)} ${evaluation} `).join('') + words(120);
    const untouched = { text: words(30), title: 'mine' };
    const { documents, report } = await excludeOverlap(
      [{ text, title: 't' }, untouched, { text: shredded }],
      index,
    );
    // To the right one character is missing.
    expect(documents).toEqual([{ text: text.slice(0, 401 - margin), title: 't' }, untouched]);
    expect(documents[1]).toBe(untouched);
    expect(report).toMatchObject({
      documentsIn: 3,
      documentsOut: 2,
      overlapping: 2,
      dropped: 1,
      example: evaluation,
    });
    expect(report.charactersOut).toBe(201 + untouched.text.length);
    const fewer = shredded.slice(shredded.indexOf(evaluation) + evaluation.length);
    expect((await excludeOverlap([{ text: fewer }], index)).documents).toHaveLength(mostPieces - 1 + 1);
  });
});
