/** What a model expects while it reads texts: one figure for each token, teacher forcing. */

import { nextTurn } from '../decode/index.ts';
import type { Ids } from '../repeat/index.ts';
import type { LanguageModel } from '../types.ts';

/** One text as the model read it; entry i is about token i + 1, given those before it. */
export interface ReadText {
  readonly ids: Ids;
  /** Log-probability of the token that stands there, in nats. */
  readonly logprobs: Float64Array;
  /** Entropy of what the model expected, in nats. */
  readonly entropies: Float64Array;
  /** The token that it expected most. */
  readonly predictions: Int32Array;
}

export interface ReadTextsOptions {
  readonly signal?: AbortSignal;
  /** How many logits may be held at a time. Default 4 million (16 MB). */
  readonly mostLogits?: number;
}

/** Reads each text, several in a batch. A text has at least 1 token and at most the context. */
export async function readTexts(
  model: LanguageModel,
  texts: readonly Ids[],
  { signal, mostLogits = 4e6 }: ReadTextsOptions = {},
): Promise<ReadText[]> {
  const mostRows = Math.max(16, Math.floor(mostLogits / model.vocabSize));
  const read: ReadText[] = [];
  for (let from = 0; from < texts.length; ) {
    let to = from;
    let rows = 0;
    do rows += texts[to++].length;
    while (to < texts.length && rows + texts[to].length <= mostRows);
    const group = texts.slice(from, to);
    const results = group.map(emptyReading);
    const sequences = group.map(() => model.open());
    try {
      // A group of several fits at once; a single long text is read in pieces.
      const piece = group.length > 1 ? Number.POSITIVE_INFINITY : mostRows;
      for (let start = 0; start < Math.min(rows, group[0].length); start += piece) {
        await nextTurn();
        signal?.throwIfAborted();
        const batch = group.map((ids, i) => ({
          sequence: sequences[i],
          ids: Array.prototype.slice.call(ids, start, start + piece) as number[],
        }));
        model.step(batch, { logits: 'all' }).forEach(({ logits }, i) => {
          logits.forEach((row, at) => {
            note(results[i], start + at, row);
          });
        });
      }
    } finally {
      for (const sequence of sequences) sequence.close();
    }
    read.push(...results);
    from = to;
  }
  return read;
}

function emptyReading(ids: Ids): ReadText {
  const places = Math.max(ids.length - 1, 0);
  return {
    ids,
    logprobs: new Float64Array(places),
    entropies: new Float64Array(places),
    predictions: new Int32Array(places),
  };
}

/** Writes down what the logits after token `at` say of the next one. */
function note({ ids, logprobs, entropies, predictions }: ReadText, at: number, logits: Float32Array): void {
  if (at >= logprobs.length) return;
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  const most = logits[best];
  let total = 0;
  let weighted = 0;
  for (let id = 0; id < logits.length; id++) {
    const above = logits[id] - most;
    const weight = Math.exp(above);
    total += weight;
    if (weight > 0) weighted += weight * above;
  }
  // H = log Z − Σ p·x, with x counted from the greatest.
  const logTotal = Math.log(total);
  logprobs[at] = logits[ids[at + 1]] - most - logTotal;
  entropies[at] = Math.max(0, logTotal - weighted / total);
  predictions[at] = best;
}
