/** Many chains, of which a verifier takes one (Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems"). */

import { checkInteger } from '../options.ts';
import { type ChainModel, type ChainOptions, chainWriter, type Reasoned } from './chains.ts';
import { likelihood, ranked, type Verifier } from './verifiers.ts';

export interface BestOfNOptions extends ChainOptions {
  /** Chains. Default 8. */
  readonly n?: number;
  /** Default: the model's own likelihood by the token. */
  readonly verifier?: Verifier;
}

/** Samples chains and takes the one that the verifier finds best; its work is not in the cost. */
export async function bestOfN(
  model: ChainModel,
  prompt: string,
  options: BestOfNOptions = {},
): Promise<Reasoned> {
  const { n = 8, verifier = likelihood, signal } = options;
  checkInteger('n', n, 1);
  const writer = chainWriter(model, prompt, options);
  const sampled = await writer.goOn(writer.start, { n, at: 'samples' });
  const best = await ranked(verifier, prompt, sampled, signal);
  const chains = best.map(({ chain, score }) => ({ ...chain, score }));
  const [{ text, answer }] = chains;
  return { text, answer, cost: writer.cost, chains };
}
