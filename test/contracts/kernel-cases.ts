/**
 * The contract of a table of kernels: arguments for every kernel, on sizes that are no multiple of anything and on values
 * that break things. A row is missing for no kernel: it would not compile.
 */

import type { Stored, Weights } from '../../src/tensor/dtype.ts';
import {
  type Activation,
  type AttentionArgs,
  activationCodes,
  binaryCodes,
  compareCodes,
  type KernelName,
  type Kernels,
  type MatmulArgs,
  type Precision,
  reduceCodes,
  unaryCodes,
} from '../../src/tensor/kernels.ts';
import { referenceKernels } from '../../src/tensor/reference/index.ts';
import { bf16, blocks, integers, normals, out } from './kernel-arrays.ts';

type Cases = { readonly [K in KernelName]: () => readonly Parameters<Kernels[K]>[] };

const along = (count: number, operands: number) => ({
  shape: [count],
  strides: Array.from({ length: operands }, () => [1]),
});

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
// biome-ignore format: a list
const specials = Float32Array.of(
  0, -0, 1, -1, nan, inf, -inf, 1e-40, -1e-40, 1e-30, 88, -88, 89.5, -104, 1e4, -1e4, 0.5, -0.5, 0.99999994, 2 ** 24,
);
/** Nothing is promised for the gates at ±∞: PyTorch gives NaN, the limit is 0 or ∞. */
const finite = specials.filter((x) => Math.abs(x) !== inf);
const isGate = (code: string): boolean => /^(gelu|silu)/.test(code);
const specialsOf = (code: string): Float32Array => (isGate(code) ? finite : specials).slice();
const SIZES = [0, 1, 7, 33, 1000, 70_001];
const ROWS = [
  [0, 5],
  [1, 1],
  [3, 7],
  [2, 64],
  [5, 131],
  [600, 65],
] as const;
const seeds = { seedLow: 0x12345678, seedHigh: 9, streamLow: 0xffffffff, streamHigh: 7 };

/** What gates let through: numbers in (−1, 1). */
const shares = (count: number): Float32Array => normals(count).map(Math.tanh);

/** Steps, texts and features of RWKV's memory; what it holds before, and how fast it fades. */
const WKV = [
  [0, 2, 3],
  [1, 1, 1],
  [5, 2, 7],
  [4, 3, 64],
  [9, 1, 131],
] as const;
const memories = (batch: number, n: number): Float32Array =>
  normals(batch * 3 * n).map((x, i) => (Math.floor(i / n) % 3 === 1 ? 1 + x * x : x));
const decays = (n: number): Float32Array => normals(n, 3).map((x) => -x * x);

/** A choice of each kind in turn, of rows cut short as well. */
const choiceOf = (row: number, n: number): number[] => [
  [0, 1, 0.7, 1.3, 1][row % 5],
  [0, 0, 0, 5, 40][row % 5],
  [1, 1, 0.9, 1, 0.8][row % 5],
  [-inf, -inf, -inf, -2, -4][row % 5],
  (0.37 * (row + 1)) % 1,
  row % 4 === 3 ? n >> 1 : n,
];

/** Operands of a walk with broadcasting: [5, 1, 7] and [3, 1]. */
const broadcast = {
  shape: [5, 3, 7],
  strides: [
    [7, 0, 1],
    [0, 1, 0],
  ],
};

