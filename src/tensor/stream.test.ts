/** Kernels off the event loop: the same bits, timers that go on, memory that nobody writes into too early. */

import { afterEach, expect, test, vi } from 'vitest';
import { createRng } from '../rng.ts';
import { valueAndGrad } from './autodiff.ts';
import {
  aheadOfKernels,
  backend,
  behind,
  offThread,
  shareCores,
  withKernels,
  wrapKernels,
} from './backend.ts';
import { lastingScope, memoryStats, scope } from './memory.ts';
import * as ops from './ops/index.ts';
import { arange, empty, full, ones, type Tensor, tensor, zeros } from './tensor.ts';

const { native, reason } = backend();
const withAddon = test.skipIf(!native);
if (!native) console.log(`skipped: needs the addon (${reason})`);

afterEach(() => vi.restoreAllMocks());

/** A product that takes some milliseconds. */
const slow = (): Tensor => ops.matmul(full([512, 512], 0.5), full([512, 512], 0.25));

withAddon('timers and immediates go on while kernels run', async () => {
  let turns = 0;
  const tick = setInterval(() => turns++, 1);
  const result = await offThread(() => {
    let sum = slow();
    for (let i = 0; i < 30; i++) sum = ops.add(sum, slow());
    return sum;
  });
  clearInterval(tick);
  expect(turns).toBeGreaterThan(1);
  expect(result.data[0]).toBe(31 * 512 * 0.125);
});

withAddon('reading waits for what is read, and a kernel outside for all', async () => {
  let inside: Tensor | undefined;
  const done = offThread(() => {
    inside = slow();
    return ops.add(inside, 1);
  });
  expect(inside!.data[7]).toBe(64);
  expect(ops.mul(inside!, 2).data[9]).toBe(128);
  expect(ops.sum(await done).item()).toBe(512 * 512 * 65);
});

withAddon('reading in the middle of a body waits as well', async () => {
  const value = await offThread(() => {
    const x = slow();
    return x.data[3] + ops.max(ops.add(x, 1)).item();
  });
  expect(value).toBe(64 + 65);
});

withAddon(
  'memory that is given back in the body is not written by JavaScript before its last kernel',
  async () => {
    const memory = lastingScope();
    const results = memory.run(() => [empty([1 << 20]), empty([1 << 20])]);
    memory.end(); // the pool now holds what the body will take and give back
    expect(results.length).toBe(2);
    let outcome: Tensor | undefined;
    const done = offThread(() => {
      for (let i = 0; i < 8; i++) slow();
      outcome = scope(() => ops.sum(ops.mul(full([1 << 20], 1), 3)));
      return arange(1 << 20, 'f32');
    });
    scope(() => {
      for (let i = 0; i < 4; i++) empty([1 << 20]).data.fill(-1000);
      tensor(new Float32Array(1 << 20).fill(-7));
    });
    const places = await done;
    expect(outcome!.item()).toBe(3 * (1 << 20));
    expect(places.data[12345]).toBe(12345);
  },
);

withAddon('random programs give the same bits in line as at once', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const program = (): Tensor[] => randomProgram(seed);
    const atOnce = program().map((x) => Array.from(x.data));
    const inLine = await offThread(program);
    expect(inLine.map((x) => Array.from(x.data))).toEqual(atOnce);
    expect(aheadOfKernels(program).map((x) => Array.from(x.data))).toEqual(atOnce);
  }
});

/** Ops on a growing list of tensors, some of them in scopes, some on f64 (which TypeScript computes), some that read. */
function randomProgram(seed: number): Tensor[] {
  const rng = createRng(seed);
  const list: Tensor[] = [ops.normal([6, 6], { seed }), full([6, 6], 0.5), ones([6, 6])];
  const pick = (): Tensor => list[rng.integer(list.length)];
  const steps: (() => Tensor)[] = [
    () => ops.matmul(pick(), pick()),
    () => scope(() => ops.softmax(ops.add(ops.mul(pick(), 2), pick()))),
    () => ops.cast(ops.mul(ops.cast(pick(), 'f64'), 3), 'f32'),
    () => ops.affine(pick(), Math.sign(pick().data[rng.integer(36)]), 1),
    () =>
      ops.add(
        pick(),
        tensor(
          Float32Array.from({ length: 36 }, (_, i) => i / 36),
          { shape: [6, 6] },
        ),
      ),
    () => ops.embedding(pick(), ops.argmax(pick())),
    () => ops.transpose(ops.layerNorm(pick())),
    () => scope(() => valueAndGrad((x: Tensor) => ops.mean(ops.square(ops.gelu(x))), pick()).gradients),
  ];
  for (let i = 0; i < 25; i++) list.push(steps[rng.integer(steps.length)]());
  return list.slice(-3);
}

