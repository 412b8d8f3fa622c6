/**
 * What stands on a trained model in place of the head that guesses tokens, so that it answers a question about a text (Devlin et al. 2019,
 * §3.2 and §4). Shapes: B texts of T tokens, D = width, C = outputs.
 */

import { type Initializer, type LinearParams, linearSpec, normalInit, runLinear } from '../nn/index.ts';
import {
  add,
  concat,
  crossEntropy,
  dropout,
  embedding,
  fromArray,
  meanSquaredError,
  mul,
  reshape,
  slice,
  sum,
  type Tensor,
  tanh,
} from '../tensor/index.ts';

/** A label, a number, a label for each word, the part of a text that answers, how alike two texts are. */
export type HeadTask = 'classify' | 'regress' | 'label' | 'span' | 'pair';

/** The state that stands for a whole text: that of its first token, of its last, or the mean of all. */
export const headPoolings = ['first', 'mean', 'last'] as const;
export type HeadPooling = (typeof headPoolings)[number];

/** Plain data, as it stands in a run's `config.json`. */
export interface HeadConfig {
  readonly task: HeadTask;
  readonly width: number;
  readonly pooling: HeadPooling;
  /** What `classify` and `label` choose from. */
  readonly labels?: readonly string[];
  /** Mean and deviation of the numbers that were learned from: the head gives them as standard scores. */
  readonly scale?: { readonly mean: number; readonly deviation: number };
  /** Of `span`: a question may have no answer. */
  readonly mayBeUnanswered?: boolean;
  /** Share of the head's inputs that is left out of a training step. */
  readonly dropout: number;
}

export interface HeadParams {
  /** tanh of a linear map before the last one, where a whole text is judged. */
  readonly transform?: LinearParams;
  readonly out: LinearParams;
}

/** Texts as tensors, padded behind their ends. */
export interface HeadBatch {
  /** i32 [B, T]. */
  readonly ids: Tensor;
  /** The real tokens of each text. */
  readonly lengths: readonly number[];
  /** i32 [B, T]: 1 for the tokens of a second text, where there is one. */
  readonly types?: Tensor;
  /** Of `label`: the places whose states get a label, counted through the batch (row · T + place). */
  readonly places: readonly number[];
  /** A class for each text; a number for each; a label for each place; where each answer starts, and where each ends. */
  readonly targets: readonly number[];
}

/** A model as heads see it: states [B, T, D] of the tokens of a batch; with a seed it drops out. */
export type StatesOf<Params> = (
  params: Params,
  batch: Pick<HeadBatch, 'ids' | 'lengths' | 'types'>,
  dropoutSeed?: number,
) => Tensor;

/** Whether one answer is about the whole text. */
export const isPooled = (task: HeadTask): boolean => task !== 'label' && task !== 'span';

const outputsOf = ({ task, labels }: HeadConfig): number =>
  task === 'span' ? 2 : isNumeric(task) ? 1 : labels!.length;

/** Whether the answer is a number. */
export const isNumeric = (task: HeadTask): boolean => task === 'regress' || task === 'pair';

/** The tree of a head's parameters. */
export function headSpec(config: HeadConfig) {
  const { task, width } = config;
  const init: Initializer = normalInit(0.02);
  return {
    ...(isPooled(task) && { transform: linearSpec(width, width, { init, bias: true }) }),
    out: linearSpec(width, outputsOf(config), { init, bias: true }),
  };
}

/**
 * What the head says of states [B, T, D]: logits [B, C] of a whole text, [places, C] of words, [2·B, T] of where answers start and then of
 * where they end, in no padding.
 */
export function runHead(
  head: HeadParams,
  { task, pooling, dropout: rate }: HeadConfig,
  states: Tensor,
  { lengths, places }: Pick<HeadBatch, 'lengths' | 'places'>,
  dropoutSeed?: number,
): Tensor {
  const [batch, length, width] = states.shape;
  const drop = (x: Tensor): Tensor =>
    rate > 0 && dropoutSeed !== undefined
      ? dropout(x, rate, { seed: dropoutSeed, stream: DROPOUT_STREAM })
      : x;
  if (task === 'label') {
    const words = embedding(reshape(states, [batch * length, width]), wholeNumbers(places));
    return runLinear(head.out, drop(words));
  }
  if (task === 'span') {
    const both = runLinear(head.out, drop(states));
    const padding = paddingScores(lengths, length);
    const side = (i: number): Tensor => add(reshape(slice(both, 2, i, i + 1), [batch, length]), padding);
    return concat([side(0), side(1)], 0);
  }
  const pooled = poolStates(states, lengths, pooling);
  return runLinear(head.out, drop(tanh(runLinear(head.transform!, pooled))));
}

/** A stream of random numbers that no layer of a model has. */
const DROPOUT_STREAM = 1_000_003;

const wholeNumbers = (values: readonly number[]): Tensor<'i32'> =>
  fromArray<'i32'>(Int32Array.from(values), [values.length], 'i32');

/** −10⁴ at padding, which leaves it no probability; 0 elsewhere: [B, T]. */
function paddingScores(lengths: readonly number[], length: number): Tensor {
  const scores = new Float32Array(lengths.length * length);
  lengths.forEach((end, row) => {
    scores.fill(-1e4, row * length + end, (row + 1) * length);
  });
  return fromArray<'f32'>(scores, [lengths.length, length], 'f32');
}

/** One state for each text: [B, T, D] → [B, D]. */
function poolStates(states: Tensor, lengths: readonly number[], pooling: HeadPooling): Tensor {
  const [batch, length, width] = states.shape;
  if (pooling === 'mean') {
    const shares = new Float32Array(batch * length);
    lengths.forEach((end, row) => {
      shares.fill(1 / end, row * length, row * length + end);
    });
    return sum(mul(states, fromArray<'f32'>(shares, [batch, length, 1], 'f32')), { axis: 1 });
  }
  const places = lengths.map((end, row) => row * length + (pooling === 'last' ? end - 1 : 0));
  return embedding(reshape(states, [batch * length, width]), wholeNumbers(places));
}

/** How wrong the head is: mean cross-entropy in nats, of numbers the mean squared error. */
export function headLoss(
  logits: Tensor,
  { task }: HeadConfig,
  { targets }: Pick<HeadBatch, 'targets'>,
): Tensor {
  if (!isNumeric(task)) return crossEntropy(logits, wholeNumbers(targets));
  const numbers = fromArray<'f32'>(Float32Array.from(targets), [targets.length], 'f32');
  return meanSquaredError(reshape(logits, [targets.length]), numbers);
}
