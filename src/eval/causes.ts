/** All that is measured about why a model repeats itself, in one object. */

import { auditRepetition, type Ids, type PredictionRepeats, predictionRepeats } from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import { type Anisotropy, anisotropy } from './anisotropy.ts';
import type { CorpusRepeats } from './corpus-repeats.ts';
import type { EntropyCollapse, EntropyPlace } from './entropy.ts';
import { type InductionReport, inductionHeads } from './induction-heads.ts';
import { sentencesOf } from './lab-prompts.ts';
import type { ReadText } from './read-texts.ts';
import { type Recall, recallPassages } from './recall.ts';
import { type Reinforcement, selfReinforcement } from './self-reinforcement.ts';

export interface Causes {
  readonly learning: Learning;
  readonly reinforcement: {
    /** Sentences of people, sentences that the model wrote, and random tokens; empty where none was long enough. */
    readonly people: readonly Reinforcement[];
    readonly own: readonly Reinforcement[];
    readonly random: readonly Reinforcement[];
  };
  readonly entropy: {
    readonly people: readonly EntropyPlace[];
    readonly greedy: readonly EntropyPlace[];
    readonly sampled: readonly EntropyPlace[];
    /** None where no greedy text ends in a loop. */
    readonly collapse?: EntropyCollapse;
  };
  readonly induction?: InductionReport;
  readonly corpus: CorpusRepeats;
  /** Passages that the training texts repeat, and sentences that the model has never seen. */
  readonly recall: { readonly repeats: Recall; readonly unseen: Recall };
  readonly beams: readonly BeamWidth[];
  /** None for a model that gives no hidden states. */
  readonly anisotropy?: Anisotropy;
}

/** What training by likelihood has taught, measured where people's text goes on. */
export interface Learning extends PredictionRepeats {
  /** Mean loss in nats per token, and that of a model that knows only how frequent each token is. */
  readonly loss: number;
  readonly unigramLoss: number;
  /** Share of the tokens that it expected most. */
  readonly accuracy: number;
  readonly tokens: number;
}

/** Repetition as beams get wider. */
export interface BeamWidth {
  readonly width: number;
  /** Mean share of repeated 4-grams, share of texts that are stuck, mean log-probability of a token. */
  readonly seqRep4: number;
  readonly stuck: number;
  readonly logprob: number;
}

/** The predictions of a model in people's texts, from `starts[i]` on; frequencies come from `training`. */
export function measureLearning(
  texts: readonly ReadText[],
  starts: readonly number[],
  training: readonly Ids[],
  vocabSize: number,
): Learning {
  const counts = new Map<number, number>();
  let total = 0;
  for (const ids of training) {
    total += ids.length;
    for (let i = 0; i < ids.length; i++) counts.set(ids[i], (counts.get(ids[i]) ?? 0) + 1);
  }
  const predictions: number[] = [];
  const targets: number[] = [];
  let [loss, unigramLoss, hits] = [0, 0, 0];
  texts.forEach((text, i) => {
    for (let at = Math.max(starts[i] - 1, 0); at < text.logprobs.length; at++) {
      const target = text.ids[at + 1];
      predictions.push(text.predictions[at]);
      targets.push(target);
      loss -= text.logprobs[at];
      // Add-one smoothing: a token that training never had is rare, not impossible.
      unigramLoss -= Math.log(((counts.get(target) ?? 0) + 1) / (total + vocabSize));
      if (text.predictions[at] === target) hits++;
    }
  });
  const tokens = Math.max(targets.length, 1);
  return {
    ...predictionRepeats(predictions, targets),
    loss: loss / tokens,
    unigramLoss: unigramLoss / tokens,
    accuracy: hits / tokens,
    tokens: targets.length,
  };
}

