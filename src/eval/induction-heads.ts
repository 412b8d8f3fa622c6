/**
 * Induction heads: attention that finds the last place where the present token stood and looks at what came after it
 * (Olsson et al., "In-context learning and induction heads", 2022). Measured as there: on a block of random tokens said twice.
 */

import { nextTurn } from '../decode/index.ts';
import type { Ids } from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import type { LanguageModel } from '../types.ts';
import { checkInteger, fail } from './errors.ts';
import { readTexts } from './read-texts.ts';

export interface InductionHead {
  readonly layer: number;
  readonly head: number;
  /** Prefix matching: mean weight on the token after the earlier copy of the present one, over the second block. */
  readonly score: number;
}

export interface InductionReport {
  /** Tokens in the block. */
  readonly blockLength: number;
  /** All heads, the highest score first; empty when the model shows no attention. */
  readonly heads: readonly InductionHead[];
  /** The score of a head that looks everywhere alike. */
  readonly chance: number;
  /** Copying: mean probability of the right token in the first block and in the second. */
  readonly copying: { readonly first: number; readonly second: number };
  /** Mean loss in the first block minus that in the second, in nats. */
  readonly gain: number;
}

export interface InductionOptions {
  /** Default 24, or what the context holds. */
  readonly blockLength?: number;
  /** Blocks drawn. Default 6. */
  readonly trials?: number;
  /** Ids to draw from, without repeats in a block. Default: the whole vocabulary. */
  readonly tokens?: Ids;
  /** Read before the first block. */
  readonly prefix?: Ids;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** Scores every head of a model on random blocks said twice. */
export async function inductionHeads(
  model: LanguageModel,
  options: InductionOptions = {},
): Promise<InductionReport> {
  const { trials = 6, prefix = [], seed = 0, signal } = options;
  const pool = [...new Set(Array.from(options.tokens ?? Array(model.vocabSize).keys()))];
  const room = Math.floor((model.contextLength - prefix.length) / 2);
  const length = Math.min(options.blockLength ?? 24, room, pool.length);
  checkInteger('inductionHeads', 'trials', trials, 1);
  if (length < 2) {
    const { contextLength } = model;
    throw fail('eval/no-room', { where: 'inductionHeads', needed: prefix.length + 4, contextLength });
  }
  const rng = createRng(seed);
  const texts = Array.from({ length: trials }, () => {
    for (let i = 0; i < length; i++) {
      const other = i + rng.integer(pool.length - i);
      [pool[i], pool[other]] = [pool[other], pool[i]];
    }
    const block = pool.slice(0, length);
    return [...Array.from(prefix), ...block, ...block];
  });

  const sums: number[][] = [];
  let chance = 0;
  let places = 0;
  for (const ids of texts) {
    await nextTurn();
    signal?.throwIfAborted();
    const sequence = model.open();
    const { attention } = model.step([{ sequence, ids }], { logits: 'all', attention: true })[0];
    sequence.close();
    // The last token of the second block is left out: what follows its earlier copy begins the second block.
    for (let i = 0; i + 1 < length; i++) {
      const at = prefix.length + length + i;
      places++;
      chance += 1 / (at + 1);
      attention?.[at].forEach((weights, layer) => {
        const heads = weights.length / (at + 1);
        sums[layer] ??= new Array<number>(heads).fill(0);
        for (let head = 0; head < heads; head++) {
          sums[layer][head] += weights[head * (at + 1) + prefix.length + i + 1];
        }
      });
    }
  }
  const read = await readTexts(model, texts, { signal });
  const logprobs = (block: 0 | 1): number[] => {
    const from = prefix.length + block * length;
    // The first token of the first block has no expectation where nothing stands before it.
    return read.flatMap((text) => Array.from(text.logprobs.slice(from, from + length - 1)));
  };
  const [first, second] = [logprobs(0), logprobs(1)];
  return {
    blockLength: length,
    heads: sums
      .flatMap((row, layer) => row.map((sum, head) => ({ layer, head, score: sum / places })))
      .sort((a, b) => b.score - a.score),
    chance: chance / places,
    copying: { first: mean(first.map(Math.exp)), second: mean(second.map(Math.exp)) },
    gain: mean(second) - mean(first),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
