/**
 * Distillation: a student learns what a teacher makes of a text, not the text alone. Shapes: R rows of logits (places in
 * text), V = vocabulary, B sequences of T places with states of width D (the teacher's: E).
 */

import { type Initializer, initialize, linearSpec, normalInit } from '../nn/index.ts';
import { createRng, type Rng } from '../rng.ts';
import {
  add,
  affine,
  cast,
  crossEntropy,
  div,
  exp,
  fromArray,
  linear,
  logSoftmax,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  withRecording,
} from '../tensor/index.ts';

/** What is learned of a teacher: its probabilities, its hidden states, the texts that it writes. */
export type DistillationWay = 'logits' | 'hidden' | 'sequence';

export interface DistillationOptions {
  readonly ways: readonly DistillationWay[];
  /** Of the loss the part that is the teacher's (`logits`), and of the batches the part that it writes (`sequence`). */
  readonly share: number;
  /** By which both models' logits are divided. */
  readonly temperature: number;
  readonly seed: number;
}

/** Tokens of a step as flat rows. A target of −1 counts for nothing. */
export interface TokenRows {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  readonly batchSize: number;
  readonly contextLength: number;
}

/** What a model makes of ids i32 [B, T]. */
export interface Reading {
  /** What enters the first block, then what each block hands on: [B, T, D]. */
  readonly states: readonly Tensor[];
  /** [B·T, V], made when asked for. */
  logits(): Tensor;
  /** Mean cross-entropy against targets i32 [B, T]; need not make the logits. */
  likelihood(targets: Tensor): Tensor;
}

interface Sizes {
  readonly layers: number;
  readonly width: number;
}

export interface Student<Params> extends Sizes {
  read(params: Params, ids: Tensor, dropoutSeed: number | undefined): Reading;
}

export interface Teacher extends Sizes {
  read(ids: Tensor): Pick<Reading, 'states' | 'logits'>;
  /** Writes each text on until it has `length` tokens. */
  continueTexts(texts: readonly Int32Array[], length: number, rng: Rng): readonly Int32Array[];
}

/** What is trained beside the student: for each of its states a matrix [E, D]. */
export interface DistillationMaps {
  readonly maps: readonly { readonly weight: Tensor }[];
}

/**
 * T²·KL(teacher ‖ student) of softmax(logits / T), in nats, mean over rows with a target (Hinton et al. 2015,
 * arXiv:1503.02531, §2). Logits [R, V], targets i32 [R]; the teacher's are constant.
 */
export function softTargetLoss(
  student: Tensor,
  teacher: Tensor,
  targets: Tensor,
  temperature: number,
): Tensor {
  const logOf = (logits: Tensor): Tensor => logSoftmax(affine(logits, 1 / temperature, 0));
  const { p, logP } = withRecording(false, () => {
    const logP = logOf(teacher);
    return { p: exp(logP), logP };
  });
  const rows = sum(mul(p, sub(logP, logOf(student))), { axis: -1 });
  const { mask, count } = countedRows(targets, student);
  return affine(sum(mul(rows, mask)), temperature ** 2 / count, 0);
}

/**
 * Σ|W·s − t|² / Σ|t|² over places with a target, mean over the student's states: hidden states as TinyBERT matches them
 * (Jiao et al. 2020, arXiv:1909.10351), each layer measured by the size of what it has to be. The states of fewer layers lie
 * evenly among the teacher's. Without maps both have one width.
 */
export function hiddenStateLoss(
  student: readonly Tensor[],
  teacher: readonly Tensor[],
  targets: Tensor,
  maps?: DistillationMaps['maps'],
): Tensor {
  const { mask } = countedRows(targets, student[0]);
  const places = reshape(mask, [...student[0].shape.slice(0, -1), 1]);
  const losses = student.map((state, i) => {
    const wanted = teacher[Math.round((i * (teacher.length - 1)) / (student.length - 1))];
    const size = withRecording(false, () => sum(mul(square(wanted), places)));
    const away = sub(maps ? linear(state, maps[i].weight) : state, wanted);
    return div(sum(mul(square(away), places)), size);
  });
  return affine(losses.reduce(add), 1 / losses.length, 0);
}

