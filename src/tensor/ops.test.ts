/** Shapes, broadcasting, edge values and error sentences of the ops. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InkstoneError } from '../errors.ts';
import { createRng } from '../rng.ts';
import { grad, valueAndGrad } from './autodiff.ts';
import { backend, withKernels, withPrecision, wrapKernels } from './backend.ts';
import * as ops from './ops/index.ts';
import { arange, ones, type Shape, type Tensor, tensor, zeros } from './tensor.ts';

const i32 = (values: readonly number[], shape?: Shape): Tensor<'i32'> =>
  tensor(values, { dtype: 'i32', shape: shape ?? [values.length] });
const counting = (shape: Shape): Tensor =>
  ops.reshape(
    arange(
      shape.reduce((a, b) => a * b, 1),
      'f32',
    ),
    shape,
  );

/** What an error says in both languages. */
function sentences(body: () => unknown): [code: string, en: string, zh: string] {
  try {
    body();
  } catch (error) {
    if (error instanceof InkstoneError) return [error.code, error.text('en'), error.text('zh')];
    throw error;
  }
  throw new Error('no error');
}

describe('broadcasting', () => {
  test('aligns shapes at the end and repeats axes of length 1', () => {
    const sum = ops.add(tensor([[1], [2]]), tensor([10, 20, 30]));
    expect(sum.toArray()).toEqual([
      [11, 21, 31],
      [12, 22, 32],
    ]);
  });

  test('equals doing it by hand, for any pair of shapes that fit', () => {
    const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()), {
      maxLength: 4,
    });
    const cut = fc.tuple(fc.nat(4), fc.nat(4));
    fc.assert(
      fc.property(shapes, cut, (axes, [cutA, cutB]) => {
        const full = axes.map(([length]) => length);
        const a = counting(
          axes.map(([length, one]) => (one ? 1 : length)).slice(Math.min(cutA, axes.length)),
        );
        const b = counting(
          axes.map(([length, , one]) => (one ? 1 : length)).slice(Math.min(cutB, axes.length)),
        );
        const fits = ops.add(ops.sub(a, b), zeros(full));
        const byHand = ops.sub(ops.broadcastTo(a, full), ops.broadcastTo(b, full));
        expect(fits.toArray()).toEqual(byHand.toArray());
      }),
    );
  });

  test('gradients are summed back to the shapes they came from', () => {
    const loss = (p: { a: Tensor; b: Tensor }) => ops.sum(ops.mul(p.a, p.b));
    const { a, b } = grad(loss, { a: ones([2, 1, 3]), b: ones([4, 1]) });
    expect(a.toArray()).toEqual([[[4, 4, 4]], [[4, 4, 4]]]);
    expect(b.toArray()).toEqual([[6], [6], [6], [6]]);
  });

  test('shapes that do not fit are an error that names both', () => {
    expect(sentences(() => ops.add(zeros([2, 3]), zeros([2, 4])))).toEqual([
      'shape/broadcast',
      'add: shapes must be equal or 1 in every dimension, got [2, 3] and [2, 4]',
      'add：各维必须相等或为 1，得到 [2, 3] 和 [2, 4]',
    ]);
  });
});

describe('numbers as operands', () => {
  test('take the type of the tensor and either side', () => {
    const x = tensor([1, 2], { dtype: 'f64' });
    expect(ops.sub(3, x).toArray()).toEqual([2, 1]);
    expect(ops.div(1, x).toArray()).toEqual([1, 0.5]);
    expect(ops.pow(x, 2).toArray()).toEqual([1, 4]);
    expect(ops.maximum(x, 1.5).dtype).toBe('f64');
    expect(ops.greater(i32([1, 5]), 3).toArray()).toEqual([0, 1]);
  });

  test('adding a number is one pass, without a tensor for it', () => {
    const seen: string[] = [];
    const table = wrapKernels(backend().kernels, (name, call) => {
      seen.push(name);
      return call();
    });
    const x = ones([3]);
    withKernels(table, () => ops.add(ops.mul(2, x), 1));
    expect(seen).toEqual(['affine', 'affine']);
  });
});

