/** One step of the cells of recurrent networks, and its gradient. */

import type { Kernels } from '../kernels.ts';
import { sigmoid } from './scalar.ts';

type Recurrent = Pick<Kernels, 'rnnCellGrad' | 'lstmCell' | 'lstmCellGrad' | 'gruCell' | 'gruCellGrad'>;

export const recurrentKernels: Recurrent = {
  rnnCellGrad(hidden, grad, out) {
    for (let i = 0; i < out.length; i++) out[i] = grad[i] * (1 - hidden[i] * hidden[i]);
  },

  lstmCell(gates, past, cell, hidden, rows, n) {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < n; i++) {
        const [at, gate] = [row * n + i, row * 4 * n + i];
        const input = sigmoid(gates[gate]);
        const forget = sigmoid(gates[gate + n]);
        const candidate = Math.tanh(gates[gate + 2 * n]);
        const output = sigmoid(gates[gate + 3 * n]);
        gates[gate] = input;
        gates[gate + n] = forget;
        gates[gate + 2 * n] = candidate;
        gates[gate + 3 * n] = output;
        cell[at] = forget * past[at] + input * candidate;
        hidden[at] = output * Math.tanh(cell[at]);
      }
    }
  },

  lstmCellGrad(gates, past, cell, gradHidden, gradCell, gradGates, rows, n) {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < n; i++) {
        const [at, gate] = [row * n + i, row * 4 * n + i];
        const [input, forget] = [gates[gate], gates[gate + n]];
        const [candidate, output] = [gates[gate + 2 * n], gates[gate + 3 * n]];
        const bent = Math.tanh(cell[at]);
        const gh = gradHidden[at];
        const gc = gradCell[at] + gh * output * (1 - bent * bent);
        gradGates[gate] = gc * candidate * input * (1 - input);
        gradGates[gate + n] = gc * past[at] * forget * (1 - forget);
        gradGates[gate + 2 * n] = gc * input * (1 - candidate * candidate);
        gradGates[gate + 3 * n] = gh * bent * output * (1 - output);
        gradCell[at] = gc * forget;
      }
    }
  },

  gruCell(input, product, past, gates, hidden, rows, n) {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < n; i++) {
        const [at, x, gate] = [row * n + i, row * 3 * n + i, row * 4 * n + i];
        const reset = sigmoid(input[x] + product[x]);
        const update = sigmoid(input[x + n] + product[x + n]);
        const inner = product[x + 2 * n];
        const candidate = Math.tanh(input[x + 2 * n] + reset * inner);
        gates[gate] = reset;
        gates[gate + n] = update;
        gates[gate + 2 * n] = candidate;
        gates[gate + 3 * n] = inner;
        hidden[at] = (1 - update) * candidate + update * past[at];
      }
    }
  },

  gruCellGrad(gates, past, gradHidden, gradInput, gradProduct, gradPast, rows, n) {
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < n; i++) {
        const [at, x, gate] = [row * n + i, row * 3 * n + i, row * 4 * n + i];
        const [reset, update] = [gates[gate], gates[gate + n]];
        const [candidate, inner] = [gates[gate + 2 * n], gates[gate + 3 * n]];
        const g = gradHidden[at];
        const gc = g * (1 - update) * (1 - candidate * candidate);
        const gr = gc * inner * reset * (1 - reset);
        const gu = g * (past[at] - candidate) * update * (1 - update);
        gradInput[x] = gr;
        gradInput[x + n] = gu;
        gradInput[x + 2 * n] = gc;
        gradProduct[x] = gr;
        gradProduct[x + n] = gu;
        gradProduct[x + 2 * n] = gc * reset;
        gradPast[at] = g * update;
      }
    }
  },
};
