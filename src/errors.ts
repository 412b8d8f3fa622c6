/** Errors are data: a code and values. The sentences live beside the room that throws, in every language. */

import { type Language, language, type Sentence } from './language.ts';

/**
 * The one error class. `message` is one line, `where: rule, value; cure`, in the reader's language;
 * `text(lang)` gives it in another.
 */
export class InkstoneError extends Error {
  override readonly name = 'InkstoneError';
  readonly code: string;
  readonly data: unknown;
  readonly text: (lang: Language) => string;

  constructor(code: string, data: unknown, text: (lang: Language) => string, cause?: unknown) {
    super(text(language()), cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
    this.text = text;
  }
}

/**
 * A room's table of errors; returns the factory `fail(code, data)`. Throw what it returns.
 *
 * @example
 * const fail = defineErrors({
 *   'shape/inner': {
 *     en: (d: { a: number; b: number }) => `matmul: inner dimensions must be equal, got ${d.a} and ${d.b}`,
 *     zh: (d) => `matmul：内维必须相等，得到 ${d.a} 和 ${d.b}`,
 *   },
 * });
 * throw fail('shape/inner', { a: 2, b: 3 });
 */
export function defineErrors<Table extends Record<string, unknown>>(
  table: {
    readonly [Code in keyof Table]: Sentence<Table[Code]>;
  },
) {
  return <Code extends keyof Table & string>(code: Code, data: Table[Code], cause?: unknown): InkstoneError =>
    new InkstoneError(code, data, (lang) => table[code][lang](data), cause);
}

/** The entry of `known` nearest to `word` (edit distance at most a third of its length), or `undefined`. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau–Levenshtein distance (adjacent swaps count one; optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substitute, previous[j] + 1, current[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2] + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length];
}
