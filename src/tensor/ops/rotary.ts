/** Rotary position embedding (Su et al. 2021). */

import { fail } from '../errors.ts';
import { defineOp } from '../op.ts';
import { empty, type Tensor } from '../tensor.ts';
import {
  floats,
  ints,
  productOperand,
  requireIds,
  requireOption,
  requireShape,
  storedType,
} from './check.ts';
import { idSample, normalSample } from './samples.ts';

/** The tables are constants: no gradient flows to them. */
export interface RotaryAttrs {
  readonly positions: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly interleaved: boolean;
  readonly inverse: boolean;
  /** How many heads of each row turn. */
  readonly turning: number;
}

export const rotaryOps = {
  rotary: defineOp<RotaryAttrs>({
    name: 'rotary',
    doc: 'turns pairs of features (x₁, x₂) to (x₁·cos − x₂·sin, x₂·cos + x₁·sin) by the row of their position',
    outputs: ([x], { positions, cos, sin, turning }) => {
      const [heads, headSize] = x.shape.slice(-2);
      if (x.shape.length < 3) {
        throw fail('shape/rank', { op: 'rotary', name: 'x', expected: '[…, heads, headSize]', got: x.shape });
      }
      requireShape('rotary', 'sin', cos.shape, sin.shape);
      const rotarySize = 2 * cos.shape[1];
      requireOption(
        'rotary',
        'cos',
        rotarySize <= headSize,
        `of at most ${headSize / 2} columns`,
        cos.shape[1],
      );
      requireOption('rotary', 'turning', turning <= heads, `at most the ${heads} heads`, turning);
      const rows = x.size / (heads * headSize);
      if (positions.size === 0 || rows % positions.size !== 0)
        requireShape('rotary', 'positions', [rows], positions.shape);
      requireIds('rotary', positions, cos.shape[0]);
      return [{ shape: x.shape, dtype: storedType('rotary', x) }];
    },
    run: (kernels, [x], [y], { positions, cos, sin, ...rest }) => {
      const [heads, headSize] = x.shape.slice(-2);
      const rows = x.size / (heads * headSize);
      const rotarySize = 2 * cos.shape[1];
      const args = { ...rest, rows, heads, headSize, rotarySize };
      kernels.rotary(productOperand(x), ints(positions), floats(cos), floats(sin), productOperand(y), args);
    },
    // A rotation's transpose turns back.
    gradient: ({ grads: [g], attrs }) => [turn(g!, { ...attrs, inverse: !attrs.inverse })],
    samples: () => {
      const tables = rotaryTables(9, 4);
      const attrs = {
        ...tables,
        positions: idSample([6], 9),
        interleaved: false,
        inverse: false,
        turning: 2,
      };
      return [
        { inputs: [normalSample([2, 3, 2, 4])], attrs },
        { inputs: [normalSample([12, 1, 7], 2)], attrs: { ...attrs, turning: 1 } },
        { inputs: [normalSample([6, 4, 4], 4)], attrs },
        { inputs: [normalSample([6, 2, 6], 3)], attrs: { ...attrs, interleaved: true, inverse: true } },
      ];
    },
  }),
};

const turn = (x: Tensor, attrs: RotaryAttrs): Tensor => rotaryOps.rotary([x], attrs)[0];

/** Stretches the angles of a model trained on shorter text. */
export type RotaryScaling =
  /** Positions divided by a factor (Chen et al. 2023). */
  | { readonly kind: 'linear'; readonly factor: number }
  /** A larger base: slow turns are stretched, fast ones kept (bloc97 2023, "NTK-aware"). */
  | { readonly kind: 'ntk'; readonly factor: number }
  /** Wavelengths beyond `originalContext`/lowFrequency are divided, short ones kept, smooth between (Llama 3.1). */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequency: number;
      readonly highFrequency: number;
      readonly originalContext: number;
    }
  | YarnScaling;

/**
 * Frequencies that turn often within the context they were trained on are kept, those that do not come around are divided, with
 * a ramp between; and scores grow sharper (Peng et al. 2024, arXiv 2309.00071).
 */