withAddon('an error ends the piece, and the next one works', async () => {
  const failing = offThread(() => {
    slow();
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect((await offThread(() => ops.add(ones([3]), 1))).toArray()).toEqual([2, 2, 2]);
});

withAddon('two pieces at once, and one inside another, are done in their order', async () => {
  const x = zeros([4]);
  const add = (value: number) => () =>
    backend().kernels.axpy(full([4], value).data as Float32Array, x.data as Float32Array, 1);
  const first = offThread(() => {
    const a = slow();
    void offThread(add(1));
    return a;
  });
  const second = offThread(() => ops.mul(x, 10));
  expect((await second).toArray()).toEqual([10, 10, 10, 10]);
  expect((await first).data[0]).toBe(64);
});

withAddon(
  'a body that runs ahead is done when it returns, fails or not, alone or beside another',
  async () => {
    const out = new Float64Array(2);
    const squares = (place: number) => () => {
      const x = slow();
      backend().kernels.sumSquares(x.operand as Float32Array, out, place);
      return x;
    };
    const piece = offThread(squares(0));
    expect(aheadOfKernels(() => aheadOfKernels(squares(1))).data[0]).toBe(64);
    expect([...out]).toEqual([64 * 64 * 512 * 512, 64 * 64 * 512 * 512]);
    expect((await piece).data[511]).toBe(64);
    const failing = () =>
      aheadOfKernels(() => {
        squares(0)();
        throw new Error('on purpose');
      });
    out.fill(0);
    expect(failing).toThrow('on purpose');
    expect(out[0]).toBe(64 * 64 * 512 * 512);
    expect(ops.add(ones([3]), 1).toArray()).toEqual([2, 2, 2]);
  },
);

withAddon('what is left behind runs before what comes next, and whoever reads it waits', async () => {
  const { settleStream } = native!.stream;
  if (backend().threads > 1) {
    // Were it waited for, this test would not end.
    vi.spyOn(native!.stream, 'settleStream').mockImplementationOnce(() => {
      void settleStream();
      return new Promise(() => {});
    });
  }
  const x = zeros([4]);
  const addSlowly = () =>
    behind(() => {
      const product = slow();
      const some = product.operand.subarray(0, 4) as Float32Array;
      backend().kernels.axpy(some, x.operand as Float32Array, 1);
      return product;
    });
  const product = await addSlowly();
  expect((await offThread(() => ops.mul(x, 2))).toArray()).toEqual([128, 128, 128, 128]);
  expect(product.data[5]).toBe(64);
  await addSlowly();
  expect(x.toArray()).toEqual([128, 128, 128, 128]);
  const failing = behind(() => {
    void addSlowly();
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(x.toArray()).toEqual([192, 192, 192, 192]);
});

withAddon('where cores are shared, nothing runs ahead', () => {
  const opened = vi.spyOn(native!.stream, 'openStream');
  shareCores(true);
  try {
    expect(aheadOfKernels(slow).data[0]).toBe(64);
  } finally {
    shareCores(false);
  }
  expect(opened).not.toHaveBeenCalled();
});

test('with other kernels in place the body simply runs', async () => {
  const seen: string[] = [];
  const table = wrapKernels(backend().kernels, (name, call) => {
    seen.push(name);
    return call();
  });
  const x = ones([2]);
  const sum = await withKernels(table, () => offThread(() => ops.add(x, x)));
  expect(sum.toArray()).toEqual([2, 2]);
  expect(seen).toEqual(['binary']);
});

test('a scope that is entered twice keeps what was made in it until it ends, and leaves others alone', () => {
  const memory = lastingScope();
  const first = memory.run(() => full([1000], 1));
  const other = scope(() => full([1000], 2));
  const second = memory.run(() => ops.add(first, other));
  expect(second.data[999]).toBe(3);
  memory.end();
  expect(() => first.data).toThrow();
  expect(other.data[0]).toBe(2);
  expect(memoryStats().liveBytes).toBe(0);
});