/** Few rows and many, whole tiles of columns and not, and all that can follow the sums. */
function inBlocks(base: MatmulArgs): MatmulArgs[] {
  const weights = { ...base, transB: true };
  const sizes = [
    [1, 1, 32],
    [1, 300, 64],
    [2, 37, 96],
    [3, 16, 288],
    [7, 5, 32],
    [8, 130, 64],
    [9, 35, 96],
    [16, 66, 32],
    [17, 33, 64],
    [40, 19, 96],
    [3, 5, 1_056],
  ];
  const ending = (m: number, activation: Activation): MatmulArgs[] => {
    const args = { ...weights, m, n: 37, k: 64, activation };
    return [
      { ...args, bias: normals(37, 5), preActivation: out(m * 37) },
      { ...args, residual: normals(m * 37, 6) },
      { ...args, slope: out(m * 37) },
      { ...args, factor: normals(m * 37, 7) },
    ];
  };
  return [
    ...sizes.map(([m, n, k]) => ({ ...weights, m, n, k })),
    ...[5, 19].flatMap((m) => (['none', 'gelu'] as const).flatMap((activation) => ending(m, activation))),
  ];
}

/** What is unpacked to be multiplied: as bf16, and of more numbers than at once. */
function unpackedBlocks(base: MatmulArgs): MatmulArgs[] {
  const args = { ...base, transB: true, m: 17, n: 2_100, k: 2_048 };
  return [
    { ...args, m: 40, n: 19, k: 96, precision: 'bf16' },
    args,
    { ...args, activation: 'relu', bias: normals(2_100, 5) },
  ];
}

function matmuls(): Parameters<Kernels['matmul']>[] {
  const base: MatmulArgs = {
    batch: 1,
    m: 1,
    n: 1,
    k: 1,
    transA: false,
    transB: false,
    aBatchStride: 0,
    bBatchStride: 0,
    accumulate: false,
    precision: 'f32',
    activation: 'none',
  };
  const sizes = [
    [1, 1, 1],
    [1, 300, 70],
    [3, 5, 0],
    [7, 9, 11],
    [33, 65, 130],
    [64, 64, 64],
    [130, 35, 257],
    [5, 1030, 19],
  ];
  const products = sizes.flatMap(([m, n, k]) =>
    [false, true].flatMap((transA) => [false, true].map((transB) => ({ ...base, m, n, k, transA, transB }))),
  );
  const epilogues = activationCodes.flatMap((activation) => [
    {
      ...base,
      m: 19,
      n: 37,
      k: 23,
      transB: true,
      activation,
      bias: normals(37, 5),
      preActivation: out(19 * 37),
    },
    { ...base, m: 6, n: 16, k: 8, activation, accumulate: true },
    { ...base, m: 19, n: 37, k: 23, transB: true, activation, residual: normals(19 * 37, 6) },
    { ...base, m: 19, n: 37, k: 23, transB: true, activation, slope: out(19 * 37) },
    { ...base, m: 19, n: 37, k: 23, transB: true, activation, factor: normals(19 * 37, 7) },
  ]);
  const batched = [
    { ...base, batch: 3, m: 5, n: 17, k: 6, aBatchStride: 30, bBatchStride: 102, transB: true },
    { ...base, batch: 3, m: 5, n: 17, k: 6, aBatchStride: 0, bBatchStride: 102 },
    { ...base, batch: 2, m: 5, n: 4, k: 6, aBatchStride: 30, bBatchStride: 0, transA: true },
  ];
  const rounded = [products[4], products[13], products[19], ...products.slice(24, 28)].map((args) => ({
    ...args,
    precision: 'bf16' as const,
  }));
  const run = (args: MatmulArgs, b: (x: Float32Array) => Weights) => {
    const { batch, m, n, k } = args;
    const start = args.accumulate ? normals(batch * m * n, 4) : out(batch * m * n);
    return [normals(batch * m * k), b(normals(batch * n * k, 2)), start, args] as Parameters<
      Kernels['matmul']
    >;
  };
  return [
    ...[...products, ...epilogues, ...batched, ...rounded].map((args) => run(args, (x) => x)),
    ...products.slice(4).map((args) => run(args, bf16)),
    ...(['q8_0', 'q4_0'] as const).flatMap((type) => [
      ...[...inBlocks(base), ...unpackedBlocks(base), ...inBlocks({ ...base, precision: 'int8' })].map(
        (args) => run(args, (x) => blocks(type, x)),
      ),
      ...[5, 40].map((m): Parameters<Kernels['matmul']> => {
        const args = { ...base, m, n: 37, k: 64, transB: true, slope: new Uint16Array(m * 37) };
        const weights = blocks(type, normals(37 * 64, 2));
        return [bf16(normals(m * 64)), weights, new Uint16Array(m * 37), { ...args, activation: 'relu' }];
      }),
    ]),
  ];
}

