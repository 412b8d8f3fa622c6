/** Files of words that belong together: those of one line, with commas or tabs between; `#` begins a remark. */

/** What such a file may hold. */
export const wordLineLimits = { words: 500_000, wordCharacters: 100 } as const;

/** How an error says what a line must hold. */
type Refuse = (line: number, rule: string, got: unknown) => Error;

/** The words of each line, at least two. @throws as `refuse` makes it, also where there is no line */
export function* wordLines(
  text: string,
  refuse: Refuse,
): Generator<{ readonly line: number; readonly words: readonly string[] }> {
  const { wordCharacters } = wordLineLimits;
  let isEmpty = true;
  for (const [i, content] of text.split('\n').entries()) {
    if (content.trim() === '' || content.trimStart().startsWith('#')) continue;
    const words = content
      .split(/[,，\t]/)
      .map((word) => word.trim())
      .filter((word) => word !== '');
    if (words.length < 2) throw refuse(i + 1, 'at least two words', words.length);
    const long = words.find((word) => word.length > wordCharacters);
    if (long !== undefined) throw refuse(i + 1, `words of at most ${wordCharacters} characters`, long.length);
    isEmpty = false;
    yield { line: i + 1, words };
  }
  if (isEmpty) throw refuse(1, 'at least two words', 'none');
}
