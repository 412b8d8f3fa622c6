/** What the address of this page holds: enough to look at the same again. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export const views = ['tokens', 'attention', 'layers', 'why', 'map', 'decoding'] as const;
export type View = (typeof views)[number];

/** What the colour of a token stands for. */
export const shades = ['probability', 'entropy', 'rank'] as const;
export type Shade = (typeof shades)[number];

export interface InsideSearch {
  readonly model?: string;
  readonly text?: string;
  readonly view?: View;
  readonly shade?: Shade;
  /** The chosen place of the text. */
  readonly at?: number;
  readonly layer?: number;
  readonly head?: number;
  /** Why this token rather than that one; ids. */
  readonly this?: number;
  readonly that?: number;
}

const oneOf = <Name extends string>(names: readonly Name[], text: string | undefined): Name | undefined =>
  names.find((name) => name === text);

export const insideSearch = (raw: RawSearch): InsideSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    text: textOf(raw, 'text'),
    view: oneOf(views, textOf(raw, 'view')),
    shade: oneOf(shades, textOf(raw, 'shade')),
    at: numberOf(raw, 'at'),
    layer: numberOf(raw, 'layer'),
    head: numberOf(raw, 'head'),
    this: numberOf(raw, 'this'),
    that: numberOf(raw, 'that'),
  });
