/**
 * The network that draws: patches of what lies between noise and a picture look at each other and at the words of a prompt (DiT, Peebles
 * & Xie 2023; with cross attention as PixArt-α, Chen et al. 2023). The time and the prompt as a whole move and scale what each part
 * reads, and open and close what it writes; at first everything is closed (adaLN-Zero). It guesses the picture, not the velocity: the
 * noise of a patch has more numbers than a small network's states, a picture's patches have less in them (Li & He 2025, "Back to Basics:
 * Let Denoising Generative Models Denoise").
 * Shapes: B pictures of P patches with C numbers each, T tokens of a prompt, D = width.
 */

import { type EncoderConfig, encode, encoderSpec } from '../models/index.ts';
import {
  attendMemory,
  attentionSpec,
  crossAttentionSpec,
  crossMemory,
  ffnSpec,
  type Initializer,
  linearSpec,
  normalInit,
  normSpec,
  ParameterSpec,
  type Parameters,
  runAttention,
  runCrossAttention,
  runFfn,
  runLinear,
  runNorm,
  zerosInit,
} from '../nn/index.ts';
import {
  add,
  affine,
  attention,
  attentionPacked,
  fromArray,
  layerNorm,
  mul,
  reshape,
  silu,
  split,
  sub,
  type Tensor,
} from '../tensor/index.ts';
import { idRows, tokenMeans } from './captions.ts';
import { type ImageEncoderConfig, patchBlock } from './image-encoder.ts';

const COLOURS = 3;
/** Waves that a time is told by, each as sine and cosine, and the fastest of them; the slowest is 1. */
const TIME_WAVES = 16;
const FASTEST_WAVE = 100;
/** The longest of the waves that tell places apart, in places. */
const LONGEST_WAVE = 100;

/** Numbers of a patch. */
export const patchNumbers = ({ patch }: Pick<ImageEncoderConfig, 'patch'>): number => COLOURS * patch * patch;

/** Sines and cosines of the row and of the column in turn (DiT's two-dimensional positions): [places, width]. */
const gridInit =
  (side: number): Initializer =>
  ([places, width]) => {
    const table = Float32Array.from({ length: places * width }, (_, i) => {
      const [place, number] = [Math.floor(i / width), i % width];
      const along = number % 2 === 0 ? Math.floor(place / side) : place % side;
      const wave = LONGEST_WAVE ** (-Math.floor(number / 4) / Math.max(1, width / 4));
      return (number >> 1) % 2 === 0 ? Math.sin(along * wave) : Math.cos(along * wave);
    });
    return fromArray(table, [places, width], 'f32');
  };

/** The tree of parameter shapes and initialisers; the sizes are those of an encoder of patches. */
export function painterSpec(config: ImageEncoderConfig, text: EncoderConfig) {
  const { width, layers, size, patch } = config;
  const side = size / patch;
  const numbers = patchNumbers(config);
  const { attention: look, ffn, norm } = patchBlock(config);
  const init = normalInit(1 / Math.sqrt(width));
  const outputInit = normalInit(1 / Math.sqrt(3 * layers * width));
  const closed = (outputs: number) => linearSpec(width, outputs, { init: zerosInit, bias: true });
  const affineMap = (inputs: number) =>
    linearSpec(inputs, width, { init: normalInit(1 / Math.sqrt(inputs)), bias: true });
  return {
    text: encoderSpec(text, { std: 1 / Math.sqrt(width) }),
    patches: affineMap(numbers),
    positions: new ParameterSpec([side * side, width], gridInit(side)),
    time: { up: affineMap(2 * TIME_WAVES), down: affineMap(width) },
    prompt: affineMap(width),
    blocks: Array.from({ length: layers }, () => ({
      modulation: closed(6 * width),
      attention: attentionSpec(look, init, outputInit),
      crossNorm: normSpec(width, norm),
      cross: crossAttentionSpec(look, init, outputInit),
      ffn: ffnSpec(ffn, init, outputInit),
    })),
    last: { modulation: closed(2 * width), output: closed(numbers) },
  };
}

export type PainterParams = Parameters<ReturnType<typeof painterSpec>>;

