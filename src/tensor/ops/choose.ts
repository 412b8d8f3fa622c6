/** The choice of the next token. */

import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { floats, ints, normalizeAxis, requireOption, spans } from './check.ts';
import { normalSample } from './samples.ts';

/** Numbers for each row of `choices`. */
const SETTINGS = 6;

export const chooseOps = {
  chooseTokens: defineOp<{ readonly choices: Float64Array }>({
    name: 'chooseTokens',
    doc: 'the id drawn from softmax(x / temperature) after topK, topP and minP; −1 where rounding could make it another',
    outputs: ([x]) => [{ shape: x.shape.slice(0, -1), dtype: 'i32' }],
    run(kernels, [x], [ids], { choices }) {
      const [rows, n] = spans(x.shape, x.shape.length - 1, x.shape.length);
      kernels.chooseTokens(floats(x), choices, ints(ids), rows, n);
    },
    gradient: 'none',
    samples: () => [
      {
        inputs: [normalSample([3, 8])],
        attrs: {
          choices: Float64Array.of(
            ...[0, 0, 1, Number.NEGATIVE_INFINITY, 0, 8],
            ...[1, 0, 1, Number.NEGATIVE_INFINITY, 0.3, 8],
            ...[0.8, 5, 0.9, -3, 0.9, 7],
          ),
        },
      },
    ],
  }),
};

/**
 * The next id of each row of logits [..., n], i32. `choices` has six numbers for each row: temperature (0: the likeliest),
 * topK (0: all), topP (1: all), minP as a logarithm (−∞: all), a draw in [0, 1), and how many ids of the row count. −1 where
 * a row is not finite, or a draw so near to a border that rounding would decide: whoever asked must look for himself.
 */
export function chooseTokens(x: Tensor, choices: Float64Array): Tensor<'i32'> {
  const n = x.shape[normalizeAxis('chooseTokens', -1, x.shape.length)];
  const wanted = SETTINGS * (n === 0 ? 0 : x.size / n);
  requireOption('chooseTokens', 'choices', choices.length === wanted, `${wanted} numbers`, choices.length);
  return chooseOps.chooseTokens([x], { choices })[0] as Tensor<'i32'>;
}
