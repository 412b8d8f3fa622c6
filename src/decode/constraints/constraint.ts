/** Output that always has the wanted form: a mask over the vocabulary for every step. */

import type { Tokenizer } from '../../types.ts';
import type { StateMaker, TextState } from '../history.ts';
import { checkIds } from '../options.ts';
import type { LogitsProcessor } from '../processors.ts';
import { fail } from './errors.ts';
import { removeLeftRecursion } from './left-recursion.ts';
import { createMachine, type Place } from './machine.ts';
import { createMasks } from './masks.ts';
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
   * complete. What a text has come to is kept with its history, so it is right after rewinds and forks.
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
  /** Ids that end a text where the strategy says nothing else. Default: the tokenizer's end-of-text token. */
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
  const maskOf = createMasks({ machine, vocabulary, isLive });

  const { vocabSize } = tokenizer;
  const mask = (logits: Float32Array, place: Place, endIds: Iterable<number>): void => {
    if (logits.length < vocabSize) {
      throw fail('constraint/vocabulary', { constraint: vocabSize, logits: logits.length });
    }
    maskOf(place).apply(logits, place.ends ? endIds : []);
    if (!place.ends) for (const id of endIds) logits[id] = Number.NEGATIVE_INFINITY;
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
    allows: (id) => (eosIds.includes(id) ? place.ends : maskOf(place).allows(id)),
    mask: (logits) => mask(logits, place, eosIds),
    advance(id) {
      const next = advance(place, id);
      if (!next) throw fail('constraint/not-allowed', { id, position });
      return stateAt(next, position + 1);
    },
  });

  const trailFrom = (begin: Point, promptLength: number): Trail => {
    let last = begin;
    return {
      placeOf(ids) {
        for (let position = last.length; promptLength + position < ids.length; position++) {
          const id = ids[promptLength + position];
          const next = advance(last.place, id);
          if (!next) throw fail('constraint/not-allowed', { id, position });
          last = { place: next, length: position + 1, before: last };
        }
        return last.place;
      },
      push() {},
      rewind(length) {
        while (last.before && promptLength + last.length > length) last = last.before;
      },
      fork: () => trailFrom(last, promptLength),
    };
  };
  const beginning: Point = { place: machine.start, length: 0, before: undefined };
  const createTrail: StateMaker<Trail> = (step) => trailFrom(beginning, step.promptLength);

  return {
    vocabSize,
    start: stateAt(machine.start, 0),
    processor: (logits, step) =>
      mask(logits, step.state(createTrail).placeOf(step.ids), step.eosIds ?? eosIds),
  };
}

/** The place after the first `length` tokens of a text, and how it was come to. */
interface Point {
  readonly place: Place;
  readonly length: number;
  readonly before: Point | undefined;
}

/** A text's way through the places. It moves when asked, not when a token comes, which may be taken back again. */
interface Trail extends TextState<Trail> {
  placeOf(ids: readonly number[]): Place;
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
