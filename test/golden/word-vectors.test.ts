/** One step of Word2Vec and of GloVe moves every vector as PyTorch's gradients say, with the fast kernels and with the clear ones. */

import { describe, expect, test } from 'vitest';
import { type GloveState, gloveStep } from '../../src/train/index.ts';
import {
  inputRow,
  memoryBytes,
  outputRow,
  predictions,
  type SamplingPlan,
} from '../../src/train/word-vectors/negative-sampling.ts';
import { fastKernels, plainKernels, sharedMemory } from '../../src/train/word-vectors/vector-kernels.ts';
import { readGolden } from './model-golden.ts';

interface Golden {
  readonly size: number;
  readonly lr: number;
  readonly inputs: number[][];
  readonly outputs: number[][];
  readonly sampling: readonly {
    readonly context: number[];
    readonly target: number;
    readonly negatives: number[];
    readonly inputs: number[][];
    readonly outputs: number[][];
  }[];
  readonly glove: readonly {
    readonly first: number;
    readonly second: number;
    readonly weight: number;
    readonly loss: number;
    readonly main: number[][];
    readonly context: number[][];
    readonly squares: number[][];
  }[];
}

const golden = readGolden<Golden>('word-vectors');
const { size, lr } = golden;
const plan: SamplingPlan = {
  ...{ method: 'cbow', words: golden.inputs.length, size, rowBytes: 64, window: 5, negatives: 5 },
  ...{ epochs: 1, lr, seed: 0, threads: 2 },
};

const expectClose = (own: ArrayLike<number>, expected: readonly number[]): void => {
  expect(own).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(own[i] - value)).toBeLessThan(2e-7);
  });
};

describe.each([
  ['fast', fastKernels],
  ['plain', plainKernels],
] as const)('%s kernels', (_, kernelsOf) => {
  test.each(golden.sampling)('$context predict $target against $negatives', (step) => {
    const memory = sharedMemory(memoryBytes(plan));
    const values = new Float32Array(memory.buffer);
    const row = (at: number): Float32Array => values.subarray(at / 4, at / 4 + size);
    golden.inputs.forEach((vector, word) => {
      row(inputRow(plan, word)).set(vector);
    });
    golden.outputs.forEach((vector, word) => {
      row(outputRow(plan, word)).set(vector);
    });
    // The target among the negatives is passed over.
    const negatives = [...step.negatives, step.target];
    const by = predictions(kernelsOf(memory), plan, { memory, thread: 1, negatives });
    if (step.context.length > 1) by.mean(step.context, step.target, lr);
    else by.one(step.context[0], step.target, lr);
    step.inputs.forEach((vector, word) => {
      expectClose(row(inputRow(plan, word)), vector);
    });
    step.outputs.forEach((vector, word) => {
      expectClose(row(outputRow(plan, word)), vector);
    });
    // The scratch rows are as they were: nothing of this step enters the next.
    expect(values.subarray((2 * plan.words * plan.rowBytes) / 4).every((value) => value === 0)).toBe(true);
  });
});

describe('GloVe', () => {
  test.each(golden.glove)('the pair $first, $second seen $weight times', (step) => {
    const state: GloveState = {
      size: size - 1,
      main: Float32Array.from(golden.inputs.flat()),
      context: Float32Array.from(golden.outputs.flat()),
      mainSquares: new Float32Array(golden.inputs.length * size).fill(1),
      contextSquares: new Float32Array(golden.inputs.length * size).fill(1),
    };
    expect(gloveStep(state, step, { lr: 0, xMax: 10 })).toBeCloseTo(step.loss, 6);
    expect([...state.main]).toEqual(golden.inputs.flat());
    expect(gloveStep(state, step, { lr, xMax: 10 })).toBeCloseTo(step.loss, 6);
    expectClose(state.main, step.main.flat());
    expectClose(state.context, step.context.flat());
    step.squares.flat().forEach((value, i) => {
      expect(state.mainSquares[i]).toBeCloseTo(value, 5);
    });
  });
});
