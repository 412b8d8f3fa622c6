/** The gate of SwiGLU (Shazeer 2020). */

import { kernelsFor } from '../backend.ts';
import { defineOp } from '../op.ts';
import { empty, type Tensor } from '../tensor.ts';
import { floats, floatType, requireShape } from './check.ts';
import { normalSample } from './samples.ts';

export const gateOps = {
  swiglu: defineOp<undefined>({
    name: 'swiglu',
    doc: 'silu(gate)·up',
    plain: 'mul(silu(gate), up)',
    outputs: ([gate, up]) => {
      requireShape('swiglu', 'up', gate.shape, up.shape);
      return [{ shape: gate.shape, dtype: floatType('swiglu', gate, up) }];
    },
    run: (kernels, [gate, up], [y]) => kernels.swiglu(floats(gate), floats(up), floats(y)),
    gradient: ({ inputs: [gate, up], grads: [g] }) => {
      const grads = [gate, up].map((x) => empty(x.shape, x.dtype));
      const [gradGate, gradUp] = grads.map(floats);
      kernelsFor([gate]).swigluGrad(floats(gate), floats(up), floats(g!), gradGate, gradUp);
      return grads;
    },
    samples: () => [
      { inputs: [normalSample([3, 5]), normalSample([3, 5], 2)], attrs: undefined },
      { inputs: [normalSample([67], 3), normalSample([67], 4)], attrs: undefined },
    ],
  }),
};

/** silu(gate)·up, element by element. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return gateOps.swiglu([gate, up], undefined)[0];
}
