/** What a customer wants, by the likeness of their words to examples. */

import {
  createAnalyzer,
  exactIndex,
  idfs,
  type Scored,
  topScores,
  vectorRows,
} from '../../retrieve/index.ts';
import type { Embedder } from '../../types.ts';
import type { ServiceIntent, ServicePlan } from './plan.ts';

export interface FoundIntent {
  readonly name: string;
  /** From 0 to 1. */
  readonly score: number;
}

/** The likeliest intent of some words; undefined where there is none. A trained classifier can stand in its place. */
export type IntentClassifier = (words: string) => FoundIntent | undefined | Promise<FoundIntent | undefined>;

/** An example of a plan, put to the others as a customer's words would be. */
export interface ExampleTrial {
  readonly intent: string;
  readonly example: string;
  /** The intent of the nearest other example, or what a classifier says. */
  readonly found?: FoundIntent | undefined;
  /** `missed`: nothing is like it enough. */
  readonly outcome: 'right' | 'missed' | 'confused';
}

type Examples = readonly Pick<ServiceIntent, 'name' | 'examples'>[];
/** The two examples that are most like some words, by their places, with a score from 0 to 1. */
type Nearest = (words: string) => Scored[] | Promise<Scored[]>;

/**
 * The intent of the example that shares most words: twice the weight of the terms that both have, over that of all terms of the two.
 * Terms weigh by their inverse frequency among the examples, as in BM25; those of no example weigh most, so that strange words are
 * near to nothing.
 */
export const intentsByExamples = (intents: Examples): IntentClassifier =>
  intentOf(intents, nearestByWords(examplesOf(intents)));

/** The intent of the example whose vector is nearest: the cosine of the angle. */
export const intentsByMeaning = async (intents: Examples, embedder: Embedder): Promise<IntentClassifier> =>
  intentOf(intents, (await nearestByMeaning(examplesOf(intents), embedder)).toWords);

/** Each example by the others, by words or with an embedder by meaning: how well a plan tells its intents apart. */
export async function tryExamples(
  { intents, threshold }: Pick<ServicePlan, 'threshold'> & { readonly intents: Examples },
  embedder?: Embedder,
): Promise<ExampleTrial[]> {
  const examples = examplesOf(intents);
  const byWords = nearestByWords(examples);
  const toExample = embedder
    ? (await nearestByMeaning(examples, embedder)).toExample
    : (row: number) => byWords(examples[row].text);
  const trials: ExampleTrial[] = [];
  for (const [row, { name: intent, text: example }] of examples.entries()) {
    const other = (await toExample(row)).find((one) => one.index !== row);
    const found =
      other && other.score > 0 ? { name: examples[other.index].name, score: other.score } : undefined;
    trials.push({ intent, example, found, outcome: outcomeOf(intent, found, threshold) });
  }
  return trials;
}

/** Each example as a classifier of its own takes it. What it has learnt from them it knows by heart: that is for who trained it. */
export async function tryClassifier(
  { intents, threshold }: Pick<ServicePlan, 'threshold'> & { readonly intents: Examples },
  classify: IntentClassifier,
): Promise<ExampleTrial[]> {
  const trials: ExampleTrial[] = [];
  for (const { name: intent, text: example } of examplesOf(intents)) {
    const found = await classify(example);
    trials.push({ intent, example, found, outcome: outcomeOf(intent, found, threshold) });
  }
  return trials;
}

function outcomeOf(
  intent: string,
  found: FoundIntent | undefined,
  threshold: number,
): ExampleTrial['outcome'] {
  if (found === undefined || found.score < threshold) return 'missed';
  return found.name === intent ? 'right' : 'confused';
}

const examplesOf = (intents: Examples) =>
  intents.flatMap(({ name, examples }) => examples.map((text) => ({ name, text })));

function intentOf(intents: Examples, nearest: Nearest): IntentClassifier {
  const examples = examplesOf(intents);
  return async (words) => {
    const [best] = await nearest(words);
    return best && best.score > 0 ? { name: examples[best.index].name, score: best.score } : undefined;
  };
}

function nearestByWords(examples: readonly { readonly text: string }[]): Nearest {
  const analyze = createAnalyzer();
  const known = examples.map(({ text }) => new Set(analyze(text)));
  const holders = new Map<string, number[]>();
  for (const [row, terms] of known.entries()) {
    for (const term of terms) {
      const rows = holders.get(term);
      if (rows) rows.push(row);
      else holders.set(term, [row]);
    }
  }
  const weightOf = (term: string): number => idfs.lucene(examples.length, holders.get(term)?.length ?? 0);
  const weigh = (terms: ReadonlySet<string>): number => {
    let sum = 0;
    for (const term of terms) sum += weightOf(term);
    return sum;
  };
  const weights = known.map(weigh);
  return (words) => {
    const terms = new Set(analyze(words));
    const weight = weigh(terms);
    const shared = new Float64Array(examples.length);
    // Only those that hold a term are touched: a plan may have thousands of examples.
    for (const term of terms) {
      const own = weightOf(term);
      for (const row of holders.get(term) ?? []) shared[row] += own;
    }
    const scores = shared.map((sum, row) => (sum > 0 ? (2 * sum) / (weight + weights[row]) : 0));
    return topScores(scores, 2);
  };
}

async function nearestByMeaning(examples: readonly { readonly text: string }[], embedder: Embedder) {
  const { vectors } = await embedder.embed(examples.map(({ text }) => text));
  const index = exactIndex(vectorRows(vectors));
  const toExample = (row: number): Scored[] => index.search(vectors[row], 2);
  const toWords: Nearest = async (words) => {
    const { vectors: own } = await embedder.embed([words]);
    return index.search(own[0], 2);
  };
  return { toExample, toWords };
}
