/** Tokens to bits and back with the probabilities of a language model: as short as the model's own surprise at them. */

import { nextTurn } from '../../decode/index.ts';
import type { LanguageModel, Sequence } from '../../types.ts';
import { checkInteger } from '../errors.ts';
import { rangeDecoder, rangeEncoder } from './range-coder.ts';
import { tokenShares } from './token-shares.ts';

export interface TokenCoderOptions {
  /** Read before the tokens, and at the beginning of each window. Without any, the first token costs log2 of the vocabulary. */
  readonly prefixIds?: readonly number[];
  /**
   * The tokens are cut into so many equal lanes, which are read side by side in one batch: faster, but each lane begins without
   * a past. Default 1. Both directions must say the same.
   */
  readonly lanes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface CodedTokens {
  readonly code: Uint8Array;
  /** What the model's probabilities ask for: Σ −log2 p. */
  readonly modelBits: number;
}

/** Codes tokens below the model's `vocabSize`. */
export async function encodeTokens(
  model: LanguageModel,
  ids: ArrayLike<number>,
  options: TokenCoderOptions = {},
): Promise<CodedTokens> {
  const coder = rangeEncoder();
  let modelBits = 0;
  await alongLanes(model, ids.length, options, (place, { frequencies, log2Probability }) => {
    const id = ids[place];
    let start = 0;
    for (let other = 0; other < id; other++) start += frequencies[other];
    coder.encode(start, frequencies[id]);
    modelBits -= log2Probability(id);
    return id;
  });
  return { code: coder.finish(), modelBits };
}

/** Gives back `count` tokens from their code. The model must give the same logits to the last bit. */
export async function decodeTokens(
  model: LanguageModel,
  code: Uint8Array,
  count: number,
  options: TokenCoderOptions = {},
): Promise<Int32Array> {
  const coder = rangeDecoder(code);
  const ids = new Int32Array(count);
  await alongLanes(model, count, options, (place, { frequencies }) => {
    const target = coder.target();
    let id = 0;
    let start = 0;
    while (start + frequencies[id] <= target) start += frequencies[id++];
    coder.remove(start, frequencies[id]);
    ids[place] = id;
    return id;
  });
  return ids;
}

/** Steps between looks at the signal and reports of progress. */
const PAUSE_STEPS = 16;

type Visit = (place: number, shares: ReturnType<ReturnType<typeof tokenShares>>) => number;

/**
 * Walks over `count` places, lane by lane at each step, and asks `visit` which token stands there. One and the same sequence of
 * calls of `step` in both directions: that, and nothing else, makes the logits equal. Where the context is full, the window goes
 * back to half of it: the prefix and the latest tokens are read afresh.
 */
async function alongLanes(
  model: LanguageModel,
  count: number,
  { prefixIds = [], lanes = 1, signal, onProgress }: TokenCoderOptions,
  visit: Visit,
): Promise<void> {
  checkInteger('codeTokens', 'lanes', lanes, 1);
  const sharesOf = tokenShares(model.vocabSize);
  const prefix = prefixIds.slice(0, model.contextLength - 1);
  const kept = Math.max(1, Math.floor((model.contextLength - prefix.length) / 2));
  const open = lanesOf(model, count, lanes);
  try {
    let active = open.filter(({ from, to }) => to > from);
    for (let step = 0; active.length > 0; step++) {
      if (step % PAUSE_STEPS === 0) {
        await nextTurn();
        signal?.throwIfAborted();
        onProgress?.(Math.min(step * open.length, count), count);
      }
      const logits = read(model, active, prefix, kept);
      active.forEach((lane, i) => {
        const id = visit(lane.from + lane.past.length, sharesOf(logits[i]));
        lane.past.push(id);
      });
      active = active.filter(({ from, to, past }) => from + past.length < to);
    }
    onProgress?.(count, count);
  } finally {
    for (const { sequence } of open) sequence.close();
  }
}

interface Lane {
  readonly sequence: Sequence;
  /** The places of its tokens. */
  readonly from: number;
  readonly to: number;
  /** Its tokens so far. */
  readonly past: number[];
}

/** Equal lanes; the first ones have one token more where it does not divide. */
function lanesOf(model: LanguageModel, count: number, lanes: number): Lane[] {
  const border = (lane: number): number => lane * Math.floor(count / lanes) + Math.min(lane, count % lanes);
  return Array.from({ length: lanes }, (_, lane) => ({
    sequence: model.open(),
    from: border(lane),
    to: border(lane + 1),
    past: [],
  }));
}

/** The logits of the next token of each lane. */
function read(
  model: LanguageModel,
  active: readonly Lane[],
  prefix: readonly number[],
  kept: number,
): Float32Array[] {
  // Nothing was read and nothing stands before: every token is as likely as another.
  if (active[0].past.length === 0 && prefix.length === 0) {
    return active.map(() => new Float32Array(model.vocabSize));
  }
  const batch = active.map(({ sequence, past }) => {
    if (past.length === 0) return { sequence, ids: prefix };
    if (sequence.length < model.contextLength) return { sequence, ids: past.slice(-1) };
    sequence.rewind(prefix.length);
    return { sequence, ids: past.slice(-kept) };
  });
  return model.step(batch).map(({ logits }) => logits[0]);
}
