/** Chains of thought (Wei et al. 2022, "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models"), written by any model that speaks text. */

import { InkstoneError } from '../../errors.ts';
import { createRng } from '../../rng.ts';
import type { TextModel } from '../../types.ts';
import { collectTexts, type GeneratedText } from '../collect.ts';
import { checkInteger, checkNumber } from '../options.ts';
import { answerReader, type Vote } from './final-answers.ts';

/** What is asked of the model: what local models and endpoints both understand. */
export interface ChainRequest {
  readonly prompt: string;
  readonly n?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly temperature?: number;
  readonly seed?: number;
  readonly logprobs?: number;
  readonly signal?: AbortSignal;
}

export type ChainModel = TextModel<ChainRequest>;

export interface ChainOptions {
  /** Begins every chain, behind the prompt and as part of the chain: `\nLet us think step by step.` */
  readonly opening?: string;
  /** Where the answer stands: the first group, or all, of the last match. Default: behind `####`. */
  readonly answerPattern?: RegExp;
  /** Of a chain, at most. Default 256. */
  readonly maxTokens?: number;
  /** A chain ends before the first of these. */
  readonly stop?: readonly string[];
  /** Of what is sampled. Default 0.7, as Wang et al. have it for most models. */
  readonly temperature?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** One way from a question to an answer, or part of it. */
export interface Chain {
  /** Opening included. */
  readonly text: string;
  /** None where the pattern finds none. */
  readonly answer: string | undefined;
  /** Written by the model. */
  readonly tokens: number;
  /** Natural, of all its tokens together; none of a model that does not tell. */
  readonly logprob: number | undefined;
}

/** What a method asked of the model. */
export interface ReasoningCost {
  readonly calls: number;
  /** Written by the model, whether they were used or not. */
  readonly tokens: number;
}

/** What a method came to. */
export interface Reasoned {
  readonly text: string;
  readonly answer: string | undefined;
  readonly cost: ReasoningCost;
  /** All chains that were finished, with what the verifier said of each, where one was asked. */
  readonly chains: readonly (Chain & { readonly score?: number })[];
  /** Of a vote: all answers, the most frequent first. */
  readonly votes?: readonly Vote[];
}

/** Writes chains, and counts what they cost. */
export interface ChainWriter {
  readonly cost: ReasoningCost;
  /** A chain that has only begun. */
  readonly start: Chain;
  /** `n` ways to go on from a chain; `at` names the place among all that is sampled. */
  goOn(chain: Chain, options: { readonly n: number; readonly at: string } & Going): Promise<GoneOn[]>;
}

interface Going {
  /** Takes the likeliest token always. */
  readonly isGreedy?: boolean;
  /** Go on to here; it becomes part of the chain. */
  readonly delimiter?: string;
}

interface GoneOn {
  readonly chain: Chain;
  /** Nothing more will come. */
  readonly isDone: boolean;
}

/** A writer of chains behind one prompt. @throws `decode/option` */
export function chainWriter(model: ChainModel, prompt: string, options: ChainOptions): ChainWriter {
  const { opening = '', stop = [], maxTokens = 256, temperature = 0.7, seed = 0, signal } = options;
  checkInteger('maxTokens', maxTokens, 1);
  checkNumber('temperature', temperature, 'a number > 0', (value) => value > 0);
  checkInteger('seed', seed, 0);
  const answerIn = answerReader(options.answerPattern);
  const rng = createRng(seed).split('chains');
  let calls = 0;
  let tokens = 0;
  return {
    get cost() {
      return { calls, tokens };
    },
    start: { text: opening, answer: undefined, tokens: 0, logprob: 0 },
    async goOn(chain, { n, at, isGreedy = false, delimiter }) {
      calls++;
      const written = await writeOrFill(model, chain, {
        prompt: prompt + chain.text,
        n,
        maxTokens: maxTokens - chain.tokens,
        stop: delimiter === undefined ? stop : [delimiter, ...stop],
        temperature: isGreedy ? 0 : temperature,
        seed: rng.split(at).integer(2 ** 32),
        logprobs: 0,
        signal,
      });
      signal?.throwIfAborted();
      if (written.length === 0) return [{ chain, isDone: true }];
      return written.map((one) => {
        if (one.reason === 'error') throw one.error;
        tokens += one.completionTokens;
        const isStep = delimiter !== undefined && endsStep(one, delimiter);
        const text = chain.text + one.text + (isStep ? delimiter : '');
        const grown: Chain = {
          text,
          answer: answerIn(text),
          tokens: chain.tokens + one.completionTokens,
          logprob: sumOf(chain, one),
        };
        return { chain: grown, isDone: !isStep || grown.tokens >= maxTokens };
      });
    },
  };
}

/** What the model writes; nothing behind a chain that has filled the context: it ends there, as any text does. */
async function writeOrFill(model: ChainModel, chain: Chain, request: ChainRequest): Promise<GeneratedText[]> {
  try {
    return await collectTexts(model.generate(request));
  } catch (error) {
    const isFull = error instanceof InkstoneError && error.code === 'decode/context' && chain.tokens > 0;
    if (isFull) return [];
    throw error;
  }
}

/** An endpoint does not tell which string ended a text, nor whether one did: then a step with something in it goes on. */
function endsStep({ reason, stop, text }: GeneratedText, delimiter: string): boolean {
  return reason === 'stop' && (stop === undefined ? text !== '' : stop === delimiter);
}

function sumOf({ logprob }: Chain, { tokens, completionTokens }: GeneratedText): number | undefined {
  if (logprob === undefined || (completionTokens > 0 && tokens === undefined)) return undefined;
  return (tokens ?? []).reduce((sum, token) => sum + token.logprob, logprob);
}

/** How likely a chain is by the token, as a mean of logarithms; nothing written is certain. */
export const meanLogprob = ({ logprob, tokens }: Chain): number | undefined =>
  logprob === undefined ? undefined : logprob / Math.max(1, tokens);

/** The chain that always takes the likeliest token: what every other method is measured against. */
export async function greedyChain(
  model: ChainModel,
  prompt: string,
  options: ChainOptions = {},
): Promise<Reasoned> {
  const writer = chainWriter(model, prompt, options);
  const [{ chain }] = await writer.goOn(writer.start, { n: 1, at: 'greedy', isGreedy: true });
  const { text, answer } = chain;
  return { text, answer, cost: writer.cost, chains: [chain] };
}
