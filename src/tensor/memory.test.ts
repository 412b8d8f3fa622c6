/** Scopes and the pool: what is given back, what is kept, and that a steady loop takes nothing new. */

import { describe, expect, test } from 'vitest';
import { valueAndGrad } from './autodiff.ts';
import { backend } from './backend.ts';
import { memoryStats, openScope, outsideScopes, resetPeak, scope, trimPool } from './memory.ts';
import { add, linear, linearCrossEntropy, normal, rmsNorm } from './ops/index.ts';
import { empty, full, ones, type Tensor, zeros } from './tensor.ts';

describe('a scope', () => {
  test('gives back what was made inside, and keeps what is returned', () => {
    let inner: Tensor | undefined;
    const kept = scope(() => {
      inner = ones([3]);
      return { sum: add(inner, 1), list: [zeros([2])] };
    });
    expect(kept.sum.toArray()).toEqual([2, 2, 2]);
    expect(kept.list[0].toArray()).toEqual([0, 0]);
    expect(() => inner!.data).toThrow(/scope has ended/);
  });

  test('hands what it keeps to the scope around it', () => {
    let middle: Tensor | undefined;
    scope(() => {
      middle = scope(() => ones([4]));
      expect(middle.toArray()).toEqual([1, 1, 1, 1]);
    });
    expect(() => middle!.data).toThrow(/scope has ended/);
  });

  test('gives everything back when the body throws', () => {
    const { liveBytes } = memoryStats();
    expect(() =>
      scope(() => {
        empty([1000]);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(memoryStats().liveBytes).toBe(liveBytes);
  });

  test('lets outsideScopes make what lives on', () => {
    const kept: Tensor[] = [];
    scope(() => {
      kept.push(outsideScopes(() => ones([2])));
    });
    expect(kept[0].toArray()).toEqual([1, 1]);
  });

  test('must be synchronous', () => {
    expect(() => scope(async () => ones([1]))).toThrow(/must be synchronous/);
  });
});

describe('an open scope', () => {
  test('ends with its block and keeps what it is given', () => {
    const open = openScope();
    const [a, b] = [ones([2]), ones([2])];
    open.end({ a });
    expect(a.toArray()).toEqual([1, 1]);
    expect(() => b.data).toThrow(/scope has ended/);
    open.end();
  });

  test('must end before the one around it', () => {
    const outer = openScope();
    const inner = openScope();
    expect(() => outer.end()).toThrow(/reverse order/);
    inner.end();
    outer.end();
  });
});

describe('the pool', () => {
  test('gives a released buffer to the next tensor of a near size', () => {
    trimPool();
    const first = scope(() => {
      full([1000], 7);
      return memoryStats().allocations;
    });
    scope(() => empty([990]));
    expect(memoryStats().allocations).toBe(first);
  });

  test('counts live and peak bytes', () => {
    resetPeak();
    const before = memoryStats();
    scope(() => {
      scope(() => {
        empty([100_000]);
      });
      expect(memoryStats().liveBytes).toBe(before.liveBytes);
    });
    const grown = memoryStats().peakBytes - before.liveBytes;
    expect(grown).toBeGreaterThanOrEqual(400_000);
    expect(grown).toBeLessThan(450_000);
  });

  test('a training step in steady state takes nothing new from the system', () => {
    const params = {
      up: normal([32, 8], { seed: 1 }),
      down: normal([8, 32], { seed: 2 }),
      head: normal([50, 8], { seed: 3 }),
    };
    const x = normal([16, 8], { seed: 4 });
    const targets = zeros([16], 'i32');
    const step = () =>
      scope(() => {
        const loss = (p: typeof params) => {
          const hidden = linear(linear(rmsNorm(x), p.up, { activation: 'gelu' }), p.down);
          return linearCrossEntropy(add(x, hidden), p.head, targets);
        };
        return valueAndGrad(loss, params).value.item();
      });
    const losses = [step(), step(), step()];
    const taken = () => [memoryStats().allocations, backend().native?.addon.nativeAllocations()];
    const before = taken();
    for (let i = 0; i < 5; i++) losses.push(step());
    expect(taken()).toEqual(before);
    expect(new Set(losses).size).toBe(1);
  });
});

test.skipIf(!backend().native)('buffers begin with a cache line, from the pool as well', () => {
  const { misalignment } = backend().native!.memory;
  for (let round = 0; round < 2; round++) {
    scope(() => {
      for (const count of [7, 100_003, 1_000_003]) {
        const { buffer, byteOffset, byteLength } = empty([count]).data;
        expect(byteLength).toBe(4 * count);
        expect((misalignment(buffer as ArrayBuffer) + byteOffset) % 64).toBe(0);
      }
    });
  }
});
