/**
 * Why this token rather than that: how the difference of their logits changes when one token of the text is left out and the
 * rest is read again. Exact for what it says; it does not say what two tokens do together.
 */

import { nextTurn } from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Sequence, Tokenizer } from '../../types.ts';
import { inspectLimits } from './inspect-limits.ts';
import { type Choice, expectationOf, type Piece, pieceOf } from './inspect-pieces.ts';
import { checkBetween, checkText } from './inspect-read.ts';

export interface Why {
  /** With their probabilities after the text. */
  readonly a: Choice;
  readonly b: Choice;
  /** logit(a) − logit(b): above 0 where a is likelier. */
  readonly difference: number;
  /** The tokens left out, one at a time, in order. */
  readonly tokens: readonly WhyToken[];
}

export interface WhyToken extends Piece {
  readonly at: number;
  /** The difference without it. */
  readonly without: number;
  /** What it adds: above 0 it speaks for a, below 0 for b. */
  readonly weight: number;
}

export interface WhyOptions {
  readonly a: number;
  readonly b: number;
  /** Tokens at the beginning that always stay, such as one that begins every text. Default 0. */
  readonly keep?: number;
  readonly signal?: AbortSignal;
}

/** Tokens read and texts forked at one time. */
const BATCH = { tokens: 2048, texts: 16 };

/** Leaves out each token, at most the last 256. It costs half as many tokens read as the text has, for each. */
export async function whyThisToken(
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Ids,
  { a, b, keep = 0, signal }: WhyOptions,
): Promise<Why> {
  checkText('whyThisToken', model, ids);
  for (const [option, id] of [['a', a] as const, ['b', b] as const]) {
    checkBetween('whyThisToken', option, id, [0, model.vocabSize - 1]);
  }
  checkBetween('whyThisToken', 'keep', keep, [0, ids.length]);
  const all = Array.from(ids);
  const first = Math.max(keep, all.length - inspectLimits.leftOut);
  const tokens: WhyToken[] = [];
  const differenceOf = (logits: Float32Array): number => logits[a] - logits[b];
  const base = model.open();
  const open = new Set<Sequence>([base]);
  try {
    const before = all.slice(0, first);
    const whole = base.fork();
    open.add(whole);
    const [{ logits }] = model.step([{ sequence: whole, ids: all }]);
    const { logprobOf } = expectationOf(tokenizer, logits[0], 0);
    const difference = differenceOf(logits[0]);
    const choice = (id: number): Choice => ({
      ...pieceOf(tokenizer, id),
      probability: Math.exp(logprobOf(id)),
    });
    whole.close();
    open.delete(whole);

    if (before.length > 0) model.step([{ sequence: base, ids: before }], { logits: 'none' });
    let waiting: { at: number; sequence: Sequence; ids: number[] }[] = [];
    const flush = async (): Promise<void> => {
      await nextTurn();
      signal?.throwIfAborted();
      const results = model.step(waiting);
      results.forEach((result, i) => {
        const { at, sequence } = waiting[i];
        const without = differenceOf(result.logits[0]);
        tokens.push({ ...pieceOf(tokenizer, all[at]), at, without, weight: difference - without });
        sequence.close();
        open.delete(sequence);
      });
      waiting = [];
    };
    let size = 0;
    // The last token is left out by asking one token earlier, which a text of one token does not allow.
    for (let at = first; at < all.length; at++) {
      const isLast = at === all.length - 1;
      const rest = isLast ? all.slice(at - 1, at) : all.slice(at + 1);
      if (rest.length > 0) {
        const sequence = base.fork();
        open.add(sequence);
        if (isLast) sequence.rewind(at - 1);
        waiting.push({ at, sequence, ids: rest });
        size += rest.length;
      }
      if (size > BATCH.tokens || waiting.length === BATCH.texts || (isLast && waiting.length > 0)) {
        await flush();
        size = 0;
      }
      if (!isLast) model.step([{ sequence: base, ids: [all[at]] }], { logits: 'none' });
    }
    return { a: choice(a), b: choice(b), difference, tokens };
  } finally {
    for (const sequence of open) sequence.close();
  }
}
