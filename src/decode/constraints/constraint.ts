/** Output that always has the wanted form: a mask over the vocabulary for every step. */

import type { Tokenizer } from '../../types.ts';
import type { DecodeStep } from '../history.ts';
import { checkIds } from '../options.ts';
import type { LogitsProcessor } from '../processors.ts';
import { fail } from './errors.ts';
import { removeLeftRecursion } from './left-recursion.ts';
import { createMachine, type Place } from './machine.ts';
import { createMasks, type Mask } from './masks.ts';
import { buildNetwork } from './network.ts';
import { type ConstraintSpec, readSpec } from './spec.ts';
import { createSpelling } from './spelling.ts';
import { atomsOf, vocabularyOf } from './vocabulary.ts';

/** What a text may look like, made for one vocabulary. It holds no text: any number of texts may use it at once. */
export interface Constraint {
  readonly vocabSize: number;
  /** The state of a text with no tokens yet. */
  readonly start: ConstraintState;
  /**
   * Bans every token with which the text could not be completed; the tokens that end a text are allowed where it is
   * complete. It finds a text's state from its ids, so it is right after rewinds and forks.
   */
  readonly processor: LogitsProcessor;
}

/** How far a text has come. States never change: to rewind, keep an earlier one. */
export interface ConstraintState {
  /** Whether the text is complete as it is. */
  readonly canEnd: boolean;
  allows(id: number): boolean;
  /** Bans in place what may not follow. At least one token stays. */
  mask(logits: Float32Array): void;
  /** The state after one more token; one that may not follow is an error. An end token has no state after it. */
  advance(id: number): ConstraintState;
}

export interface CompileOptions {
  /** Ids that end a text. Default: the tokenizer's end-of-text token. */
  readonly eosIds?: Iterable<number>;
}

/**
 * Compiles a constraint for the vocabulary of a tokenizer. Errors name what is wrong in `spec`, what it has too much of
 * (`limits`), and whether no text satisfies it or the vocabulary cannot spell any that does.
 *
 * @example
 * const constraint = compileConstraint({ choices: ['yes', 'no'] }, tokenizer);
 * generateTokens(model, ids, { strategy: sampling({ constraint }), eosIds: [tokenizer.eosId] });
 */
export function compileConstraint(
  spec: ConstraintSpec,
  tokenizer: Pick<Tokenizer, 'vocabSize' | 'tokenBytes' | 'eosId'>,
  options: CompileOptions = {},
): Constraint {
  const eosIds = [...(options.eosIds ?? (tokenizer.eosId === undefined ? [] : [tokenizer.eosId]))];
  checkIds('eosIds', eosIds, tokenizer.vocabSize);
  if (eosIds.length === 0) throw fail('constraint/no-end', undefined);
  const { grammar, where } = readSpec(spec);
  const network = buildNetwork(grammar, where);
  const machine = createMachine(network, removeLeftRecursion(network, where));
  const tokens = withoutBytes(tokenizer, eosIds);
  const vocabulary = vocabularyOf(tokens);
  const isLive = vocabulary.hasAllBytes
    ? undefined
    : createSpelling(network, atomsOf(tokens, vocabulary), where);
  if (isLive && !isLive(machine.start)) throw fail('constraint/unspellable', { where });
  const maskOf = createMasks({ machine, vocabulary, eosIds, isLive });

  const { vocabSize } = tokenizer;
  const apply = (mask: Mask, logits: Float32Array): void => {
    if (logits.length < vocabSize) {
      throw fail('constraint/vocabulary', { constraint: vocabSize, logits: logits.length });
    }
    mask.apply(logits);
  };
  /** `undefined` when the token cannot be read. */
  const advance = (place: Place, id: number): Place | undefined => {
    machine.rest();
    let next: Place | null = place;
    const bytes = tokens.tokenBytes(id);
    for (let i = 0; i < bytes.length && next; i++) next = machine.step(next, bytes[i]);
    return next && bytes.length > 0 && (!isLive || isLive(next)) ? next : undefined;
  };

  const stateAt = (place: Place, position: number): ConstraintState => ({
    canEnd: place.ends,
    allows: (id) => maskOf(place).allows(id),
    mask: (logits) => apply(maskOf(place), logits),
    advance(id) {
      const next = advance(place, id);
      if (!next) throw fail('constraint/not-allowed', { id, position });
      return stateAt(next, position + 1);
    },
  });

  /** For each text being written, the place after each of its ids. */
  const trails = new WeakMap<DecodeStep, { readonly ids: number[]; readonly places: Place[] }>();
  const placeOf = (step: DecodeStep): Place => {
    let trail = trails.get(step);
    if (!trail) trails.set(step, (trail = { ids: [], places: [machine.start] }));
    const { ids, places } = trail;
    const length = step.ids.length - step.promptLength;
    let common = 0;
    while (common < ids.length && common < length && ids[common] === step.ids[step.promptLength + common]) {
      common++;
    }
    ids.length = common;
    places.length = common + 1;
    for (let i = common; i < length; i++) {
      const id = step.ids[step.promptLength + i];
      const next = advance(places[i], id);
      if (!next) throw fail('constraint/not-allowed', { id, position: i });
      ids.push(id);
      places.push(next);
    }
    return places[length];
  };

  return {
    vocabSize,
    start: stateAt(machine.start, 0),
    processor: (logits, step) => apply(maskOf(placeOf(step)), logits),
  };
}

/** The tokenizer, with these ids as special tokens if they are not already. */
function withoutBytes<T extends Pick<Tokenizer, 'vocabSize' | 'tokenBytes'>>(
  tokenizer: T,
  ids: readonly number[],
): Pick<Tokenizer, 'vocabSize' | 'tokenBytes'> {
  if (ids.every((id) => tokenizer.tokenBytes(id).length === 0)) return tokenizer;
  const none = new Uint8Array(0);
  const { vocabSize } = tokenizer;
  return { vocabSize, tokenBytes: (id) => (ids.includes(id) ? none : tokenizer.tokenBytes(id)) };
}
