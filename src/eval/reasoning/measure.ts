/** Ways to reason side by side on questions whose answers are known: how often each is right, and what it costs. */

import {
  answerKey,
  bestOfN,
  type ChainModel,
  greedyChain,
  type Reasoned,
  selfConsistency,
  type TreeSearchOptions,
  treeSearch,
} from '../../decode/index.ts';
import { createRng } from '../../rng.ts';
import { checkInteger } from '../errors.ts';
import { pairedPermutationTest } from '../significance.ts';

/** All ways to reason. `direct` has no steps: the answer follows at once. */
export const reasoningMethods = {
  direct: (model, prompt, { directOpening, ...options }) =>
    greedyChain(model, prompt, { ...options, opening: directOpening }),
  greedy: greedyChain,
  vote: selfConsistency,
  best: bestOfN,
  tree: treeSearch,
} as const satisfies {
  readonly [name: string]: (
    model: ChainModel,
    prompt: string,
    options: ReasoningMethodOptions,
  ) => Promise<Reasoned>;
};
export type ReasoningMethod = keyof typeof reasoningMethods;

/** What any of the methods reads; each takes what is its own. */
export interface ReasoningMethodOptions extends TreeSearchOptions {
  /** Chains of `vote` and `best`. */
  readonly n?: number;
  /** The opening of `direct`. */
  readonly directOpening?: string;
}

export interface AnsweredQuestion {
  readonly question: string;
  readonly answer: string;
}

export interface ReasoningRow {
  readonly method: ReasoningMethod;
  readonly questions: number;
  readonly right: number;
  readonly accuracy: number;
  /** Of the accuracy. */
  readonly standardError: number;
  readonly tokensPerQuestion: number;
  readonly callsPerQuestion: number;
  /** The chance that it differs so much from `greedy` although they are alike; where both were asked. */
  readonly pValue?: number;
  /** One for each question; null where none was found. */
  readonly answers: readonly (string | null)[];
}

export interface MeasureReasoningOptions extends ReasoningMethodOptions {
  readonly methods: readonly ReasoningMethod[];
  /** Stands before each question. */
  readonly before?: string;
  /** Questions that are asked at once. Default 8. */
  readonly concurrent?: number;
  readonly onProgress?: (done: number, total: number, method: ReasoningMethod) => void;
}

/** Puts each question to the model by each method. A question has the same random numbers however many are asked at once. */
export async function measureReasoning(
  model: ChainModel,
  questions: readonly AnsweredQuestion[],
  options: MeasureReasoningOptions,
): Promise<ReasoningRow[]> {
  const { methods, before = '', concurrent = 8, onProgress, seed = 0, ...rest } = options;
  checkInteger('measureReasoning', 'concurrent', concurrent, 1);
  const seeds = createRng(seed).split('questions');
  const total = methods.length * questions.length;
  let done = 0;
  const found: { readonly method: ReasoningMethod; readonly reasoned: Reasoned[] }[] = [];
  for (const method of methods) {
    const reason = reasoningMethods[method];
    const reasoned = await eachOf(questions, concurrent, async ({ question }, i) => {
      const own = { ...rest, seed: seeds.split(i).integer(2 ** 32) };
      const result = await reason(model, before + question, own);
      onProgress?.(++done, total, method);
      return result;
    });
    found.push({ method, reasoned });
  }
  const marks = found.map(({ reasoned }) => reasoned.map(({ answer }, i) => mark(answer, questions[i])));
  const greedy = marks[methods.indexOf('greedy')];
  return found.map(({ method, reasoned }, row): ReasoningRow => {
    const count = questions.length;
    const right = marks[row].reduce((sum, one) => sum + one, 0);
    const accuracy = right / count;
    const mean = (of: (one: Reasoned) => number): number =>
      reasoned.reduce((sum, one) => sum + of(one), 0) / count;
    return {
      ...{ method, questions: count, right, accuracy },
      standardError: Math.sqrt((accuracy * (1 - accuracy)) / count),
      tokensPerQuestion: mean(({ cost }) => cost.tokens),
      callsPerQuestion: mean(({ cost }) => cost.calls),
      ...(greedy &&
        method !== 'greedy' && { pValue: pairedPermutationTest(greedy, marks[row], { rounds: 10_000, seed }) }),
      answers: reasoned.map(({ answer }) => answer ?? null),
    };
  });
}

/** 1: it is right. */
const mark = (got: string | undefined, { answer }: AnsweredQuestion): number =>
  Number(got !== undefined && answerKey(got) === answerKey(answer));

/** Results in the order of the items; so many at once. */
async function eachOf<Item, Result>(
  items: readonly Item[],
  concurrent: number,
  work: (item: Item, i: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i], i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrent, items.length) }, worker));
  return results;
}
