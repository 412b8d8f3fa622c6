/** Ways to reason side by side on questions whose answers are known: how often each is right, and what it costs. */

import { setMaxListeners } from 'node:events';
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

/** What the model reads around a question; the opening belongs to the chain. */
export interface ChainTemplate {
  readonly before: string;
  readonly opening: string;
}

/** What any of the methods reads; each takes what is its own. */
export interface ReasoningMethodOptions extends Omit<TreeSearchOptions, 'opening'> {
  /** Chains of `vote` and `best`. */
  readonly n?: number;
  /** For steps to follow, and for `direct`. Default: the question alone. */
  readonly template?: ChainTemplate;
  readonly directTemplate?: ChainTemplate;
}

type Method = (model: ChainModel, question: string, options?: ReasoningMethodOptions) => Promise<Reasoned>;

const behind =
  (
    reason: (model: ChainModel, prompt: string, options: TreeSearchOptions) => Promise<Reasoned>,
    name: 'template' | 'directTemplate' = 'template',
  ): Method =>
  (model, question, options = {}) => {
    const { before, opening } = options[name] ?? { before: '', opening: '' };
    return reason(model, before + question, { ...options, opening });
  };

/** All ways to reason. `direct` has no steps: the answer follows at once. */
export const reasoningMethods = {
  direct: behind(greedyChain, 'directTemplate'),
  greedy: behind(greedyChain),
  vote: behind(selfConsistency),
  best: behind(bestOfN),
  tree: behind(treeSearch),
} as const;
export type ReasoningMethod = keyof typeof reasoningMethods;

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

/** How many questions are put to the model at once, and who is told of it. */
export interface AskingOptions extends ReasoningMethodOptions {
  /** Questions that are asked at once. Default 8. */
  readonly concurrent?: number;
  readonly onProgress?: (done: number, total: number, method: ReasoningMethod) => void;
}

/**
 * Puts each question to the model by each method; how right they are in the order of the methods. A question has the same random
 * numbers however many are asked at once.
 */
export async function measureReasoning(
  model: ChainModel,
  questions: readonly AnsweredQuestion[],
  { methods, ...options }: AskingOptions & { readonly methods: readonly ReasoningMethod[] },
): Promise<ReasoningRow[]> {
  const { onProgress, seed } = options;
  const found: { readonly method: ReasoningMethod; readonly reasoned: Reasoned[] }[] = [];
  for (const [row, method] of methods.entries()) {
    const told = (done: number) =>
      onProgress?.(row * questions.length + done, methods.length * questions.length, method);
    found.push({
      method,
      reasoned: await askEach(model, questions, method, { ...options, onProgress: told }),
    });
  }
  const marks = found.map(({ reasoned }) =>
    reasoned.map(({ answer }, i) => Number(isRight(answer, questions[i]))),
  );
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
        method !== 'greedy' && {
          pValue: pairedPermutationTest(greedy, marks[row], { rounds: 10_000, seed }),
        }),
      answers: reasoned.map(({ answer }) => answer ?? null),
    };
  });
}

/** A text of question and chain, and whether that comes to the right answer: what a verifier learns from (Cobbe et al. 2021). */
export interface ChainSample {
  readonly text: string;
  readonly isRight: boolean;
}

/** Samples `n` chains for each question; chains that are alike count once. */
export async function sampleChains(
  model: ChainModel,
  questions: readonly AnsweredQuestion[],
  options: AskingOptions,
): Promise<ChainSample[]> {
  const { before = '' } = options.template ?? {};
  const sampled = await askEach(model, questions, 'vote', options);
  return sampled.flatMap(({ chains }, i) => {
    const different = new Map(chains.map((chain) => [chain.text, chain]));
    const { question } = questions[i];
    return [...different.values()].map(({ text, answer }) => ({
      text: before + question + text,
      isRight: isRight(answer, questions[i]),
    }));
  });
}

const isRight = (got: string | undefined, { answer }: AnsweredQuestion): boolean =>
  got !== undefined && answerKey(got) === answerKey(answer);

/** What a method comes to for each question, in their order. */
async function askEach(
  model: ChainModel,
  questions: readonly AnsweredQuestion[],
  method: ReasoningMethod,
  { concurrent = 8, onProgress, seed = 0, ...options }: AskingOptions,
): Promise<Reasoned[]> {
  checkInteger('measureReasoning', 'concurrent', concurrent, 1);
  // Every text in flight listens to it.
  if (options.signal) setMaxListeners(0, options.signal);
  const seeds = createRng(seed).split('questions');
  const found: Reasoned[] = [];
  let [next, done] = [0, 0];
  const worker = async (): Promise<void> => {
    while (next < questions.length) {
      const i = next++;
      const own = { ...options, seed: seeds.split(i).integer(2 ** 32) };
      try {
        found[i] = await reasoningMethods[method](model, questions[i].question, own);
      } catch (error) {
        // The others ask no more: nobody would see what it cost.
        next = questions.length;
        throw error;
      }
      onProgress?.(++done, questions.length, method);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrent, questions.length) }, worker));
  return found;
}
