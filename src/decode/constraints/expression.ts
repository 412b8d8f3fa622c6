/** What regular expressions, schemas and grammars are all read into: rules made of characters, sequences and choices. */

import type { CharacterSet } from './character-set.ts';

export type Expression =
  /** One character out of a set. */
  | { readonly type: 'character'; readonly set: CharacterSet }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  /** `max` may be `Infinity`. */
  | { readonly type: 'repeat'; readonly body: Expression; readonly min: number; readonly max: number }
  | { readonly type: 'rule'; readonly name: string };

/** A context-free grammar over characters. */
export interface Grammar {
  readonly root: string;
  readonly rules: ReadonlyMap<string, Expression>;
  /**
   * Whether small rules may be written out where they are used. It makes masks cheaper, unless the same rule stands in
   * many places: kept apart, all of them share its masks. Default true.
   */
  readonly inline?: boolean;
}

export const empty: Expression = { type: 'text', text: '' };

export const text = (value: string): Expression => ({ type: 'text', text: value });
export const character = (set: CharacterSet): Expression => ({ type: 'character', set });
export const rule = (name: string): Expression => ({ type: 'rule', name });
export const optional = (body: Expression): Expression => repeat(body, 0, 1);

export const repeat = (body: Expression, min: number, max = Number.POSITIVE_INFINITY): Expression => ({
  type: 'repeat',
  body,
  min,
  max,
});

export function sequence(...parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0] : { type: 'sequence', parts };
}

/** One of the parts; with none, nothing at all can be written. */
export function choice(...parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0] : { type: 'choice', parts };
}
