// Products of weights in blocks with rows that are rounded to 8 bits in blocks as well. Sums of whole numbers are exact; block by block,
// in order, they are multiplied by both scales and added up: a result is the same however many rows come along.

/** Rows of a that share one reading of unpacked weights. */
constexpr int int8Rows = INKSTONE_VECTOR_BYTES == 64 || INKSTONE_VECTOR_BYTES == 16 ? 8 : 4;
/** Blocks of k that are unpacked at a time: they stay in the first cache. */
constexpr int64_t int8Blocks = 32;
/** Rows at once: what is rounded of them stays in the second cache. */
constexpr int64_t int8Slab = 256;
/** Below it the largest number of a block counts as zero. */
constexpr float int8Smallest = 0x1p-120f;

/** One block of M rows. */
template <int M>
struct RoundedBlock {
  Int8 numbers[M][blockSize];
  /** Of a block that is not finite: NaN, and its numbers are 0. */
  float scales[M];
  /** What sums begin with, for weights that are too large by the same. */
  int32_t starts[M];
};
constexpr int64_t roundedBytes = sizeof(RoundedBlock<1>);

/** 32 numbers, of which the largest becomes ±127. */
template <class Stored>
INKSTONE_INLINE void roundBlock(const Stored* x, int excess, Int8* numbers, float& scale, int32_t& start) {
  typedef Int8 Numbers __attribute__((vector_size(lanes * sizeof(Int8))));
  vf row[blockVectors], largest{}, sum{};
  vi isWild{};
#pragma GCC unroll 8
  for (int v = 0; v < blockVectors; ++v) {
    row[v] = loadKept(x + v * lanes);
    largest = vmax(vabs(row[v]), largest);
    isWild |= (vi)vabs(row[v]) > 0x7f7fffff;
  }
  const float most = maxLanes(largest);
  if (any(isWild) || most < int8Smallest) {
    __builtin_memset(numbers, 0, blockSize * sizeof(Int8));
    scale = any(isWild) ? __builtin_nanf("") : 0;
    start = 0;
    return;
  }
  const vf factor = splat(127 / most);
#pragma GCC unroll 8
  for (int v = 0; v < blockVectors; ++v) {
    const vi whole = toNearest(row[v] * factor);
    const Numbers some = __builtin_convertvector(whole, Numbers);
    __builtin_memcpy(numbers + v * lanes, &some, sizeof some);
    sum += __builtin_convertvector(whole, vf);
  }
  scale = most / 127;
  start = -excess * (int32_t)sumLanes(sum);
}

/** `height` rows of a from row i on, block by block side by side. */
template <class Stored>
static void roundRows(const Stored* a, int64_t k, int64_t height, int excess, char* to) {
  for (int64_t p = 0; p < k; p += blockSize, to += height * roundedBytes) {
    auto* numbers = reinterpret_cast<Int8*>(to);
    auto* scales = reinterpret_cast<float*>(numbers + height * blockSize);
    auto* starts = reinterpret_cast<int32_t*>(scales + height);
    for (int64_t i = 0; i < height; ++i) roundBlock(a + i * k + p, excess, numbers + i * blockSize, scales[i], starts[i]);
  }
}

/** `lanes` rows of b as columns: of each block `lanes` scales, and vectors of what lanes hold of k. */
struct Int8Panel {
  vi numbers[int8Blocks][blockSize / laneNumbers];
  uint16_t scales[int8Blocks][lanes];
};

/** Blocks [p, p + count) of rows of b, of which `rows` exist. Meanwhile so many bytes from `coming` on are fetched for each block. */
template <class Block>
INKSTONE_APART static void unpackPanel(const Block* b, int64_t blocks, int64_t rows, int64_t count, Int8Panel& panel, const char* coming) {
  constexpr int together = vectorNumbers > blockSize ? vectorNumbers / blockSize : 1;
  constexpr int parts = vectorNumbers < blockSize ? blockSize / vectorNumbers : 1;
  constexpr int bytes = together * lanes * static_cast<int>(sizeof(Block));
  const Block* row[lanes];
  for (int i = 0; i < lanes; ++i) row[i] = b + least(i, rows - 1) * blocks;
  for (int64_t p = 0; p < count; p += together, coming += bytes) {
#pragma GCC unroll 20
    for (int at = 0; at < bytes; at += 64) fetchEarly(coming + at);
    const int64_t next = least(p + 1, count - 1);
#pragma GCC unroll 4
    for (int part = 0; part < parts; ++part) {
      turnSquare([&](int i) INKSTONE_FLAT { return (vf)numbersOf(row[i][p], row[i][next], part); },
                 reinterpret_cast<float*>(&panel.numbers[p][part * lanes]), lanes);
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; ++i) {
      panel.scales[p][i] = apart(row[i][p].scale);
      if constexpr (together > 1) panel.scales[p + 1][i] = apart(row[i][next].scale);
    }
  }
}

