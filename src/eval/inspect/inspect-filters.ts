/** What each logits processor does at one place of a text: which tokens it takes away, and how sure is what is left. */

import {
  collectProcessors,
  createHistory,
  PROCESSOR_ORDER,
  PROCESSORS,
  type ProcessorName,
  type ProcessorOptions,
  topIds,
  withTokenizer,
} from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { inspectLimits } from './inspect-limits.ts';
import { expectationOf, type Piece, pieceOf } from './inspect-pieces.ts';
import { checkBetween, checkText } from './inspect-read.ts';

export interface FilterStage {
  /** The processor; `model` is what the model says before any. */
  readonly name: ProcessorName | 'model';
  readonly doc?: { readonly en: string; readonly zh: string };
  /** Tokens that may still be drawn, and the entropy over them in nats. */
  readonly left: number;
  readonly entropy: number;
  /** Of the tokens in `tokens`, in their order; 0 where it was taken away. */
  readonly probabilities: readonly number[];
}

export interface FilterStages {
  /** The likeliest before and after: what is worth watching. */
  readonly tokens: readonly Piece[];
  readonly stages: readonly FilterStage[];
}

export interface FilterOptions {
  readonly processors: ProcessorOptions;
  /** Ids of the text that are prompt: penalties on what was written count from there. Default: all. */
  readonly promptLength?: number;
  /** Tokens watched. Default 20. */
  readonly top?: number;
  readonly seed?: number;
}

/** Runs the processors one after another on the logits after a text, in the order in which decoding runs them. */
export function inspectFilters(
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Ids,
  { processors, promptLength = ids.length, top = 20 }: FilterOptions,
): FilterStages {
  checkText('inspectFilters', model, ids);
  checkBetween('inspectFilters', 'top', top, [1, inspectLimits.top]);
  // All together first: what is out of range or in each other's way is told at once.
  const options = withTokenizer(processors, tokenizer);
  collectProcessors(options);
  const { eosId } = tokenizer;
  const eosIds = new Set(eosId === undefined ? [] : [eosId]);
  const history = createHistory(ids, promptLength, { eosIds });
  const sequence = model.open();
  const rows: { name: FilterStage['name']; logits: Float32Array }[] = [];
  try {
    const [{ logits }] = model.step([{ sequence, ids, prefix: promptLength }]);
    rows.push({ name: 'model', logits: logits[0].slice() });
    for (const name of PROCESSOR_ORDER) {
      const chain = options[name] === undefined ? [] : collectProcessors({ [name]: options[name] });
      if (chain.length === 0) continue;
      for (const process of chain) process(logits[0], history);
      rows.push({ name, logits: logits[0].slice() });
    }
  } finally {
    sequence.close();
  }
  const watched = [
    ...new Set(
      [rows[0], rows.at(-1)!].flatMap(({ logits }) =>
        topIds(logits, Math.min(top, logits.length)).filter((id) => logits[id] > Number.NEGATIVE_INFINITY),
      ),
    ),
  ];
  return {
    tokens: watched.map((id) => pieceOf(tokenizer, id)),
    stages: rows.map(({ name, logits }) => {
      const { entropy, logprobOf } = expectationOf(tokenizer, logits, 0);
      return {
        name,
        ...(name !== 'model' && { doc: PROCESSORS[name].doc }),
        left: logits.reduce((count, logit) => count + Number(logit > Number.NEGATIVE_INFINITY), 0),
        entropy,
        probabilities: watched.map((id) => Math.exp(logprobOf(id))),
      };
    }),
  };
}