/** Prompts as the network reads them. */
export interface Prompts {
  /** [B, T, D]; what stands behind a prompt's own tokens means nothing. */
  readonly states: Tensor;
  readonly lengths: readonly number[];
  /** Each as a whole: [B, D]. */
  readonly means: Tensor;
}

/** Reads prompts, which are rows of ids. */
export function readPrompts(
  params: PainterParams,
  text: EncoderConfig,
  rows: readonly (readonly number[])[],
): Prompts {
  const lengths = rows.map(({ length }) => length);
  const states = encode(params.text, text, idRows(rows, 0), { lengths });
  return { states, lengths, means: tokenMeans(states, lengths) };
}

/** Times as sines and cosines: [B, 2·waves]. */
export function timeWaves(times: Float32Array): Tensor {
  const numbers = 2 * TIME_WAVES;
  const table = Float32Array.from({ length: times.length * numbers }, (_, i) => {
    const wave = i % numbers;
    const angle = times[Math.floor(i / numbers)] * FASTEST_WAVE ** ((wave % TIME_WAVES) / (TIME_WAVES - 1));
    return wave < TIME_WAVES ? Math.sin(angle) : Math.cos(angle);
  });
  return fromArray(table, [times.length, numbers], 'f32');
}

/** x·(1 + scale) + shift of x normalised over its last axis. */
const modulated = (x: Tensor, shift: Tensor, scale: Tensor): Tensor =>
  add(mul(layerNorm(x), affine(scale, 1, 1)), shift);

/** Patches x [B, P, C] on the way to a picture, their times, one for each of B, and what the picture shall show. */
export interface Painting {
  readonly x: Tensor;
  readonly times: Float32Array;
  readonly prompts: Prompts;
}

/** How near the end is for the velocity, at the nearest: a guess that is off by little must not weigh without bounds. */
const NEAREST_END = 0.05;

/** The velocity that leads each of B to the guessed picture at time 1: (guess − x) / (1 − time), [B, P, C]. */
export function paintVelocity(params: PainterParams, config: ImageEncoderConfig, painting: Painting): Tensor {
  const { x, times } = painting;
  const rates = times.map((time) => 1 / Math.max(NEAREST_END, 1 - time));
  return mul(sub(guessPicture(params, config, painting), x), fromArray(rates, [times.length, 1, 1], 'f32'));
}

/** The picture that x will be, as it is now likeliest: [B, P, C]. */
function guessPicture(
  params: PainterParams,
  config: ImageEncoderConfig,
  { x, times, prompts }: Painting,
): Tensor {
  const { attention: look, ffn, norm } = patchBlock(config);
  const { width } = config;
  const masks = { causal: false, scale: 1 / Math.sqrt(look.headSize) };
  const attend = Object.assign((q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, masks), {
    packed: (qkv: Tensor, count: number) => attentionPacked(qkv, { ...masks, heads: count }),
  });
  const time = runLinear(params.time.down, silu(runLinear(params.time.up, timeWaves(times))));
  const whole = silu(add(time, runLinear(params.prompt, prompts.means)));
  /** What the time and the prompt ask of a part: so many rows of [B, 1, D]. */
  const asked = (map: PainterParams['last']['modulation'], count: number): Tensor[] =>
    split(reshape(runLinear(map, whole), [times.length, 1, count * width]), Array(count).fill(width), 2);
  let states = add(runLinear(params.patches, x), params.positions);
  for (const block of params.blocks) {
    const [shift, scale, gate, ffnShift, ffnScale, ffnGate] = asked(block.modulation, 6);
    const mixed = runAttention(block.attention, modulated(states, shift, scale), look, { attend });
    states = add(states, mul(mixed, gate));
    const memory = crossMemory(block.cross, prompts.states, look, { end: prompts.lengths });
    const question = runNorm(block.crossNorm, states, norm);
    states = runCrossAttention(block.cross, question, attendMemory(memory, look), look, states);
    const fed = runFfn(block.ffn, modulated(states, ffnShift, ffnScale), ffn.activation);
    states = add(states, mul(fed, ffnGate));
  }
  const [shift, scale] = asked(params.last.modulation, 2);
  return runLinear(params.last.output, modulated(states, shift, scale));
}
