/**
 * How far back in time the gradient of a recurrent model reaches: whether it vanishes or explodes on the way (Hochreiter 1991; Bengio
 * et al. 1994; Pascanu et al. 2013).
 */

import { crossEntropy, emptyState, type RecurrentState, runLinear, runRecurrent } from '../nn/index.ts';
import { add, affine, fromArray, grad, reshape, type Tensor, zeros } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { type CellParams, embedIds, type RecurrentParams, recurrentHead } from './recurrent.ts';
import { type CellConfig, hasCells, layerConfig, type RecurrentConfig } from './recurrent-config.ts';
import { spectralNorm, spectralRadius } from './spectral.ts';

export interface GradientReach {
  /** How many texts were looked at. */
  readonly texts: number;
  /**
   * Of every layer, from the lowest: `hidden[k]` is the length of ∂loss/∂h, h being what the layer remembers k steps before the end
   * and the loss that of the next token after the end alone; the geometric mean over the texts. At the end itself only the highest
   * layer counts. `cell[k]`: the same of an LSTM's cells.
   */
  readonly layers: readonly { readonly hidden: readonly number[]; readonly cell?: readonly number[] }[];
  /** All of them together: the length of the gradient of everything that is remembered. */
  readonly norms: readonly number[];
  /** What it is multiplied by a step on the way back, from the last state to the first: a geometric mean. */
  readonly factor: number;
  /** Of a plain RNN: the recurrent matrix of each layer. tanh makes its slope smaller still. */
  readonly spectra?: readonly { readonly radius: number; readonly norm: number }[];
}

/** @throws `model/reach-cells` of RWKV: its layers have no one state that is handed from step to step. */
export function requireCells(config: RecurrentConfig): asserts config is CellConfig {
  if (!hasCells(config)) throw fail('model/reach-cells', { cell: config.cell });
}

/**
 * Measures the gradients of the loss of each text's last token with respect to the states at all places before it. All texts have
 * equally many ids, at least 3.
 */
export function gradientReach(
  params: RecurrentParams,
  config: RecurrentConfig,
  texts: readonly ArrayLike<number>[],
): GradientReach {
  requireCells(config);
  const cells = params as CellParams;
  const length = texts[0]?.length ?? 0;
  if (length < 3 || texts.some((ids) => ids.length !== length)) {
    throw fail('model/reach-texts', { lengths: texts.map((ids) => ids.length) });
  }
  const [steps, batch] = [length - 1, texts.length];
  const { width, layers, cell } = config;
  const parts = cell === 'lstm' ? 2 : 1;
  /** Zeros that are added to every state: their gradient is that of the state. */
  const nudges = Array.from({ length: steps * layers * parts }, () => zeros([batch, width]));
  const at = (t: number, layer: number, part: number): number => (t * layers + layer) * parts + part;
  const column = (t: number): Tensor =>
    fromArray<'i32'>(
      Int32Array.from(texts, (ids) => ids[t]),
      [1, batch],
      'i32',
    );
  const layer = layerConfig(config);

  const lossOf = (added: readonly Tensor[]): Tensor => {
    let states: RecurrentState[] = cells.layers.map(() => emptyState(layer, batch));
    for (let t = 0; t < steps; t++) {
      let x = embedIds(cells, config, column(t));
      states = states.map((before, i) => {
        const after = runRecurrent(cells.layers[i], x, layer, before);
        const nudged = (state: Tensor, part: number): Tensor =>
          add(reshape(state, [batch, width]), added[at(t, i, part)]);
        x = after.hidden; // the layer above reads it as it was: what is asked is what memory does later
        return { hidden: nudged(after.hidden, 0), ...(after.cell && { cell: nudged(after.cell, 1) }) };
      });
    }
    const logits = runLinear({ weight: recurrentHead(cells) }, states[layers - 1].hidden);
    return affine(crossEntropy(logits, reshape(column(steps), [batch])), batch, 0);
  };
  const gradients = grad(lossOf, nudges) as readonly (Tensor | undefined)[];

  /** k steps back: the mean over the texts of the lengths of these gradients together. */
  const lengths = (indices: (t: number) => readonly number[]): number[] =>
    Array.from({ length: steps }, (_, k) =>
      meanLength(
        indices(steps - 1 - k).map((i) => gradients[i]),
        batch,
      ),
    );
  const every = Array.from({ length: layers }, (_, i) => i);
  const norms = lengths((t) =>
    every.flatMap((i) => Array.from({ length: parts }, (_, part) => at(t, i, part))),
  );
  return {
    texts: batch,
    layers: every.map((i) => ({
      hidden: lengths((t) => [at(t, i, 0)]),
      ...(parts === 2 && { cell: lengths((t) => [at(t, i, 1)]) }),
    })),
    norms,
    factor: (norms[steps - 1] / norms[0]) ** (1 / (steps - 1)),
    ...(cell === 'rnn' && {
      spectra: cells.layers.map(({ recurrent: { weight } }) => ({
        radius: spectralRadius(weight),
        norm: spectralNorm(weight),
      })),
    }),
  };
}

/** The geometric mean over the rows of the length of each row of all gradients together. */
function meanLength(gradients: readonly (Tensor | undefined)[], batch: number): number {
  let logs = 0;
  for (let row = 0; row < batch; row++) {
    let sum = 0;
    for (const gradient of gradients) {
      if (!gradient) continue;
      const width = gradient.size / batch;
      for (let i = row * width; i < (row + 1) * width; i++) sum += gradient.data[i] ** 2;
    }
    logs += Math.log(sum) / 2;
  }
  return Math.exp(logs / batch);
}
