/** One training of an encoder–decoder from pairs of texts to a saved run. */

import {
  type Batch,
  batchRows,
  countCharacters,
  PADDING,
  pairRows,
  type TokenCorpus,
  type TokenPair,
  tokenizeDocuments,
} from '../data/index.ts';
import {
  type EncoderDecoderConfig,
  type EncoderDecoderParams,
  encoderDecoderConfig,
  encoderDecoderFromFile,
  initEncoderDecoder,
  type PairBatch,
  pairLoss,
} from '../models/index.ts';
import { createRng } from '../rng.ts';
import { backend, fromArray, type Tensor } from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import type { TextPair } from './pairs.ts';
import type { PairShape } from './recipe.ts';
import { type OpenTraining, openTraining, type TrainingOptions } from './training.ts';

export type PairTrainingOptions = Omit<TrainingOptions<PairShape>, 'corpus'> & {
  readonly corpus: { readonly train: readonly TextPair[]; readonly heldOut: readonly TextPair[] };
};

export type PairTraining = OpenTraining<EncoderDecoderConfig, EncoderDecoderParams> & {
  /** Pairs that do not fit the context and are not learnt from. */
  readonly passedOver: number;
};

/** At most so many held-out pairs are looked at; few without the fast kernels. */
const heldOutLimit = (): number => (backend().path === 'typescript' ? 32 : 1000);

/** Tokenizes, makes the model, opens (or resumes) the run. @throws where the tokenizer has no end token, or too few pairs fit */
export async function preparePairTraining(options: PairTrainingOptions): Promise<PairTraining> {
  const { tokenizer, recipe, seed, corpus } = options;
  const { eosId } = tokenizer;
  if (eosId === undefined) throw fail('cli/pair-end', {});
  const config = encoderDecoderConfig({ ...options.model, vocabSize: tokenizer.vocabSize, startId: eosId });
  const { sourceLength, contextLength: targetLength } = config;
  const fits = ({ source, target }: TokenPair): boolean =>
    source.length <= sourceLength && target.length <= targetLength;
  const learnt = await tokensOf(corpus.train, tokenizer, options.signal);
  const train = learnt.pairs.filter(fits);
  const heldOut = await tokensOf(corpus.heldOut.slice(0, heldOutLimit()), tokenizer, options.signal);
  const measured = heldOut.pairs.filter(fits).sort((a, b) => a.target.length - b.target.length);
  const least = recipe.batchSize;
  if (train.length < least || measured.length === 0) {
    throw fail('cli/few-pairs', { source: options.source, pairs: train.length, least });
  }
  const sizes = { sourceLength, targetLength, startId: eosId };
  const rows = pairRows({ ...sizes, pairs: train, shuffled: { seed, batchSize: recipe.batchSize } });
  const evaluation = pairRows({ ...sizes, pairs: measured });
  const lengths = train.reduce((sum, { source, target }) => sum + source.length + target.length, 0);
  const tensorsOf = (batch: Batch) => pairTensors(batch, sourceLength);
  const { labelSmoothing: smoothing } = recipe;
  const smoothed = (p: EncoderDecoderParams, batch: Batch, _: number, dropoutSeed?: number): Tensor =>
    pairLoss(p, config, { ...tensorsOf(batch), dropoutSeed }, { smoothing });
  const targets = measured.reduce((sum, { target }) => sum + target.length, 0);
  // The end of a text counts as a character.
  const characters = measured.reduce(
    (sum, { target }) => sum + 1 + countCharacters(tokenizer.decode(Array.from(target))),
    0,
  );
  const texts = { train: corpus.train.map(whole), heldOut: corpus.heldOut.map(whole), report: '' };
  const training = await openTraining<EncoderDecoderConfig, EncoderDecoderParams>(
    { ...options, corpus: texts },
    learnt.targets,
    {
      config,
      batches: {
        ...batchRows(rows, recipe.batchSize),
        tokensPerBatch: Math.round((lengths / train.length) * recipe.batchSize),
      },
      measure: (lossOn) => lossOn(evaluation),
      begin: () => initEncoderDecoder(config, createRng(seed).split('init')),
      fromFile: (weights) => encoderDecoderFromFile(config, weights),
      loss: (p, batch, dropoutSeed) => pairLoss(p, config, { ...tensorsOf(batch), dropoutSeed }),
      learned: Object.assign(smoothed, { isMixed: false }),
      figuresOf: (loss) => ({ bitsPerCharacter: (loss * targets) / characters / Math.LN2 }),
    },
  );
  return { ...training, passedOver: corpus.train.length - train.length };
}

/** A pair as one text, for the run's record of its data. */
const whole = ({ text, target }: TextPair) => ({ text: `${text}\t${target}` });

/** Ids of both sides, each with its end; and all targets' tokens, which are what is learnt. */
async function tokensOf(
  pairs: readonly TextPair[],
  tokenizer: Tokenizer,
  signal: AbortSignal,
): Promise<{ readonly pairs: TokenPair[]; readonly targets: TokenCorpus }> {
  const sides = [pairs.map(({ text }) => ({ text })), pairs.map(({ target }) => ({ text: target }))];
  const [sources, targets] = await Promise.all(
    sides.map((side) => tokenizeDocuments(side, tokenizer, { signal })),
  );
  const of = ({ tokens, starts }: typeof sources, i: number) => tokens.subarray(starts[i], starts[i + 1]);
  return { pairs: pairs.map((_, i) => ({ source: of(sources, i), target: of(targets, i) })), targets };
}

/** Ids before the padding. */
function lengthOf(ids: Int32Array): number {
  const end = ids.indexOf(PADDING);
  return end < 0 ? ids.length : end;
}

/** A batch as tensors as wide as its longest source and target; the id that stands for padding means nothing. */
function pairTensors(batch: Batch, sourceLength: number): PairBatch {
  const { inputs, targets, batchSize, contextLength } = batch;
  const sourceLengths = new Int32Array(batchSize);
  let longest = 1;
  for (let row = 0; row < batchSize; row++) {
    const [from, middle, end] = [0, sourceLength, contextLength].map((place) => row * contextLength + place);
    sourceLengths[row] = lengthOf(inputs.subarray(from, middle));
    longest = Math.max(longest, lengthOf(inputs.subarray(middle, end)));
  }
  const part = (ids: Int32Array, start: number, width: number): Tensor => {
    const cut = new Int32Array(batchSize * width);
    for (let row = 0; row < batchSize; row++) {
      const at = row * contextLength + start;
      cut.set(ids.subarray(at, at + width), row * width);
    }
    return fromArray<'i32'>(cut, [batchSize, width], 'i32');
  };
  const known = inputs.map((id) => (id === PADDING ? 0 : id));
  return {
    source: part(known, 0, Math.max(...sourceLengths)),
    sourceLengths,
    ids: part(known, sourceLength, longest),
    targets: part(targets, sourceLength, longest),
  };
}