export interface YarnScaling {
  readonly kind: 'yarn';
  readonly factor: number;
  /** The context that was trained on, in tokens. */
  readonly originalContext: number;
  /** Turns within it from which on a frequency is kept: β. Default 32. */
  readonly fastTurns?: number;
  /** Turns up to which it is divided: α. Default 1. */
  readonly slowTurns?: number;
  /** Queries and keys are multiplied by it. Default 0.1·ln(factor) + 1. */
  readonly attentionFactor?: number;
}

export interface RotaryTableOptions {
  /** Default 10,000. */
  readonly base?: number;
  readonly scaling?: RotaryScaling;
}

/** cos and sin [positions, rotarySize/2] of position·base^(−2i/rotarySize), stretched and, by YaRN, enlarged. */
export function rotaryTables(
  positions: number,
  rotarySize: number,
  { base = 10_000, scaling }: RotaryTableOptions = {},
): { readonly cos: Tensor<'f32'>; readonly sin: Tensor<'f32'> } {
  requireOption(
    'rotaryTables',
    'rotarySize',
    rotarySize > 0 && rotarySize % 2 === 0,
    'even and positive',
    rotarySize,
  );
  if (scaling)
    requireOption('rotaryTables', 'scaling.factor', scaling.factor >= 1, 'at least 1', scaling.factor);
  const half = rotarySize / 2;
  const size = rotaryMagnitude(scaling);
  const cos = empty([positions, half]);
  const sin = empty([positions, half]);
  for (let i = 0; i < half; i++) {
    const frequency = rotaryFrequency(i, rotarySize, base, scaling);
    for (let p = 0; p < positions; p++) {
      cos.data[p * half + i] = size * Math.cos(p * frequency);
      sin.data[p * half + i] = size * Math.sin(p * frequency);
    }
  }
  return { cos, sin };
}

/** What pair i of `size` features turns by from one position to the next: radians. */
export function rotaryFrequency(i: number, size: number, base: number, scaling?: RotaryScaling): number {
  const frequency = base ** ((-2 * i) / size);
  if (!scaling) return frequency;
  if (scaling.kind === 'linear') return frequency / scaling.factor;
  if (scaling.kind === 'ntk') return (base * scaling.factor ** (size / (size - 2))) ** ((-2 * i) / size);
  if (scaling.kind === 'yarn') {
    const kept = 1 - yarnRamp(i, size, base, scaling);
    return frequency * (kept + (1 - kept) / scaling.factor);
  }
  const { factor, lowFrequency, highFrequency, originalContext } = scaling;
  const turns = (originalContext * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)));
  return frequency * (kept + (1 - kept) / factor);
}

/** 0 for pairs that are kept, 1 for those that are divided. Its ends are whole pairs, as in the paper's code. */
function yarnRamp(i: number, size: number, base: number, scaling: YarnScaling): number {
  const { originalContext, fastTurns = 32, slowTurns = 1 } = scaling;
  const pairOf = (turns: number): number =>
    (size * Math.log(originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(Math.floor(pairOf(fastTurns)), 0);
  const high = Math.min(Math.ceil(pairOf(slowTurns)), size - 1);
  return Math.min(1, Math.max(0, (i - low) / (high === low ? 0.001 : high - low)));
}

/** What queries and keys are multiplied by. */
function rotaryMagnitude(scaling: RotaryScaling | undefined): number {
  if (scaling?.kind !== 'yarn') return 1;
  return scaling.attentionFactor ?? 0.1 * Math.log(scaling.factor) + 1;
}

export interface RotaryOptions {
  /** i32, one for each row of x; fewer repeat over the batch. */
  readonly positions: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
  /** Pairs (2i, 2i+1) as in GPT-J, not (i, i + half) as in LLaMA. */
  readonly interleaved?: boolean;
  /** How many heads turn, the others pass through. Default: all. */
  readonly turning?: number;
}

/** x [..., heads, headSize], floats or bf16, with each row turned to its position. The first 2·(columns of cos) features turn. */
export function rotary(x: Tensor, options: RotaryOptions): Tensor {
  const { positions, cos, sin, interleaved = false, turning = x.shape.at(-2) ?? 0 } = options;
  return turn(x, { positions, cos, sin, interleaved, turning, inverse: false });
}
