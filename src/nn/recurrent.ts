/** Layers that read a text step by step and hand on a state of fixed size: RNN, GRU, LSTM. Weights lie as in PyTorch. */

import { gruScan, linear, lstmScan, rnnScan, type Shape, type Tensor, zeros } from '../tensor/index.ts';
import { type Initializer, normalInit, ParameterSpec, type Parameters, zerosInit } from './parameters.ts';

/** How many sums a cell makes of its input and its state, for each feature. */
const gates = { rnn: 1, gru: 3, lstm: 4 } as const;

/** `rnn`: Elman's, with tanh. */
export type CellKind = keyof typeof gates;
export const cellKinds = Object.keys(gates) as readonly CellKind[];

export interface RecurrentLayerConfig {
  readonly cell: CellKind;
  /** Size of the state. */
  readonly width: number;
  /** Size of what is read. */
  readonly inputs: number;
}

/**
 * A square matrix for each gate whose rows are orthonormal: what goes through it keeps its length, forwards and backwards
 * (Saxe et al. 2014). Rows of a normal matrix, made orthogonal one after the other.
 */
export function orthogonalInit(scale = 1): Initializer {
  return (shape, rng) => {
    const result = zeros(shape);
    const n = shape[1];
    for (let gate = 0; gate < shape[0] / n; gate++) {
      const rows: Float64Array[] = [];
      for (let i = 0; i < n; i++) {
        const row = Float64Array.from({ length: n }, () => rng.normal());
        // Twice: the first pass leaves what rounding left of nearly parallel rows (Björck 1994).
        for (let pass = 0; pass < 2; pass++) for (const other of rows) takeAway(row, other);
        const length = Math.hypot(...row);
        rows.push(row.map((value) => value / length));
        result.data.set(
          rows[i].map((value) => scale * value),
          (gate * n + i) * n,
        );
      }
    }
    return result;
  };
}

/** row − (row·unit)·unit. */
function takeAway(row: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < row.length; i++) dot += row[i] * unit[i];
  for (let i = 0; i < row.length; i++) row[i] -= dot * unit[i];
}

/** Zeros; of an LSTM the forget gates begin at 1, so that cells keep what they hold (Gers et al. 2000; Jozefowicz et al. 2015). */
const biasInit =
  (cell: CellKind): Initializer =>
  (shape: Shape) => {
    const bias = zeros(shape);
    if (cell === 'lstm') bias.data.fill(1, shape[0] / 4, shape[0] / 2);
    return bias;
  };

/**
 * The parameters of a layer. PyTorch has two biases everywhere, which are only added up; here a second one is where it
 * matters: in the GRU, whose reset gate lies between them.
 */
export function recurrentSpec({ cell, width, inputs }: RecurrentLayerConfig) {
  const wide = gates[cell] * width;
  const input = {
    weight: new ParameterSpec([wide, inputs], normalInit(1 / Math.sqrt(inputs))),
    bias: new ParameterSpec([wide], biasInit(cell)),
  };
  const weight = new ParameterSpec([wide, width], orthogonalInit());
  const bias: { bias?: ParameterSpec } = cell === 'gru' ? { bias: new ParameterSpec([wide], zerosInit) } : {};
  return { input, recurrent: { weight, ...bias } };
}

export type RecurrentLayerParams = Parameters<ReturnType<typeof recurrentSpec>>;

/** What a layer remembers of what it has read: [B, width], or for all steps [T, B, width]. */
export interface RecurrentState {
  readonly hidden: Tensor;
  /** Of an LSTM. */
  readonly cell?: Tensor;
}

/** The state before anything was read: zeros. */
export function emptyState(
  { cell, width }: RecurrentLayerConfig,
  batch: number,
  dtype: 'f32' | 'f64' = 'f32',
): RecurrentState {
  const nothing = () => zeros([batch, width], dtype as 'f32');
  return { hidden: nothing(), ...(cell === 'lstm' && { cell: nothing() }) };
}

/** Reads x [T, B, inputs] from a state on: the states after each step. The first is that of x[0]. */
export function runRecurrent(
  params: RecurrentLayerParams,
  x: Tensor,
  { cell }: Pick<RecurrentLayerConfig, 'cell'>,
  state: RecurrentState,
): RecurrentState {
  const { weight, bias } = params.recurrent;
  const sums = linear(x, params.input.weight, { bias: params.input.bias });
  const from = { weight, start: state.hidden };
  if (cell === 'rnn') return { hidden: rnnScan(sums, from) };
  if (cell === 'gru') return { hidden: gruScan(sums, { ...from, bias: bias! }) };
  return lstmScan(sums, { ...from, cellStart: state.cell! });
}
