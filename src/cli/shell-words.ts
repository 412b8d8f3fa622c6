/** Command lines that can be pasted into a shell. */

/** The command line that does the same again, as it can be pasted. */
export function sameAgain(argv: readonly string[]): string {
  return ['npx inkstone', ...argv.map(quoteWord)].join(' ');
}

/** One word of a command line, in quotes where a shell needs them. */
export function quoteWord(word: string): string {
  if (/^[\w./:@=,+%\p{Script=Han}-]+$/u.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}

/** The words of a command line, without the quotes around them; undefined where a quote is not closed. */
export function splitWords(line: string): string[] | undefined {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const plain = words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, one, other) => one ?? other));
  return line.replace(/"[^"]*"|'[^']*'/g, '').match(/["']/) ? undefined : plain;
}
