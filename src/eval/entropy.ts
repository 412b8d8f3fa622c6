/** How unsure the model is along a text, and whether loops are where it stops being so. */

import { endLoop, type Ids } from '../repeat/index.ts';
import type { ReadText } from './read-texts.ts';

export interface EntropyPlace {
  /** Middle of the bin, in tokens after the prompt. */
  readonly position: number;
  /** Mean entropy of what the model expects, in nats. */
  readonly entropy: number;
  /** Mean probability that it gives to the token that stands there. */
  readonly probability: number;
  /** Places averaged over. */
  readonly places: number;
}

/** Means over the texts in bins of `binSize` tokens; `starts[i]` tokens of text i (its prompt) are left out. */
export function entropyAlong(
  texts: readonly ReadText[],
  starts: readonly number[],
  binSize = 5,
): EntropyPlace[] {
  const bins: { entropy: number; probability: number; places: number }[] = [];
  texts.forEach(({ entropies, logprobs }, i) => {
    for (let at = Math.max(starts[i] - 1, 0); at < entropies.length; at++) {
      const bin = (bins[Math.floor((at + 1 - starts[i]) / binSize)] ??= {
        entropy: 0,
        probability: 0,
        places: 0,
      });
      bin.entropy += entropies[at];
      bin.probability += Math.exp(logprobs[at]);
      bin.places++;
    }
  });
  return bins.flatMap((bin, i) =>
    bin.places === 0
      ? []
      : [
          {
            position: (i + 0.5) * binSize,
            entropy: bin.entropy / bin.places,
            probability: bin.probability / bin.places,
            places: bin.places,
          },
        ],
  );
}

export interface EntropyCollapse {
  /** Mean entropy up to the end of the first copy, and in the copies after it, in nats. */
  readonly before: number;
  readonly inside: number;
  /** Texts with a loop. */
  readonly texts: number;
}

/** Entropy before and inside the loops in which `written` ends; `undefined` where none does. Text i begins at `starts[i]`. */
export function entropyCollapse(
  texts: readonly ReadText[],
  starts: readonly number[],
  written: readonly Ids[],
): EntropyCollapse | undefined {
  const sums = { before: 0, beforePlaces: 0, inside: 0, insidePlaces: 0, texts: 0 };
  texts.forEach(({ entropies }, i) => {
    const loop = endLoop(written[i]);
    if (!loop) return;
    sums.texts++;
    const border = starts[i] + loop.onset + loop.period;
    for (let at = Math.max(starts[i] - 1, 0); at < entropies.length; at++) {
      if (at + 1 < border) {
        sums.before += entropies[at];
        sums.beforePlaces++;
      } else {
        sums.inside += entropies[at];
        sums.insidePlaces++;
      }
    }
  });
  if (sums.texts === 0 || sums.beforePlaces === 0 || sums.insidePlaces === 0) return undefined;
  return {
    before: sums.before / sums.beforePlaces,
    inside: sums.inside / sums.insidePlaces,
    texts: sums.texts,
  };
}
