import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awkwardText, brokenText, chinese, cut, english } from '../../test/golden/tokenizer-texts.ts';
import { patternSplitter } from './pattern.ts';
import { type PatternName, patternSources, splitters } from './split.ts';

const names = Object.keys(splitters) as PatternName[];

/** The pattern as a JavaScript regular expression that means the same. */
const javaScript = (name: PatternName): RegExp =>
  new RegExp(
    patternSources[name]
      .replaceAll("(?i:'s|'t|'re|'ve|'m|'ll|'d)", "(?:'(?:[sS\u017ftTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))")
      .replaceAll('\\s', '\\p{White_Space}')
      .replaceAll('\\S', '\\P{White_Space}'),
    'gu',
  );

describe.each(names)('the %s splitter', (name) => {
  const regex = javaScript(name);
  const generic = patternSplitter(patternSources[name]);

  test('cuts as its regular expression does, in both engines', () => {
    fc.assert(
      fc.property(fc.oneof(awkwardText, brokenText), (text) => {
        const pieces = cut(splitters[name], text);
        expect(pieces).toEqual(text.match(regex) ?? []);
        expect(pieces).toEqual(cut(generic, text));
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['letters', 'a'],
    ['capitals', 'A'],
    ['ideographs', '哈'],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['combining marks', '\u0301'],
    ['digits', '7'],
    ['points', '.'],
    ['apostrophes', "'"],
    ['capitals after a mark', '\u0301AAAAAAA'],
    ['spaces and words', ' \n  a'],
  ])('reads each character a bounded number of times: %s', (_, unit) => {
    for (const next of [splitters[name], generic]) {
      const calls = (count: number): number => {
        const text = unit.repeat(count);
        let read = 0;
        // A string that counts how often it is read.
        const counting = {
          length: text.length,
          charCodeAt: (at: number) => text.charCodeAt(at + 0 * read++),
          codePointAt: (at: number) => text.codePointAt(at + 0 * read++),
        } as unknown as string;
        for (let start = 0; start < text.length; ) start = next(counting, start);
        return read;
      };
      expect(calls(4000)).toBeLessThan(2.2 * calls(2000));
    }
  });
});

describe('pieces', () => {
  test('of English: a word takes the space before it, a contraction stands alone', () => {
    expect(cut(splitters.gpt2, "It's we'll  be").slice(0, 5)).toEqual(['It', "'s", ' we', "'ll", ' ']);
    expect(cut(splitters.cl100k, 'IT’S 1234567')).toEqual(['IT', '’S', ' ', '123', '456', '7']);
    expect(cut(splitters.qwen2, '1234')).toEqual(['1', '2', '3', '4']);
    expect(cut(splitters.o200k, "HelloWorld's")).toEqual(['Hello', "World's"]);
  });

  test('of Chinese: a clause is one piece, punctuation another', () => {
    expect(cut(splitters.gpt2, '床前明月光，疑是')).toEqual(['床前明月光', '，', '疑是']);
    expect(cut(splitters.cl100k, '床前明月光，疑是')).toEqual(['床前明月光', '，疑是']);
  });

  test('join to the text', () => {
    for (const name of names)
      expect(cut(splitters[name], english + chinese).join('')).toBe(english + chinese);
  });
});
