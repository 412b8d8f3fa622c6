/** Lines of a page as running text, and places in a text as lines. */

/** One line: words cut at its end are whole again, Chinese goes on without a space. */
export const flow = (text: string): string =>
  text
    .replace(/(?<=\p{Ll})[-\u00ad]\s*\n\s*(?=\p{Ll})/gu, '')
    .replace(
      /(?<=[\p{Script=Han}，。、；：！？“”（）《》])\s*\n\s*(?=[\p{Script=Han}，。、；：！？“”（）《》])/gu,
      '',
    )
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** Tells the line, from 1, that a place stands in. */
export function lineFinder(text: string): (place: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (place) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Finds the stretch, of some in order that do not overlap, in which a place stands. */
export function stretchFinder<Own extends Stretch>(
  stretches: readonly Own[],
): (place: number) => Own | undefined {
  return (place) => {
    let [low, high] = [0, stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle].start <= place) low = middle + 1;
      else high = middle;
    }
    const found = stretches[low - 1];
    return found !== undefined && place < found.end ? found : undefined;
  };
}

/** A page as it is read: without page numbers alone on a line, and without the lines that most pages begin or end with. */
export function cleanPages(
  text: string,
  starts: readonly number[],
): { text: string; pages: readonly number[] } {
  const pages = starts.map((start, i) =>
    text
      .slice(start, starts[i + 1] ?? text.length)
      .trimEnd()
      .split('\n'),
  );
  const edges = new Map<string, number>();
  const keyOf = (line: string): string => line.replace(/\d+/g, '#').replace(/\s+/g, ' ').trim();
  for (const lines of pages) {
    for (const key of new Set([...lines.slice(0, 2), ...lines.slice(-2)].map(keyOf))) {
      edges.set(key, (edges.get(key) ?? 0) + 1);
    }
  }
  const isRunning = (line: string): boolean => {
    const key = keyOf(line);
    const times = edges.get(key) ?? 0;
    return /^[#\s–—-]*$/.test(key) || (times >= 3 && times > pages.length / 2);
  };
  let out = '';
  const places: number[] = [];
  for (const lines of pages) {
    const kept = lines.filter((line, i) => {
      const isEdge = i < 2 || i >= lines.length - 2;
      return !(isEdge && line.trim() !== '' && isRunning(line));
    });
    if (out !== '') out += '\n';
    places.push(out.length);
    out += kept.join('\n').replace(/(?<=\p{Ll}{2})-\n(?=\p{Ll}{2})/gu, '');
  }
  return { text: out, pages: places };
}

/** The page, from 1, of a place; null where pages are not known. */
export function pageOf(pages: readonly number[] | undefined, place: number): number | null {
  if (!pages || pages.length === 0) return null;
  const at = pages.findLastIndex((start) => start <= place);
  return at < 0 ? 1 : at + 1;
}
