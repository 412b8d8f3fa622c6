/** One tuning of a decoder that is there: what of it is trained, or which adapter, in the loop that all trainings share. */

import {
  type Adapter,
  type AdapterMethod,
  type AdapterParams,
  bottleneck,
  type FlatParams,
  ia3,
  learnedTokens,
  lora,
  type SoftPrompt,
  type SoftPromptMethod,
  selectParams,
  softPrompt,
  softPromptMethods,
  withAdapter,
  withParams,
} from '../adapt/index.ts';
import { type Batch, batchRows, type RowSource } from '../data/index.ts';
import {
  blocksKeptAs,
  checkVirtual,
  type DecoderConfig,
  type DecoderParams,
  decoderConfig,
} from '../models/index.ts';
import { countParameters, countVirtual, withVirtualTokens } from '../nn/index.ts';
import { createRng, type Rng } from '../rng.ts';
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
  /** What was trained, as it now is, where that is an adapter. */
  readonly adapter?: () => Adapter | SoftPrompt;
  /** Loss on what is held out, in nats per token. */
  heldOutLoss(of?: Measured): Promise<number>;
  /** The same on other texts, each time it is asked for; they are tokenized once. */
  lossOn(documents: readonly TextDocument[]): Promise<(of?: Measured) => Promise<MeasuredLoss>>;
}

/** The model as it now is (default), or as it lies without the adapter that is trained; where all of it is, there is no other. */
export type Measured = 'tuned' | 'base';

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
  const kept = weights ? blocksKeptAs(weights, params) : params;
  return prepareAdapter(options, kept, { ...tuning, method } as AdapterTuning);
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
  tuning: AdapterTuning,
): Promise<OpenTuning> {
  const rng = createRng(options.seed).split('adapter');
  const open = async <Trained>({ adapter, ...part }: AdapterPart<Trained>): Promise<OpenTuning> => ({
    ...(await openTuning(options, params, part)),
    adapter,
  });
  return isSoft(tuning) ? open(softPart(options, params, tuning, rng)) : open(layerPart(params, tuning, rng));
}

/** What is trained beside the model, and what comes of it. */
interface AdapterPart<Trained> extends Part<Trained> {
  readonly adapter: () => Adapter | SoftPrompt;
}

type LayerTuning = Tuning & { readonly method: AdapterMethod };
type SoftTuning = Tuning & { readonly method: SoftPromptMethod };
type AdapterTuning = LayerTuning | SoftTuning;

const isSoft = (tuning: AdapterTuning): tuning is SoftTuning =>
  (softPromptMethods as readonly string[]).includes(tuning.method);

/** What changes layers. */
function layerPart(params: DecoderParams, tuning: LayerTuning, rng: Rng): AdapterPart<AdapterParams> {
  const makers: { readonly [M in AdapterMethod]: () => Adapter } = {
    lora: () => lora(params, tuning, rng),
    ia3: () => ia3(params, tuning),
    bottleneck: () => bottleneck(params, tuning, rng),
  };
  const adapter = makers[tuning.method]();
  const inModel = (own: AdapterParams) => withAdapter(params, { ...adapter, params: own });
  return { trained: adapter.params, inModel, base: params, adapter: () => adapter };
}

/** What stands before texts. */
function softPart(
  { model, tokenizer }: TrainingOptions,
  params: DecoderParams,
  tuning: SoftTuning,
  rng: Rng,
): AdapterPart<unknown> {
  const { method, startText, ...options } = tuning;
  const shape = decoderConfig({ ...model, vocabSize: tokenizer.vocabSize });
  checkVirtual(shape);
  const startIds = startText === undefined ? undefined : tokenizer.encode(startText);
  const training = softPrompt(method, params, { ...options, startIds, shape, rng });
  return {
    trained: training.params,
    inModel: (own: unknown) => withVirtualTokens(params, training.tokensOf(own)),
    base: params,
    placesTaken: countVirtual(learnedTokens(training)),
    adapter: () => ({ method, tokens: learnedTokens(training) }),
  };
}

/** What is trained, and the model with it in its place. */
interface Part<Trained> extends Pick<Lesson<DecoderConfig, Trained>, 'frozen'> {
  readonly trained: Trained;
  readonly inModel: (trained: Trained) => DecoderParams;
  /** The model without it, where that is still there. */
  readonly base?: DecoderParams;
  /** So many places of each row are not the text's. */
  readonly placesTaken?: number;
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
  { trained, frozen, inModel, held, base, placesTaken = 0 }: Part<Trained>,
): Promise<OpenTuning> {
  const { trainTokens, lesson: whole } = await decoderLesson(options, placesTaken);
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
  const lossIn = (rows: RowSource, of: Measured = 'tuned') =>
    of === 'base' && base
      ? heldOutLoss(base, rows, whole.loss, recipe.precision)
      : heldOutLoss(trained, rows, lesson.loss, recipe.precision);
  return {
    training,
    trained: countParameters(trained),
    parameters: countParameters(params),
    heldOutLoss: (of) => lesson.measure((rows) => lossIn(rows, of)),
    async lossOn(documents) {
      const { tokens, targets, characters } = await heldOutTokens(documents, tokenizer, signal);
      const rows = evaluationRows(tokens, lesson.config.contextLength - placesTaken, tokenizer);
      return async (of) => {
        const loss = await lossIn(rows, of);
        return { loss, bitsPerCharacter: (loss * targets) / characters / Math.LN2 };
      };
    },
  };
}
