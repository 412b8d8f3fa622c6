/** One step of the cells of recurrent networks, and its gradient. */

import type { Floats } from '../dtype.ts';
import type { Kernels } from '../kernels.ts';
import { sigmoid } from './scalar.ts';

type Recurrent = Pick<
  Kernels,
  'rnnCellGrad' | 'lstmCell' | 'lstmCellGrad' | 'gruCell' | 'gruCellGrad' | 'wkv' | 'wkvGrad'
>;

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

  wkv(key, value, decay, first, start, out, states, steps, batch, n) {
    for (let at = 0; at < steps * batch * n; at++) {
      const i = at % n;
      const [past, from] = pastOf(at, { start, states, batch, n });
      const [a, b, p] = [past[from], past[from + n], past[from + 2 * n]];
      const now = key[at] + first[i];
      const top = Math.max(p, now);
      const [old, fresh] = [Math.exp(p - top), Math.exp(now - top)];
      out[at] = (old * a + fresh * value[at]) / (old * b + fresh);
      const next = Math.max(p + decay[i], key[at]);
      const [keep, added] = [Math.exp(p + decay[i] - next), Math.exp(key[at] - next)];
      const to = 3 * (at - i) + i;
      states[to] = keep * a + added * value[at];
      states[to + n] = keep * b + added;
      states[to + 2 * n] = next;
    }
  },

  wkvGrad(
    ...[
      key,
      value,
      decay,
      first,
      start,
      out,
      states,
      grad,
      gradKey,
      gradValue,
      gradDecay,
      gradFirst,
      carried,
      steps,
      batch,
      n,
    ]
  ) {
    for (const sums of [gradDecay, gradFirst, carried]) sums.fill(0);
    for (let at = steps * batch * n - 1; at >= 0; at--) {
      const [i, place] = [at % n, at % (batch * n)];
      const [past, from] = pastOf(at, { start, states, batch, n });
      const [a, b, p] = [past[from], past[from + n], past[from + 2 * n]];
      const now = key[at] + first[i];
      const top = Math.max(p, now);
      const [old, fresh] = [Math.exp(p - top), Math.exp(now - top)];
      const share = grad[at] / (old * b + fresh);
      const next = states[3 * (at - i) + i + 2 * n];
      const [keep, added] = [Math.exp(p + decay[i] - next), Math.exp(key[at] - next)];
      const to = 3 * (place - i) + i;
      const [ga, gb] = [carried[to], carried[to + n]];
      const toNow = share * fresh * (value[at] - out[at]);
      gradFirst[place] += toNow;
      gradValue[at] = share * fresh + ga * added;
      gradKey[at] = toNow + (ga * value[at] + gb) * added;
      gradDecay[place] += (ga * a + gb * b) * keep;
      carried[to] = share * old + ga * keep;
      carried[to + n] = gb * keep - share * out[at] * old;
      carried[to + 2 * n] = carried[to] * a + carried[to + n] * b;
    }
  },
};

/** The state [3n] before an element, and where in it the element's first number stands. */
function pastOf(
  at: number,
  { start, states, batch, n }: { start: Floats; states: Floats; batch: number; n: number },
): readonly [Floats, number] {
  const before = at - batch * n;
  const [past, element] = before < 0 ? [start, at] : [states, before];
  return [past, 3 * (element - (element % n)) + (element % n)];
}
