/** A beam over the steps of chains (Yao et al. 2023, "Tree of Thoughts", its breadth-first search), judged at each step. */

import { checkInteger } from '../options.ts';
import { type ChainModel, type ChainOptions, chainWriter, type Reasoned } from './chains.ts';
import { likelihood, ranked, type Verifier } from './verifiers.ts';

export interface TreeSearchOptions extends ChainOptions {
  /** Chains kept after each step. Default 2. */
  readonly width?: number;
  /** Next steps sampled for each of them. Default 4. */
  readonly branches?: number;
  /** Ends a step. Default a line end. */
  readonly delimiter?: string;
  /** Default 16. */
  readonly maxSteps?: number;
  /** Judges chains after each step. Default: the model's own likelihood by the token. */
  readonly verifier?: Verifier;
}

/**
 * Samples the next step of every chain that is kept, keeps the best of all, and goes on until those have ended. A step that was
 * sampled twice counts once. A chain that has ended stays among those that are compared, and costs nothing more.
 */
export async function treeSearch(
  model: ChainModel,
  prompt: string,
  options: TreeSearchOptions = {},
): Promise<Reasoned> {
  const { width = 2, branches = 4, delimiter = '\n', maxSteps = 16, verifier = likelihood, signal } = options;
  checkInteger('width', width, 1);
  checkInteger('branches', branches, 1);
  checkInteger('length of the delimiter', delimiter.length, 1);
  checkInteger('maxSteps', maxSteps, 1);
  const writer = chainWriter(model, prompt, options);
  let kept = [{ chain: writer.start, isDone: false, score: 0 }];
  for (let step = 0; step < maxSteps && kept.some(({ isDone }) => !isDone); step++) {
    const grown = await Promise.all(
      kept.map((one, i) =>
        one.isDone ? [one] : writer.goOn(one.chain, { n: branches, at: `${step}.${i}`, delimiter }),
      ),
    );
    const different = new Map(grown.flat().map((one) => [one.chain.text, one]));
    kept = (await ranked(verifier, prompt, [...different.values()], signal)).slice(0, width);
  }
  const chains = kept.map(({ chain, score }) => ({ ...chain, score }));
  const [{ text, answer }] = chains;
  return { text, answer, cost: writer.cost, chains };
}
