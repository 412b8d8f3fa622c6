/** The tape: trees, what it leaves out, second order, recomputation, errors. */

import { describe, expect, test } from 'vitest';
import { expectNear } from '../../test/contracts/kernel-arrays.ts';
import { checkpoint, grad, valueAndGrad, vjp } from './autodiff.ts';
import { backend, withKernels, wrapKernels } from './backend.ts';
import { memoryStats, resetPeak, scope } from './memory.ts';
import { withRecording } from './op.ts';
import {
  add,
  affine,
  argmax,
  cast,
  embedding,
  exp,
  gelu,
  layerNorm,
  linearCrossEntropy,
  matmul,
  mul,
  normal,
  rmsNorm,
  sin,
  square,
  sum,
  tanh,
} from './ops/index.ts';
import { ones, type Tensor, tensor } from './tensor.ts';

describe('gradients', () => {
  test('come in the tree of the parameters; what does not matter has none', () => {
    const params = {
      a: tensor([2, 3]),
      deep: [{ b: tensor([5, 7]) }],
      unused: ones([2]),
      ids: tensor([1], { dtype: 'i32' }),
    };
    const { value, gradients } = valueAndGrad((p: typeof params) => sum(mul(p.a, p.deep[0].b)), params);
    expect(value.item()).toBe(31);
    expect(gradients.a.toArray()).toEqual([5, 7]);
    expect(gradients.deep[0].b.toArray()).toEqual([2, 3]);
    expect(gradients.unused).toBeUndefined();
    expect(gradients.ids).toBeUndefined();
  });

  test('add up where a tensor is used more than once', () => {
    const f = (x: Tensor) => sum(add(mul(x, x), add(x, mul(x, 3))));
    expect(grad(f, tensor([1, -2])).toArray()).toEqual([6, 0]);
  });

  test('that wait are added to in place, and only where nobody else reads them', () => {
    const [table, x] = [normal([5, 4], { seed: 1 }), normal([3, 4], { seed: 2 })];
    const [ids, targets] = [tensor([4, 0, 4], { dtype: 'i32' }), tensor([1, 2, 0], { dtype: 'i32' })];
    // A residual stream: what enters a norm goes on beside it, and what is read at the head is read at the beginning.
    const loss = (p: { first: Tensor; head: Tensor; x: Tensor }, seen: (x: Tensor) => Tensor) => {
      const before = add(embedding(p.first, ids), p.x);
      const middle = add(before, layerNorm(seen(before)));
      return linearCrossEntropy(add(middle, rmsNorm(seen(middle))), p.head, targets);
    };
    const apart = grad((p: { first: Tensor; head: Tensor; x: Tensor }) => loss(p, (x) => affine(x, 1, 0)), {
      first: table,
      head: table,
      x,
    });
    const tied = grad(
      (p: { table: Tensor; x: Tensor }) => loss({ first: p.table, head: p.table, x: p.x }, (x) => x),
      { table, x },
    );
    expectNear(tied.x.data, apart.x.data, 'axpy');
    expectNear(tied.table.data, add(apart.first, apart.head).data, 'axpy');
  });

  test('of one tensor given under two names stay apart', () => {
    const shared = tensor([3]);
    const { a, b } = grad((p: { a: Tensor; b: Tensor }) => sum(mul(square(p.a), p.b)), {
      a: shared,
      b: shared,
    });
    expect([a.item(), b.item()]).toEqual([18, 9]);
  });

  test('do not pass through what is computed with recording off', () => {
    const f = (x: Tensor) =>
      sum(
        mul(
          x,
          withRecording(false, () => exp(x)),
        ),
      );
    expect(grad(f, tensor([0])).toArray()).toEqual([1]);
  });

  test('run no kernel for parts that nobody asked for', () => {
    const calls: string[] = [];
    const table = wrapKernels(backend().kernels, (name, call) => {
      calls.push(name);
      return call();
    });
    const [x, w] = [ones([2, 3]), ones([3, 2])];
    withKernels(table, () => grad((p: Tensor) => sum(matmul(x, p)), w));
    expect(calls.filter((name) => name === 'matmul')).toHaveLength(2);
  });

  test('of gradients: d³ sin = −cos', () => {
    const derivative = (f: (x: Tensor) => Tensor) => (x: Tensor) => sum(grad((y: Tensor) => sum(f(y)), x));
    const x = tensor([0.3], { dtype: 'f64' }) as Tensor;
    expect(derivative(derivative(derivative(sin)))(x).item()).toBeCloseTo(-Math.cos(0.3), 12);
  });

  test('vjp carries any upstream gradient back', () => {
    const { value, pullback } = vjp((x: Tensor) => square(x), tensor([1, 2, 3]));
    expect(value.toArray()).toEqual([1, 4, 9]);
    expect(pullback(tensor([1, 10, 100])).toArray()).toEqual([2, 40, 600]);
  });
});

describe('checkpoint', () => {
  const block = (p: { x: Tensor; w: Tensor }): Tensor => {
    let h = p.x;
    for (let i = 0; i < 6; i++) h = layerNorm(gelu(matmul(h, p.w)));
    return h;
  };
  const params = { x: normal([64, 32], { seed: 1 }), w: normal([32, 32], { seed: 2 }) };
  const plainLoss = (p: typeof params) => sum(tanh(block(p)));
  const savingLoss = (p: typeof params) => sum(tanh(checkpoint(block, p)));

  test('gives the same value and the same gradients, bit for bit', () => {
    const [a, b] = [valueAndGrad(plainLoss, params), valueAndGrad(savingLoss, params)];
    expect(b.value.item()).toBe(a.value.item());
    expect(b.gradients.x.toArray()).toEqual(a.gradients.x.toArray());
    expect(b.gradients.w.toArray()).toEqual(a.gradients.w.toArray());
  });

  test('holds less memory between forward and backward', () => {
    const heldAfterForward = (loss: (p: typeof params) => Tensor): number =>
      scope(() => {
        resetPeak();
        const before = memoryStats().liveBytes;
        vjp(loss, params);
        return memoryStats().liveBytes - before;
      });
    expect(heldAfterForward(savingLoss)).toBeLessThan(heldAfterForward(plainLoss) / 3);
  });
});

describe('errors', () => {
  test('a loss with more than one element', () => {
    expect(() => grad((x: Tensor) => square(x), ones([2]))).toThrow(
      'the loss must have one element, got shape [2]',
    );
  });

  test('a fused gradient differentiated again names the plain expression', () => {
    const slope = (x: Tensor) => sum(square(grad((y: Tensor) => sum(layerNorm(y)), x)));
    expect(() => grad(slope, normal([2, 3], { seed: 1 }))).toThrow(
      /layerNorm cannot be differentiated again; write it as/,
    );
  });

  test('integers have no gradient: the path ends there', () => {
    const f = (x: Tensor) => sum(mul(cast(argmax(x), 'f32'), 2));
    expect(grad(f, ones([3]))).toBeUndefined();
  });
});
