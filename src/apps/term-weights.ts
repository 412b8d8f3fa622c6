/** How much of a text stands in another, by their terms: rare ones weigh more. */

import { type Collection, idfs } from '../retrieve/index.ts';

/** The weight of each term: its inverse frequency among the passages that are asked. */
export type TermWeights = ReadonlyMap<string, number>;

/** What is known of terms: how a text becomes some, and how rare each is. */
export type TermSource = Pick<Collection, 'analyze' | 'holders'>;

/** Of several collections, counted as one. */
export async function weighTerms(
  collections: readonly TermSource[],
  terms: Iterable<string>,
): Promise<TermWeights> {
  const all = [...new Set(terms)];
  const found = await Promise.all(collections.map((collection) => collection.holders(all)));
  const passages = found.reduce((sum, one) => sum + one.passages, 0);
  return new Map(
    all.map((term, i) => [
      term,
      idfs.lucene(
        passages,
        found.reduce((sum, { holders }) => sum + holders[i], 0),
      ),
    ]),
  );
}

/** A text whose terms are looked for. */
export interface ReadText {
  readonly terms: ReadonlySet<string>;
  /** As terms are spelled. */
  readonly text: string;
}

/** A text as `coverage` takes it. */
export const readText = (text: string, analyze: Collection['analyze']): ReadText => ({
  terms: new Set(analyze(text)),
  text: text.normalize('NFKC').toLowerCase(),
});

const HAN = /^\p{Script=Han}+$/u;

/**
 * The share of the weight of `terms`, each counted once, that a text holds: in [0, 1]; 0 without terms. A Chinese word is held
 * inside a longer one, too, since where words end is a guess.
 */
export function coverage(terms: Iterable<string>, other: ReadText, weights: TermWeights): number {
  let all = 0;
  let held = 0;
  for (const term of new Set(terms)) {
    const weight = weights.get(term) ?? 0;
    all += weight;
    if (other.terms.has(term) || (HAN.test(term) && other.text.includes(term))) held += weight;
  }
  return all > 0 ? held / all : 0;
}

/** Words that ask and say nothing of what is asked for. */
const ASKING = `what which who whom whose when where why how many much do does did has have had been can could would should
  may his her its from about than 什么 什么样 哪 哪个 哪些 哪里 哪儿 哪位 哪一 哪年 哪一年 谁 多少 多 多大 多长 多久 多远 为什么
  为何 怎么 怎样 如何 几 几个 何时 何 何种 何地 吗 呢 的 是 了 在 有 被 和 与 中 个 于 对 由 将 为`;

/** Those words as each analyzer has them. */
const asked = new WeakMap<Collection['analyze'], ReadonlySet<string>>();

/** The terms of a question that say what it is about; all of them where nothing else is left. */
export function topicTerms(question: string, analyze: Collection['analyze']): string[] {
  const asking = asked.get(analyze) ?? new Set(analyze(ASKING));
  asked.set(analyze, asking);
  const all = analyze(question);
  const topic = all.filter((term) => !asking.has(term));
  return topic.length > 0 ? topic : all;
}
