/** How a model knows the order of its tokens. A scheme is a row of one table; a config field picks it. */

import {
  alibiSlopes,
  fromArray,
  outsideScopes,
  permute,
  type RotaryScaling,
  reshape,
  rotary,
  rotaryTables,
  type Shape,
  type Tensor,
} from '../tensor/index.ts';
import { type EmbeddingParams, runEmbedding } from './embedding.ts';
import { fail } from './errors.ts';
import { type BucketOptions, relativeBuckets } from './relative-buckets.ts';

/** A position scheme and its settings. */
export type PositionConfig =
  /** Order is seen only through the causal mask. */
  | { readonly kind: 'none' }
  /** One learned vector for each place (GPT-2). */
  | { readonly kind: 'learned' }
  | SinusoidalConfig
  | RotaryConfig
  /** A penalty on scores that grows with distance (Press et al. 2022). */
  | { readonly kind: 'alibi' }
  /** A learned number for each head and each bucket of distances, added to the scores of every layer (Raffel et al. 2020). */
  | ({ readonly kind: 't5' } & Partial<BucketOptions>);

/** Fixed sines and cosines (Vaswani et al. 2017, §3.5). */
export interface SinusoidalConfig {
  readonly kind: 'sinusoidal';
  /** All sines stand before all cosines (Marian), not in turns. Default false. */
  readonly halves?: boolean;
}

/** Queries and keys turned by an angle that grows with the place (Su et al. 2021). */
export interface RotaryConfig {
  readonly kind: 'rotary';
  /** The longest wavelength is about 2π·base. Default 10,000. */
  readonly base?: number;
  /** The share of each head's features that turn (GPT-NeoX turns a quarter). Default 1. */
  readonly fraction?: number;
  /** Pairs (2i, 2i+1) as in GPT-J, not (i, i+half) as in LLaMA. Default false. */
  readonly interleaved?: boolean;
  /** Stretches the angles, so that a model reads longer text than it was trained on. */
  readonly scaling?: RotaryScaling;
}

export type PositionKind = PositionConfig['kind'];

/** The sizes that a scheme needs to know. */
export interface PositionSizes {
  readonly contextLength: number;
  readonly width: number;
  readonly heads: number;
  readonly headSize: number;
}

/** What a scheme does in a forward pass. A verb that is missing costs nothing. */
export interface Positions {
  /** The shape of its learned table, if it has one. */
  readonly tableShape?: Shape;
  /** The vectors added to token embeddings: [...positions.shape, width]. */
  readonly embed?: (positions: Tensor, table: EmbeddingParams | undefined) => Tensor;
  /**
   * For the positions of a pass, one for each row of x: turns queries and keys [..., heads, headSize], all heads or the first
   * `turning`. Positions are looked at once, before kernels that are in line may hold them.
   */
  readonly rotate?: (positions: Tensor) => (x: Tensor, turning?: number) => Tensor;
  /** Each head's penalty on the score per token of distance. */
  readonly alibiSlopes?: Float32Array;
  /** What is added to scores, [heads, queries, keys], where the queries are the last of the keys. */
  readonly bias?: (table: EmbeddingParams, queries: number, keys: number) => Tensor;
}

type Schemes = {
  readonly [K in PositionKind]: (
    config: Extract<PositionConfig, { kind: K }>,
    sizes: PositionSizes,
  ) => Positions;
};

const schemes: Schemes = {
  none: () => ({}),
  learned: (_, { contextLength, width }) => ({
    tableShape: [contextLength, width],
    embed: (positions, table) => runEmbedding(table!, positions),
  }),
  sinusoidal: ({ halves = false }, { contextLength, width }) => {
    if (width % 2) throw fail('positions/odd-width', { width });
    const weight = sinusoids(contextLength, width, halves);
    return { embed: (positions) => runEmbedding({ weight }, positions) };
  },
  rotary: ({ base = 10_000, fraction = 1, interleaved = false, scaling }, { contextLength, headSize }) => {
    if (!(fraction > 0 && fraction <= 1)) throw fail('positions/fraction', { fraction });
    if (!(base > 1 && Number.isFinite(base))) throw fail('positions/base', { base });
    const rotarySize = Math.round(headSize * fraction);
    if (rotarySize < 2 || rotarySize % 2) throw fail('positions/rotary-size', { headSize, fraction });
    const tablesFor = growingTables(contextLength, (rows) =>
      outsideScopes(() => rotaryTables(rows, rotarySize, { base, scaling })),
    );
    return {
      rotate: (positions) => {
        const { cos, sin } = tablesFor(positions);
        const places = flat(positions);
        return (x, turning) => rotary(x, { cos, sin, positions: places, interleaved, turning });
      },
    };
  },
  alibi: (_, { heads }) => ({ alibiSlopes: alibiSlopes(heads) }),
  t5: ({ buckets = 32, maxDistance = 128, bidirectional = false }, { heads }) => {
    const bucketsOf = relativeBuckets({ buckets, maxDistance, bidirectional });
    return {
      tableShape: [buckets, heads],
      bias: (table, queries, keys) => permute(runEmbedding(table, bucketsOf(queries, keys)), [2, 0, 1]),
    };
  },
};

/** The names of all schemes. */
export const positionKinds = Object.keys(schemes) as readonly PositionKind[];

/** Builds a scheme: checks its settings and computes its tables, the rotary ones as positions come. */
export function positions(config: PositionConfig, sizes: PositionSizes): Positions {
  return (schemes[config.kind] as (config: PositionConfig, sizes: PositionSizes) => Positions)(config, sizes);
}

/** Rows of tables that are made at once. */
const FIRST_ROWS = 512;

/** Tables with a row for each of the positions, made when they are needed: twice as many rows each time. */
function growingTables<Tables>(contextLength: number, make: (rows: number) => Tables) {
  let rows = Math.min(contextLength, FIRST_ROWS);
  let tables = make(rows);
  return (positions: Tensor): Tables => {
    let needed = rows;
    for (const place of positions.data) if (place >= needed) needed = place + 1;
    if (needed > rows && rows < contextLength) {
      rows = Math.min(contextLength, 2 ** Math.ceil(Math.log2(needed)));
      tables = make(rows);
    }
    return tables;
  };
}

const flat = (x: Tensor): Tensor => (x.shape.length === 1 ? x : reshape(x, [x.size]));

/** PE(p, 2i) = sin(p / 10000^(2i/width)), PE(p, 2i + 1) = cos of the same; in halves, at i and width/2 + i. */
export function sinusoids(count: number, width: number, halves = false): Tensor<'f32'> {
  const table = new Float32Array(count * width);
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < width; i += 2) {
      const angle = p / 10_000 ** (i / width);
      const [sine, cosine] = halves ? [i / 2, (width + i) / 2] : [i, i + 1];
      table[p * width + sine] = Math.sin(angle);
      table[p * width + cosine] = Math.cos(angle);
    }
  }
  return fromArray<'f32'>(table, [count, width], 'f32');
}
