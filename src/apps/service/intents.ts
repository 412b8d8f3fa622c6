/** What a customer wants, by the likeness of their words to examples. */

import { createAnalyzer, idfs } from '../../retrieve/index.ts';
import type { ServiceIntent } from './plan.ts';

export interface FoundIntent {
  readonly name: string;
  /** From 0 to 1. */
  readonly score: number;
}

/** The likeliest intent of some words; undefined where there is none. A trained classifier can stand in its place. */
export type IntentClassifier = (words: string) => FoundIntent | undefined | Promise<FoundIntent | undefined>;

/**
 * The intent of the nearest example: twice the weight of the terms that both have, over that of all terms of the two. Terms weigh by
 * their inverse frequency among the examples, as in BM25; those of no example weigh most, so that strange words are near to nothing.
 */
export function intentsByExamples(
  intents: readonly Pick<ServiceIntent, 'name' | 'examples'>[],
): IntentClassifier {
  const analyze = createAnalyzer();
  const examples = intents.flatMap(({ name, examples: texts }) =>
    texts.map((text) => ({ name, terms: new Set(analyze(text)) })),
  );
  const holders = new Map<string, number>();
  for (const { terms } of examples) for (const term of terms) holders.set(term, (holders.get(term) ?? 0) + 1);
  const weigh = (terms: Iterable<string>): number => {
    let sum = 0;
    for (const term of terms) sum += idfs.lucene(examples.length, holders.get(term) ?? 0);
    return sum;
  };
  const weighed = examples.map((example) => ({ ...example, weight: weigh(example.terms) }));
  return (words) => {
    const terms = new Set(analyze(words));
    const weight = weigh(terms);
    let best: FoundIntent | undefined;
    for (const { name, terms: own, weight: ownWeight } of weighed) {
      const shared = weigh([...terms].filter((term) => own.has(term)));
      const score = shared > 0 ? (2 * shared) / (weight + ownWeight) : 0;
      if (score > (best?.score ?? 0)) best = { name, score };
    }
    return best;
  };
}
