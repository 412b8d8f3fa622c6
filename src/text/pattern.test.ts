import { describe, expect, test } from 'vitest';
import { cut } from '../../test/golden/tokenizer-texts.ts';
import { limits } from './limits.ts';
import { patternSplitter } from './pattern.ts';

describe('a pattern from a file', () => {
  test.each([
    ['(a+)+$', `${'a'.repeat(40)}b`],
    ['(a|a)*c', 'a'.repeat(40)],
    ['(?:a*)*b', 'a'.repeat(40)],
    ['(?:(?:a?){30}){30}b', 'a'.repeat(40)],
    ['(?=(?:a+)+b)a', 'a'.repeat(60)],
    ['(?:哈+)+。', '哈'.repeat(60)],
    ['a+b|\\s+$', 'a'.repeat(20_000)],
  ])('that explodes, %s, is cut off with an error, soon', (pattern, text) => {
    const next = patternSplitter(pattern);
    const start = performance.now();
    expect(() => cut(next, text)).toThrow(/gave up after \d+ steps|已放弃/);
    // The budget is in steps; the clock only guards against a runaway.
    expect(performance.now() - start).toBeLessThan(5000);
    expect(() => cut(next, text)).toThrow(expect.objectContaining({ code: 'text/pattern-budget' }));
  });

  test('may be used again after it was cut off', () => {
    const next = patternSplitter('(a+)+$|b');
    expect(() => cut(next, `${'a'.repeat(40)}c`)).toThrow();
    expect(cut(next, 'aab')).toEqual(['aa', 'b']);
  });

  test.each([
    ['(', /not closed|not supported/],
    ['a)', /\) is not supported/],
    ['[a', /the end is not supported/],
    ['[z-a]', /class is not valid/],
    ['\\p{Nonsense}', /class is not valid/],
    ['(?<=a)b', /\? is not supported/],
    ['(a)\\1', /1 is not supported/],
    ['[[:alpha:]]', /\[ is not supported/],
    ['[a-z&&b]', /& is not supported/],
    ['a{2}+', /\+ is not supported/],
    ['a{3,2}', /interval is empty/],
    ['*a', /\* is not supported/],
    ['\\', /the end is not supported/],
    [`${'('.repeat(50_000)}${')'.repeat(50_000)}`, /pattern length must be at most 16384/],
    [`${'('.repeat(100)}a${')'.repeat(100)}`, /nested too deep/],
    ['(?:(?:(?:a{1000}){1000}){1000})', /too large/],
    ['(?:(?:(?:){9999}){9999}){9999}', /too large/],
  ])('that this reader does not know is an error that says where: %s', (pattern, message) => {
    expect(() => patternSplitter(pattern)).toThrow(message);
  });

  test('is limited in length', () => {
    expect(() => patternSplitter('a'.repeat(limits.patternSize - 2))).toThrow(/too large/);
    expect(cut(patternSplitter('a'.repeat(1000)), 'a'.repeat(1000))).toHaveLength(1);
  });

  test.each([
    ['a+?b', 'aaab', ['aaab']],
    ['a*+a|b', 'aab', ['aa', 'b']],
    ['(?>a+)b|a', 'aac', ['a', 'a', 'c']],
    ['a{2,3}', 'aaaaaaa', ['aaa', 'aaa', 'a']],
    ['a{,2}b', 'aaab', ['a', 'aab']],
    ['𠀀+|.', '𠀀𠀀中', ['𠀀𠀀', '中']],
    ['[^𠀀]+', '中𠀀文', ['中', '𠀀', '文']],
    ['.(?!.)', 'a👍', ['a', '👍']],
    ['(?i:Ab)+', 'abABaBx', ['abABaB', 'x']],
    ['\\A.|\\z', '中文', ['中', '文']],
    ['^.', 'ab\ncd', ['a', 'b\n', 'c', 'd']],
    ['\\x41|\\u0042|\\x{4e2d}', 'AB中', ['A', 'B', '中']],
    ['', 'ab', ['ab']],
  ])('%s cuts %s', (pattern, text, pieces) => {
    expect(cut(patternSplitter(pattern), text)).toEqual(pieces);
  });
});
