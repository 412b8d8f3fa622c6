/** Many chains, one vote each (Wang et al. 2022, "Self-Consistency Improves Chain of Thought Reasoning in Language Models"). */

import { checkInteger } from '../options.ts';
import { type ChainModel, type ChainOptions, chainWriter, type Reasoned } from './chains.ts';
import { answerKey, countVotes } from './final-answers.ts';

export interface SelfConsistencyOptions extends ChainOptions {
  /** Chains. Default 8. */
  readonly n?: number;
}

/**
 * Samples chains and takes the answer that most of them come to; of equals the one that came first. The text is the first
 * chain with that answer, or the first of all where none has one.
 *
 * @example
 * const { answer, votes, cost } = await selfConsistency(model, 'Mia has 37 pens and 58 cups. How many things?', { n: 8 });
 */
export async function selfConsistency(
  model: ChainModel,
  prompt: string,
  options: SelfConsistencyOptions = {},
): Promise<Reasoned> {
  const { n = 8 } = options;
  checkInteger('n', n, 1);
  const writer = chainWriter(model, prompt, options);
  const chains = (await writer.goOn(writer.start, { n, at: 'samples' })).map(({ chain }) => chain);
  const votes = countVotes(chains.map(({ answer }) => answer));
  const winner = votes.at(0)?.answer;
  const isWinner = (answer: string | undefined): boolean =>
    answer !== undefined && winner !== undefined && answerKey(answer) === answerKey(winner);
  const { text } = chains.find(({ answer }) => isWinner(answer)) ?? chains[0];
  return { text, answer: winner, cost: writer.cost, chains, votes };
}
