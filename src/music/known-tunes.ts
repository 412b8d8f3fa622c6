/** How much of a tune stands in others, bar for bar. */

/** The bars of a tune, as notes alone: without fields, chord symbols, slurs, ornaments and spaces. A tune in another key is another. */
export function noteBars(text: string): string[] {
  const music = text
    .split('\n')
    .filter((line) => !/^[A-Za-z]:/.test(line))
    .join('')
    .replace(/"[^"]*"|![^!]*!|\{[^}]*\}|\[[A-Za-z]:[^\]]*\]|[\s().~\-HLMOPSTuv\\`$]/g, '');
  // A bar line, with the repeats and the number of the ending beside it.
  return music
    .split(/(?:\[?[|:]+[|\]:]*|\[(?=\d))(?:\d(?:[,-]\d)*)?/)
    .filter((bar) => bar !== '' && bar !== ']');
}

export interface KnownTunes {
  /** The longest run of bars of a tune that one known tune has as well, in this order. */
  longestRun(text: string): { readonly bars: number; readonly known: number };
}

/** Keeps tunes so that others can be held against them. */
export function knownTunes(texts: readonly string[]): KnownTunes {
  const places = new Map<string, { readonly tune: number; readonly bar: number }[]>();
  for (const [tune, text] of texts.entries())
    for (const [bar, notes] of noteBars(text).entries()) {
      const there = places.get(notes);
      if (there) there.push({ tune, bar });
      else places.set(notes, [{ tune, bar }]);
    }
  return {
    longestRun(text) {
      const bars = noteBars(text);
      let known = 0;
      let before = new Map<string, number>();
      for (const notes of bars) {
        const runs = new Map<string, number>();
        for (const { tune, bar } of places.get(notes) ?? []) {
          const run = (before.get(`${tune}:${bar - 1}`) ?? 0) + 1;
          runs.set(`${tune}:${bar}`, run);
          known = Math.max(known, run);
        }
        before = runs;
      }
      return { bars: bars.length, known };
    },
  };
}

/** How many bars of a tune it had before. */
export function repeatedBars(text: string): { readonly bars: number; readonly repeated: number } {
  const bars = noteBars(text);
  return { bars: bars.length, repeated: bars.length - new Set(bars).size };
}
