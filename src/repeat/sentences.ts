/** When two texts say the same. */

/** The words and numbers of a text as they are compared: no case, no width, no punctuation; Han and kana one by one. */
export function comparableWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|\p{N}+/gu,
      ) ?? []
  );
}

/** Two texts with the same key say the same. */
export function comparisonKey(text: string): string {
  return comparableWords(text).join(' ');
}