/** 1 for rows with a target, in the type of `like`; and how many there are. */
function countedRows(targets: Tensor, like: Tensor): { readonly mask: Tensor; readonly count: number } {
  const counted = Float32Array.from(targets.data as Int32Array, (id) => (id < 0 ? 0 : 1));
  return {
    mask: cast(fromArray<'f32'>(counted, [counted.length], 'f32'), like.dtype),
    count: Math.max(
      1,
      counted.reduce((sum, one) => sum + one, 0),
    ),
  };
}

/** Parameters that are trained beside a student: none where no state has to change its width. */
export function distillationMaps(
  student: Sizes,
  teacher: Sizes,
  { ways, seed }: DistillationOptions,
): DistillationMaps | undefined {
  if (!ways.includes('hidden') || student.width === teacher.width) return undefined;
  const init: Initializer = normalInit(1 / Math.sqrt(student.width));
  const specs = Array.from({ length: student.layers + 1 }, () =>
    linearSpec(student.width, teacher.width, { init }),
  );
  return { maps: initialize(specs, createRng(seed).split('maps')) };
}

/** Of each row so much is the text's; the teacher writes the rest (`sequence`). */
const PREFIX_SHARE = 1 / 4;

/**
 * The loss of batch number `index` for a student under a teacher: (1 − share)·cross-entropy + share·`softTargetLoss`,
 * `hiddenStateLoss` beside it, and a share of batches that the teacher wrote (Kim & Rush 2016, arXiv:1606.07947, here drawn
 * from the teacher, not searched for: the likeliest texts repeat themselves).
 */
export function distilledLoss<Params>(
  student: Student<Params>,
  teacher: Teacher,
  { ways, share, temperature, seed }: DistillationOptions,
) {
  const root = createRng(seed).split('distillation');
  const [soft, states, sequence] = (['logits', 'hidden', 'sequence'] as const).map((way) =>
    ways.includes(way),
  );
  return (
    params: Params & { readonly training?: DistillationMaps },
    batch: TokenRows,
    index: number,
    dropoutSeed?: number,
  ): Tensor => {
    const rng = root.split(index);
    const rows = sequence && rng.uniform() < share ? writtenBy(teacher, batch, rng) : batch;
    const shape = [rows.batchSize, rows.contextLength];
    const integers = (values: Int32Array, as: readonly number[]): Tensor =>
      fromArray<'i32'>(values as Int32Array<ArrayBuffer>, as, 'i32');
    const ids = integers(rows.inputs, shape);
    const targets = integers(rows.targets, [rows.targets.length]);
    const taught = soft || states ? withRecording(false, () => teacher.read(ids)) : undefined;
    const own = student.read(params, ids, dropoutSeed);
    const losses: Tensor[] = [];
    if (soft) {
      const logits = own.logits();
      const known = withRecording(false, () => taught!.logits());
      losses.push(affine(crossEntropy(logits, targets), 1 - share, 0));
      losses.push(affine(softTargetLoss(logits, known, targets, temperature), share, 0));
    } else losses.push(own.likelihood(integers(rows.targets, shape)));
    if (states) losses.push(hiddenStateLoss(own.states, taught!.states, targets, params.training?.maps));
    return losses.reduce(add);
  };
}

/** The beginnings of a batch's rows, as the teacher goes on with them; what is not its own is no target. */
function writtenBy(teacher: Teacher, { inputs, batchSize, contextLength }: TokenRows, rng: Rng): TokenRows {
  const prefixLength = Math.ceil(contextLength * PREFIX_SHARE);
  const prefixes = Array.from({ length: batchSize }, (_, row) =>
    inputs.slice(row * contextLength, row * contextLength + prefixLength),
  );
  const written = { inputs: new Int32Array(inputs.length), targets: new Int32Array(inputs.length) };
  teacher.continueTexts(prefixes, contextLength + 1, rng).forEach((text, row) => {
    const at = row * contextLength;
    written.inputs.set(text.subarray(0, -1), at);
    written.targets.set(text.subarray(1), at);
    written.targets.fill(-1, at, at + prefixLength - 1);
  });
  return { ...written, batchSize, contextLength };
}