describe('edge values follow PyTorch', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

  test('NaN wins in max, min, maximum, minimum and argmax', () => {
    const x = tensor([1, nan, 3]);
    expect(ops.max(x).item()).toBeNaN();
    expect(ops.min(x).item()).toBeNaN();
    expect(ops.maximum(x, 2).toArray()).toEqual([2, nan, 3]);
    expect(ops.argmax(x).item()).toBe(1);
    expect(ops.relu(x).toArray()).toEqual([1, nan, 3]);
  });

  test('NaN sorts last in either direction, ties keep their order', () => {
    const x = tensor([2, nan, 1, 2, nan]);
    expect(ops.sort(x).indices.toArray()).toEqual([2, 0, 3, 1, 4]);
    expect(ops.sort(x, { descending: true }).indices.toArray()).toEqual([0, 3, 2, 1, 4]);
    expect(ops.topK(x, 3).indices.toArray()).toEqual([0, 3, 2]);
  });

  test('softmax of a row of −∞ is NaN, its log-sum-exp −∞; large numbers do not overflow', () => {
    const x = tensor([
      [-inf, -inf],
      [1000, 1000],
    ]);
    expect(ops.softmax(x).toArray()).toEqual([
      [nan, nan],
      [0.5, 0.5],
    ]);
    expect(ops.logSumExp(x).toArray()).toEqual([-inf, Math.fround(1000 + Math.log(2))]);
  });

  test('powers of 1 are 1, even to NaN', () => {
    expect(ops.pow(tensor([1, -1, 2]), tensor([nan, inf, nan])).toArray()).toEqual([1, 1, nan]);
  });
});

describe('reductions', () => {
  test('over neighbours, over strangers, over everything, with and without the axes kept', () => {
    const x = counting([2, 3, 4]);
    expect(ops.sum(x).toArray()).toBe(276);
    expect(ops.sum(x, { axis: [0, 2] }).toArray()).toEqual([60, 92, 124]);
    expect(ops.sum(x, { axis: [1, 2], keepDims: true }).shape).toEqual([2, 1, 1]);
    expect(ops.mean(x, { axis: -1 }).toArray()).toEqual([
      [1.5, 5.5, 9.5],
      [13.5, 17.5, 21.5],
    ]);
    expect(ops.max(x, { axis: 0 }).shape).toEqual([3, 4]);
    expect(ops.sumTo(x, [3, 1]).toArray()).toEqual([[60], [92], [124]]);
  });

  test('an axis that does not exist is an error', () => {
    expect(sentences(() => ops.sum(zeros([2, 3]), { axis: 2 }))).toEqual([
      'shape/axis',
      'sum: axis must be a whole number from -2 to 1, got 2',
      'sum：轴必须是 -2 到 1 的整数，得到 2',
    ]);
  });
});