function attentions() {
  const base = {
    batch: 2,
    queries: 5,
    keys: 5,
    heads: 2,
    kvHeads: 2,
    headSize: 8,
    rowQ: 0,
    rowK: 0,
    scale: 0.4,
    causal: true,
    precision: 'f32' as Precision,
    window: 0,
  };
  const exact = [
    base,
    { ...base, queries: 1, keys: 33, headSize: 64, heads: 4, kvHeads: 1 },
    { ...base, queries: 70, keys: 70, headSize: 20 },
    { ...base, queries: 37, keys: 131, headSize: 32, heads: 6, kvHeads: 2, window: 50 },
    { ...base, queries: 9, keys: 17, causal: false, headSize: 5 },
    { ...base, queries: 40, keys: 40, alibiSlopes: Float32Array.of(0.5, 0.0625) },
    { ...base, queries: 20, keys: 20, prefixLengths: Int32Array.of(7, 20) },
    { ...base, queries: 20, keys: 20, keyStart: Int32Array.of(3, 0), keyEnd: Int32Array.of(20, 11) },
  ];
  // What is asked for of weights in blocks rounds nothing here.
  const others = exact.slice(0, 2).map((args) => ({ ...args, precision: 'int8' as const }));
  return [...exact, ...others, ...exact.map((args) => ({ ...args, precision: 'bf16' as const }))];
}

function pagedAttentions() {
  // One step of a text, a whole prompt, the end of a prompt; the second shares the first page of the first.
  const requests = Int32Array.of(1, 19, 0, 12, 12, 3, 3, 40, 5);
  const pages = Int32Array.of(4, 0, 7, 4, 1, 2, 3, 6, 5, 8);
  const base = { requests, pages, pageTokens: 8, heads: 4, kvHeads: 2, headSize: 20, scale: 0.4, window: 0 };
  return [
    base,
    { ...base, kvHeads: 4, window: 9 },
    { ...base, kvHeads: 1, headSize: 5, alibiSlopes: Float32Array.of(0.5, 0.25, 0.125, 0.0625) },
  ];
}

/** The arrays of a call: queries, keys and values of `args`, whose rows lie close. */
function attentionInputs({ batch, queries, keys, heads, kvHeads, headSize }: AttentionArgs) {
  const q = normals(batch * queries * heads * headSize);
  const k = normals(batch * keys * kvHeads * headSize, 2);
  const v = normals(batch * keys * kvHeads * headSize, 3);
  return { q, k, v, out: out(q.length), lse: out(batch * heads * queries) };
}

/** Queries, keys and values side by side, as bf16 where the precision is; and room for the results. */
function packedAttention(precision: Precision) {
  const sizes = { batch: 2, queries: 70, keys: 70, heads: 4, kvHeads: 2, headSize: 20 };
  const row = 8 * 20;
  const args = { ...sizes, rowQ: row, rowK: row, scale: 0.4, causal: true, precision, window: 0 };
  const stored = (x: Float32Array): Stored => (precision === 'bf16' ? bf16(x) : x);
  const parts = (x: Stored): [Stored, Stored, Stored] => [x, x.subarray(4 * 20), x.subarray(6 * 20)];
  return {
    args,
    parts: parts(stored(normals(2 * 70 * row))),
    out: stored(out(2 * 70 * 80)),
    lse: out(2 * 4 * 70),
    grad: stored(normals(2 * 70 * 80, 4)),
    grads: parts(stored(out(2 * 70 * row))),
  };
}
const precisions = ['f32', 'bf16'] as const;

