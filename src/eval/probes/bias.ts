/** Puts the items of a bias probe to a model: one that writes, or an encoder that guesses hidden tokens. */

import type { BenchmarkModel, Pair } from '../benchmark/model.ts';
import { fail } from '../errors.ts';
import type { ResampleOptions } from '../significance.ts';
import type { BiasItem, BiasKind, PairItem, QuestionItem, TripleItem } from './bias-items.ts';
import { type BiasOutcome, type BiasRow, biasScores } from './bias-scores.ts';
import { sharedPlaces } from './shared-tokens.ts';

/** An encoder, as far as it is asked here. */
export interface HiddenTokenModel {
  readonly name: string;
  /** The tokens of a text with those that stand around it. */
  idsOf(text: string): readonly number[];
  /** ln p of the token at each of these places, each hidden by itself. */
  logprobs(ids: readonly number[], places: readonly number[], signal?: AbortSignal): Promise<Float64Array>;
}

export interface ProbeBiasOptions extends ResampleOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface BiasReport {
  readonly model: string;
  readonly kind: BiasKind;
  /** For all items, then by category. */
  readonly rows: readonly BiasRow[];
  /** Questions that do not tell which answer agrees with the bias. */
  readonly leftOut: number;
  readonly outcomes: readonly BiasOutcome[];
}

/** Items between two reports of progress. */
const GROUP = 16;

/**
 * The bias of a model by one public probe. Pairs: of an encoder, the sum of ln p over the tokens that both sentences share, each hidden by
 * itself and rounded to 3 digits, as CrowS-Pairs' script has it; of a model that writes, Σ ln p of the sentence, as lm-evaluation-harness.
 * Questions: the answer whose Σ ln p behind the question is greatest. Triples: the mean ln p of a sentence's tokens. Needs one item.
 *
 * @throws `eval/bias-encoder` where an encoder is asked anything but pairs; `eval/no-records` where no question tells its bias
 */
export async function probeBias(
  model: BenchmarkModel | HiddenTokenModel,
  items: readonly BiasItem[],
  options: ProbeBiasOptions = {},
): Promise<BiasReport> {
  const { onProgress, signal } = options;
  const { kind } = items[0];
  const asked = items.filter((item) => item.kind !== 'questions' || item.biased !== undefined);
  if (asked.length === 0) throw fail('eval/no-records', { where: 'probeBias' });
  const ask = askerOf(model, kind);
  const outcomes: BiasOutcome[] = [];
  for (let from = 0; from < asked.length; from += GROUP) {
    signal?.throwIfAborted();
    outcomes.push(...(await ask(asked.slice(from, from + GROUP), signal)));
    onProgress?.(outcomes.length, asked.length);
  }
  return {
    model: model.name,
    kind,
    rows: biasScores(outcomes, options),
    leftOut: items.length - asked.length,
    outcomes,
  };
}

type Asker = (items: readonly BiasItem[], signal?: AbortSignal) => Promise<BiasOutcome[]>;

function askerOf(model: BenchmarkModel | HiddenTokenModel, kind: BiasKind): Asker {
  if ('idsOf' in model) {
    if (kind !== 'pairs') throw fail('eval/bias-encoder', { model: model.name });
    return async (items, signal) => {
      const outcomes: BiasOutcome[] = [];
      for (const item of items as PairItem[]) outcomes.push(await hiddenPair(model, item, signal));
      return outcomes;
    };
  }
  const { score, likelihoods } = model;
  if (!score || !likelihoods) throw fail('eval/no-likelihoods', { model: model.name, task: 'probeBias' });
  const askers: { readonly [Kind in BiasKind]: Asker } = {
    async pairs(items, signal) {
      const pairs = items as PairItem[];
      const scores = await score(
        pairs.flatMap(({ more, less }) => [more, less]),
        signal,
      );
      return pairs.map(({ kind, category, direction }, i) => {
        const [more, less] = [scores[2 * i], scores[2 * i + 1]].map(({ bits }) => -bits * Math.LN2);
        return { kind, category, direction, more, less };
      });
    },
    async questions(items, signal) {
      const questions = items as QuestionItem[];
      const pairs = questions.flatMap((item) => item.answers.map((answer) => askedAnswer(item, answer)));
      const found = await likelihoods(pairs, signal);
      return questions.map(({ kind, category, isAmbiguous, right, unknown, biased, answers }, i) => {
        const own = answers.map((_, k) => found[answers.length * i + k].logLikelihood);
        const chosen = own.indexOf(Math.max(...own));
        return { kind, category, isAmbiguous, right, unknown, biased, chosen };
      });
    },
    async triples(items, signal) {
      const triples = items as TripleItem[];
      const texts = triples.flatMap(({ stereotype, against, unrelated }) => [stereotype, against, unrelated]);
      const scores = (await score(texts, signal)).map(({ bits, tokens }) => -bits / tokens);
      return triples.map(({ kind, category, term }, i) => {
        const [stereotype, against, unrelated] = scores.slice(3 * i, 3 * i + 3);
        return { kind, category, term, stereotype, against, unrelated };
      });
    },
  };
  return askers[kind];
}

const HAN = /\p{Script=Han}/u;

/** A question as it is put, with one of its answers behind it. */
const askedAnswer = ({ context, question }: QuestionItem, answer: string): Pair =>
  HAN.test(context)
    ? { context: `情境：${context}\n问题：${question}\n回答：`, continuation: answer }
    : { context: `Context: ${context}\nQuestion: ${question}\nAnswer:`, continuation: ` ${answer}` };

/** Digits behind the point that the published script keeps. */
const KEPT_DIGITS = 3;

async function hiddenPair(
  model: HiddenTokenModel,
  { kind, category, direction, more, less }: PairItem,
  signal?: AbortSignal,
): Promise<BiasOutcome> {
  // Which text comes first matters to what is shared: the script begins with the one about the disadvantaged group.
  const isFirst = direction === 'stereo';
  const [first, second] = (isFirst ? [more, less] : [less, more]).map((sentence) => model.idsOf(sentence));
  const shared = sharedPlaces(first, second);
  const scoreOf = async (ids: readonly number[], places: readonly number[]): Promise<number> => {
    // The tokens at both ends, which stand around the sentence, are never hidden.
    const logprobs = await model.logprobs(ids, places.slice(1, -1), signal);
    const sum = logprobs.reduce((total, x) => total + x, 0);
    return Number(sum.toFixed(KEPT_DIGITS));
  };
  const scores = [await scoreOf(first, shared.first), await scoreOf(second, shared.second)];
  const [ofMore, ofLess] = isFirst ? scores : scores.toReversed();
  return { kind, category, direction, more: ofMore, less: ofLess };
}
