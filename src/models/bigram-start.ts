/**
 * A start from counts: embeddings and a head such that the untrained model already is a bigram model of its corpus.
 *
 * With Dirichlet smoothing towards the unigrams p (MacKay & Peto 1995), P(j | i) ∝ p_j·(1 + c_ij / (k·p_j)). The matrix
 * M_ij = log(1 + c_ij / (k·p_j)) is sparse, so its best approximation of low rank takes seconds. It splits into a row for
 * each token on the way in and one on the way out; what is left to learn is what lies beyond pairs.
 */

import type { Rng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { fail } from './errors.ts';
import { type SparseMatrix, strongestDirections, times } from './sparse.ts';

export interface BigramStartOptions {
  /** k: for how many tokens of evidence the unigrams count. Default 200. */
  readonly smoothing?: number;
  /** Root mean square of an embedding's features. Default 0.5. */
  readonly scale?: number;
}

/** Rounds of subspace iteration. */
const ROUNDS = 3;
/** Embeddings longer than this many mean lengths are cut to it. */
const LONGEST = 2;
/** Features kept for the constant, for filling up to the common length, and for the mean. */
const RESERVED = 3;

/**
 * Overwrites the token embeddings and the head, which must have a weight of its own (`tiedHead: false`), from the pairs of
 * neighbours in `tokens`. All embeddings get the same length and mean 0, so that the norms in the network keep the
 * proportions of the logits; one feature is the same for all and carries log p.
 */
export function startFromBigrams(
  params: DecoderParams,
  config: DecoderConfig,
  tokens: ArrayLike<number>,
  rng: Rng,
  { smoothing = 200, scale = 0.5 }: BigramStartOptions = {},
): void {
  const { vocabSize, width } = config;
  if (!params.head) throw fail('model/bigrams-tied', {});
  const rank = Math.min(width - RESERVED, vocabSize);
  if (rank < 1) throw fail('model/bigrams-width', { width, least: RESERVED + 1 });

  const counts = countTokens(tokens, vocabSize);
  const p = counts.map((n) => (n + 0.5) / (tokens.length + vocabSize / 2));
  const m = evidence(tokens, p, smoothing);
  const outward = strongestDirections(m, counts, { rank, rounds: ROUNDS, rng });
  const inward = times(m, outward, rank);

  const lengths = counts.map((_, i) => lengthOf(inward.subarray(i * rank, (i + 1) * rank)));
  const mean = lengths.reduce((sum, length, i) => sum + counts[i] * length, 0) / tokens.length;
  // Without a single pair there is no length to go by.
  const longest = LONGEST * mean || 1;
  const constant = longest / 2;
  const common = Math.hypot(longest, constant);
  const meanLog = p.reduce((sum, x) => sum + Math.log(x), 0) / vocabSize;

  const basis = zeroSumBasis(width);
  const row = new Float64Array(width - 1);
  for (let i = 0; i < vocabSize; i++) {
    const cut = Math.min(1, longest / lengths[i]);
    const kept = Math.min(longest, lengths[i]);
    for (let c = 0; c < rank; c++) row[c] = cut * inward[i * rank + c];
    row[rank] = constant;
    row[rank + 1] = Math.sqrt(longest ** 2 - kept ** 2);
    writeRow(params.embedding.weight, i, row, basis, (scale * Math.sqrt(width)) / common);
    for (let c = 0; c < rank; c++) row[c] = outward[i * rank + c];
    row[rank] = (Math.log(p[i]) - meanLog) / constant;
    row[rank + 1] = 0;
    writeRow(params.head.weight, i, row, basis, common / Math.sqrt(width));
  }
}

function countTokens(tokens: ArrayLike<number>, vocabSize: number): Float64Array {
  const counts = new Float64Array(vocabSize);
  for (let t = 0; t < tokens.length; t++) counts[tokens[t]]++;
  return counts;
}

/** M, from all pairs of neighbours. */
function evidence(tokens: ArrayLike<number>, p: Float64Array, smoothing: number): SparseMatrix {
  const size = p.length;
  const keys = new Float64Array(Math.max(0, tokens.length - 1));
  for (let t = 0; t < keys.length; t++) keys[t] = tokens[t] * size + tokens[t + 1];
  keys.sort();
  const starts = new Int32Array(size + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let t = 0; t < keys.length; ) {
    let end = t;
    while (keys[end] === keys[t]) end++;
    const j = keys[t] % size;
    columns.push(j);
    values.push(Math.log1p((end - t) / (smoothing * p[j])));
    starts[(keys[t] - j) / size + 1]++;
    t = end;
  }
  for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
  return { size, starts, columns: Int32Array.from(columns), values: Float64Array.from(values) };
}

const lengthOf = (x: Float64Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

/** width − 1 orthonormal rows whose entries sum to 0: the cosine basis without its constant. */
function zeroSumBasis(width: number): Float64Array {
  const basis = new Float64Array((width - 1) * width);
  for (let c = 1; c < width; c++) {
    for (let f = 0; f < width; f++) {
      basis[(c - 1) * width + f] = Math.sqrt(2 / width) * Math.cos((Math.PI * c * (f + 0.5)) / width);
    }
  }
  return basis;
}

/** Row i of a table [vocabSize, width] = coordinates in the basis, times a factor. */
function writeRow(table: Tensor, i: number, row: Float64Array, basis: Float64Array, factor: number): void {
  const width = table.shape[1];
  const out = new Float64Array(width);
  row.forEach((value, c) => {
    for (let f = 0; f < width; f++) out[f] += value * factor * basis[c * width + f];
  });
  (table.data as Float32Array).set(out, i * width);
}