function probabilities(kernel: 'softmax' | 'logSoftmax', rows: number, n: number): Float32Array {
  const y = out(rows * n);
  referenceKernels[kernel](normals(rows * n), y, rows, n);
  return y;
}

/** A block each: ordinary, all zero, one number alone, scales beyond half precision and below its smallest normal. */
const forBlocks = Float32Array.from(
  [1, 0, 1, 1e7, 1e-5, 1e-9].flatMap((scale, i) =>
    [...normals(32, i + 1, scale)].map((x, j) => (i === 2 && j ? 0 : x)),
  ),
);

const castPairs = () => {
  const floats = Float32Array.of(0, -0, 1.5, 99.99, -3, 1e-40, 1.00390625, 3.0001);
  const whole = Int32Array.of(0, 1, 5, 127, 100, 77, 3);
  const wild = Float32Array.of(nan, inf, -inf, 3.4e38, -1e-45);
  return [
    [floats, new Uint16Array(8), 'f32', 'bf16'],
    [wild, new Uint16Array(5), 'f32', 'bf16'],
    [normals(1003), new Uint16Array(1003), 'f32', 'bf16'],
    [bf16(normals(1003)), out(1003), 'bf16', 'f32'],
    [Uint16Array.of(0x7fc0, 0x7f80, 0xff80, 1, 0x8000), out(5), 'bf16', 'f32'],
    [floats.map(Math.abs), new Int32Array(8), 'f32', 'i32'],
    [floats.map(Math.abs), new Uint8Array(8), 'f32', 'u8'],
    [floats, new Int8Array(8), 'f32', 'i8'],
    [floats, new Float64Array(8), 'f32', 'f64'],
    [whole, out(7), 'i32', 'f32'],
    [whole, new Uint8Array(7), 'i32', 'u8'],
    [Uint8Array.from(whole), out(7), 'u8', 'f32'],
    [Int8Array.from(whole), out(7), 'i8', 'f32'],
    [Int8Array.from(whole), new Uint16Array(7), 'i8', 'bf16'],
    ...(['q8_0', 'q4_0'] as const).flatMap((type) => [
      [forBlocks, blocks(type, out(forBlocks.length)), 'f32', type],
      [blocks(type, forBlocks), out(forBlocks.length), type, 'f32'],
    ]),
  ] as Parameters<Kernels['cast']>[];
};

