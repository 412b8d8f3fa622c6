/** What a plot is: plain data, as it can stand in a JSON file. */

import type { Label } from './label.ts';

export interface Plot {
  readonly title: Label;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
  /** In px. Default 560 × 320. */
  readonly width?: number;
  readonly height?: number;
}

export interface Axis {
  readonly label: Label;
  /** Default linear. On a log axis, values of 0 and below are left out. */
  readonly scale?: 'linear' | 'log';
  /** The ends of the axis; default: those of the data, at round numbers. */
  readonly min?: number;
  readonly max?: number;
  /** Names for 0, 1, 2, …: the axis shows these instead of numbers. */
  readonly categories?: readonly Label[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** An interval around y. */
  readonly low?: number;
  readonly high?: number;
  /** Written beside it. */
  readonly label?: Label;
}

/** A bar from 0 to y, around x. */
export type Bar = Omit<Point, 'label'>;

/** Everything drawn; a mark with a name stands in the legend. A value that is not finite is a gap. */
export type Mark =
  | { readonly type: 'line'; readonly name?: Label; readonly points: readonly Point[] }
  | { readonly type: 'points'; readonly name?: Label; readonly points: readonly Point[] }
  | {
      readonly type: 'bars';
      readonly name?: Label;
      readonly bars: readonly Bar[];
      /** In units of x; default 0.8. Several marks of bars share it. */
      readonly width?: number;
      /** Its bars stand where no other mark has one, and share the width with none. */
      readonly isApart?: boolean;
    }
  | { readonly type: 'level'; readonly name?: Label; readonly y: number }
  /** A square of numbers in [0, 1], row by row from the top: the darker the nearer 1. */
  | { readonly type: 'cells'; readonly name?: Label; readonly rows: readonly ArrayLike<number>[] };
