/** Which pictures are learnt from and which are held out. */

import { splitByHash } from '../data/index.ts';
import type { ImageRow } from './image-rows.ts';

export const apartKinds = ['picture', 'caption'] as const;

export interface SplitRowsOptions {
  /** Share of the groups. */
  readonly heldOut: number;
  readonly seed: number;
  /**
   * What never stands on both sides: a picture with all its captions, or a caption with all its pictures besides, so that what is held
   * out says what was never learnt.
   */
  readonly apart?: (typeof apartKinds)[number];
  /** The same share of each label is held out. */
  readonly byLabel?: boolean;
}

/** Splits rows by hash: the same rows land on the same side in every run. @throws where a side would be empty */
export function splitImageRows(
  rows: readonly ImageRow[],
  { heldOut, seed, apart = 'picture', byLabel = false }: SplitRowsOptions,
): { train: ImageRow[]; heldOut: ImageRow[] } {
  const groups = apart === 'caption' ? captionGroups(rows) : undefined;
  return splitByHash(rows, {
    heldOut,
    seed,
    groupBy: ({ file }) => groups?.get(file) ?? file,
    ...(byLabel && { stratifyBy: ({ label = '' }: ImageRow) => label }),
  });
}

/** Pictures that share a caption, also by way of others, have one name: that of the first of them. No caption is none to share. */
function captionGroups(rows: readonly ImageRow[]): Map<string, string> {
  const leads = new Map<string, string>();
  const nameOf = (file: string): string => {
    let name = file;
    for (let next = leads.get(name); next !== undefined; next = leads.get(name)) name = next;
    return name;
  };
  const firsts = new Map<string, string>();
  for (const { file, text } of rows) {
    if (text === '') continue;
    const first = firsts.get(text);
    if (first === undefined) firsts.set(text, file);
    const [own, other] = [nameOf(file), nameOf(first ?? file)];
    if (own !== other) leads.set(own, other);
  }
  return new Map(rows.map(({ file }) => [file, nameOf(file)]));
}
