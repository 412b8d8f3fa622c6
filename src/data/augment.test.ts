import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import { createRng } from '../rng.ts';
import {
  augmenter,
  deleteWords,
  insertSynonyms,
  parseSynonyms,
  replaceSynonyms,
  swapWords,
} from './augment.ts';
import { wordLineLimits } from './word-lines.ts';

const synonyms = parseSynonyms('# words\nquick, fast,swift\nhouse，home\n高兴\t快乐\t开心\n', 's.txt');
const english = 'The quick fox ran to the house, and the house was empty.';
const chinese = '今天大家都很高兴，因为考试结束了。';
const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu)!;
const sorted = (text: string) => [...text].sort().join('');

describe('augmentation', () => {
  test('a synonym takes the place of all occurrences of its word; nothing else changes', () => {
    const rng = createRng(1);
    const texts = new Set(Array.from({ length: 40 }, () => replaceSynonyms(english, 1, synonyms, rng)));
    expect([...texts].sort()).toEqual(
      [
        english.replace('quick', 'fast'),
        english.replace('quick', 'swift'),
        english.replaceAll('house', 'home'),
      ].sort(),
    );
    expect(replaceSynonyms(chinese, 1, synonyms, rng)).toMatch(/^今天大家都很(快乐|开心)，因为考试结束了。$/);
    expect(replaceSynonyms('Quick!', 1, synonyms, rng)).toMatch(/^(Fast|Swift)!$/);
    expect(replaceSynonyms('Nothing known.', 3, synonyms, rng)).toBe('Nothing known.');
  });

  test('an insertion adds one word, with a space where the script has spaces', () => {
    const rng = createRng(2);
    for (let n = 0; n < 30; n++) {
      const more = wordsOf(insertSynonyms(english, 2, synonyms, rng));
      expect(more.length).toBe(wordsOf(english).length + 2);
      expect(['fast', 'swift', 'home', 'quick', 'house'].some((word) => more.includes(word))).toBe(true);
      expect(insertSynonyms(chinese, 1, synonyms, rng)).toHaveLength(chinese.length + 2);
    }
    expect(insertSynonyms('Nothing known.', 3, synonyms, rng)).toBe('Nothing known.');
  });

  test('swaps keep every word, deletions take some and leave one', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(english, chinese, 'one', '', '甲', 'a b'), (seed, text) => {
        const rng = createRng(seed);
        expect(sorted(swapWords(text, 2, rng))).toBe(sorted(text));
        const rest = deleteWords(text, 0.5, rng);
        expect(rest.length).toBeLessThanOrEqual(text.length);
        if (text !== '') expect(rest).toMatch(/[\p{L}]/u);
        for (const word of rest.match(/[a-z]+/gi) ?? []) expect(text).toContain(word);
      }),
    );
    expect(deleteWords(english, 1, createRng(1)).match(/[a-z]+/gi)).toHaveLength(1);
    expect(deleteWords(english, 0, createRng(1))).toBe(english);
    expect(deleteWords(`${english}\n`, 0, createRng(1))).toBe(`${english}\n`);
  });

  test('swapping changes the order, by the seed', () => {
    const of = (seed: number) => swapWords(english, 1, createRng(seed));
    expect(of(1)).toBe(of(1));
    expect(new Set([1, 2, 3, 4, 5, 6].map(of)).size).toBeGreaterThan(3);
  });

  test('copies are different from the text and from each other, made in turn by each method', () => {
    const augment = augmenter({ synonyms, copies: 8, rate: 0.2 });
    const made = augment(english, createRng(5));
    expect(made.length).toBeGreaterThan(5);
    expect(new Set([...made, english]).size).toBe(made.length + 1);
    expect(augment(english, createRng(5))).toEqual(made);
    const lengths = made.map((text) => wordsOf(text).length - wordsOf(english).length);
    expect(Math.max(...lengths)).toBe(2);
    expect(Math.min(...lengths)).toBeLessThan(0);
    expect(augmenter()('甲', createRng(1))).toEqual([]);
    const only = augmenter({ synonyms, methods: ['synonym'], rate: 0.01 })('a quick one', createRng(1));
    for (const text of only) expect(['a fast one', 'a swift one']).toContain(text);
  });

  test.each([
    [{ rate: 0 }, /rate must be in \(0, 1\], got 0/],
    [{ copies: 0 }, /copies must be from 1 to 1000, got 0/],
    [{ methods: [] }, /methods must be at least one/],
    [{ methods: ['insert'] as const }, /methods must be given with synonyms, got insert/],
  ])('%j is refused', (options, message) => {
    setLanguage('en');
    expect(() => augmenter(options)).toThrow(message);
    setLanguage(undefined);
  });

  test('a file of synonyms with nothing in it, or too much, is an error that names the line', () => {
    setLanguage('en');
    expect(() => parseSynonyms('# none\n', 's.txt')).toThrow(/synonyms s\.txt:1: .*got none/);
    expect(() => parseSynonyms('a, b\nc\n', 's.txt')).toThrow(
      /s\.txt:2: a line must hold at least two words, got 1/,
    );
    const long = 'x'.repeat(wordLineLimits.wordCharacters + 1);
    expect(parseSynonyms(`a,${long.slice(1)}`, 's.txt').size).toBe(2);
    expect(() => parseSynonyms(`a,${long}`, 's.txt')).toThrow(/at most 100 characters, got 101/);
    setLanguage(undefined);
  });
});
