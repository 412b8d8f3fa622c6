/** A text cut where something in it is marked. */

export interface Mark<Value> {
  readonly start: number;
  readonly end: number;
  readonly value: Value;
}

/** The pieces of the text in order, those of marks with their value; of marks that overlap the earlier in the list stands. */
export function piecesOf<Value>(
  text: string,
  marks: readonly Mark<Value>[],
): { readonly text: string; readonly start: number; readonly value?: Value }[] {
  const kept: Mark<Value>[] = [];
  const isTaken = new Uint8Array(text.length);
  for (const mark of marks) {
    const { start, end } = mark;
    if (isTaken.subarray(start, end).includes(1)) continue;
    isTaken.fill(1, start, end);
    kept.push(mark);
  }
  kept.sort((a, b) => a.start - b.start);
  const pieces: { text: string; start: number; value?: Value }[] = [];
  let at = 0;
  for (const { start, end, value } of kept) {
    if (start > at) pieces.push({ text: text.slice(at, start), start: at });
    pieces.push({ text: text.slice(start, end), start, value });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), start: at });
  return pieces;
}
