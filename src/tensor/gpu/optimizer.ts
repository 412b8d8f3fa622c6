/** AdamW (Loshchilov & Hutter 2019) on a GPU. */

import type { Kernels } from '../kernels.ts';
import { program } from './program.ts';
import type { Session } from './session.ts';

const adamw = program({
  name: 'adamw',
  runs: 'elements',
  reads: { grad: 'f32' },
  writes: { parameter: 'f32', m: 'f32', v: 'f32' },
  numbers: {
    lr: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    rest1: 'f32',
    rest2: 'f32',
    eps: 'f32',
    decay: 'f32',
    correction1: 'f32',
    correction2: 'f32',
    scale: 'f32',
  },
  body: /* wgsl */ `
  let g = grad(i) * args.scale;
  let first = args.beta1 * m(i) + args.rest1 * g;
  let second = args.beta2 * v(i) + args.rest2 * g * g;
  set_m(i, first);
  set_v(i, second);
  let change = first / args.correction1 / (sqrt(second / args.correction2) + args.eps);
  set_parameter(i, parameter(i) * args.decay - args.lr * change);`,
});

export const optimizerKernels = ({ run }: Session): Pick<Kernels, 'adamw'> => ({
  adamw(parameter, grad, m, v, { lr, beta1, beta2, eps, weightDecay, correction1, correction2, gradScale }) {
    // What is near 1 is taken off in double.
    const numbers = {
      ...{ lr, beta1, beta2, eps, correction1, correction2 },
      rest1: 1 - beta1,
      rest2: 1 - beta2,
      decay: 1 - lr * weightDecay,
      scale: gradScale,
    };
    run(adamw, { reads: { grad }, writes: { parameter, m, v }, numbers, count: parameter.length });
  },
});