/** What the measurements have in common. */
export interface CauseTask {
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly heldOut: readonly string[];
  /** Read before each text. */
  readonly prefixIds: readonly number[];
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** How often sentences are said: as often as the context holds enough of them. */
const REPETITIONS = [8, 6, 4, 3];
const ENOUGH_SENTENCES = 4;
const MOST_SENTENCES = 12;

/** The curves of sentences that fit into the context many times: people's, the model's own, and as long ones of random tokens. */
export async function measureReinforcement(
  { model, tokenizer, heldOut, prefixIds, seed, signal }: CauseTask,
  own: readonly string[],
): Promise<Causes['reinforcement']> {
  const room = model.contextLength - prefixIds.length;
  const usable = (texts: readonly string[], repetitions: number): number[][] => {
    const longest = Math.floor(room / repetitions);
    const found: number[][] = [];
    for (const sentence of new Set(texts.flatMap(sentencesOf))) {
      const ids = tokenizer.encode(sentence);
      if (ids.length >= Math.min(4, longest) && ids.length <= longest) found.push(ids);
      if (found.length === MOST_SENTENCES) break;
    }
    return found;
  };
  const some = heldOut.slice(0, 100);
  const repetitions =
    REPETITIONS.find((times) => usable(some, times).length >= ENOUGH_SENTENCES) ?? REPETITIONS.at(-1)!;
  const people = usable(some, repetitions);
  const rng = createRng(seed);
  const pool = some.flatMap((text) => tokenizer.encode(text));
  const random = people.map((ids) => ids.map(() => pool[rng.integer(pool.length)]));
  const curve = async (sentences: readonly number[][]): Promise<Reinforcement[]> =>
    sentences.length === 0
      ? []
      : selfReinforcement(model, sentences, { prefix: prefixIds, repetitions, signal });
  return {
    people: await curve(people),
    own: await curve(usable(own, repetitions)),
    random: await curve(random),
  };
}

/** How many of the passages that the training texts repeat most the model knows by heart, beside sentences held out. */
export async function measureRecall(
  { model, tokenizer, heldOut, prefixIds: prefix, signal }: CauseTask,
  training: readonly string[],
): Promise<Causes['recall']> {
  const { lines, phrases } = auditRepetition(training);
  const repeated = [...lines.worst, ...phrases.worst].map(({ text }) => text);
  const unseen = heldOut.slice(0, 100).flatMap(sentencesOf).slice(0, 50);
  const recallOf = (texts: readonly string[]): Promise<Recall> =>
    recallPassages(
      model,
      [...new Set(texts)].map((text) => tokenizer.encode(text)),
      { prefix, signal },
    );
  return { repeats: await recallOf(repeated), unseen: await recallOf(unseen) };
}

/** Induction heads on tokens that training has; nothing where the context is too short. */
export async function measureInduction(
  { model, prefixIds: prefix, seed, signal }: CauseTask,
  training: readonly Ids[],
): Promise<Pick<Causes, 'induction'>> {
  const tokens = training.slice(0, 200).flatMap((ids) => Array.from(ids));
  if (new Set(tokens).size < 2 || model.contextLength < prefix.length + 4) return {};
  return { induction: await inductionHeads(model, { tokens, prefix, seed, signal }) };
}

const MOST_TEXTS = 32;

/** Anisotropy over some texts; nothing for a model without hidden states. */
export async function measureAnisotropy(
  model: LanguageModel,
  texts: readonly Ids[],
  signal: AbortSignal | undefined,
): Promise<Pick<Causes, 'anisotropy'>> {
  const usable = texts.filter(({ length }) => length > 1).slice(0, MOST_TEXTS);
  return givesHidden(model) && usable.length > 0
    ? { anisotropy: await anisotropy(model, usable, { signal }) }
    : {};
}

function givesHidden(model: LanguageModel): boolean {
  const sequence = model.open();
  const [{ hidden }] = model.step([{ sequence, ids: [0] }], { hidden: true });
  sequence.close();
  return hidden !== undefined;
}
