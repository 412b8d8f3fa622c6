/** One tuning of a decoder that is there: what of it is trained, or which adapter, in the loop that all trainings share. */

import {
  type Adapter,
  type AdapterMethod,
  type AdapterParams,
  ia3,
  lora,
  selectParams,
  withAdapter,
  withParams,
} from '../adapt/index.ts';
import { blocksKeptAs, type DecoderConfig, type DecoderParams } from '../models/index.ts';
import { countParameters } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import type { TextDocument } from '../types.ts';
import type { Tuning } from './runs.ts';
import {
  decoderLesson,
  evaluationRows,
  heldOutLoss,
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
  lossOn(documents: readonly TextDocument[]): Promise<() => Promise<number>>;
}

/** Tokenizes, makes what is trained, opens (or resumes) the run. `full` changes `params` themselves. */
export async function prepareTuning(
  options: TrainingOptions,
  params: DecoderParams,
  tuning: Tuning,
): Promise<OpenTuning> {
  const { method, weights } = tuning;
  if (method === 'full') return prepareWhole(options, params, tuning);
  return prepareAdapter(options, weights ? blocksKeptAs(weights, params) : params, { ...tuning, method });
}

function prepareWhole(options: TrainingOptions, params: DecoderParams, tuning: Tuning): Promise<OpenTuning> {
  const { trained, frozen } = selectParams(params, tuning);
  return openTuning(options, params, { trained, frozen, inModel: (flat) => withParams(params, flat) });
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
}

async function openTuning<Trained>(
  options: TrainingOptions,
  params: DecoderParams,
  { trained, frozen, inModel }: Part<Trained>,
): Promise<OpenTuning> {
  const { trainTokens, lesson: whole } = await decoderLesson(options);
  const { fromFile: _, cured: __, ...rest } = whole;
  const lesson: Lesson<DecoderConfig, Trained> = {
    ...rest,
    frozen,
    begin: () => trained,
    fromFile: () => trained,
    loss: (own, batch, dropoutSeed) => whole.loss(inModel(own), batch, dropoutSeed),
  };
  const training = await openTraining(options, trainTokens, lesson);
  const { tokenizer, signal, recipe } = options;
  const lossIn = (rows: typeof lesson.evaluation) =>
    heldOutLoss(trained, rows, lesson.loss, recipe.precision);
  return {
    training,
    trained: countParameters(trained),
    parameters: countParameters(params),
    heldOutLoss: () => lossIn(lesson.evaluation),
    async lossOn(documents) {
      const { tokens } = await heldOutTokens(documents, tokenizer, signal);
      const rows = evaluationRows(tokens, lesson.config.contextLength, tokenizer);
      return () => lossIn(rows);
    },
  };
}
