/**
 * Cures of repetition as losses: a cure changes how a batch is read, adds a term to the likelihood, or now and then takes
 * its place. Several can be combined. Everything random is drawn by the number of the batch: a resumed run goes on
 * identically. The model is a set of functions; the trainer is the same as without cures.
 */

import type { Batch } from '../data/index.ts';
import { createRng, type Rng } from '../rng.ts';
import { add, crossEntropy, fromArray, reshape, type Tensor } from '../tensor/index.ts';
import { createCure, parseCures } from './cure-spec.ts';

/** How a pass reads its tokens. */
export interface Reading {
  readonly inputs: Int32Array;
  readonly dropoutSeed?: number;
  /** Changes the embedded tokens [B, T, D]. */
  readonly embed?: (x: Tensor) => Tensor;
  /** Keys that no query of a layer sees: [B, T], 1 where hidden. */
  readonly hiddenKeys?: (layer: number) => Tensor | undefined;
}

/** A language model as a cure sees it. */
export interface CurableModel<Params> {
  readonly layers: number;
  readonly contextLength: number;
  /** ids i32 [B, T] → last hidden states [B, T, D]. */
  hidden(params: Params, ids: Tensor, reading: Omit<Reading, 'inputs'>): Tensor;
  /** hidden [..., D] → logits [..., V]. */
  logits(params: Params, hidden: Tensor): Tensor;
  /** Mean cross-entropy of hidden [B, T, D] against targets i32 [B, T]; need not make the logits. */
  likelihood(params: Params, hidden: Tensor, targets: Tensor): Tensor;
  /** The likeliest `tokens` tokens after each prefix (all of one length), one at a time. */
  continueGreedily(
    params: Params,
    prefixIds: readonly Int32Array[],
    tokens: number,
  ): readonly ArrayLike<number>[];
  /** Whether a sentence ends with this token. */
  endsSentence(id: number): boolean;
}

/** One reading of a batch and what came of it. Logits are made when first asked for, [places, V]. */
export interface Pass {
  readonly batch: Batch;
  /** i32 [places]; −1 counts for nothing. */
  readonly targets: Tensor;
  /** How many places have a target. */
  readonly count: number;
  /** [B, T, D]. */
  readonly hidden: Tensor;
  logits(): Tensor;
}

/** Reads another batch than the one at hand. */
export interface Reader {
  /** Largest sequence in tokens. */
  readonly contextLength: number;
  pass(batch: Batch): Pass;
  continueGreedily(prefixIds: readonly Int32Array[], tokens: number): readonly ArrayLike<number>[];
  endsSentence(id: number): boolean;
}

/** A cure: any of four ways to act. */
export interface Cure {
  readonly read?: (reading: Reading, batch: Batch, rng: Rng, layers: number) => Reading;
  /** Changes the logits whose likelihood is trained. */
  readonly scale?: (logits: Tensor, batch: Batch) => Tensor;
  /** A loss beside the likelihood, in nats per target. */
  readonly term?: (pass: Pass) => Tensor;
  /** Takes the likelihood's place with this probability per batch; `undefined`: nothing to learn from in this one. */
  readonly instead?: {
    readonly rate: number;
    readonly loss: (reader: Reader, batch: Batch, rng: Rng) => Tensor | undefined;
  };
}

export interface CuredLoss<Params> {
  /** Mean loss of batch number `index`; `dropoutSeed` turns dropout on. */
  (params: Params, batch: Batch, index: number, dropoutSeed?: number): Tensor;
  /** Whether batches have losses of several kinds, so that one says nothing about the next. */
  readonly isMixed: boolean;
}

/**
 * The loss of training with cures: `unlikelihood:1`, `scalegrad:0.2`, several joined by `+`. Likelihood and terms share one
 * pass. @throws `train/cure…` for a cure that does not exist or cannot be had in this context.
 */
export function curedLoss<Params>(
  model: CurableModel<Params>,
  spec: string,
  options: { readonly seed: number },
): CuredLoss<Params> {
  const cures = parseCures(spec).map((parsed) => ({ name: parsed.name, ...createCure(parsed, model) }));
  const root = createRng(options.seed).split('cures');
  const isMixed = cures.some(({ instead }) => instead);

  const readWith = (params: Params, batch: Batch, reading: Reading) => {
    const shape = [batch.batchSize, batch.contextLength];
    const hidden = model.hidden(params, ids(reading.inputs, shape), reading);
    let logits: Tensor | undefined;
    return {
      batch,
      targets: ids(batch.targets, [batch.targets.length]),
      count: Math.max(
        1,
        batch.targets.reduce((n, id) => n + (id < 0 ? 0 : 1), 0),
      ),
      hidden,
      logits() {
        logits ??= flat(model.logits(params, hidden));
        return logits;
      },
      get hasLogits() {
        return logits !== undefined;
      },
    };
  };

  const loss = (params: Params, batch: Batch, index: number, dropoutSeed?: number): Tensor => {
    const rng = root.split(index);
    const reader: Reader = {
      contextLength: model.contextLength,
      pass: (other) => readWith(params, other, { inputs: other.inputs, dropoutSeed }),
      continueGreedily: (prefixIds, tokens) => model.continueGreedily(params, prefixIds, tokens),
      endsSentence: (id) => model.endsSentence(id),
    };
    for (const { name, instead } of cures) {
      const own = rng.split(name);
      if (!instead || own.uniform() >= instead.rate) continue;
      const found = instead.loss(reader, batch, own);
      if (found) return found;
    }
    let reading: Reading = { inputs: batch.inputs, dropoutSeed };
    for (const { name, read } of cures) {
      if (read) reading = read(reading, batch, rng.split(name), model.layers);
    }
    const scales = cures.flatMap(({ scale }) => scale ?? []);
    const pass = readWith(params, batch, reading);
    const terms = cures.flatMap(({ term }) => (term ? [term(pass)] : []));
    // The likelihood without logits in memory, unless a cure has them made anyway.
    const likelihood =
      scales.length || pass.hasLogits
        ? crossEntropy(
            scales.reduce((logits, scale) => scale(logits, batch), pass.logits()),
            pass.targets,
          )
        : model.likelihood(params, pass.hidden, ids(batch.targets, [batch.batchSize, batch.contextLength]));
    return terms.reduce(add, likelihood);
  };
  return Object.assign(loss, { isMixed });
}

const ids = (values: Int32Array, shape: readonly number[]): Tensor =>
  fromArray<'i32'>(values as Int32Array<ArrayBuffer>, shape, 'i32');

const flat = (logits: Tensor): Tensor => {
  const vocab = logits.shape.at(-1)!;
  return reshape(logits, [logits.size / vocab, vocab]);
};
