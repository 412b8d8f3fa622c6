/** One tuning of a decoder that is there: what of it is trained, or which adapter, in the loop that all trainings share. */

import {
  type Adapter,
  type AdapterMethod,
  type AdapterParams,
  type FlatParams,
  ia3,
  lora,
  selectParams,
  withAdapter,
  withParams,
} from '../adapt/index.ts';
import { type Batch, batchRows, type RowSource } from '../data/index.ts';
import { blocksKeptAs, type DecoderConfig, type DecoderParams } from '../models/index.ts';
import { countParameters } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { add } from '../tensor/index.ts';
import { type Anchor, anchorAt, consolidation } from '../train/index.ts';
import type { TextDocument } from '../types.ts';
import { heldOutLoss } from './held-out-loss.ts';
import type { Tuning } from './runs.ts';
import {
  decoderLesson,
  evaluationRows,
  heldOutTokens,
  type Lesson,
  type OpenTraining,
  openTraining,
  type TrainingOptions,
} from './training.ts';

/** A tuning that is ready to go; the run of its training is open and must be closed. */
export interface OpenTuning {
  readonly training: OpenTraining<DecoderConfig>;
  /** Numbers that are trained, and those of the model. */
  readonly trained: number;
  readonly parameters: number;
  /** What is trained, where that is an adapter. */
  readonly adapter?: Adapter;
  /** Loss on what is held out, as the model now is, in nats per token. */
  heldOutLoss(): Promise<number>;
  /** The same on other texts, each time it is asked for; they are tokenized once. */
  lossOn(documents: readonly TextDocument[]): Promise<() => Promise<MeasuredLoss>>;
}

export interface MeasuredLoss {
  /** Nats per token. */
  readonly loss: number;
  readonly bitsPerCharacter: number;
}

/** Tokenizes, makes what is trained, opens (or resumes) the run. `full` changes `params` themselves. */
export async function prepareTuning(
  options: TrainingOptions,
  params: DecoderParams,
  tuning: Tuning,
  oldTexts: readonly TextDocument[] = [],
): Promise<OpenTuning> {
  const { method, weights } = tuning;
  if (method === 'full') return prepareWhole(options, params, tuning, oldTexts);
  return prepareAdapter(options, weights ? blocksKeptAs(weights, params) : params, { ...tuning, method });
}

function prepareWhole(
  options: TrainingOptions,
  params: DecoderParams,
  tuning: Tuning,
  oldTexts: readonly TextDocument[],
): Promise<OpenTuning> {
  const { trained, frozen } = selectParams(params, tuning);
  const { ewc } = tuning;
  return openTuning(options, params, {
    ...{ trained, frozen, inModel: (flat: FlatParams) => withParams(params, flat) },
    ...(ewc !== undefined && { held: { strength: ewc, oldTexts } }),
  });
}

async function prepareAdapter(
  options: TrainingOptions,
  params: DecoderParams,
  tuning: Tuning & { readonly method: AdapterMethod },
): Promise<OpenTuning> {
  const adapter =
    tuning.method === 'lora'
      ? lora(params, tuning, createRng(options.seed).split('adapter'))
      : ia3(params, tuning);
  const inModel = (own: AdapterParams) => withAdapter(params, { ...adapter, params: own });
  return { ...(await openTuning(options, params, { trained: adapter.params, inModel })), adapter };
}

/** What is trained, and the model with it in its place. */
interface Part<Trained> extends Pick<Lesson<DecoderConfig, Trained>, 'frozen'> {
  readonly trained: Trained;
  readonly inModel: (trained: Trained) => DecoderParams;
  /** What is trained stays near where it is, where that matters to these texts. */
  readonly held?: { readonly strength: number; readonly oldTexts: readonly TextDocument[] };
}

/** Rows of old text whose gradients tell what matters to it. */
const ANCHOR_ROWS = 128;

/** What is trained as old text knows it: of each row the gradient, at the model as it lies. */
async function anchorOn<Trained>(
  trained: Trained,
  texts: readonly TextDocument[],
  { config, loss }: Pick<Lesson<DecoderConfig, Trained>, 'config' | 'loss'>,
  { tokenizer, signal }: TrainingOptions,
): Promise<Anchor> {
  const { tokens } = await heldOutTokens(texts, tokenizer, signal);
  const rows = batchRows(evaluationRows(tokens, config.contextLength, tokenizer), 1);
  const count = Math.min(ANCHOR_ROWS, rows.batchesPerEpoch!);
  return anchorAt(trained, (own, row) => loss(own, rows.at(row)), { count, signal });
}

async function openTuning<Trained>(
  options: TrainingOptions,
  params: DecoderParams,
  { trained, frozen, inModel, held }: Part<Trained>,
): Promise<OpenTuning> {
  const { trainTokens, lesson: whole } = await decoderLesson(options);
  const { fromFile: _, learned: wholeLearned, ...rest } = whole;
  const plain: Lesson<DecoderConfig, Trained> = {
    ...rest,
    frozen,
    begin: () => trained,
    fromFile: () => trained,
    loss: (own, batch, dropoutSeed) => whole.loss(inModel(own), batch, dropoutSeed),
  };
  const anchor = held && (await anchorOn(trained, held.oldTexts, plain, options));
  // Only learning is held back: what is measured is the plain loss.
  const learned: Lesson<DecoderConfig, Trained>['learned'] =
    (anchor || wholeLearned) &&
    Object.assign(
      (own: Trained, batch: Batch, index: number, dropoutSeed?: number) => {
        const loss = wholeLearned
          ? wholeLearned(inModel(own), batch, index, dropoutSeed)
          : plain.loss(own, batch, dropoutSeed);
        return anchor ? add(loss, consolidation(own, anchor, held.strength)) : loss;
      },
      { isMixed: false },
    );
  const lesson = { ...plain, ...(learned && { learned }) };
  const training = await openTraining(options, trainTokens, lesson);
  const { tokenizer, signal, recipe } = options;
  const lossIn = (rows: RowSource) => heldOutLoss(trained, rows, lesson.loss, recipe.precision);
  return {
    training,
    trained: countParameters(trained),
    parameters: countParameters(params),
    heldOutLoss: () => lesson.measure(lossIn),
    async lossOn(documents) {
      const { tokens, targets, characters } = await heldOutTokens(documents, tokenizer, signal);
      const rows = evaluationRows(tokens, lesson.config.contextLength, tokenizer);
      return async () => {
        const loss = await lossIn(rows);
        return { loss, bitsPerCharacter: (loss * targets) / characters / Math.LN2 };
      };
    },
  };
}
