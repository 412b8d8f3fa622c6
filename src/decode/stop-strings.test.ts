import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStopMatcher } from './stop-strings.ts';

function run(
  pieces: readonly string[],
  stops: readonly string[],
): { text: string; stop: string | undefined } {
  const matcher = createStopMatcher(stops);
  let text = '';
  for (const piece of pieces) {
    const out = matcher.push(piece);
    text += out.text;
    if (out.stop !== undefined) return { text, stop: out.stop };
  }
  return { text: text + matcher.flush(), stop: undefined };
}

/** By the definition: the stop string that is complete first, the longest of those. */
function slow(text: string, stops: readonly string[]): { text: string; stop: string | undefined } {
  for (let end = 1; end <= text.length; end++) {
    const complete = stops
      .filter((stop) => text.slice(0, end).endsWith(stop))
      .sort((a, b) => b.length - a.length);
    if (complete.length > 0) return { text: text.slice(0, end - complete[0].length), stop: complete[0] };
  }
  return { text, stop: undefined };
}

const chars = fc.constantFrom('a', 'b', '月', '光', '😀');
const word = (maxLength: number) => fc.string({ unit: chars, minLength: 1, maxLength });

describe('stop strings', () => {
  test('what comes out does not depend on the pieces, in English and Chinese', () => {
    fc.assert(
      fc.property(
        fc.array(word(5), { maxLength: 12 }),
        fc.array(word(4), { maxLength: 3 }),
        (pieces, stops) => {
          expect(run(pieces, stops)).toEqual(slow(pieces.join(''), stops));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('only what may become a stop string is held back', () => {
    const matcher = createStopMatcher(['\n\nUser:', '。。']);
    expect(matcher.push('Hello\n').text).toBe('Hello');
    expect(matcher.push('\nUs').text).toBe('');
    expect(matcher.push('e it').text).toBe('\n\nUse it');
    expect(matcher.push('。').text).toBe('');
    expect(matcher.push('好').text).toBe('。好');
    expect(matcher.push('。').text).toBe('');
    expect(matcher.flush()).toBe('。');
    expect(matcher.flush()).toBe('');
  });

  test('overlapping beginnings are found again', () => {
    expect(run(['aa', 'ab'], ['aab'])).toEqual({ text: 'a', stop: 'aab' });
    expect(run(['xabcab'], ['abcabd', 'cab'])).toEqual({ text: 'xab', stop: 'cab' });
    expect(run(['xabcabd'], ['abd', 'abcabd'])).toEqual({ text: 'x', stop: 'abcabd' });
  });

  test('an empty stop string is an error', () => {
    expect(() => createStopMatcher(['a', ''])).toThrow(
      'stop: must be strings of at least one character, got ""',
    );
    expect(() => createStopMatcher([3 as unknown as string])).toThrow(/got 3/);
  });

  test('a long text and a long stop string take time in proportion', () => {
    const stop = `${'a'.repeat(20_000)}b`;
    expect(run([`${'a'.repeat(100_000)}`, stop], [stop])).toEqual({ text: 'a'.repeat(100_000), stop });
  });
});
