/**
 * Sentences ranked as a graph of likeness: LexRank (Erkan and Radev, "LexRank: graph-based lexical centrality as salience in text
 * summarization", 2004), biased to a question (Otterbacher, Erkan and Radev, "Using random walks for question-focused sentence
 * retrieval", 2005); and MMR against repeats (Carbonell and Goldstein, "The use of MMR, diversity-based reranking", 1998).
 */

/** The terms of a sentence, each once, and their weights; all weights together have length 1, or there are none. */
export interface SentenceVector {
  readonly ids: Int32Array;
  readonly weights: Float64Array;
}

/** ln(1 + N / df). The 1: what stands in every sentence still counts, which matters where there are few. */
export const termWeight = (sentences: number, holders = 1): number =>
  Math.log(1 + sentences / Math.max(1, holders));

/** How often each term occurs in a sentence, times its weight. */
export function sentenceVector(
  ids: ArrayLike<number>,
  { sentences, holders }: { readonly sentences: number; readonly holders: ArrayLike<number> },
): SentenceVector {
  const counts = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) counts.set(ids[i], (counts.get(ids[i]) ?? 0) + 1);
  const weights = Float64Array.from(counts, ([id, count]) => count * termWeight(sentences, holders[id]));
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  return { ids: Int32Array.from(counts.keys()), weights: weights.map((weight) => weight / length) };
}

/** How like each of `vectors` is to a sentence: cosines, in [0, 1]. */
export function likenessTo(
  one: SentenceVector,
  vectors: readonly SentenceVector[],
): Float64Array<ArrayBuffer> {
  const weightOf = new Map(Array.from(one.ids, (id, i) => [id, one.weights[i]]));
  return Float64Array.from(vectors, ({ ids, weights }) => {
    let sum = 0;
    for (let i = 0; i < ids.length; i++) sum += weights[i] * (weightOf.get(ids[i]) ?? 0);
    return sum;
  });
}

export interface LexRankOptions {
  /** How often a walk goes on to a sentence that is like this one, rather than to any. Default 0.85. */
  readonly damping?: number;
  /** Where a walk begins anew, one share a sentence: how much each says of a question. Default: anywhere. */
  readonly topic?: ArrayLike<number> | undefined;
}

const TOLERANCE = 1e-9;
const MOST_ROUNDS = 200;

/** How central each sentence is (continuous LexRank: links weigh by their cosine); the shares sum to 1. */
export function lexRank(
  vectors: readonly SentenceVector[],
  { damping = 0.85, topic }: LexRankOptions = {},
): Float64Array {
  const count = vectors.length;
  const links = linksOf(vectors);
  const start = sharesOf(topic, count);
  let rank = Float64Array.from(start);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = new Float64Array(count);
    let lost = 0;
    for (let i = 0; i < count; i++) {
      const { to, share } = links[i];
      if (to.length === 0) lost += rank[i];
      for (let k = 0; k < to.length; k++) next[to[k]] += damping * rank[i] * share[k];
    }
    let change = 0;
    for (let i = 0; i < count; i++) {
      next[i] += (1 - damping + damping * lost) * start[i];
      change += Math.abs(next[i] - rank[i]);
    }
    rank = next;
    if (change < TOLERANCE * count) break;
  }
  return rank;
}

function sharesOf(topic: ArrayLike<number> | undefined, count: number): Float64Array {
  const shares = Float64Array.from({ length: count }, (_, i) => topic?.[i] ?? 1);
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => (sum > 0 ? share / sum : 1 / count));
}

interface Links {
  readonly to: Int32Array;
  /** Of all links of the sentence; they sum to 1. */
  readonly share: Float64Array;
}

/**
 * Whom each sentence is like; only sentences with a term in common are compared. NOTE Not itself, which the paper allows: one that
 * is like no other would keep an average rank for itself.
 */
function linksOf(vectors: readonly SentenceVector[]): Links[] {
  const holders = new Map<number, { readonly sentence: number; readonly weight: number }[]>();
  vectors.forEach(({ ids, weights }, sentence) => {
    ids.forEach((id, i) => {
      const list = holders.get(id) ?? [];
      if (list.length === 0) holders.set(id, list);
      list.push({ sentence, weight: weights[i] });
    });
  });
  return vectors.map(({ ids, weights }, self) => {
    const found = new Float64Array(vectors.length);
    for (let i = 0; i < ids.length; i++) {
      for (const { sentence, weight } of holders.get(ids[i])!) found[sentence] += weights[i] * weight;
    }
    found[self] = 0;
    const to = Int32Array.from(found.keys()).filter((sentence) => found[sentence] > 0);
    const sum = found.reduce((a, b) => a + b, 0);
    return { to, share: Float64Array.from(to, (sentence) => found[sentence] / sum) };
  });
}

export interface DiverseOptions {
  /** How much the score weighs against being new. Default 0.7. */
  readonly balance?: number;
  /** Asked of each sentence in turn; one that is refused is passed over. */
  readonly takes: (sentence: number) => boolean;
}

/** A sentence so like one that is taken says the same again. */
const SAME = 0.95;

/**
 * Sentences by maximal marginal relevance, the best first: balance · score / best score − (1 − balance) · the highest cosine to
 * one that is taken.
 */
export function pickDiverse(
  vectors: readonly SentenceVector[],
  scores: ArrayLike<number>,
  { balance = 0.7, takes }: DiverseOptions,
): number[] {
  const best = Array.from(scores).reduce((a, b) => Math.max(a, b), 0) || 1;
  const nearest = new Float64Array(vectors.length);
  const left = new Set(vectors.keys());
  const picked: number[] = [];
  while (left.size > 0) {
    let next = -1;
    let value = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const own = (balance * scores[i]) / best - (1 - balance) * nearest[i];
      if (own > value) [next, value] = [i, own];
    }
    left.delete(next);
    if (nearest[next] >= SAME || !takes(next)) continue;
    picked.push(next);
    likenessTo(vectors[next], vectors).forEach((likeness, i) => {
      nearest[i] = Math.max(nearest[i], likeness);
    });
  }
  return picked;
}