describe('shape ops', () => {
  test('reshape shares memory and computes one length', () => {
    const x = counting([2, 6]);
    const y = ops.reshape(x, [3, -1]);
    expect(y.shape).toEqual([3, 4]);
    expect(y.storage).toBe(x.storage);
    expect(sentences(() => ops.reshape(x, [5, -1]))[1]).toBe(
      'reshape: the number of elements must stay the same, got [2, 6] and [5, -1]',
    );
  });

  test('permute, transpose, slice, pad, split, concat, stack, expandDims and squeeze move every element', () => {
    const x = counting([2, 3]);
    expect(ops.transpose(x).toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(ops.permute(counting([2, 1, 3]), [2, 0, -2]).shape).toEqual([3, 2, 1]);
    expect(ops.slice(x, 1, -2).toArray()).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(ops.pad(x, 0, 1, 0).toArray()).toEqual([
      [0, 0, 0],
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(ops.concat(ops.split(x, [1, 2], 1), 1).toArray()).toEqual(x.toArray());
    const [first, second] = ops.split(x, [1, 1], 0);
    expect([first.storage, second.storage, second.offset]).toEqual([x.storage, x.storage, 3]);
    expect(second.toArray()).toEqual(ops.slice(x, 0, 1, 2).toArray());
    expect(ops.stack([x, x], 1).shape).toEqual([2, 2, 3]);
    expect(ops.squeeze(ops.expandDims(x, -1), 2).shape).toEqual([2, 3]);
  });

  test('they keep the element type', () => {
    expect(ops.transpose(i32([1, 2, 3, 4], [2, 2])).data).toEqual(Int32Array.of(1, 3, 2, 4));
    expect(ops.concat([ops.cast(ones([2]), 'bf16'), ops.cast(ones([1]), 'bf16')], 0).dtype).toBe('bf16');
  });

  test('mistakes are errors', () => {
    const x = zeros([2, 3]);
    expect(sentences(() => ops.slice(x, 1, 2, 5))[1]).toBe(
      'slice: `start, end` must be a range inside [0, 3), got [2, 5)',
    );
    expect(sentences(() => ops.split(x, [1, 1], 1))[1]).toBe(
      'split: `sizes` must be sizes that add up to 3, got [1, 1]',
    );
    expect(sentences(() => ops.permute(x, [0, 0]))[0]).toBe('tensor/option');
    expect(sentences(() => ops.concat([x, zeros([3, 3])], 1))[1]).toBe(
      'concat: tensor 1 must have shape [2, 3], got [3, 3]',
    );
    expect(sentences(() => ops.concat([x, i32([1, 2], [2, 1])], 1))[0]).toBe('dtype/rule');
  });
});

describe('indices', () => {
  test('embedding, gather, scatterAdd and oneHot agree', () => {
    const table = counting([5, 2]);
    const ids = i32([4, 0, 4], [3]);
    expect(ops.embedding(table, ids).toArray()).toEqual([
      [8, 9],
      [0, 1],
      [8, 9],
    ]);
    expect(ops.matmul(ops.oneHot(ids, 5), table).toArray()).toEqual(ops.embedding(table, ids).toArray());
    expect(ops.gather(counting([2, 3]), i32([2, 0], [2, 1]), 1).toArray()).toEqual([[2], [3]]);
    expect(ops.scatterAdd(zeros([3]), i32([1, 1, 2]), ones([3]), 0).toArray()).toEqual([0, 2, 1]);
  });

  test('a table kept as bf16 gives bf16 rows', () => {
    const rows = ops.embedding(ops.cast(counting([3, 2]), 'bf16'), i32([2]));
    expect(ops.cast(rows, 'f32').toArray()).toEqual([[4, 5]]);
  });

  test('an id out of range is an error with its place', () => {
    expect(sentences(() => ops.embedding(zeros([5, 2]), i32([0, 5])))).toEqual([
      'index/range',
      'embedding: ids must be from 0 to 4, got 5 at place 1',
      'embedding：编号必须在 0 到 4 之间，第 1 处得到 5',
    ]);
    expect(sentences(() => ops.gather(zeros([2, 3]), i32([-1, 0], [2, 1]), 1))[0]).toBe('index/range');
  });

  test('float ids are an error that says what to do', () => {
    expect(sentences(() => ops.embedding(zeros([5, 2]), zeros([1])))[1]).toBe(
      'embedding: needs i32, got f32; use cast()',
    );
  });
});

describe('matrix products', () => {
  test('broadcast their batch, with any operand transposed', () => {
    const a = ops.normal([2, 1, 3, 4], { seed: 1 });
    const b = ops.normal([5, 4, 6], { seed: 2 });
    const expected = ops.matmul(a, b);
    expect(expected.shape).toEqual([2, 5, 3, 6]);
    const [at, bt] = [ops.transpose(a), ops.transpose(b)];
    for (const got of [
      ops.matmul(at, b, { transA: true }),
      ops.matmul(a, bt, { transB: true }),
      ops.matmul(at, bt, { transA: true, transB: true }),
    ]) {
      expect(got.shape).toEqual(expected.shape);
      got.data.forEach((x, i) => {
        expect(x).toBeCloseTo(expected.data[i], 4);
      });
    }
  });

  test('a batch against one matrix is a single product', () => {
    const batches: number[] = [];
    const { kernels } = backend();
    const table = {
      ...kernels,
      matmul: ((a, b, y, args) => {
        batches.push(args.batch);
        kernels.matmul(a, b, y, args);
      }) as typeof kernels.matmul,
    };
    withKernels(table, () => ops.matmul(zeros([7, 2, 3]), zeros([3, 4])));
    expect(batches).toEqual([1]);
  });

  test('weights kept as bf16 multiply as rounded ones', () => {
    const [x, w] = [ops.normal([3, 40], { seed: 1 }), ops.normal([5, 40], { seed: 2 })];
    const half = ops.cast(w, 'bf16');
    const got = ops.linear(x, half, { bias: ones([5]) });
    const expected = ops.linear(x, ops.cast(half, 'f32'), { bias: ones([5]) });
    got.data.forEach((y, i) => {
      expect(y).toBeCloseTo(expected.data[i], 4);
    });
  });

  test('in bf16 both operands are rounded, and the gradient keeps the precision of the forward pass', () => {
    const [x, w] = [ops.normal([3, 40], { seed: 1 }), ops.normal([5, 40], { seed: 2 })];
    const round = (t: Tensor) => ops.cast(ops.cast(t, 'bf16'), 'f32');
    const got = withPrecision('bf16', () => ops.linear(x, w));
    const expected = ops.linear(round(x), round(w));
    got.data.forEach((y, i) => {
      expect(y).toBeCloseTo(expected.data[i], 4);
    });
    const seen: string[] = [];
    const { kernels } = backend();
    const table = {
      ...kernels,
      matmul: ((a, b, y, args) => {
        seen.push(args.precision);
        kernels.matmul(a, b, y, args);
      }) as typeof kernels.matmul,
    };
    withKernels(table, () => {
      const f = (p: { x: Tensor; w: Tensor }) => withPrecision('bf16', () => ops.sum(ops.linear(p.x, p.w)));
      valueAndGrad(f, { x, w });
    });
    expect(seen).toEqual(['bf16', 'bf16', 'bf16']);
  });

  test('inner dimensions that differ are an error', () => {
    expect(sentences(() => ops.matmul(zeros([1, 2]), zeros([3, 1])))).toEqual([
      'shape/inner',
      'matmul: inner dimensions must be equal, got 2 and 3 (shapes [1, 2] and [3, 1])',
      'matmul：内维必须相等，得到 2 和 3（形状 [1, 2] 和 [3, 1]）',
    ]);
    expect(sentences(() => ops.linear(zeros([1, 2]), zeros([3, 2]), { bias: zeros([2]) }))[1]).toBe(
      'linear: bias must have shape [3], got [2]',
    );
  });

  test('a residual or a rounded result goes without activation, whose slope would be wrong', () => {
    const [x, w, residual] = [zeros([1, 2]), zeros([3, 2]), zeros([1, 3])];
    for (const options of [{ residual }, { rounded: true }]) {
      expect(sentences(() => ops.linear(x, w, { ...options, activation: 'relu' }))[1]).toBe(
        'linear: `activation` must be none with a residual or a rounded result, got relu',
      );
    }
  });
});

describe('attention', () => {
  test('one query against a cache equals the last row of the whole', () => {
    const [q, k, v] = [1, 2, 3].map((seed) => ops.normal([1, 6, 2, 4], { seed }));
    const whole = ops.attention(q, k, v, { causal: true });
    const one = ops.attention(ops.slice(q, 1, 5), k, v, { causal: true });
    one.data.forEach((x, i) => {
      expect(x).toBeCloseTo(ops.slice(whole, 1, 5).data[i], 6);
    });
  });

  test('a query that sees nothing gives zeros', () => {
    const x = ones([1, 2, 1, 2]);
    const masked = ops.attention(x, x, x, { causal: true, keyStart: Int32Array.of(1) });
    expect(masked.toArray()).toEqual([[[[0, 0]], [[1, 1]]]]);
  });

  test('shapes and masks that do not fit are errors', () => {
    const x = zeros([1, 2, 3, 2]);
    expect(
      sentences(() => ops.attention(x, zeros([1, 2, 2, 2]), zeros([1, 2, 2, 2]), { causal: true }))[1],
    ).toBe('attention: `heads` must be a multiple of the 2 heads of k, got 3');
    const keyStart = Int32Array.of(1, 2);
    expect(sentences(() => ops.attention(x, x, x, { causal: true, keyStart }))[1]).toBe(
      'attention: `keyStart` must be an array of 1, got an array of 2',
    );
  });
});

describe('rotary', () => {
  test('scores depend on the distance alone', () => {
    const tables = ops.rotaryTables(20, 4);
    const [q, k] = [1, 2].map((seed) => ops.normal([1, 1, 6], { seed }));
    const score = (m: number, n: number) => {
      const turned = [
        ops.rotary(q, { ...tables, positions: i32([m]) }),
        ops.rotary(k, { ...tables, positions: i32([n]) }),
      ];
      return ops.sum(ops.mul(turned[0], turned[1])).item();
    };
    expect(score(3, 1)).toBeCloseTo(score(17, 15), 4);
    expect(Math.abs(score(3, 1) - score(3, 2))).toBeGreaterThan(1e-3);
  });

  test('positions of one sequence repeat over the batch', () => {
    const tables = ops.rotaryTables(4, 2);
    const x = ops.normal([2, 3, 1, 2], { seed: 1 });
    const got = ops.rotary(x, { ...tables, positions: i32([0, 1, 2]) });
    const expected = ops.rotary(x, { ...tables, positions: i32([0, 1, 2, 0, 1, 2]) });
    expect(got.toArray()).toEqual(expected.toArray());
  });

  test('a position beyond the tables is an error', () => {
    const tables = ops.rotaryTables(4, 2);
    const turn = () => ops.rotary(zeros([1, 1, 2]), { ...tables, positions: i32([4]) });
    expect(sentences(turn)[1]).toBe('rotary: ids must be from 0 to 3, got 4 at place 0');
  });
});

describe('losses', () => {
  const logits = ops.normal([2, 3, 5], { seed: 1 });
  const targets = i32([0, 4, -1, 2, -1, 1], [2, 3]);

  test('reductions agree, and ignored targets count for nothing', () => {
    const each = ops.crossEntropy(logits, targets, { reduction: 'none' });
    expect(each.shape).toEqual([2, 3]);
    expect(each.data[2]).toBe(0);
    expect(ops.crossEntropy(logits, targets, { reduction: 'sum' }).item()).toBeCloseTo(
      ops.sum(each).item(),
      5,
    );
    expect(ops.crossEntropy(logits, targets).item()).toBeCloseTo(ops.sum(each).item() / 4, 5);
    expect(ops.negativeLogLikelihood(ops.logSoftmax(logits), targets).item()).toBeCloseTo(
      ops.crossEntropy(logits, targets).item(),
      5,
    );
  });

  test('when every target is ignored the loss and its gradient are 0', () => {
    const all = i32([-1, -1, -1, -1, -1, -1], [2, 3]);
    const { value, gradients } = valueAndGrad((x: Tensor) => ops.crossEntropy(x, all), logits);
    expect(value.item()).toBe(0);
    expect(gradients.data.every((g) => g === 0)).toBe(true);
  });

  test('the fused head gives the same loss without a gradient, and when each row is wanted', () => {
    const [x, w] = [ops.normal([2, 3, 4], { seed: 1 }), ops.normal([5, 4], { seed: 2 })];
    const plain = ops.crossEntropy(ops.linear(x, w), targets);
    expect(ops.linearCrossEntropy(x, w, targets).item()).toBeCloseTo(plain.item(), 5);
    const { value, gradients } = valueAndGrad((p: Tensor) => ops.linearCrossEntropy(x, p, targets), w);
    const expected = grad((p: Tensor) => ops.crossEntropy(ops.linear(x, p), targets), w);
    expect(value.item()).toBeCloseTo(plain.item(), 5);
    gradients.data.forEach((g, i) => {
      expect(g).toBeCloseTo(expected.data[i], 5);
    });
    expect(ops.linearCrossEntropy(x, w, targets, { reduction: 'none' }).shape).toEqual([2, 3]);
  });

  test('the fused head stores logits as bf16 where they are multiplied again in bf16', () => {
    const [x, w] = [ops.normal([2, 3, 4], { seed: 1 }), ops.normal([5, 4], { seed: 2 })];
    const { kernels } = backend();
    const stored: string[] = [];
    const table: typeof kernels = {
      ...kernels,
      crossEntropy: (logits, ...rest) => {
        stored.push(logits.constructor.name);
        kernels.crossEntropy(logits, ...rest);
      },
    };
    const loss = (p: Tensor) => ops.linearCrossEntropy(x, p, targets);
    const [inF32, inBf16, alone] = withKernels(table, () => [
      valueAndGrad(loss, w).value,
      withPrecision('bf16', () => valueAndGrad(loss, w).value),
      withPrecision('bf16', () => loss(w)),
    ]).map((value) => value.item());
    expect(stored).toEqual(['Float32Array', 'Uint16Array', 'Float32Array']);
    expect(inBf16 / inF32).toBeCloseTo(1, 2);
    expect(alone / inF32).toBeCloseTo(1, 2);
  });

  test('the fused head never holds the logits of a large batch', () => {
    const sizes: number[] = [];
    const table = wrapKernels(backend().kernels, () => undefined); // computes nothing
    const crossEntropy: typeof table.crossEntropy = (logits) => sizes.push(logits.length);
    const ids = zeros([1300], 'i32');
    withKernels({ ...table, crossEntropy }, () =>
      ops.linearCrossEntropy(zeros([1300, 1]), zeros([40_000, 1]), ids),
    );
    expect(sizes).toEqual([434, 434, 432].map((rows) => rows * 40_000));
  });

  test('a target out of range and a wrong smoothing are errors', () => {
    expect(sentences(() => ops.crossEntropy(zeros([1, 5]), i32([5])))[1]).toBe(
      'crossEntropy: ids must be from 0 to 4, got 5 at place 0',
    );
    expect(sentences(() => ops.crossEntropy(zeros([1, 5]), i32([1]), { smoothing: 2 }))[1]).toBe(
      'crossEntropy: `smoothing` must be in [0, 1], got 2',
    );
    expect(sentences(() => ops.crossEntropy(zeros([1, 5]), i32([1, 2])))[1]).toBe(
      'crossEntropy: targets must have shape [1], got [2]',
    );
  });
});

describe('random numbers', () => {
  test('uniform and normal draw the words that the random stream of the same seed draws', () => {
    const seed = 2 ** 40 + 5;
    const [u, rngU] = [ops.uniform([9], { seed, stream: 3 }), createRng(seed, [3, 0])];
    u.data.forEach((x) => {
      expect(x).toBe(Math.floor(rngU.uniform() * 2 ** 24) / 2 ** 24);
    });
    const [z, rngZ] = [ops.normal([9], { seed, stream: 3 }), createRng(seed, [3, 0])];
    z.data.forEach((x) => {
      expect(x).toBeCloseTo(rngZ.normal(), 5);
    });
  });

  test('streams differ; the same stream does not', () => {
    const draw = (stream: number) => ops.uniform([8], { seed: 1, stream }).toArray();
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('dropout drops its share, keeps the mean, and drops the same places in the gradient', () => {
    const x = ones([4000]);
    const { value, gradients } = valueAndGrad((p: Tensor) => ops.sum(ops.dropout(p, 0.25, { seed: 7 })), x);
    expect(value.item() / 4000).toBeCloseTo(1, 1);
    expect(gradients.toArray()).toEqual(ops.dropout(x, 0.25, { seed: 7 }).toArray());
    expect(ops.dropout(x, 0, { seed: 7 })).toBe(x);
    expect(sentences(() => ops.dropout(x, 1, { seed: 7 }))[1]).toBe('dropout: `p` must be in [0, 1), got 1');
  });
});

describe('element types', () => {
  test('mixing f32 and f64 is an error, and so is arithmetic on bf16', () => {
    expect(sentences(() => ops.add(zeros([1]), zeros([1], 'f64')))).toEqual([
      'dtype/rule',
      'add: needs f32, got f64; use cast()',
      'add：需要 f32，得到 f64；请用 cast() 转换',
    ]);
    expect(sentences(() => ops.exp(zeros([1], 'bf16')))[1]).toBe('exp: needs f32, got bf16; use cast()');
  });

  test('empty tensors go through', () => {
    const x = zeros([0, 3]);
    expect(ops.add(x, 1).shape).toEqual([0, 3]);
    expect(ops.sum(x).item()).toBe(0);
    expect(ops.sum(x, { axis: 0 }).toArray()).toEqual([0, 0, 0]);
    expect(ops.softmax(x).shape).toEqual([0, 3]);
    expect(ops.linear(x, zeros([2, 3])).shape).toEqual([0, 2]);
    expect(ops.concat([x, ones([1, 3])], 0).shape).toEqual([1, 3]);
  });
});
