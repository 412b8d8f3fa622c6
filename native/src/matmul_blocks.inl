// Products with weights in blocks of few bits: b [n, k], as blocks.inl reads them. Few rows read each block once, for all rows;
// for many rows the weights are unpacked first, some at a time: as bf16 where that multiplies faster.

/** Weights that are unpacked at once: of more, the result is made in parts. */
constexpr int64_t unpackedAtOnce = int64_t(1) << 22;

/** out[i·ldo + j] = a[i]·b[j] for M rows of a, block by block side by side, and R rows of b. */
template <class Block, int M, int R>
INKSTONE_APART static void blockTile(const float* a, const Block* b, int64_t blocks, float* out, int64_t ldo) {
  constexpr int count = (M * R + 3) / 4 * 4;
  vf sum[count];
#pragma GCC unroll 32
  for (int i = 0; i < count; ++i) sum[i] = vf{};
  const char* coming = reinterpret_cast<const char*>(b + R * blocks);  // what the next tile reads, in the order in which it lies
  constexpr int bytes = R * static_cast<int>(sizeof(Block));
  for (int64_t p = 0; p < blocks; ++p, a += M * blockSize, coming += bytes) {
#pragma GCC unroll 4
    for (int line = 0; line < (bytes + 63) / 64; ++line) __builtin_prefetch(coming + line * 64);
#pragma GCC unroll 4
    for (int j = 0; j < R; ++j) {
      vf row[blockVectors];
      readBlock(b[j * blocks + p], row);
#pragma GCC unroll 8
      for (int v = 0; v < blockVectors; ++v) {
#pragma GCC unroll 8
        for (int i = 0; i < M; ++i) sum[i * R + j] += row[v] * load(a + i * blockSize + v * lanes);
      }
    }
  }
  float total[count];
#pragma GCC unroll 8
  for (int i = 0; i < count; i += 4) sumFour(sum + i, total + i);
  for (int i = 0; i < M; ++i) {
    for (int j = 0; j < R; ++j) out[i * ldo + j] = total[i * R + j];
  }
}

/** `count` rows of b with M rows of a. */
template <class Block, int M>
static void blockRows(const float* a, const Block* b, int64_t blocks, int64_t count, float* out, int64_t ldo) {
  constexpr int R = M > dotRows / 2 ? 2 : 4;
  int64_t j = 0;
  for (; j + R <= count; j += R) blockTile<Block, M, R>(a, b + j * blocks, blocks, out + j, ldo);
  for (; j < count; ++j) blockTile<Block, M, 1>(a, b + j * blocks, blocks, out + j, ldo);
}
template <class Block, int M = dotRows>
static void blockGroup(int64_t rows, const float* a, const Block* b, int64_t blocks, int64_t count, float* out, int64_t ldo) {
  if (rows == M) return blockRows<Block, M>(a, b, blocks, count, out, ldo);
  if constexpr (M > 1) blockGroup<Block, M - 1>(rows, a, b, blocks, count, out, ldo);
}

template <class Block>
static void fewRowsOfBlocks(const Matmul& s) {
  const auto* b = static_cast<const Block*>(s.b);
  const int64_t blocks = s.k / blockSize, groups = partsOf(s.m, dotRows), height = partsOf(s.m, groups);
  const auto pack = [&](float* to) {
    for (int64_t i0 = 0; i0 < s.m; i0 += height) {
      for (int64_t p = 0; p < s.k; p += blockSize) {
        for (int64_t i = i0; i < least(i0 + height, s.m); ++i, to += blockSize) __builtin_memcpy(to, s.a + i * s.k + p, blockSize * 4);
      }
    }
  };
  const int64_t together = 16, grain = roundUp(1 + 65536 / (s.k * s.m), together);
  withCopies<float>(s.m * s.k, pack, s.n, grain, [&](const float* a, int64_t begin, int64_t end) {
    for (int64_t j = begin; j < end; j += together) {
      const int64_t count = least(together, end - j);
      for (int64_t i = 0; i < s.m; i += height) {
        blockGroup<Block>(least(height, s.m - i), a + i * s.k, b + j * blocks, blocks, count, s.out + i * s.n + j, s.n);
      }
    }
    finishRows(s.out + begin, s.n, s, begin, begin, s.m, end - begin);
  });
}

/** The product with columns [j0, j0 + n) alone, unpacked. */
template <class Block, class Number>
static void unpackedProduct(const Matmul& s, int64_t j0, int64_t n, Number* numbers, float* sums) {
  const int64_t blocks = s.k / blockSize;
  castFromBlocks<Block>(static_cast<const Block*>(s.b) + j0 * blocks, numbers, n * s.k);
  Matmul part = s;
  part.blocks = Blocks::none;
  part.b = numbers;
  part.bIsBf16 = sizeof(Number) == 2;
  if (n == s.n) return kernels->matmul(part);
  part.n = n;
  part.out = sums;
  part.bias = part.residual = nullptr;
  part.beside = nullptr;
  part.outBf16 = part.besideBf16 = nullptr;
  part.activation = Activation::none;
  kernels->matmul(part);
  parallelFor(s.m, 1 + 16384 / n, [=](int64_t begin, int64_t end) {
    const float* rows = sums + begin * n;
    const int64_t at = begin * s.n + j0;
    if (!isBare(s)) return finishRows(const_cast<float*>(rows), n, s, at, j0, end - begin, n);
    for (int64_t i = begin; i < end; ++i) __builtin_memcpy(s.out + i * s.n + j0, sums + i * n, static_cast<size_t>(n) * 4);
  });
}

template <class Block, class Number>
static void manyRowsOfBlocks(const Matmul& s) {
  Scratch scratch;
  const int64_t parts = partsOf(s.n * s.k, unpackedAtOnce), width = roundUp(partsOf(s.n, parts), 32);
  auto* numbers = scratch.take<Number>(least(width, s.n) * s.k);
  float* sums = width < s.n ? scratch.floats(s.m * width) : nullptr;
  for (int64_t j = 0; j < s.n; j += width) unpackedProduct<Block>(s, j, least(width, s.n - j), numbers, sums);
}

static void matmul(const Matmul& s);
static void matmulWidened(const Matmul& s);

template <class Block>
static void multiplyBlocks(const Matmul& s) {
  if (s.m > skinnyRows) {
    RAN("matmul.blocks.unpacked");
    const bool isFast = s.bf16 && kernels->matmul != matmul;  // another table's products in bf16
    return isFast ? manyRowsOfBlocks<Block, uint16_t>(s) : manyRowsOfBlocks<Block, float>(s);
  }
  if (s.aBf16 || s.outBf16 || s.besideBf16) return matmulWidened(s);
  RAN("matmul.blocks");
  fewRowsOfBlocks<Block>(s);
}
