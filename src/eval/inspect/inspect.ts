/** Looking inside a model: one table of inspectors, from plain data to plain data, for a process, a page or a file. */

import type { ProcessorOptions } from '../../decode/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { similarityMatrix } from '../anisotropy.ts';
import { fail } from '../errors.ts';
import { attentionMaps, headWeights } from './inspect-attention.ts';
import { beamTree } from './inspect-beams.ts';
import { expertUses } from './inspect-experts.ts';
import { inspectFilters } from './inspect-filters.ts';
import { logitLens } from './inspect-lens.ts';
import { inspectLimits } from './inspect-limits.ts';
import { embeddingMap, nearestTokens } from './inspect-map.ts';
import { pieceOf } from './inspect-pieces.ts';
import { checkText } from './inspect-read.ts';
import { inspectTokens } from './inspect-tokens.ts';
import { whyThisToken } from './inspect-why.ts';

/** What each inspector is asked. `ids` is the text. */
export interface InspectQuestions {
  readonly tokens: { readonly ids: readonly number[]; readonly top?: number };
  readonly attention: { readonly ids: readonly number[]; readonly from?: number; readonly to?: number };
  readonly head: InspectQuestions['attention'] & { readonly layer: number; readonly head: number };
  readonly lens: {
    readonly ids: readonly number[];
    readonly places?: readonly number[];
    readonly top?: number;
  };
  readonly why: {
    readonly ids: readonly number[];
    readonly a: number;
    readonly b: number;
    readonly keep?: number;
  };
  readonly map: { readonly ids?: readonly number[]; readonly count?: number };
  readonly neighbours: { readonly id: number; readonly count?: number };
  readonly similarity: { readonly ids: readonly number[] };
  readonly experts: { readonly ids: readonly number[] };
  readonly filters: {
    readonly ids: readonly number[];
    readonly processors: ProcessorOptions;
    readonly promptLength?: number;
    readonly top?: number;
  };
  readonly beams: { readonly ids: readonly number[]; readonly beams?: number; readonly steps?: number };
}

export type InspectKind = keyof InspectQuestions;

/** A question with its kind. */
export type InspectRequest = {
  readonly [Kind in InspectKind]: { readonly what: Kind } & InspectQuestions[Kind];
}[InspectKind];

interface Subject {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly signal?: AbortSignal;
}

type Inspectors = {
  readonly [Kind in InspectKind]: (subject: Subject, question: InspectQuestions[Kind]) => unknown;
};

const inspectors = {
  tokens: ({ model, tokenizer, signal }, { ids, top }) =>
    inspectTokens(model, tokenizer, ids, { top, signal }),
  attention: ({ model, signal }, { ids, from, to }) => attentionMaps(model, ids, { from, to, signal }),
  head: ({ model, signal }, { ids, from, to, layer, head }) =>
    headWeights(model, ids, { from, to, layer, head, signal }),
  lens: ({ model, tokenizer, signal }, { ids, places, top }) =>
    logitLens(model, tokenizer, ids, { places, top, signal }),
  why: ({ model, tokenizer, signal }, { ids, a, b, keep }) =>
    whyThisToken(model, tokenizer, ids, { a, b, keep, signal }),
  map: ({ model, tokenizer }, { ids, count }) => embeddingMap(model, tokenizer, { ids, count }),
  neighbours: ({ model, tokenizer, signal }, { id, count }) =>
    nearestTokens(model, tokenizer, id, { count, signal }),
  similarity: async ({ model, tokenizer }, { ids }) => {
    checkText('similarity', model, ids);
    const most = inspectLimits.similar;
    if (ids.length > most) throw fail('eval/too-long', { where: 'similarity', tokens: ids.length, most });
    return { tokens: ids.map((id) => pieceOf(tokenizer, id)), rows: similarityMatrix(model, ids) };
  },
  experts: ({ model, tokenizer, signal }, { ids }) => expertUses(model, tokenizer, [ids], { signal }),
  filters: async ({ model, tokenizer }, { ids, ...options }) =>
    inspectFilters(model, tokenizer, ids, options),
  beams: ({ model, tokenizer, signal }, { ids, beams, steps }) =>
    beamTree(model, tokenizer, ids, { beams, steps, signal }),
} as const satisfies Inspectors;

/** What each inspector answers: plain data. */
export type InspectAnswers = {
  readonly [Kind in InspectKind]: Awaited<ReturnType<(typeof inspectors)[Kind]>>;
};

/**
 * Answers one question about a model. Others' work goes on between its steps; an abort is thrown.
 *
 * @example
 * const { tokens } = await inspect({ model, tokenizer }, { what: 'tokens', ids: tokenizer.encode('Hello') });
 */
export async function inspect<Kind extends InspectKind>(
  subject: Subject,
  { what, ...question }: { readonly what: Kind } & InspectQuestions[Kind],
): Promise<InspectAnswers[Kind]> {
  const ask = inspectors[what] as (subject: Subject, question: unknown) => Promise<InspectAnswers[Kind]>;
  return ask(subject, question);
}