export const kernelCases: Cases = {
  unary: () =>
    unaryCodes.flatMap((code) => [
      [code, specialsOf(code), out(specialsOf(code).length)],
      ...SIZES.map((n) => [code, normals(n, 1, 3), out(n)] as Parameters<Kernels['unary']>),
    ]),
  affine: () => SIZES.map((n) => [normals(n), out(n), 1.5, -0.25]),
  binary: () =>
    binaryCodes.flatMap((code) => [
      ...SIZES.map(
        (n) => [code, normals(n), normals(n, 2), out(n), along(n, 2)] as Parameters<Kernels['binary']>,
      ),
      [code, normals(35), normals(3, 2), out(105), broadcast],
      [
        code,
        specialsOf(code),
        specialsOf(code).reverse(),
        out(specialsOf(code).length),
        along(specialsOf(code).length, 2),
      ],
    ]),
  compare: () =>
    compareCodes.flatMap((code) => [
      [code, specials, specials.slice().reverse(), new Uint8Array(20), along(20, 2)],
      [code, integers(1001, 3), integers(1001, 3, 2), new Uint8Array(1001), along(1001, 2)],
      [code, normals(35), normals(3, 2), new Uint8Array(105), broadcast],
    ]),
  where: () => [
    [Uint8Array.from(integers(1001, 2)), normals(1001), normals(1001, 2), out(1001), along(1001, 3)],
    [
      Uint8Array.of(1, 0, 2),
      normals(35),
      normals(1, 2),
      out(105),
      {
        shape: broadcast.shape,
        strides: [
          [0, 1, 0],
          [7, 0, 1],
          [0, 0, 0],
        ],
      },
    ],
  ],
  cast: castPairs,
  copyStrided: () => [
    [
      normals(60),
      out(60),
      {
        shape: [5, 12],
        strides: [
          [1, 5],
          [12, 1],
        ],
      },
      0,
      0,
    ],
    [
      normals(240),
      out(300),
      {
        shape: [2, 3, 4],
        strides: [
          [24, 4, 1],
          [60, 20, 1],
        ],
      },
      7,
      11,
    ],
    [
      integers(60, 99),
      new Int32Array(60),
      {
        shape: [4, 5, 3],
        strides: [
          [3, 12, 1],
          [15, 3, 1],
        ],
      },
      0,
      0,
    ],
    [
      Uint8Array.of(1, 2, 3),
      new Uint8Array(12),
      {
        shape: [4, 3],
        strides: [
          [0, 1],
          [3, 1],
        ],
      },
      0,
      0,
    ],
    [
      bf16(normals(90)),
      new Uint16Array(90),
      {
        shape: [9, 10],
        strides: [
          [1, 9],
          [10, 1],
        ],
      },
      0,
      0,
    ],
    [
      normals(300 * 301),
      out(300 * 301),
      {
        shape: [301, 300],
        strides: [
          [1, 301],
          [300, 1],
        ],
      },
      0,
      0,
    ],
    [normals(3), out(3), { shape: [], strides: [[], []] }, 1, 2],
  ],
  fill: () => [
    [out(1003), -2.5],
    [new Int32Array(9), 7],
    [new Uint8Array(9), 1],
  ],
  axpy: () => SIZES.map((n) => [normals(n), normals(n, 2), 0.3]),
  swiglu: () => SIZES.map((n) => [normals(n, 1, 4), normals(n, 2), out(n)]),
  swigluGrad: () => SIZES.map((n) => [normals(n, 1, 4), normals(n, 2), normals(n, 3), out(n), out(n)]),

  reduce: () =>
    reduceCodes.flatMap((code) => [
      ...[
        [1, 70_001, 1],
        [7, 33, 1],
        [3, 5, 9],
        [1, 257, 130],
        [600, 4, 3],
      ].map(([o, s, i]) => [code, normals(o * s * i), out(o * i), o, s, i] as Parameters<Kernels['reduce']>),
      [code, Float32Array.of(1, nan, 3, inf, -inf, 2), out(2), 2, 3, 1],
    ]),
  argmax: () => [
    [normals(70_001), new Int32Array(1), 1, 70_001, 1],
    [Float32Array.of(1, 3, 3, nan, 2, nan, -inf, -inf, -inf), new Int32Array(3), 3, 3, 1],
    [normals(60), new Int32Array(12), 3, 5, 4],
  ],
  cumsum: () => [
    [normals(1003), out(1003), 1, 1003, 1, false],
    [normals(60), out(60), 3, 5, 4, true],
  ],
  sort: () =>
    [false, true].flatMap((descending) => [
      [normals(1003), out(1003), new Int32Array(1003), 1, 1003, descending],
      [Float32Array.of(3, nan, 1, 3, nan, inf, -inf, 1), out(8), new Int32Array(8), 2, 4, descending],
      [Float32Array.from(integers(600, 5)), out(600), new Int32Array(600), 3, 200, descending],
    ]),
  topK: () => [
    [normals(5000), out(20), new Int32Array(20), 2, 2500, 10],
    [Float32Array.from(integers(600, 5)), out(150), new Int32Array(150), 3, 200, 50],
    [Float32Array.of(3, nan, 1, 3, nan, inf, -inf, 1), out(8), new Int32Array(8), 2, 4, 4],
    [normals(10), out(0), new Int32Array(0), 1, 10, 0],
  ],
  rnnCellGrad: () => SIZES.map((n) => [normals(n), normals(n, 2), out(n)]),
  lstmCell: () =>
    ROWS.map(
      ([rows, n]) =>
        [
          ...[normals(rows * 4 * n, 1, 2), normals(rows * n, 2), out(rows * n), out(rows * n)],
          ...[rows, n],
        ] as Parameters<Kernels['lstmCell']>,
    ),
  lstmCellGrad: () =>
    ROWS.map(
      ([rows, n]) =>
        [
          ...[shares(rows * 4 * n), normals(rows * n, 2), normals(rows * n, 3), normals(rows * n, 4)],
          ...[normals(rows * n, 5), out(rows * 4 * n), rows, n],
        ] as Parameters<Kernels['lstmCellGrad']>,
    ),
  gruCell: () =>
    ROWS.map(
      ([rows, n]) =>
        [
          ...[normals(rows * 3 * n, 1, 2), normals(rows * 3 * n, 2), normals(rows * n, 3), out(rows * 4 * n)],
          ...[out(rows * n), rows, n],
        ] as Parameters<Kernels['gruCell']>,
    ),
  gruCellGrad: () =>
    ROWS.map(
      ([rows, n]) =>
        [
          ...[shares(rows * 4 * n), normals(rows * n, 2), normals(rows * n, 3), out(rows * 3 * n)],
          ...[out(rows * 3 * n), out(rows * n), rows, n],
        ] as Parameters<Kernels['gruCellGrad']>,
    ),
  wkv: () =>
    WKV.map(
      ([steps, batch, n]) =>
        [
          ...[normals(steps * batch * n), normals(steps * batch * n, 2), decays(n), normals(n, 4)],
          ...[memories(batch, n), out(steps * batch * n), out(3 * steps * batch * n), steps, batch, n],
        ] as Parameters<Kernels['wkv']>,
    ),
  wkvGrad: () =>
    WKV.map(([steps, batch, n]) => {
      const all = steps * batch * n;
      const [key, value, decay, first] = [normals(all), normals(all, 2), decays(n), normals(n, 4)];
      const [start, y, states] = [memories(batch, n), new Float32Array(all), new Float32Array(3 * all)];
      referenceKernels.wkv(key, value, decay, first, start, y, states, steps, batch, n);
      return [
        ...[key, value, decay, first, start, y, states, normals(all, 6), out(all), out(all)],
        ...[out(batch * n), out(batch * n), out(3 * batch * n), steps, batch, n],
      ] as Parameters<Kernels['wkvGrad']>;
    }),

  chooseTokens: () =>
    [0, 1, 30].flatMap((scale) =>
      ROWS.filter(([rows]) => rows < 100).map(
        ([rows, n]): Parameters<Kernels['chooseTokens']> => [
          normals(rows * n, 1 + scale, scale),
          Float64Array.from(Array.from({ length: rows }, (_, row) => choiceOf(row, n)).flat()),
          new Int32Array(rows),
          rows,
          n,
        ],
      ),
    ),
  sumSquares: () => SIZES.map((n) => [normals(n), new Float64Array(3), 1]),

  gatherRows: () => [
    [normals(700), integers(33, 10), out(33 * 70), 70],
    [bf16(normals(30)), integers(33, 10), new Uint16Array(99), 3],
  ],
  scatterRows: () => [
    [normals(9 * 70), Int32Array.of(3, 0, 9, 1, 8, 4, 2, 6, 7), normals(700, 2), 70],
    [normals(3 * 35), Int32Array.of(3, 0, 1), bf16(normals(140, 2)), 35],
    [bf16(normals(9)), Int32Array.of(2, 0, 3), bf16(normals(12, 2)), 3],
  ],
  scatterAddRows: () => [
    [normals(33 * 70), integers(33, 4), normals(280, 2), 70],
    [normals(5000 * 16), integers(5000, 50), out(800), 16],
  ],
  gather: () => [[normals(3 * 9 * 4), integers(3 * 5 * 4, 9), out(60), 3, 9, 5, 4]],
  scatterAdd: () => [[normals(60), integers(60, 9), normals(3 * 9 * 4, 2), 3, 9, 5, 4]],

  matmul: matmuls,

  softmax: () => [
    ...ROWS.map(([r, n]) => [normals(r * n, 1, 3), out(r * n), r, n] as Parameters<Kernels['softmax']>),
    [Float32Array.of(-inf, -inf, 1, -inf, 1000, 999), out(6), 3, 2],
  ],
  softmaxGrad: () =>
    ROWS.map(([r, n]) => [probabilities('softmax', r, n), normals(r * n, 2), out(r * n), r, n]),
  logSoftmax: () => [
    ...ROWS.map(([r, n]) => [normals(r * n, 1, 3), out(r * n), r, n] as Parameters<Kernels['softmax']>),
    [Float32Array.of(-inf, -inf, 1, -inf, 1000, 999), out(6), 3, 2],
  ],
  logSoftmaxGrad: () =>
    ROWS.map(([r, n]) => [probabilities('logSoftmax', r, n), normals(r * n, 2), out(r * n), r, n]),
  logSumExp: () => [
    ...ROWS.map(([r, n]) => [normals(r * n, 1, 3), out(r), r, n] as Parameters<Kernels['softmax']>),
    [Float32Array.of(-inf, -inf, 1, -inf, inf, 0, 1000, 999), out(4), 4, 2],
  ],
  layerNorm: () =>
    ROWS.flatMap(([r, n]) => [
      [normals(r * n), normals(n, 2), normals(n, 3), out(r * n), out(r), out(r), r, n, 1e-5],
      [normals(r * n).map((x) => x + 100), undefined, undefined, out(r * n), out(r), out(r), r, n, 1e-5],
    ]),
  layerNormGrad: () =>
    ROWS.flatMap(([r, n]) => {
      const moments = [normals(r, 5, 0.1), normals(r, 6).map(Math.abs)] as const;
      const grads = [out(r * n), out(n), out(n)] as const;
      return [
        [normals(r * n), normals(n, 2), ...moments, normals(r * n, 7), ...grads, r, n, false],
        [
          normals(r * n),
          undefined,
          ...moments,
          normals(r * n, 7),
          out(r * n),
          undefined,
          undefined,
          r,
          n,
          false,
        ],
        [
          normals(r * n),
          normals(n, 2),
          ...moments,
          bf16(normals(r * n, 7)),
          normals(r * n, 8),
          out(n),
          out(n),
          r,
          n,
          true,
        ],
      ];
    }),
  rmsNorm: () =>
    ROWS.flatMap(([r, n]) => [
      [normals(r * n), normals(n, 2), out(r * n), out(r), r, n, 1e-6],
      [normals(r * n), undefined, out(r * n), out(r), r, n, 1e-6],
    ]),
  rmsNormGrad: () =>
    ROWS.flatMap(([r, n]) => {
      const rstd = normals(r, 6).map(Math.abs);
      return [
        [normals(r * n), normals(n, 2), rstd, normals(r * n, 7), out(r * n), out(n), r, n, false],
        [normals(r * n), undefined, rstd, normals(r * n, 7), out(r * n), undefined, r, n, false],
        [normals(r * n), normals(n, 2), rstd, bf16(normals(r * n, 7)), normals(r * n, 8), out(n), r, n, true],
      ];
    }),

  rotary: () =>
    [4, 8, 20].flatMap((rotarySize) =>
      [false, true].map((interleaved) => {
        const turning = interleaved ? 3 : 2;
        const args = {
          rows: 37,
          heads: 3,
          turning,
          headSize: 21,
          rotarySize,
          interleaved,
          inverse: interleaved,
        };
        const tables = [normals(9 * (rotarySize / 2)), normals(9 * (rotarySize / 2), 2)] as const;
        return [normals(37 * 63, 3), integers(37, 9), ...tables, out(37 * 63), args];
      }),
    ),
  attention: () => [
    ...attentions().map((args): Parameters<Kernels['attention']> => {
      const x = attentionInputs(args);
      return [x.q, x.k, x.v, x.out, x.lse, args];
    }),
    ...precisions.map((precision): Parameters<Kernels['attention']> => {
      const x = packedAttention(precision);
      return [...x.parts, x.out, x.lse, x.args];
    }),
  ],
  attentionPaged: () =>
    pagedAttentions().flatMap((args): Parameters<Kernels['attentionPaged']>[] => {
      const { heads, kvHeads, headSize, requests, pages, pageTokens } = args;
      const rows = requests.reduce((sum, count, i) => (i % 3 === 0 ? sum + count : sum), 0);
      const held = (Math.max(...pages) + 1) * pageTokens * kvHeads * headSize;
      const size = rows * heads * headSize;
      const [keys, values] = [normals(held, 2), normals(held, 3)];
      return [
        [normals(size), keys, values, out(size), { ...args, precision: 'f32' }],
        ...precisions.map(
          (precision): Parameters<Kernels['attentionPaged']> => [
            ...([normals(size), bf16(keys), bf16(values), out(size)] as const),
            { ...args, precision },
          ],
        ),
      ];
    }),
  attentionGrad: () => [
    ...attentions().map((args): Parameters<Kernels['attentionGrad']> => {
      const x = attentionInputs(args);
      referenceKernels.attention(x.q, x.k, x.v, x.out, x.lse, args);
      const grads = [out(x.q.length), out(x.k.length), out(x.v.length)] as const;
      return [x.q, x.k, x.v, x.out, x.lse, normals(x.q.length, 4), ...grads, args];
    }),
    ...precisions.map((precision): Parameters<Kernels['attentionGrad']> => {
      const x = packedAttention(precision);
      referenceKernels.attention(...x.parts, x.out, x.lse, x.args);
      return [...x.parts, x.out, x.lse, x.grad, ...x.grads, x.args];
    }),
  ],

  crossEntropy: () =>
    ROWS.flatMap(([r, n]) =>
      [0, 0.1].flatMap((smoothing) => {
        const targets = integers(r, n).map((t, i) => (i % 3 === 1 ? -1 : t));
        const logits = normals(r * n, 1, 3);
        return [logits, bf16(logits)].map((x) => [x, targets, out(r), out(r), r, n, -1, smoothing]);
      }),
    ),
  crossEntropyGrad: () =>
    ROWS.flatMap(([r, n]) =>
      [0, 0.1].flatMap((smoothing) => {
        const logits = normals(r * n, 1, 3);
        const targets = integers(r, n).map((t, i) => (i % 3 === 1 ? -1 : t));
        const lse = out(r);
        referenceKernels.logSumExp(logits, lse, r, n);
        const stored = bf16(logits);
        return [
          [logits, smoothing ? logits : out(r * n)], // in place, too
          [stored, smoothing ? stored : out(r * n)],
        ].map(([x, result]) => [x, targets, lse, normals(r, 2), result, r, n, -1, smoothing]);
      }),
    ),

  uniform: () => SIZES.map((n) => [out(n), seeds]),
  normal: () => SIZES.map((n) => [out(n), seeds]),
  dropout: () => SIZES.map((n) => [normals(n), out(n), 0.3, seeds]),

  adamw: () => {
    const args = {
      lr: 0.01,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0.1,
      correction1: 0.1,
      correction2: 0.05,
    };
    return SIZES.map((n) => [
      normals(n),
      normals(n, 2),
      normals(n, 3, 0.1),
      normals(n, 4).map((x) => x * x),
      { ...args, gradScale: 0.5 },
    ]);
  },
};
