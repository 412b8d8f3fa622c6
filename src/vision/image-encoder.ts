/**
 * What a model sees of a picture, place by place: a convolutional network (LeCun et al. 1989), or patches that look at each other
 * (Vision Transformer, Dosovitskiy et al. 2021). Shapes: B pictures of size S, P places, D = width.
 */

import {
  type BlockConfig,
  blockSpec,
  convolution2dSpec,
  normalInit,
  normSpec,
  ParameterSpec,
  type Parameters,
  pool2d,
  runBlock,
  runConvolution2d,
  runNorm,
} from '../nn/index.ts';
import { add, attention, relu, reshape, type Tensor } from '../tensor/index.ts';
import { fail, requireWhole } from './errors.ts';
import { limits } from './limits.ts';

export const imageEncoderKinds = ['cnn', 'patches'] as const;

/** A complete config; plain data. */
export interface ImageEncoderConfig {
  readonly kind: (typeof imageEncoderKinds)[number];
  /** Pixels of a side. */
  readonly size: number;
  /** Numbers of a place's state. */
  readonly width: number;
  /** Convolutions, each with a pooling to half the size; or Transformer blocks. */
  readonly layers: number;
  /** Of `patches`: heads of attention, and pixels of a patch's side. */
  readonly heads: number;
  readonly patch: number;
}

/** Checks options and fills the defaults; a complete config passes through unchanged. @throws where one is out of range */
export function imageEncoderConfig(options: Partial<ImageEncoderConfig> = {}): ImageEncoderConfig {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const config = { kind: 'cnn', size: 32, width: 64, layers: 3, heads: 4, patch: 4, ...given } as const;
  const { kind, size, width, layers, heads, patch } = config as ImageEncoderConfig;
  if (!imageEncoderKinds.includes(kind)) {
    const [rule, zhRule] = ['cnn or patches', '为 cnn 或 patches'];
    throw fail('vision/option', { option: 'encoder', rule, zhRule, got: kind });
  }
  requireWhole('size', size, 8, limits.imageSize);
  requireWhole('width', width, 1, limits.width);
  // A picture that is halved more often than it can be has no places left.
  requireWhole('layers', layers, 1, kind === 'cnn' ? Math.floor(Math.log2(size)) : limits.layers);
  requireWhole('heads', heads, 1, width);
  if (width % heads) throw notWhole('heads', `a divisor of ${width}`, `整除 ${width}`, heads);
  requireWhole('patch', patch, 1, kind === 'cnn' ? limits.imageSize : size);
  if (kind === 'patches' && size % patch)
    throw notWhole('patch', `a divisor of ${size}`, `整除 ${size}`, patch);
  return { kind, size, width, layers, heads, patch };
}

const notWhole = (option: string, rule: string, zhRule: string, got: number) =>
  fail('vision/option', { option, rule, zhRule, got });

/** Places of a side of what the encoder gives. */
const placesOf = ({ kind, size, layers, patch }: ImageEncoderConfig): number =>
  kind === 'cnn' ? Math.floor(size / 2 ** layers) : size / patch;

const NORM = { kind: 'layerNorm', bias: true, eps: 1e-5 } as const;

/** Filters of each convolution: the last has `width`, the one before half as many, and so on. */
const filtersOf = ({ width, layers }: ImageEncoderConfig): number[] =>
  Array.from({ length: layers }, (_, i) =>
    i === layers - 1 ? width : Math.max(8, width >> (layers - 1 - i)),
  );

/** A block of patches that look at each other. */
export const patchBlock = ({ width, heads }: Pick<ImageEncoderConfig, 'width' | 'heads'>): BlockConfig => ({
  kind: 'preNorm',
  attention: {
    width,
    heads,
    kvHeads: heads,
    headSize: width / heads,
    inputBias: true,
    outputBias: true,
  },
  ffn: { width, size: 4 * width, activation: 'gelu', bias: true },
  norm: NORM,
});

const COLOURS = 3;
/** Pixels of a side of a filter of the convolutional network. */
const FILTER = 3;

/** The tree of parameter shapes and initialisers. Both kinds have a learned vector for each place. */
export function imageEncoderSpec(config: ImageEncoderConfig) {
  const { kind, width, layers, patch } = config;
  const places = placesOf(config) ** 2;
  const positions = new ParameterSpec([places, width], normalInit(0.02));
  const filters = (inputs: number, outputs: number, size: number) =>
    convolution2dSpec(inputs, outputs, size, { init: normalInit(Math.sqrt(2 / (size * size * inputs))) });
  const convolutions = filtersOf(config).map((outputs, i, all) => ({
    ...filters(i === 0 ? COLOURS : all[i - 1], outputs, FILTER),
    norm: normSpec(outputs, NORM),
  }));
  const init = normalInit(1 / Math.sqrt(width));
  const outputInit = normalInit(1 / Math.sqrt(2 * layers * width));
  const parts: {
    convolutions?: typeof convolutions;
    patches?: ReturnType<typeof filters>;
    blocks?: ReturnType<typeof blockSpec>[];
  } =
    kind === 'cnn'
      ? { convolutions }
      : {
          patches: filters(COLOURS, width, patch),
          blocks: Array.from({ length: layers }, () => blockSpec(patchBlock(config), init, outputInit)),
        };
  return { ...parts, positions, norm: normSpec(width, NORM) };
}

export type ImageEncoderParams = Parameters<ReturnType<typeof imageEncoderSpec>>;

/** Is shown what each layer answers, as pictures [B, height, width, filters]. */
export type LookAtMaps = (maps: Tensor, layer: number) => void;

/** Pictures x [B, S, S, 3] from −1 to 1 → states of their places, row by row from the top: [B, P, D]. */
export function encodeImages(
  params: ImageEncoderParams,
  config: ImageEncoderConfig,
  x: Tensor,
  look?: LookAtMaps,
): Tensor {
  const states = config.kind === 'cnn' ? convolve(params, x, look) : mixPatches(params, config, x, look);
  return runNorm(params.norm, states, NORM);
}

function convolve({ convolutions, positions }: ImageEncoderParams, x: Tensor, look?: LookAtMaps): Tensor {
  let maps = x;
  convolutions!.forEach(({ norm, ...filters }, layer) => {
    const answers = relu(runNorm(norm, runConvolution2d(filters, maps, { padding: (FILTER - 1) / 2 }), NORM));
    look?.(answers, layer);
    maps = pool2d(answers, 2);
  });
  return withPlaces(maps, positions);
}

function mixPatches(
  { patches, blocks, positions }: ImageEncoderParams,
  config: ImageEncoderConfig,
  x: Tensor,
  look?: LookAtMaps,
): Tensor {
  const { patch: stride, width, heads } = config;
  let states = withPlaces(runConvolution2d(patches!, x, { stride }), positions);
  const masks = { causal: false, scale: 1 / Math.sqrt(width / heads) };
  const attend = (q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, masks);
  blocks!.forEach((block, layer) => {
    states = runBlock(block, states, patchBlock(config), { attend });
    const side = placesOf(config);
    look?.(reshape(states, [states.shape[0], side, side, width]), layer);
  });
  return states;
}

/** The grid [B, h, w, D] as a row of places, each with its own vector added. */
function withPlaces(grid: Tensor, positions: Tensor): Tensor {
  const [batch, height, width, size] = grid.shape;
  return add(reshape(grid, [batch, height * width, size]), positions);
}
