/** Finds stop strings in text that arrives in pieces. */

import { fail } from './errors.ts';

export interface StopMatcher {
  /**
   * Takes the next piece and gives out what can no longer become part of a stop string, or, with `stop`, the rest of the
   * text before it; then nothing more may be pushed.
   */
  push(piece: string): { readonly text: string; readonly stop?: string };
  /** What was held back, when no more text comes. */
  flush(): string;
}

/**
 * The text ends before the stop string that is complete first; of those complete at the same character, before the
 * longest. What comes out does not depend on how the text is cut into pieces. O(characters × stop strings).
 */
export function createStopMatcher(stops: readonly string[]): StopMatcher {
  for (const stop of stops) {
    if (typeof stop !== 'string' || stop === '') {
      throw fail('decode/option', {
        option: 'stop',
        rule: 'strings of at least one character',
        value: JSON.stringify(stop),
      });
    }
  }
  if (stops.length === 0) return { push: (text) => ({ text }), flush: () => '' };
  const longestFirst = [...new Set(stops)].sort((a, b) => b.length - a.length);
  const borders = longestFirst.map(borderTable);
  /** For each stop string, how much of its beginning ends the text so far (Knuth–Morris–Pratt). */
  const matched = longestFirst.map(() => 0);
  let held = '';
  return {
    push(piece) {
      const text = held + piece;
      for (let i = held.length; i < text.length; i++) {
        const unit = text[i];
        for (let s = 0; s < longestFirst.length; s++) {
          const stop = longestFirst[s];
          while (matched[s] > 0 && stop[matched[s]] !== unit) matched[s] = borders[s][matched[s] - 1];
          if (stop[matched[s]] === unit) matched[s]++;
        }
        const complete = longestFirst.find((stop, s) => matched[s] === stop.length);
        if (complete !== undefined) return { text: text.slice(0, i + 1 - complete.length), stop: complete };
      }
      const keep = Math.max(0, ...matched);
      held = text.slice(text.length - keep);
      return { text: text.slice(0, text.length - keep) };
    },
    flush() {
      const rest = held;
      held = '';
      matched.fill(0);
      return rest;
    },
  };
}

/** For each beginning of `word`, the length of its longest proper beginning that is also its end. */
function borderTable(word: string): number[] {
  const table = [0];
  for (let i = 1, length = 0; i < word.length; i++) {
    while (length > 0 && word[length] !== word[i]) length = table[length - 1];
    if (word[length] === word[i]) length++;
    table.push(length);
  }
  return table;
}
