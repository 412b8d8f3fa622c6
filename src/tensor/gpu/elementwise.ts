/** Elementwise kernels on a GPU. */

import type { BinaryCode, Kernels, UnaryCode, Walk } from '../kernels.ts';
import { fail } from './errors.ts';
import { floatBits, type Program, program } from './program.ts';
import { binaryExpressions, scalarFunctions, unaryExpressions } from './scalar.ts';
import type { Session } from './session.ts';

/** Where element `index` of a strided walk lies: the tail holds its shape, then the strides of each operand. */
const walking = /* wgsl */ `
fn place(operand: u32, index: u32) -> u32 {
  var rest = index;
  var at = 0u;
  for (var axis = args.rank; axis > 0u; axis--) {
    let size = args.tail[axis - 1u];
    at += (rest % size) * args.tail[args.rank * (operand + 1u) + axis - 1u];
    rest /= size;
  }
  return at;
}`;

const tailOf = ({ shape, strides }: Walk): number[] => [...shape, ...strides.flat()];
const countOf = ({ shape }: Walk): number => shape.reduce((product, size) => product * size, 1);

const mapEach = <Code extends string, Made>(
  expressions: { readonly [C in Code]?: string },
  make: (code: string, expression: string) => Made,
): ReadonlyMap<string, Made> =>
  new Map(Object.entries<string | undefined>(expressions).map(([code, text]) => [code, make(code, text!)]));

const unaryPrograms = mapEach<UnaryCode, Program<'input', 'out', never>>(unaryExpressions, (code, text) =>
  program({
    name: `unary ${code}`,
    runs: 'elements',
    reads: { input: 'f32' },
    writes: { out: 'f32' },
    numbers: {},
    before: scalarFunctions,
    body: `let x = input(i); set_out(i, ${text});`,
  }),
);

const binaryPrograms = mapEach<BinaryCode, Program<'left' | 'right', 'out', 'rank'>>(
  binaryExpressions,
  (code, text) =>
    program({
      name: `binary ${code}`,
      runs: 'elements',
      reads: { left: 'f32', right: 'f32' },
      writes: { out: 'f32' },
      numbers: { rank: 'u32' },
      before: scalarFunctions + walking,
      body: `let x = left(place(0u, i)); let y = right(place(1u, i)); set_out(i, ${text});`,
    }),
);

const affine = program({
  name: 'affine',
  runs: 'elements',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: { scale: 'f32', shift: 'f32' },
  body: 'set_out(i, x(i) * args.scale + args.shift);',
});

const axpy = program({
  name: 'axpy',
  runs: 'elements',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: { alpha: 'f32' },
  body: 'set_out(i, out(i) + args.alpha * x(i));',
});

const fill = program({
  name: 'fill',
  runs: 'elements',
  reads: {},
  writes: { out: 'u32' },
  numbers: { value: 'u32' },
  body: 'set_out(i, args.value);',
});

const copyStrided = program({
  name: 'copyStrided',
  runs: 'elements',
  reads: { x: 'u32' },
  writes: { out: 'u32' },
  numbers: { rank: 'u32', start_x: 'u32', start_out: 'u32' },
  before: walking,
  body: 'set_out(args.start_out + place(1u, i), x(args.start_x + place(0u, i)));',
});

const swiglu = program({
  name: 'swiglu',
  runs: 'elements',
  reads: { gate: 'f32', up: 'f32' },
  writes: { out: 'f32' },
  numbers: {},
  before: scalarFunctions,
  body: 'set_out(i, silu(gate(i)) * up(i));',
});

/** One of the two gradients: both may lie in one memory. */
const swigluGrad = program({
  name: 'swigluGrad',
  runs: 'elements',
  reads: { gate: 'f32', up: 'f32', grad: 'f32' },
  writes: { out: 'f32' },
  numbers: { of_gate: 'u32' },
  before: scalarFunctions,
  body: /* wgsl */ `
  let a = gate(i);
  set_out(i, grad(i) * select(silu(a), up(i) * silu_slope(a), args.of_gate == 1u));`,
});

type Elementwise = Pick<
  Kernels,
  'unary' | 'affine' | 'binary' | 'copyStrided' | 'fill' | 'axpy' | 'swiglu' | 'swigluGrad'
>;

export const elementwiseKernels = ({ run }: Session): Elementwise => ({
  unary(code, x, out) {
    const one = unaryPrograms.get(code);
    if (!one) throw fail('gpu/kernel', { kernel: `unary ${code}` });
    run(one, { reads: { input: x }, writes: { out }, numbers: {}, count: out.length });
  },
  binary(code, x, y, out, walk) {
    const one = binaryPrograms.get(code);
    if (!one) throw fail('gpu/kernel', { kernel: `binary ${code}` });
    const numbers = { rank: walk.shape.length };
    run(one, {
      reads: { left: x, right: y },
      writes: { out },
      numbers,
      tail: tailOf(walk),
      count: countOf(walk),
    });
  },
  affine: (x, out, scale, shift) =>
    run(affine, { reads: { x }, writes: { out }, numbers: { scale, shift }, count: out.length }),
  axpy: (x, out, alpha) =>
    run(axpy, { reads: { x }, writes: { out }, numbers: { alpha }, count: out.length }),
  fill(out, value) {
    const bits = out instanceof Float32Array ? floatBits(value) : value;
    run(fill, { reads: {}, writes: { out }, numbers: { value: bits }, count: out.length });
  },
  copyStrided(x, out, walk, start_x, start_out) {
    const numbers = { rank: walk.shape.length, start_x, start_out };
    run(copyStrided, { reads: { x }, writes: { out }, numbers, tail: tailOf(walk), count: countOf(walk) });
  },
  swiglu: (gate, up, out) =>
    run(swiglu, { reads: { gate, up }, writes: { out }, numbers: {}, count: out.length }),
  swigluGrad(gate, up, grad, gradGate, gradUp) {
    const reads = { gate, up, grad };
    run(swigluGrad, { reads, writes: { out: gradGate }, numbers: { of_gate: 1 }, count: grad.length });
    run(swigluGrad, { reads, writes: { out: gradUp }, numbers: { of_gate: 0 }, count: grad.length });
  },
});
