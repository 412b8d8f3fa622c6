import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  add,
  matmul,
  mul,
  reshape,
  rowsView,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../tensor/index.ts';
import {
  type CellKind,
  cellKinds,
  initialize,
  orthogonalInit,
  recurrentSpec,
  runRecurrent,
} from './index.ts';

interface Graded {
  readonly value: number[];
  readonly grad: number[];
  readonly shape?: number[];
}

/** Numbers of PyTorch: test/golden/recurrent.py. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/recurrent.json', import.meta.url), 'utf8'),
) as {
  sizes: { steps: number; batch: number; inputs: number; width: number };
  layers: {
    [Cell in CellKind]: {
      weigh: number[];
      states: number[];
      lastCell?: number[];
      inputs: { x: Graded; hidden: Graded; cell?: Graded };
      parameters: { [Name in 'weight_ih' | 'weight_hh' | 'bias_ih' | 'bias_hh']: Graded };
    };
  };
};
const { steps, batch, inputs, width } = golden.sizes;

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 9);
}

describe.each(cellKinds)('%s against PyTorch', (cell) => {
  const { weigh, states, lastCell, parameters, inputs: given } = golden.layers[cell];
  const of = ({ value }: Graded, shape: readonly number[]) => tensor(value, { shape, dtype: 'f64' });
  const weight = (name: 'weight_ih' | 'weight_hh') => of(parameters[name], parameters[name].shape!);
  const biases = (['bias_ih', 'bias_hh'] as const).map((name) =>
    of(parameters[name], parameters[name].shape!),
  );
  const isGru = cell === 'gru';
  const start = {
    x: of(given.x, [steps, batch, inputs]),
    input: { weight: weight('weight_ih'), bias: isGru ? biases[0] : add(biases[0], biases[1]) },
    recurrent: { weight: weight('weight_hh'), ...(isGru && { bias: biases[1] }) },
    hidden: of(given.hidden, [batch, width]),
    ...(given.cell && { cell: of(given.cell, [batch, width]) }),
  };
  const run = ({ x, input, recurrent, hidden, cell: kept }: typeof start) =>
    runRecurrent({ input, recurrent }, x, { cell }, { hidden, cell: kept });
  const by = tensor(weigh, { shape: [steps, batch, width], dtype: 'f64' });

  test('states, and the last cell', () => {
    const after = run(start);
    expectClose(after.hidden.data, states);
    if (lastCell) expectClose(rowsView(after.cell!, steps - 1, steps).data, lastCell);
    expect(after.cell !== undefined).toBe(cell === 'lstm');
  });

  test('every gradient', () => {
    const loss = (at: typeof start): Tensor => {
      const after = run(at);
      const total = sum(mul(after.hidden, by));
      if (!after.cell) return total;
      const last = tensor(
        Array.from({ length: by.size }, (_, i) => {
          const from = (steps - 1) * batch * width;
          return i >= from ? weigh[i - from] : 0;
        }),
        { shape: by.shape, dtype: 'f64' },
      );
      return add(total, sum(mul(after.cell, last)));
    };
    const { gradients } = valueAndGrad(loss, start);
    expectClose(gradients.x.data, given.x.grad);
    expectClose(gradients.hidden.data, given.hidden.grad);
    if (given.cell) expectClose(gradients.cell!.data, given.cell.grad);
    expectClose(gradients.input.weight.data, parameters.weight_ih.grad);
    expectClose(gradients.recurrent.weight.data, parameters.weight_hh.grad);
    expectClose(gradients.input.bias.data, parameters.bias_ih.grad);
    if (isGru) expectClose(gradients.recurrent.bias!.data, parameters.bias_hh.grad);
  });
});

test('recurrent matrices begin orthogonal, gate by gate; forget gates of an LSTM begin open', () => {
  const { input, recurrent } = initialize(recurrentSpec({ cell: 'lstm', width: 6, inputs: 3 }), createRng(1));
  const gates = reshape(recurrent.weight, [4, 6, 6]);
  const products = matmul(gates, gates, { transB: true });
  products.data.forEach((x, i) => expect(x).toBeCloseTo(Math.floor(i / 6) % 6 === i % 6 ? 1 : 0, 5));
  expect([...input.bias!.data]).toEqual(
    [6, 12].reduce((all, at) => all.fill(at === 6 ? 1 : 0, at), Array(24).fill(0)),
  );
  const scaled = orthogonalInit(0.5)([3, 3], createRng(2));
  expect(Math.hypot(...scaled.data.subarray(0, 3))).toBeCloseTo(0.5, 6);
});
