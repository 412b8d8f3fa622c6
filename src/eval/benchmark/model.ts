/** What a benchmark asks of a model: how likely a text is behind another, how many bits a text takes, what it writes. */

import { collectTexts, createTextModel, greedySearch } from '../../decode/index.ts';
import type { LanguageModel, TextModel, Tokenizer } from '../../types.ts';
import { type DocumentScore, scoreDocuments } from '../compare/score-documents.ts';
import { fail } from '../errors.ts';
import { readTexts } from '../read-texts.ts';

export interface Pair {
  readonly context: string;
  readonly continuation: string;
}

export interface PairLikelihood {
  /** Σ ln p of the continuation's tokens. */
  readonly logLikelihood: number;
  /** Each of them was the likeliest. */
  readonly isGreedy: boolean;
  /** The beginning of the context did not fit. */
  readonly isCut: boolean;
}

export interface BenchmarkModel {
  readonly name: string;
  /** Absent where no probabilities are told: an endpoint. */
  readonly likelihoods?: (pairs: readonly Pair[], signal?: AbortSignal) => Promise<PairLikelihood[]>;
  readonly score?: (texts: readonly string[], signal?: AbortSignal) => Promise<DocumentScore[]>;
  /** The likeliest continuation, token by token. */
  readonly write: (prompt: string, options: WriteOptions) => Promise<Written>;
}

interface Written {
  readonly text: string;
  /** The beginning of the prompt did not fit. */
  readonly isCut: boolean;
}

interface WriteOptions {
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * A model whose probabilities are there. Context and continuation are cut into tokens together, white space at the end of the context
 * going with the continuation, as lm-evaluation-harness does; what is too long loses its beginning.
 */
export function localBenchmarkModel(
  name: string,
  model: LanguageModel,
  tokenizer: Tokenizer,
  prefixIds: readonly number[] = [],
): BenchmarkModel {
  const writer = createTextModel(model, tokenizer, { prefixIds, strategy: greedySearch() });
  return {
    name,
    async likelihoods(pairs, signal) {
      const cut = pairs.map((pair) => {
        const { whole, asked } = encodePair(tokenizer, pair);
        const ids = [...prefixIds, ...whole];
        if (asked >= model.contextLength) {
          const { contextLength } = model;
          throw fail('eval/no-room', { where: 'benchmark', needed: asked + 1, contextLength });
        }
        return { ids: ids.slice(-model.contextLength), asked, isCut: ids.length > model.contextLength };
      });
      const read = await readTexts(
        model,
        cut.map(({ ids }) => ids),
        { signal },
      );
      return read.map(({ logprobs, predictions }, i) => {
        const { ids, asked, isCut } = cut[i];
        // Entry i is about token i + 1; a first token with nothing before it costs as much as any.
        const from = Math.max(0, logprobs.length - asked);
        let logLikelihood = asked > logprobs.length ? -Math.log(model.vocabSize) : 0;
        let isGreedy = asked <= logprobs.length;
        for (let k = from; k < logprobs.length; k++) {
          logLikelihood += logprobs[k];
          isGreedy &&= predictions[k] === ids[k + 1];
        }
        return { logLikelihood, isGreedy, isCut };
      });
    },
    score: (texts, signal) => scoreDocuments(model, tokenizer, texts, { prefixIds, signal }),
    async write(prompt, { maxTokens, stop, signal }) {
      const room = model.contextLength - prefixIds.length - maxTokens;
      if (room < 1) {
        const needed = maxTokens + prefixIds.length + 1;
        throw fail('eval/no-room', { where: 'benchmark', needed, contextLength: model.contextLength });
      }
      const ids = tokenizer.encode(prompt);
      const [{ text }] = await collectTexts(
        writer.generate({ prompt: ids.slice(-room), maxTokens, stop, signal }),
      );
      return { text, isCut: ids.length > room };
    },
  };
}

/** The tokens of both, and how many of them are the continuation's. */
function encodePair(
  tokenizer: Tokenizer,
  { context, continuation }: Pair,
): { readonly whole: number[]; readonly asked: number } {
  const before = context.trimEnd();
  const whole = tokenizer.encode(context + continuation);
  return { whole, asked: Math.max(1, whole.length - tokenizer.encode(before).length) };
}

/** A model that only writes: an endpoint. */
export function remoteBenchmarkModel(
  name: string,
  model: TextModel<{
    readonly prompt: string;
    readonly maxTokens?: number;
    readonly stop?: readonly string[];
    readonly temperature?: number;
    readonly signal?: AbortSignal;
  }>,
): BenchmarkModel {
  return {
    name,
    async write(prompt, options) {
      const [{ text }] = await collectTexts(model.generate({ prompt, temperature: 0, ...options }));
      return { text, isCut: false };
    },
  };
}
