import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTokenizer } from '../../../test/toy-tokenizer.ts';
import { compileConstraint } from './constraint.ts';

const bytes = byteTokenizer();
const compile = (regex: string | RegExp) => compileConstraint({ regex }, bytes);

function accepts(regex: string | RegExp, text: string): boolean {
  let state = compile(regex).start;
  for (const id of bytes.encode(text)) {
    if (!state.allows(id)) return false;
    state = state.advance(id);
  }
  return state.canEnd;
}

/** A literal with the flag v would need a newer language level. */
const inSets = (source: string) => new RegExp(source, 'v');

describe('regular expressions', () => {
  test.each<[string | RegExp, string[], string[]]>([
    ['a|bc|', ['a', 'bc', ''], ['abc', 'b']],
    ['^(?:yes|no)$', ['yes', 'no'], ['yesno']],
    ['^a$|^b$', ['a', 'b'], ['ab']],
    ['(a(b)?)+', ['a', 'ab', 'aab'], ['', 'b']],
    ['(?<year>\\d{4})-\\d{2}', ['2026-11'], ['26-11']],
    ['a{2}b{1,}c{0,2}?', ['aab', 'aabbcc'], ['ab', 'aabccc']],
    ['[^a-c\\d]', ['d', '月', '\n'], ['a', '5', 'dd']],
    ['.', ['a', '月', '😀'], ['\n', '', 'ab']],
    [/./s, ['\n'], ['ab']],
    [/[a-z]k/i, ['AK', 'ak', 'a\u212a'], ['1k']],
    [/straße/i, ['STRAßE', 'straẞe'], ['STRASSE']],
    [inSets('[\\p{L}--[a-z]]'), ['A', '月'], ['a', '1']],
    ['\\u{1F600}\\x41\\u6708\\cJ\\t\\0', ['😀A月\n\t\0'], ['😀A月']],
    ['\\ud83d\\ude00', ['😀'], []],
    ['\\.\\*\\-\\/', ['.*-/'], ['a*-/']],
    ['\\w+@\\w+\\.(?:com|cn)', ['li_bai@tang.cn'], ['@tang.cn']],
    ['[\\u4e00-\\u9fff]{5}，', ['床前明月光，'], ['床前明月，']],
    ['x*', ['', 'xxx'], ['y']],
    ['(?:)', [''], ['a']],
    ['[]|a', ['a'], ['']],
  ])('%s', (regex, good, bad) => {
    for (const text of good) expect([text, accepts(regex, text)]).toEqual([text, true]);
    for (const text of bad) expect([text, accepts(regex, text)]).toEqual([text, false]);
  });

  test('agree with the engine on random patterns and texts', () => {
    const atom = fc.constantFrom('a', 'b', '月', '[ab]', '[^a]', '\\w', '.', '(?:ab|b月)', '\\p{L}');
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map((parts) => parts.join(''));
    const pattern = fc
      .array(
        fc.array(piece, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
        { minLength: 1, maxLength: 2 },
      )
      .map((alternatives) => alternatives.join('|'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '月', '!'), maxLength: 5 });
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 5 }), (source, texts) => {
        for (const one of texts) {
          expect([source, one, accepts(source, one)]).toEqual([
            source,
            one,
            new RegExp(`^(?:${source})$`, 'u').test(one),
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each<[string | RegExp, RegExp]>([
    ['(', /it is not a regular expression \(Unterminated group\) at position 0/],
    ['a(?=b)', /look-around is not supported at position 1/],
    ['(?<!a)b', /look-around/],
    ['(a)\\1', /back-references are not regular at position 3/],
    ['(?<x>a)\\k<x>', /back-references/],
    ['a\\b', /word borders are not supported/],
    ['a^b', /an anchor may only stand at the ends/],
    ['(a$)b', /an anchor may only stand/],
    ['($)*', /an anchor may only stand/],
    [/^a$/m, /the flag m is not supported/],
    ['[^\\s\\S]', /regex: must allow at least one text/],
    ['a{0,1000000000}', /at most 100000 states/],
    ['((a{1,500}){1,500}){1,500}', /at most 100000 states/],
    ['(?:){1000000000}', /at most 100000 states/],
  ])('%s is refused with one clear error', (regex, message) => {
    expect(() => compile(regex)).toThrow(message);
  });

  test('long and deep expressions are refused', () => {
    expect(() => compile('x'.repeat(20_000))).toThrow(/at most 16384 characters, got 20000/);
    expect(() => compile(`${'('.repeat(8_000)}a${')'.repeat(8_000)}`)).toThrow(
      /at most 200 groups inside groups/,
    );
  });

  test('nested quantifiers that make engines that backtrack hang take no longer than others', () => {
    for (const pattern of ['(a+)+b', '(a|aa)+b', '(a*)*b', '(?:a?){30}a{30}b', '(.*)(.*)(.*)(.*)b']) {
      let { start: state } = compile(pattern);
      const begin = process.cpuUsage();
      for (let i = 0; i < 2_000; i++) {
        const [a] = bytes.encode('a');
        if (!state.allows(a)) break;
        state = state.advance(a);
      }
      expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(1_000);
    }
  });

  test('an expression that would need too many states at once is cut off with an error', () => {
    const tokens = Array.from({ length: 256 }, (_, i) =>
      i.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(8, 'a'),
    );
    const { start } = compileConstraint({ regex: '(?:a?b?){4000}' }, byteTokenizer(...tokens));
    expect(() => start.allows(97)).toThrow(expect.objectContaining({ code: 'constraint/work' }));
  });
});
