/** Cross-entropy on a GPU: a workgroup for each row. */

import type { Kernels } from '../kernels.ts';
import { LANES, program } from './program.ts';
import type { Session } from './session.ts';

const along = (body: string): string =>
  `for (var i = lane; i < args.n; i += ${LANES}u) { let x = logits(group * args.n + i); ${body} }`;

const crossEntropy = program({
  name: 'crossEntropy',
  runs: 'groups',
  reads: { logits: 'f32', targets: 'i32' },
  writes: { losses: 'f32', lse: 'f32' },
  numbers: { n: 'u32', ignored: 'i32', smoothing: 'f32' },
  body: /* wgsl */ `
  var top_part = -3.0e38;
  ${along('top_part = max(top_part, x);')}
  let top = largest(lane, top_part);
  var sum_part = 0.0;
  var logits_part = 0.0;
  ${along('sum_part += exp(x - top); logits_part += x;')}
  let sum = total(lane, sum_part);
  let all = total(lane, logits_part);
  if (lane > 0u) { return; }
  let log_sum = top + log(sum);
  set_lse(group, log_sum);
  let goal = targets(group);
  if (goal == args.ignored) { set_losses(group, 0.0); return; }
  let own = log_sum - logits(group * args.n + u32(goal));
  set_losses(group, (1.0 - args.smoothing) * own + args.smoothing * (log_sum - all / f32(args.n)));`,
});

const crossEntropyGrad = program({
  name: 'crossEntropyGrad',
  runs: 'elements',
  reads: { logits: 'f32', targets: 'i32', lse: 'f32', scales: 'f32' },
  writes: { out: 'f32' },
  numbers: { n: 'u32', ignored: 'i32', smoothing: 'f32' },
  body: /* wgsl */ `
  let row = i / args.n;
  let goal = targets(row);
  if (goal == args.ignored) { set_out(i, 0.0); return; }
  let hit = select(0.0, 1.0 - args.smoothing, i % args.n == u32(goal));
  set_out(i, scales(row) * (exp(logits(i) - lse(row)) - hit - args.smoothing / f32(args.n)));`,
});

export const lossKernels = ({ run }: Session): Pick<Kernels, 'crossEntropy' | 'crossEntropyGrad'> => ({
  crossEntropy(logits, targets, losses, lse, rows, n, ignored, smoothing) {
    const numbers = { n, ignored, smoothing };
    run(crossEntropy, { reads: { logits, targets }, writes: { losses, lse }, numbers, count: rows });
  },
  crossEntropyGrad(logits, targets, lse, scales, out, rows, n, ignored, smoothing) {
    const numbers = { n, ignored, smoothing };
    const reads = { logits, targets, lse, scales };
    run(crossEntropyGrad, { reads, writes: { out }, numbers, count: rows * n });
  },
});
