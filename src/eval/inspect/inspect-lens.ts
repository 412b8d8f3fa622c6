/**
 * The logit lens (nostalgebraist, "interpreting GPT: the logit lens", 2020): what the model would say if it stopped after each
 * layer. The last layer's answer is the model's.
 */

import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { inspectLimits } from './inspect-limits.ts';
import { type Choice, expectationOf, type Piece, pieceOf, rankOf } from './inspect-pieces.ts';
import { checkBetween, checkText, readAlong } from './inspect-read.ts';

export interface LensLayer {
  /** In nats. */
  readonly entropy: number;
  readonly top: readonly Choice[];
  /** Of the token that the model says in the end. */
  readonly rank: number;
  readonly probability: number;
}

export interface LensPlace {
  /** The answer is about the token after this place. */
  readonly at: number;
  readonly token: Piece;
  /** What the model says in the end. */
  readonly answer: Piece;
  /** What enters the first layer, then after each. */
  readonly layers: readonly LensLayer[];
}

export interface LensOptions {
  /** Default: the last ones, as many as the limit allows. */
  readonly places?: readonly number[];
  /** Tokens shown of each layer. Default 5. */
  readonly top?: number;
  readonly signal?: AbortSignal;
}

/** Looks at the chosen places of a text after each layer. */
export async function logitLens(
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Ids,
  options: LensOptions = {},
): Promise<LensPlace[]> {
  const { top = 5, signal } = options;
  checkText('logitLens', model, ids);
  checkBetween('logitLens', 'top', top, [1, inspectLimits.lensTop]);
  const { project } = model;
  const cannot = fail('eval/no-inside', { where: 'logitLens', what: 'layers' });
  if (!project) throw cannot;
  const most = inspectLimits.lensPlaces;
  const all = Array.from(ids, (_, at) => at);
  const places = [...new Set(options.places ?? all.slice(-most))].sort((a, b) => a - b);
  checkBetween('logitLens', 'number of places', places.length, [1, most]);
  for (const at of places) checkBetween('logitLens', 'place', at, [0, ids.length - 1]);
  const wanted = new Set(places);
  const seen = Array.prototype.slice.call(ids, 0, places.at(-1)! + 1) as number[];
  const found: LensPlace[] = [];
  await readAlong(
    model,
    seen,
    { wants: { layers: true }, from: places[0], signal },
    (at, { logits, layers }, row) => {
      if (!layers) throw cannot;
      if (!wanted.has(at)) return;
      const { id } = expectationOf(tokenizer, logits[row], 1).top[0];
      found.push({
        at,
        token: pieceOf(tokenizer, ids[at]),
        answer: pieceOf(tokenizer, id),
        layers: project(layers[row]).map((said) => {
          const { logprobOf, ...expected } = expectationOf(tokenizer, said, top);
          return { ...expected, rank: rankOf(said, id), probability: Math.exp(logprobOf(id)) };
        }),
      });
    },
  );
  return found;
}
