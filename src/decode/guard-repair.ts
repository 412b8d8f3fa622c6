/**
 * What is done against a loop, the least change first: another token where the repeat began, two of them (Lee et al.,
 * "FOCUS and RePAIR", 2026), a penalty on saying the phrase again, noise of a temperature, and in the end an honest stop.
 */

import type { Loop } from '../repeat/index.ts';
import { createRng } from '../rng.ts';

/** Every action edits logits, so that each strategy obeys it. The order is that of the default. */
export const REPAIR_ACTIONS = ['swap', 'swap-2', 'penalty', 'temperature'] as const;

export type RepairAction = (typeof REPAIR_ACTIONS)[number];

/** What will be edited in the logits of the token at `position` of the text, after reading the first `length` of `ids`. */
export type Repair = (
  ids: readonly number[],
  length: number,
  position: number,
) => ((logits: Float32Array) => void) | undefined;

export interface RepairPlan {
  /** How much of the text stays. */
  readonly cut: number;
  readonly action: RepairAction | 'stop';
  readonly repair: Repair;
}

export interface LadderSettings {
  readonly actions: readonly RepairAction[];
  readonly maxRepairs: number;
  readonly patience: number;
  readonly penalty: number;
  readonly temperature: number;
}

/** Plans the repairs of one text. */
export interface Ladder {
  /** How many there were, the last stop included. */
  readonly repairs: number;
  /** The plan against a loop in `ids`, of which the reader has the first `shown`. `seed` is for its noise. */
  plan(loop: Loop, ids: readonly number[], shown: number, seed: number): RepairPlan;
  /** The plan after one that could not be carried out: what it forbids is all that is allowed. */
  next(shown: number, seed: number): RepairPlan;
}

/** Tokens for which the noise of a temperature lasts: as long as the phrase, within these bounds. */
const NOISE_TOKENS = { least: 16, most: 64 } as const;
/** A penalty grows with the tokens of the phrase said again, up to so many. */
const MOST_MATCHED = 16;

/**
 * A loop that comes back within `patience` tokens of the last cut is the same one: everything since then that was not
 * shown goes, and the next action is tried. Any other loop begins with the first.
 */
export function createLadder(settings: LadderSettings): Ladder {
  const { actions, maxRepairs, patience, penalty, temperature } = settings;
  let repairs = 0;
  let rung = -1;
  let cut = 0;
  let phrase: readonly number[] = [];
  let banned = new Set<number>();
  /** Phrases that are penalised from now on. */
  const phrases: (readonly number[])[] = [];

  const climb = (seed: number): RepairPlan => {
    rung++;
    const action = repairs++ < maxRepairs ? (actions[rung] ?? 'stop') : 'stop';
    if (action === 'penalty') phrases.push(phrase);
    const penalised = phrases.slice();
    const own = repairOf(action, { cut, banned: [...banned], phrase, temperature, seed });
    const repair: Repair = (ids, length, position) => {
      const matched = new Map<number, number>();
      for (const known of penalised) addMatches(matched, known, ids, length - position, length);
      const edit = own(ids, length, position);
      if (matched.size === 0) return edit;
      return (logits) => {
        for (const [id, match] of matched) logits[id] -= penalty * Math.min(match, MOST_MATCHED);
        edit?.(logits);
      };
    };
    return { cut, action, repair };
  };

  return {
    get repairs() {
      return repairs;
    },
    plan(loop, ids, shown, seed) {
      const clean = Math.max(loop.onset + loop.period, shown);
      const isSame = rung >= 0 && clean - cut < patience;
      const place = isSame ? Math.max(Math.min(cut, clean), shown) : clean;
      if (place !== cut || !isSame) banned = new Set();
      if (!isSame) rung = -1;
      cut = place;
      if (cut < ids.length) banned.add(ids[cut]);
      phrase = ids.slice(loop.onset, loop.onset + loop.period);
      return climb(seed);
    },
    next(shown, seed) {
      cut = Math.max(cut, shown);
      return climb(seed);
    },
  };
}

interface Site {
  readonly cut: number;
  /** Tokens with which loops began here. */
  readonly banned: readonly number[];
  readonly phrase: readonly number[];
  readonly temperature: number;
  readonly seed: number;
}

function repairOf(action: RepairAction | 'stop', site: Site): Repair {
  const { cut, banned, phrase, temperature, seed } = site;
  const swap = (logits: Float32Array): void => {
    for (const id of banned) logits[id] = Number.NEGATIVE_INFINITY;
  };
  switch (action) {
    case 'swap':
      return (_ids, _length, position) => (position === cut ? swap : undefined);
    case 'swap-2':
      return (_ids, _length, position) =>
        position === cut ? swap : position === cut + 1 ? banLikeliest : undefined;
    case 'temperature': {
      const tokens = Math.min(Math.max(phrase.length, NOISE_TOKENS.least), NOISE_TOKENS.most);
      return (_ids, _length, position) =>
        position < cut + tokens ? (logits) => addNoise(logits, temperature, seed, position) : undefined;
    }
    default:
      return () => undefined;
  }
}

function banLikeliest(logits: Float32Array): void {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  logits[best] = Number.NEGATIVE_INFINITY;
}

/**
 * logit + T · Gumbel: the likeliest token is then a draw from softmax(logits / T), so even a greedy strategy samples.
 * The same place gets the same noise, whoever asks for it and how often.
 */
function addNoise(logits: Float32Array, temperature: number, seed: number, position: number): void {
  const rng = createRng(seed).split(position);
  for (let id = 0; id < logits.length; id++) {
    const uniform = (Math.floor(rng.uniform() * 2 ** 32) + 0.5) / 2 ** 32;
    logits[id] -= temperature * Math.log(-Math.log(uniform));
  }
}

/**
 * For each token of a phrase that goes round: how many tokens before it the text has just said. O(phrase × matches).
 * `begin` is where the text begins in `ids`.
 */
function addMatches(
  matched: Map<number, number>,
  phrase: readonly number[],
  ids: readonly number[],
  begin: number,
  length: number,
): void {
  for (let i = 0; i < phrase.length; i++) {
    let match = 0;
    while (match < MOST_MATCHED && length - 1 - match >= begin) {
      const wanted = phrase[(((i - 1 - match) % phrase.length) + phrase.length) % phrase.length];
      if (ids[length - 1 - match] !== wanted) break;
      match++;
    }
    if (match > 0) matched.set(phrase[i], Math.max(match, matched.get(phrase[i]) ?? 0));
  }
}
