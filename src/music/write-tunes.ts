/** Tunes by a model that learnt from a tunebook: asked for in a form, checked, and written anew where they do not pass. */

import type { FinishReason } from '../types.ts';
import { tuneMidi } from './abc.ts';
import { checkTune, type TuneCheck } from './check-tune.ts';

/** What is asked of a tune, each in the spelling in which it is learned. */
export interface TuneForm {
  readonly rhythm?: string | undefined;
  readonly metre?: string | undefined;
  readonly key?: string | undefined;
}

/** The pattern of a whole text that a tune of this form has: its header in the order in which it is learned, then music. */
export function tunePattern(form: TuneForm): string {
  const { rhythm } = form;
  return `${rhythm === undefined ? `(${line('R')})?` : line('R', rhythm)}M:${restPattern(form)}`;
}

/** The pattern of what stands behind `M:`, where that is the prompt. */
export const restPattern = ({ metre = ANY, key }: TuneForm): string =>
  `${metre}\\n${line('L')}${line('K', key)}(.|\\n)+`;

const ANY = '[^\\n]+';
const line = (field: string, value = ANY) => `${field}:${value}\\n`;

/** A text of the model, as it ended. */
export interface TuneDraft {
  readonly text: string;
  readonly reason: FinishReason;
}

export interface WrittenTune {
  /** With its number and title: a file of its own. */
  readonly text: string;
  readonly check: TuneCheck;
  /** The model ended it; it was not cut at the longest text. */
  readonly isEnded: boolean;
  /** As it is played; undefined where it does not parse, or cannot be played. */
  readonly midi: Uint8Array | undefined;
  /** It ended, parses, can be played, and its bars fit. */
  readonly passes: boolean;
}

const ENDS: ReadonlySet<FinishReason> = new Set(['eos', 'stop']);

/** A draft as a tune. */
export function finishTune({ text, reason }: TuneDraft, { number, title }: TuneName): WrittenTune {
  const whole = `X:${number}\nT:${title}\n${text.trimEnd()}\n`;
  const check = checkTune(whole);
  const isEnded = ENDS.has(reason);
  const midi = check.parses ? tuneMidi(whole) : undefined;
  return { text: whole, check, isEnded, midi, passes: isEnded && midi !== undefined && check.fits };
}

export interface TuneName {
  readonly number: number;
  readonly title: string;
}

export interface WriteTunesOptions {
  readonly tunes: number;
  /** How often the model is asked at most for each tune. */
  readonly tries: number;
  readonly seed: number;
  readonly titleOf: (number: number) => string;
  /** When it aborts, what has passed so far is given; drafts that it cut are neither passed nor refused. */
  readonly signal?: AbortSignal;
  /** Called after each round. */
  readonly onRound?: (passed: number, refused: number) => void;
}

/**
 * Tunes that pass, as many as there are after so many tries, and those that did not. `write` gives so many drafts at once. Nothing
 * is repaired: a tune is taken as it was written, or not.
 */
export async function writeTunes(
  write: (count: number, seed: number) => Promise<readonly TuneDraft[]>,
  { tunes, tries, seed, titleOf, signal, onRound }: WriteTunesOptions,
): Promise<{ readonly tunes: readonly WrittenTune[]; readonly refused: readonly WrittenTune[] }> {
  const passed: WrittenTune[] = [];
  const refused: WrittenTune[] = [];
  for (let round = 0; round < tries && passed.length < tunes && !signal?.aborted; round++) {
    for (const draft of await write(tunes - passed.length, seed + round)) {
      if (draft.reason === 'aborted') continue;
      const number = passed.length + 1;
      const tune = finishTune(draft, { number, title: titleOf(number) });
      (tune.passes ? passed : refused).push(tune);
    }
    onRound?.(passed.length, refused.length);
  }
  return { tunes: passed, refused };
}
