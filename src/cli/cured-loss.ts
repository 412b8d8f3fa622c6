/** A decoder with its tokenizer as the cures of `train/` see it. */

import {
  createLanguageModel,
  type DecoderConfig,
  type DecoderParams,
  hidden,
  logitsOf,
  surpriseAt,
} from '../models/index.ts';
import { type CurableModel, type CuredLoss, curedLoss } from '../train/index.ts';
import type { StepResult, Tokenizer } from '../types.ts';

/** The end of a sentence, closing quotes and brackets and white space after it included; a line of verse is one. */
const SENTENCE_END = /(?:[.!?。！？]["'’”」』)）]*\s*|\n)$/;

/** The loss of `train --cure SPEC`. @throws when the context is too short for the cure. */
export function decoderCuredLoss(
  config: DecoderConfig,
  tokenizer: Tokenizer,
  spec: string,
  options: { readonly seed: number },
): CuredLoss<DecoderParams> {
  return curedLoss(curableDecoder(config, tokenizer), spec, options);
}

function curableDecoder(config: DecoderConfig, tokenizer: Tokenizer): CurableModel<DecoderParams> {
  const { layers, contextLength, vocabSize } = config;
  let sentenceEnds: readonly boolean[] | undefined;
  return {
    layers,
    contextLength,
    hidden: (params, ids, reading) => hidden(params, config, ids, reading),
    logits: (params, x) => logitsOf(params, config, x),
    likelihood: (params, x, targets) => surpriseAt(params, config, x, targets),
    continueGreedily: (params, prefixIds, tokens) => continueGreedily(params, config, prefixIds, tokens),
    endsSentence(id) {
      sentenceEnds ??= Array.from({ length: vocabSize }, (_, each) =>
        SENTENCE_END.test(tokenizer.decode([each])),
      );
      return sentenceEnds[id];
    },
  };
}

/** The likeliest token again and again, all prefixes in one batch; the end token is a token like others. */
function continueGreedily(
  params: DecoderParams,
  config: DecoderConfig,
  prefixIds: readonly Int32Array[],
  tokens: number,
): Int32Array[] {
  const model = createLanguageModel(params, config);
  const sequences = prefixIds.map(() => model.open());
  try {
    const continuations = prefixIds.map(() => new Int32Array(tokens));
    let results: readonly StepResult[] = model.step(
      sequences.map((sequence, i) => ({ sequence, ids: prefixIds[i] })),
    );
    for (let t = 0; t < tokens; t++) {
      results.forEach(({ logits }, i) => {
        continuations[i][t] = likeliest(logits[0]);
      });
      if (t === tokens - 1) break;
      results = model.step(
        sequences.map((sequence, i) => ({ sequence, ids: continuations[i].subarray(t, t + 1) })),
      );
    }
    return continuations;
  } finally {
    for (const sequence of sequences) sequence.close();
  }
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}
