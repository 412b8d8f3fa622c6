/** Finds the decoding options with which a model writes most like held-out text. */

import { seqRep } from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import type { LanguageModel } from '../types.ts';
import { fail } from './errors.ts';
import { generateTokens } from './generate-tokens.ts';
import { createHistory } from './history.ts';
import { logSumExp } from './log-softmax.ts';
import { checkIds, checkInteger, checkKeys, checkNumber } from './options.ts';
import type { ProcessorName, ProcessorOptions } from './processor-options.ts';
import { collectProcessors, PROCESSOR_ORDER } from './processor-table.ts';
import { sampling } from './sampling.ts';

/** What to try for each option. */
export type TuneSpace = { readonly [Name in ProcessorName]?: readonly NonNullable<ProcessorOptions[Name]>[] };

export interface TuneOptions {
  /** Default: temperature, top-k and top-p, 40 combinations. */
  readonly space?: TuneSpace;
  /** Options of every candidate. */
  readonly fixed?: ProcessorOptions;
  /** How many candidates at most; of a larger space, as many drawn at random. Default 40. */
  readonly budget?: number;
  /** How many held-out texts to continue. Default 16. */
  readonly prompts?: number;
  /** Tokens of each text that are given. Default 16. */
  readonly promptTokens?: number;
  /** Tokens that are written, and compared with as many of the text. Default 64. */
  readonly maxTokens?: number;
  /** How much each part of the score counts. Default 1 each. */
  readonly weights?: Partial<TuneParts>;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What is measured of a set of texts: a number for each text. */
export interface TuneStatistics {
  /** Share of the 4-grams that were there before (seq-rep-4). */
  readonly repetition: number;
  /** Share of the tokens that were not there before. */
  readonly diversity: number;
  /** Bits a token under the model itself, before any processor. */
  readonly surprise: number;
}

/** How far a candidate's texts lie from the held-out ones, and what it makes of those. */
export interface TuneParts extends TuneStatistics {
  /** Bits a token by which held-out text is less likely than under the model itself. */
  readonly likelihood: number;
}

export interface TuneCandidate {
  readonly options: ProcessorOptions;
  /** The weighted sum of the parts; lower is better. */
  readonly score: number;
  readonly parts: TuneParts;
  /** Means over the texts written. */
  readonly statistics: TuneStatistics;
}

export type TuneEvent =
  | { readonly type: 'tune-start'; readonly total: number; readonly heldOut: TuneStatistics }
  | {
      readonly type: 'tune-candidate';
      readonly index: number;
      readonly total: number;
      readonly candidate: TuneCandidate;
    }
  | {
      readonly type: 'tune-result';
      readonly best: TuneCandidate;
      readonly ranking: readonly TuneCandidate[];
    };

const DEFAULT_SPACE: TuneSpace = {
  temperature: [0.5, 0.7, 0.85, 1, 1.15],
  topK: [0, 40],
  topP: [0.8, 0.9, 0.95, 1],
};

/**
 * Tries combinations of options. For each, the model continues the beginnings of held-out texts, and the score adds up
 *
 * - for repetition, diversity and surprise: how far the mean lies from that of the true continuations, in their standard
 *   deviations (at least `LEAST_DEVIATION`);
 * - for likelihood: the bits a token that the true continuations lose under the candidate's distribution. Truncation makes
 *   some of them impossible, so it is mixed with a tenth of the model's own (as ε-perplexity does, Martins et al. 2020).
 *
 * Yields a start, each candidate as it is done, and the ranking. Memory: one row of logits for each of at most
 * `LIKELIHOOD_PLACES` places. An abort ends it after the current step, with the ranking of what was done.
 *
 * @example
 * for await (const event of tuneDecoding(model, heldOutIds, { budget: 12 }))
 *   if (event.type === 'tune-result') console.log(event.best.options);
 */
export function tuneDecoding(
  model: LanguageModel,
  validation: readonly ArrayLike<number>[],
  options: TuneOptions = {},
): AsyncGenerator<TuneEvent, void> {
  const { budget = 40, prompts = 16, promptTokens = 16, maxTokens = 64, seed = 0 } = options;
  checkInteger('budget', budget, 1);
  checkInteger('prompts', prompts, 1);
  checkInteger('promptTokens', promptTokens, 1);
  checkInteger('maxTokens', maxTokens, 1);
  checkInteger('seed', seed, 0);
  const weights = { repetition: 1, diversity: 1, surprise: 1, likelihood: 1, ...options.weights };
  checkKeys(weights, ['repetition', 'diversity', 'surprise', 'likelihood'], 'weights');
  for (const [part, weight] of Object.entries(weights))
    checkNumber(`weights.${part}`, weight, 'a number ≥ 0', (w) => w >= 0);
  const candidates = candidatesOf(options.space ?? DEFAULT_SPACE, options.fixed ?? {}, budget, seed);

  const length = promptTokens + maxTokens;
  const texts = validation.filter((text) => text.length >= length).slice(0, prompts);
  if (texts.length < 2 || length > model.contextLength) {
    throw fail('decode/tune-texts', { found: texts.length, length, contextLength: model.contextLength });
  }
  for (const text of texts) checkIds('validation', text, model.vocabSize);
  return tune(model, texts, candidates, { promptTokens, maxTokens, weights, seed, signal: options.signal });
}

interface Plan {
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly weights: TuneParts;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

async function* tune(
  model: LanguageModel,
  texts: readonly ArrayLike<number>[],
  candidates: readonly ProcessorOptions[],
  plan: Plan,
): AsyncGenerator<TuneEvent, void> {
  const { promptTokens, maxTokens, weights, seed, signal } = plan;
  const total = candidates.length;
  const { statistics, places } = readTexts(model, texts, promptTokens, maxTokens);
  const human = summarize(statistics);
  yield { type: 'tune-start', total, heldOut: human.means };

  const prompts = texts.map((text) => Array.from(text).slice(0, promptTokens));
  const done: TuneCandidate[] = [];
  for (const [index, options] of candidates.entries()) {
    const written = await write(model, prompts, options, { maxTokens, seed, signal });
    if (signal?.aborted) break;
    const { means } = summarize(written);
    const parts = {
      repetition: Math.abs(means.repetition - human.means.repetition) / human.deviations.repetition,
      diversity: Math.abs(means.diversity - human.means.diversity) / human.deviations.diversity,
      surprise: Math.abs(means.surprise - human.means.surprise) / human.deviations.surprise,
      likelihood: lostBits(places, options),
    };
    const score = PARTS.reduce((sum, part) => sum + weights[part] * parts[part], 0);
    const candidate = { options, score, parts, statistics: means };
    done.push(candidate);
    yield { type: 'tune-candidate', index, total, candidate };
  }
  const ranking = done.toSorted((a, b) => a.score - b.score);
  if (ranking.length > 0) yield { type: 'tune-result', best: ranking[0], ranking };
}

const PARTS = ['repetition', 'diversity', 'surprise', 'likelihood'] as const;

/** Every combination, or as many as allowed drawn without repeats; checked before any work. */
function candidatesOf(
  space: TuneSpace,
  fixed: ProcessorOptions,
  budget: number,
  seed: number,
): ProcessorOptions[] {
  checkKeys(space, PROCESSOR_ORDER, 'space');
  const axes = Object.entries(space).filter(([, values]) => values !== undefined && values.length > 0);
  const total = axes.reduce((product, [, values]) => product * values!.length, 1);
  const at = (place: number): ProcessorOptions => {
    let rest = place;
    const chosen = axes.map(([name, values]) => {
      const value = values![rest % values!.length];
      rest = Math.floor(rest / values!.length);
      return [name, value];
    });
    return { ...fixed, ...Object.fromEntries(chosen) };
  };
  const rng = createRng(seed).split('candidates');
  const chosen = new Set<number>();
  if (total <= budget) for (let place = 0; place < total; place++) chosen.add(place);
  while (chosen.size < Math.min(budget, total)) chosen.add(Math.floor(rng.uniform() * total));
  const candidates = [...chosen].map(at);
  for (const candidate of candidates) collectProcessors(candidate);
  return candidates;
}

/** One place of a held-out text: what the model thinks there, and what came. */
interface Place {
  readonly before: readonly number[];
  readonly promptLength: number;
  readonly logits: Float32Array;
  readonly next: number;
}

const LIKELIHOOD_PLACES = 256;

/** The statistics of the true continuations, and places spread evenly over them. */
function readTexts(
  model: LanguageModel,
  texts: readonly ArrayLike<number>[],
  promptTokens: number,
  maxTokens: number,
): { readonly statistics: TuneStatistics[]; readonly places: Place[] } {
  const stride = Math.max(1, Math.ceil((texts.length * maxTokens) / LIKELIHOOD_PLACES));
  const places: Place[] = [];
  let seen = 0;
  const statistics = texts.map((text) => {
    const ids = Array.from(text).slice(0, promptTokens + maxTokens);
    const sequence = model.open();
    try {
      const [{ logits }] = model.step([{ sequence, ids: ids.slice(0, -1) }], { logits: 'all' });
      let nats = 0;
      for (let i = promptTokens; i < ids.length; i++) {
        const row = logits[i - 1];
        nats += logSumExp(row) - row[ids[i]];
        if (seen++ % stride === 0)
          places.push({ before: ids.slice(0, i), promptLength: promptTokens, logits: row, next: ids[i] });
      }
      return statisticsOf(ids.slice(promptTokens), nats);
    } finally {
      sequence.close();
    }
  });
  return { statistics, places };
}

/** The statistics of what the model writes after each prompt. */
async function write(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: ProcessorOptions,
  { maxTokens, seed, signal }: Pick<Plan, 'maxTokens' | 'seed' | 'signal'>,
): Promise<TuneStatistics[]> {
  const strategy = sampling(options);
  const texts = prompts.map((): number[] => []);
  const nats = prompts.map(() => 0);
  for await (const event of generateTokens(model, prompts, {
    strategy,
    maxTokens,
    seed,
    logprobs: 0,
    signal,
  })) {
    if (event.type !== 'token') continue;
    texts[event.index].push(event.id);
    nats[event.index] -= event.logprob ?? 0;
  }
  return texts.map((ids, i) => statisticsOf(ids, nats[i]));
}

function statisticsOf(ids: readonly number[], nats: number): TuneStatistics {
  return {
    repetition: seqRep(ids, 4),
    diversity: 1 - seqRep(ids, 1),
    surprise: nats / Math.LN2 / Math.max(1, ids.length),
  };
}

/** Short texts hardly differ in repetition; a difference below this is no difference. */
const LEAST_DEVIATION = 0.02;

function summarize(texts: readonly TuneStatistics[]): {
  readonly means: TuneStatistics;
  readonly deviations: TuneStatistics;
} {
  const mean = (of: (text: TuneStatistics) => number) =>
    texts.reduce((sum, text) => sum + of(text), 0) / texts.length;
  const both = (name: keyof TuneStatistics) => {
    const center = mean((text) => text[name]);
    const deviation = Math.sqrt(mean((text) => (text[name] - center) ** 2));
    return { center, deviation: Math.max(LEAST_DEVIATION, deviation) };
  };
  const [repetition, diversity, surprise] = [both('repetition'), both('diversity'), both('surprise')];
  return {
    means: { repetition: repetition.center, diversity: diversity.center, surprise: surprise.center },
    deviations: {
      repetition: repetition.deviation,
      diversity: diversity.deviation,
      surprise: surprise.deviation,
    },
  };
}

/** How much of the model's own distribution is mixed in. */
const OWN_SHARE = 0.1;

/** Bits a token by which the text is less likely under the candidate, mixed as said, than under the model. */
function lostBits(places: readonly Place[], options: ProcessorOptions): number {
  const isGreedy = options.temperature === 0;
  const processors = collectProcessors(options);
  let bits = 0;
  for (const { before, promptLength, logits, next } of places) {
    const own = Math.exp(logits[next] - logSumExp(logits));
    const row = logits.slice();
    const history = createHistory(before, promptLength, { eosIds: new Set() });
    for (const process of processors) process(row, history);
    const isGreatest = row.every((logit) => logit <= row[next]);
    const processed = isGreedy ? Number(isGreatest) : Math.exp(row[next] - logSumExp(row));
    bits += Math.log2(own) - Math.log2((1 - OWN_SHARE) * processed + OWN_SHARE * own);
  }
  return bits / places.length;
}
