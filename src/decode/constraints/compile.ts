/** Constraints as options: a spec is compiled for a tokenizer once, and remembered for a while. */

import type { Tokenizer } from '../../types.ts';
import { type Constraint, compileConstraint } from './constraint.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { ConstraintSpec } from './spec.ts';

const isCompiled = (constraint: Constraint | ConstraintSpec): constraint is Constraint =>
  typeof constraint === 'object' && constraint !== null && 'processor' in constraint;

/** A constraint that must be compiled already. */
export function compiled(constraint: Constraint | ConstraintSpec): Constraint {
  if (isCompiled(constraint)) return constraint;
  throw fail('constraint/no-tokenizer', undefined);
}

const known = new WeakMap<Tokenizer, Map<string, Constraint>>();

/** The constraint of a spec for a tokenizer; the latest few are remembered, with the masks they have found. */
export function compiledFor(constraint: Constraint | ConstraintSpec, tokenizer: Tokenizer): Constraint {
  if (isCompiled(constraint)) return constraint;
  const name = JSON.stringify(constraint, (_, value) => (value instanceof RegExp ? `${value}` : value)) ?? '';
  if (name.length > limits.rememberedLength) return compileConstraint(constraint, tokenizer);
  let ofTokenizer = known.get(tokenizer);
  if (!ofTokenizer) known.set(tokenizer, (ofTokenizer = new Map()));
  const result = ofTokenizer.get(name) ?? compileConstraint(constraint, tokenizer);
  ofTokenizer.delete(name);
  ofTokenizer.set(name, result);
  if (ofTokenizer.size > limits.rememberedConstraints) ofTokenizer.delete(ofTokenizer.keys().next().value!);
  return result;
}
