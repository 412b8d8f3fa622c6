/** Random numbers: the same seed, stream and place give the same number everywhere. */

import type { RandomArgs } from '../kernels.ts';
import { defineOp } from '../op.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { floats, floatType, requireOption } from './check.ts';
import { normalSample } from './samples.ts';

export interface RandomOptions {
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
  /** Streams of one seed are independent. Default 0. */
  readonly stream?: number;
}

export interface FillAttrs extends RandomArgs {
  readonly shape: Shape;
}

export interface DropoutAttrs extends RandomArgs {
  readonly p: number;
}

const args: RandomArgs = { seedLow: 1, seedHigh: 2, streamLow: 3, streamHigh: 4 };

function filling(name: 'uniform' | 'normal', doc: string) {
  return defineOp<FillAttrs>({
    name,
    doc,
    outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
    run: (kernels, _, [y], attrs) => kernels[name](floats(y), attrs),
    gradient: 'none',
    samples: () => [
      { inputs: [], attrs: { ...args, shape: [3, 7] } },
      { inputs: [], attrs: { ...args, shape: [1030] } },
    ],
  });
}

export const randomOps = {
  uniform: filling('uniform', 'uniform in [0, 1)'),
  normal: filling('normal', 'standard normal'),

  dropout: defineOp<DropoutAttrs>({
    name: 'dropout',
    doc: 'x/(1 − p) with probability 1 − p, else 0',
    outputs: ([x]) => [{ shape: x.shape, dtype: floatType('dropout', x) }],
    run: (kernels, [x], [y], attrs) => kernels.dropout(floats(x), floats(y), attrs.p, attrs),
    // The same seed gives the same mask.
    gradient: ({ grads: [g], attrs }) => [applyDropout(g!, attrs)],
    samples: () => [
      { inputs: [normalSample([5, 7])], attrs: { ...args, p: 0.3 } },
      { inputs: [normalSample([1029], 2)], attrs: { ...args, p: 0.9 } },
    ],
  }),
};

const applyDropout = (x: Tensor, attrs: DropoutAttrs): Tensor => randomOps.dropout([x], attrs)[0];

const halves = (value: number): [low: number, high: number] => [
  value >>> 0,
  Math.floor(value / 2 ** 32) >>> 0,
];

function argsOf(op: string, { seed, stream = 0 }: RandomOptions): RandomArgs {
  for (const [name, value] of Object.entries({ seed, stream })) {
    requireOption(op, name, Number.isSafeInteger(value) && value >= 0, 'a whole number, at least 0', value);
  }
  const [seedLow, seedHigh] = halves(seed);
  const [streamLow, streamHigh] = halves(stream);
  return { seedLow, seedHigh, streamLow, streamHigh };
}

/** Numbers spread evenly over [0, 1), with 24 random bits. */
export function uniform(shape: Shape, options: RandomOptions): Tensor<'f32'> {
  return randomOps.uniform([], { ...argsOf('uniform', options), shape })[0] as Tensor<'f32'>;
}

/** Standard normal numbers (Box–Muller). */
export function normal(shape: Shape, options: RandomOptions): Tensor<'f32'> {
  return randomOps.normal([], { ...argsOf('normal', options), shape })[0] as Tensor<'f32'>;
}

/**
 * Zeroes elements with probability p in [0, 1) and divides the rest by 1 − p (Srivastava et al. 2014). Give every
 * place and step its own stream.
 */
export function dropout(x: Tensor, p: number, options: RandomOptions): Tensor {
  requireOption('dropout', 'p', p >= 0 && p < 1, 'in [0, 1)', p);
  return p === 0 ? x : applyDropout(x, { ...argsOf('dropout', options), p });
}
