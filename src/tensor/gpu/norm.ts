/** Layer norm and RMS norm on a GPU: a workgroup for each row, a thread for each column of the gradients of weights. */

import type { Kernels } from '../kernels.ts';
import { LANES, program } from './program.ts';
import type { Session } from './session.ts';

/** Runs over the row, 64 columns at a time. */
const along = (body: string): string => `for (var i = lane; i < args.n; i += ${LANES}u) { ${body} }`;
const sumAlong = (name: string, term: string): string => /* wgsl */ `
  var ${name}_part = 0.0;
  ${along(`${name}_part += ${term};`)}
  let ${name} = total(lane, ${name}_part);`;
const gained = 'select(1.0, weight(i), args.has_weight == 1u)';

const layerNorm = program({
  name: 'layerNorm',
  runs: 'groups',
  reads: { x: 'f32', weight: 'f32', bias: 'f32' },
  writes: { out: 'f32', mean: 'f32', rstd: 'f32' },
  numbers: { n: 'u32', eps: 'f32' },
  body: /* wgsl */ `
  let at = group * args.n;
  ${sumAlong('sum', 'x(at + i)')}
  let centre = sum / f32(args.n);
  ${sumAlong('squares', '(x(at + i) - centre) * (x(at + i) - centre)')}
  let scale = inverseSqrt(squares / f32(args.n) + args.eps);
  if (lane == 0u) { set_mean(group, centre); set_rstd(group, scale); }
  ${along(`set_out(at + i, (x(at + i) - centre) * scale * ${gained} + select(0.0, bias(i), args.has_bias == 1u));`)}`,
});

const rmsNorm = program({
  name: 'rmsNorm',
  runs: 'groups',
  reads: { x: 'f32', weight: 'f32' },
  writes: { out: 'f32', rstd: 'f32' },
  numbers: { n: 'u32', eps: 'f32' },
  body: /* wgsl */ `
  let at = group * args.n;
  ${sumAlong('squares', 'x(at + i) * x(at + i)')}
  let scale = inverseSqrt(squares / f32(args.n) + args.eps);
  if (lane == 0u) { set_rstd(group, scale); }
  ${along(`set_out(at + i, x(at + i) * scale * ${gained});`)}`,
});

/** The gradient of the input, with x̂ and h as in `reference/norm.ts`. Without means it is that of RMS norm, whose h has no mean taken off. */
const gradX = program({
  name: 'normGradX',
  runs: 'groups',
  reads: { x: 'f32', weight: 'f32', mean: 'f32', rstd: 'f32', grad: 'f32' },
  writes: { out: 'f32' },
  numbers: { n: 'u32', accumulate: 'u32' },
  before: /* wgsl */ `
fn standard(row: u32, i: u32) -> f32 {
  return (x(row * args.n + i) - select(0.0, mean(row), args.has_mean == 1u)) * rstd(row);
}
fn upstream(row: u32, i: u32) -> f32 { return grad(row * args.n + i) * ${gained}; }`,
  body: /* wgsl */ `
  ${sumAlong('h', 'upstream(group, i)')}
  ${sumAlong('hx', 'upstream(group, i) * standard(group, i)')}
  let centre = select(0.0, h / f32(args.n), args.has_mean == 1u);
  ${along(/* wgsl */ `
    let at = group * args.n + i;
    let own = rstd(group) * (upstream(group, i) - centre - standard(group, i) * hx / f32(args.n));
    set_out(at, own + select(0.0, out(at), args.accumulate == 1u));`)}`,
});

/** The gradient of the weights, or of the biases. */
const gradOfColumns = program({
  name: 'normGradColumns',
  runs: 'elements',
  reads: { x: 'f32', mean: 'f32', rstd: 'f32', grad: 'f32' },
  writes: { out: 'f32' },
  numbers: { rows: 'u32', of_bias: 'u32' },
  body: /* wgsl */ `
  var sum = 0.0;
  for (var row = 0u; row < args.rows; row++) {
    let at = row * args.count + i;
    let standard = (x(at) - select(0.0, mean(row), args.has_mean == 1u)) * rstd(row);
    sum += grad(at) * select(standard, 1.0, args.of_bias == 1u);
  }
  set_out(i, sum);`,
});

type Norm = Pick<Kernels, 'layerNorm' | 'layerNormGrad' | 'rmsNorm' | 'rmsNormGrad'>;

export function normKernels({ run }: Session): Norm {
  const layerNormGrad: Kernels['layerNormGrad'] = (
    ...[x, weight, mean, rstd, grad, out, gradWeight, gradBias, rows, n, accumulate]
  ) => {
    // What gradX may be added to is read after the others: they use x and grad, which it does not change.
    const columns = (of: typeof gradWeight, of_bias: number): void => {
      if (!of) return;
      run(gradOfColumns, {
        reads: { x, mean, rstd, grad },
        writes: { out: of },
        numbers: { rows, of_bias },
        count: n,
      });
    };
    columns(gradWeight, 0);
    columns(gradBias, 1);
    const numbers = { n, accumulate: Number(accumulate) };
    run(gradX, { reads: { x, weight, mean, rstd, grad }, writes: { out }, numbers, count: rows });
  };
  return {
    layerNorm: (x, weight, bias, out, mean, rstd, rows, n, eps) =>
      run(layerNorm, {
        reads: { x, weight, bias },
        writes: { out, mean, rstd },
        numbers: { n, eps },
        count: rows,
      }),
    layerNormGrad,
    rmsNorm: (x, weight, out, rstd, rows, n, eps) =>
      run(rmsNorm, { reads: { x, weight }, writes: { out, rstd }, numbers: { n, eps }, count: rows }),
    rmsNormGrad: (x, weight, rstd, grad, out, gradWeight, rows, n, accumulate) => {
      const reads = { x, mean: undefined, rstd, grad };
      if (gradWeight) {
        run(gradOfColumns, { reads, writes: { out: gradWeight }, numbers: { rows, of_bias: 0 }, count: n });
      }
      const numbers = { n, accumulate: Number(accumulate) };
      run(gradX, { reads: { ...reads, weight }, writes: { out }, numbers, count: rows });
    },
  };
}
