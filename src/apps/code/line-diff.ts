/** What differs between two texts, line by line, as `diff -u` shows it. */

/** Lines around a change that are shown. */
const AROUND = 3;
/** Pairs of lines that are compared; of larger changes all is shown as taken out and put in. */
const MOST_PAIRS = 4_000_000;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** The difference with three lines around each change; empty where there is none. */
export function lineDiff(before: string, after: string, name: string): string {
  const lines = difference(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ mark }, i) => (mark === ' ' ? [] : [i]));
  if (changed.length === 0) return '';
  const hunks: [number, number][] = [];
  for (const place of changed) {
    const last = hunks.at(-1);
    if (last && place - AROUND <= last[1]) last[1] = Math.min(lines.length, place + AROUND + 1);
    else hunks.push([Math.max(0, place - AROUND), Math.min(lines.length, place + AROUND + 1)]);
  }
  const shown = hunks.flatMap(([from, to]) => [headOf(lines, from, to), ...lines.slice(from, to).map(spell)]);
  return [`--- ${name}`, `+++ ${name}`, ...shown, ''].join('\n');
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const spell = ({ mark, text }: Line): string => mark + text;

function headOf(lines: readonly Line[], from: number, to: number): string {
  const count = (until: number, start: number, other: Line['mark']): number =>
    lines.slice(start, until).filter(({ mark }) => mark !== other).length;
  const range = (other: Line['mark']): string => {
    const size = count(to, from, other);
    return `${count(from, 0, other) + (size > 0 ? 1 : 0)},${size}`;
  };
  return `@@ -${range('+')} +${range('-')} @@`;
}

/** By the longest common subsequence of what lies between the lines that begin and end both. */
function difference(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  const kept = (text: string): Line => ({ mark: ' ', text });
  return [
    ...before.slice(0, start).map(kept),
    ...changes(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(kept),
  ];
}

function changes(before: readonly string[], after: readonly string[]): Line[] {
  const [rows, width] = [before.length, after.length + 1];
  const lengths = new Uint32Array(rows * after.length <= MOST_PAIRS ? (rows + 1) * width : 0);
  if (lengths.length > 0) {
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = after.length - 1; j >= 0; j--) {
        lengths[i * width + j] =
          before[i] === after[j]
            ? lengths[(i + 1) * width + j + 1] + 1
            : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
      }
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < rows || j < after.length) {
    if (lengths.length > 0 && i < rows && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] });
      i++;
      j++;
    } else if (
      i < rows &&
      (j === after.length || !(lengths[(i + 1) * width + j] < lengths[i * width + j + 1]))
    )
      lines.push({ mark: '-', text: before[i++] });
    else lines.push({ mark: '+', text: after[j++] });
  }
  return lines;
}