/** sums[M][lanes] += `count` blocks of M rows of a, times those of a panel. */
template <int M>
INKSTONE_APART static void int8Tile(const char* a, const Int8Panel& panel, int64_t count, float* sums) {
  vf sum[M];
#pragma GCC unroll 8
  for (int i = 0; i < M; ++i) sum[i] = load(sums + i * lanes);
  for (int64_t p = 0; p < count; ++p, a += sizeof(RoundedBlock<M>)) {
    const auto& block = *reinterpret_cast<const RoundedBlock<M>*>(a);
    vi dots[M];
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) dots[i] = splatInt(block.starts[i]);
#pragma GCC unroll 16
    for (int t = 0; t < blockSize / laneNumbers; ++t) {
      const vi w = panel.numbers[p][t];
#pragma GCC unroll 8
      for (int i = 0; i < M; ++i) dots[i] = addDots(dots[i], w, splatNumbers(block.numbers[i] + t * laneNumbers));
    }
    const vf scale = fromHalves(panel.scales[p]);
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) sum[i] += __builtin_convertvector(dots[i], vf) * scale * splat(block.scales[i]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < M; ++i) store(sums + i * lanes, sum[i]);
}
template <int M = int8Rows>
static void int8Group(int64_t rows, const char* a, const Int8Panel& panel, int64_t count, float* sums) {
  if (rows == M) return int8Tile<M>(a, panel, count, sums);
  if constexpr (M > 1) int8Group<M - 1>(rows, a, panel, count, sums);
}

/** Columns [begin, end) of out, of rows that are rounded in groups of `height`. */
template <class Block>
static void int8Columns(const Matmul& s, const char* a, int64_t height, int64_t begin, int64_t end) {
  Scratch scratch;
  const int64_t blocks = s.k / blockSize;
  auto& panel = *scratch.take<Int8Panel>(1);
  float* sums = scratch.floats(s.m * lanes);
  for (int64_t j = begin; j < end; j += lanes) {
    const int64_t columns = least(lanes, end - j);
    const Block* b = static_cast<const Block*>(s.b) + j * blocks;
    const auto* coming = reinterpret_cast<const char*>(b + columns * blocks);
    __builtin_memset(sums, 0, static_cast<size_t>(s.m * lanes) * 4);
    for (int64_t p = 0; p < blocks; p += int8Blocks) {
      const int64_t count = least(int8Blocks, blocks - p);
      unpackPanel<Block>(b + p, blocks, columns, count, panel, coming + p * lanes * static_cast<int64_t>(sizeof(Block)));
      for (int64_t i = 0; i < s.m; i += height) {
        const int64_t rows = least(height, s.m - i);
        int8Group(rows, a + (i * blocks + p * rows) * roundedBytes, panel, count, sums + i * lanes);
      }
    }
    if (!isBare(s)) {
      finishRows(sums, lanes, s, j, j, s.m, columns);
      continue;
    }
    for (int64_t i = 0; i < s.m; ++i) storeTail(s.out + i * s.n + j, load(sums + i * lanes), columns);
  }
}

template <class Block>
static void multiplyInt8(const Matmul& s) {
  Scratch scratch;
  const int64_t groups = partsOf(s.m, int8Rows), height = partsOf(s.m, groups), rowBytes = s.k / blockSize * roundedBytes;
  char* a = scratch.take<char>(s.m * rowBytes);
  parallelFor(groups, 1 + 16384 / (height * s.k + 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * height; i < least(end * height, s.m); i += height) {
      const int64_t rows = least(height, s.m - i);
      if (s.aBf16) roundRows(s.aBf16 + i * s.k, s.k, rows, excessOf<Block>(), a + i * rowBytes);
      else roundRows(s.a + i * s.k, s.k, rows, excessOf<Block>(), a + i * rowBytes);
    }
  });
  parallelFor(s.n, roundUp(1 + 65536 / (s.k * s.m + 1), lanes),
              [&](int64_t begin, int64_t end) { int8Columns<Block>(s, a, height, begin, end); });
}

/** `count` rows of a product from row i on. */
static Matmul rowsOf(const Matmul& s, int64_t i, int64_t count) {
  Matmul some = s;
  const int64_t at = i * s.n;
  some.m = count;
  if (s.a) some.a += i * s.k;
  if (s.aBf16) some.aBf16 += i * s.k;
  if (s.out) some.out += at;
  if (s.outBf16) some.outBf16 += at;
  if (s.residual) some.residual += at;
  if (s.beside) some.beside += at;
  if (s.besideBf16) some.besideBf16 += at;
  return some;
}

static void matmulInt8(const Matmul& s) {
  RAN("matmul.int8");
  for (int64_t i = 0; i < s.m && s.n > 0; i += int8Slab) {
    const Matmul some = rowsOf(s, i, least(int8Slab, s.m - i));
    some.blocks == Blocks::q8_0 ? multiplyInt8<Q8Block>(some) : multiplyInt8<Q4Block>(some);
  }
}
