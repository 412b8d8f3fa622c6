// What forward and backward of attention share: which keys a query sees, packing of tiles, the small matrix
// products on them. Everything that multiplies goes through `micro`, everything that it reads through `pack…`:
// products in another precision need other versions of these two only.

namespace flash {

#define INKSTONE_ALWAYS inline __attribute__((always_inline))
#define INKSTONE_UNROLL _Pragma("GCC unroll 16")

constexpr int rowBlock = lanes >= 16 ? 12 : 6;       // rows of a micro tile: its sums fill the registers
constexpr int panel = 2 * lanes;                     // columns of a micro tile
constexpr int64_t mostQueries = 72, mostKeys = 256;  // rows and columns of a tile, at most
constexpr int mostBlocks = mostKeys / rowBlock + 2;
constexpr float log2e = 1.44269504f, ln2 = 0.693147181f;

INKSTONE_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INKSTONE_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
INKSTONE_INLINE int64_t up(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }
INKSTONE_INLINE int64_t down(int64_t x, int64_t unit) { return x / unit * unit; }
INKSTONE_INLINE int64_t clamp(int64_t x, int64_t low, int64_t high) { return most(low, least(x, high)); }

/** A half-open range of keys or queries. */
struct Range {
  int64_t begin, end;
  bool empty() const { return begin >= end; }
  /** Counted from another zero. */
  Range from(int64_t zero) const { return {begin - zero, end - zero}; }
};
INKSTONE_INLINE Range overlap(Range a, Range b) { return {most(a.begin, b.begin), least(a.end, b.end)}; }

/** The overlap, counted from the tile's first; {0, 0} when there is none. */
INKSTONE_INLINE Range within(Range a, Range tile) {
  const Range both = overlap(a, tile);
  return both.empty() ? Range{0, 0} : both.from(tile.begin);
}

/**
 * The keys that a query sees are one range, and both ends grow with the query: so tiles see ranges as well.
 */
struct Sight {
  int64_t offset, window, prefix, start, end;
  bool causal;

  Sight(const AttentionShape& s, int64_t batch)
      : offset(s.keys - s.queries),
        window(s.window),
        prefix(s.prefixLengths ? s.prefixLengths[batch] : 0),
        start(s.keyStart ? clamp(s.keyStart[batch], 0, s.keys) : 0),
        end(s.keyEnd ? clamp(s.keyEnd[batch], 0, s.keys) : s.keys),
        causal(s.causal) {}

  int64_t last(int64_t query) const {
    return most(0, causal ? least(end, most(offset + query + 1, prefix)) : end);
  }
  /** Of one query; begin ≤ end. */
  Range of(int64_t query) const {
    const int64_t high = last(query);
    const int64_t low = window > 0 ? most(start, offset + query - window + 1) : start;
    return {least(low, high), high};
  }
  /** Of the queries of a range that is not empty. */
  Range of(Range queries) const { return {of(queries.begin).begin, last(queries.end - 1)}; }
};

/** Cuts `rows` into blocks of rowBlock; the last two share what is left, so that neither is thin. */
struct Blocks {
  int count = 0;
  int64_t start[mostBlocks + 1];

  explicit Blocks(int64_t rows) {
    int64_t at = 0;
    while (at < rows) {
      start[count++] = at;
      const int64_t left = rows - at;
      at += left >= 2 * rowBlock || left == rowBlock ? rowBlock : left > rowBlock ? (left + 1) / 2 : left;
    }
    start[count] = rows;
  }
  int rows(int block) const { return static_cast<int>(start[block + 1] - start[block]); }
};

/** A right operand: row r of panel j begins at data + j·panelStride + r·rowStride. */
struct Right {
  const float* data;
  int64_t panelStride, rowStride;
};

/** c (+)= a·b for M rows and N vectors of columns; a[m, i] lies at a + m·rowStride + i·step. */
template <int M, int N>
static void micro(const float* a, int64_t rowStride, int64_t step, const float* b, int64_t ldb, float* c,
                  int64_t ldc, int64_t depth, bool add) {
  vf sum[M][N];
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = splat(0);
  }
  for (int64_t i = 0; i < depth; ++i) {
    vf right[N];
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) right[n] = load(b + n * lanes);
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      const vf left = splat(a[m * rowStride]);
      INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] += left * right[n];
    }
    a += step;
    b += ldb;
  }
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) {
      float* to = c + m * ldc + n * lanes;
      store(to, add ? load(to) + sum[m][n] : sum[m][n]);
    }
  }
}

typedef void (*Micro)(const float*, int64_t, int64_t, const float*, int64_t, float*, int64_t, int64_t, bool);

template <int N>
static inline Micro microOf(int rows) {
  static constexpr Micro of[] = {
      nullptr,     micro<1, N>, micro<2, N>, micro<3, N>,  micro<4, N>,  micro<5, N>,  micro<6, N>,
#if INKSTONE_VECTOR_BYTES >= 64
      micro<7, N>, micro<8, N>, micro<9, N>, micro<10, N>, micro<11, N>, micro<12, N>,
#endif
  };
  return of[rows];
}

/** One block of rows times `columns` columns, panel `j` of b. The columns beyond are padding of c. */
INKSTONE_INLINE void multiply(int rows, const float* a, int64_t rowStride, int64_t step, const Right& b,
                              int64_t j, int64_t firstRow, float* c, int64_t ldc, int64_t columns,
                              int64_t depth, bool add) {
  const Micro kernel = columns - j * panel > lanes ? microOf<2>(rows) : microOf<1>(rows);
  kernel(a, rowStride, step, b.data + j * b.panelStride + firstRow * b.rowStride, b.rowStride, c + j * panel,
         ldc, depth, add);
}

// ---- packing ----------------------------------------------------------------------------------------------

/** Rows of `size` at a stride → rows of `padded`, times `scale`, zeros behind. */
static void packRows(const float* x, int64_t stride, int64_t rows, int64_t size, int64_t padded, float scale,
                     float* out) {
  for (int64_t r = 0; r < rows; ++r, x += stride, out += padded) {
    int64_t d = 0;
    for (; d + lanes <= size; d += lanes) store(out + d, load(x + d) * scale);
    if (d < padded) store(out + d, loadTail(x + d, size - d) * scale);
  }
}

/** Rows of `size` at a stride → panels [padded/panel, capacity, panel]. */
static void packPanels(const float* x, int64_t stride, int64_t rows, int64_t size, int64_t padded,
                       int64_t capacity, float* out) {
  for (int64_t d = 0; d < padded; d += panel, out += capacity * panel) {
    const float* from = x + d;
    if (d + panel <= size) {
      for (int64_t r = 0; r < rows; ++r, from += stride) {
        const vf a = load(from), b = load(from + lanes);
        store(out + r * panel, a);
        store(out + r * panel + lanes, b);
      }
    } else {
      const int64_t left = size - d;
      for (int64_t r = 0; r < rows; ++r, from += stride) {
        store(out + r * panel, loadTail(from, least(left, lanes)));
        if (left > lanes) store(out + r * panel + lanes, loadTail(from + lanes, left - lanes));
      }
    }
  }
}

/** out[j·ld + i] = x[i·stride + j] for i, j < lanes. */
INKSTONE_INLINE void transposeBlock(const float* x, int64_t stride, float* out, int64_t ld) {
  vf v[lanes / 4][4];
  for (int g = 0; g < lanes / 4; ++g) {
    const float* row = x + 4 * g * stride;
    const vf a = load(row), b = load(row + stride), c = load(row + 2 * stride), d = load(row + 3 * stride);
    const vf ab0 = Shuffle::zip<0>(a, b), ab1 = Shuffle::zip<1>(a, b);
    const vf cd0 = Shuffle::zip<0>(c, d), cd1 = Shuffle::zip<1>(c, d);
    v[g][0] = Shuffle::zipPairs<0>(ab0, cd0);
    v[g][1] = Shuffle::zipPairs<1>(ab0, cd0);
    v[g][2] = Shuffle::zipPairs<0>(ab1, cd1);
    v[g][3] = Shuffle::zipPairs<1>(ab1, cd1);
  }
  for (int column = 0; column < 4; ++column) {
#if INKSTONE_VECTOR_BYTES >= 32
    for (int g = 0; g < lanes / 4; g += 2) Shuffle::exchange<1>(v[g][column], v[g + 1][column]);
#endif
#if INKSTONE_VECTOR_BYTES >= 64
    for (int g = 0; g < 2; ++g) Shuffle::exchange<2>(v[g][column], v[g + 2][column]);
#endif
    for (int g = 0; g < lanes / 4; ++g) store(out + (4 * g + column) * ld, v[g][column]);
  }
}

/**
 * Rows of `size` at a stride → their transpose in panels [rows/panel, size, panel], zeros in the columns
 * behind.
 */
static void packTransposed(const float* x, int64_t stride, int64_t rows, int64_t size, float* out) {
  for (int64_t r = 0; r < up(rows, panel); r += lanes) {
    float* to = out + r / panel * (size * panel) + r % panel;
    const float* from = x + r * stride;
    const int64_t count = clamp(rows - r, 0, lanes);
    int64_t d = 0;
    if (count == lanes) {
      for (; d + lanes <= size; d += lanes) transposeBlock(from + d, stride, to + d * panel, panel);
    }
    for (; d < size; ++d) {
      for (int64_t i = 0; i < lanes; ++i) to[d * panel + i] = i < count ? from[i * stride + d] : 0.0f;
    }
  }
}

// ---- rows of scores ---------------------------------------------------------------------------------------

/** 2^x for x ≤ 0 or barely above; 0 below −126.5; NaN stays NaN. Relative error 1.3e-7; 2^0 is 1. */
INKSTONE_INLINE vf exp2Below(vf x) {
  x = vmax(splat(-127.0f), x);
  const vf shifted = x + roundingMagic;
  const vf f = x - (shifted - roundingMagic);
  vf p = f * 0.00132647273f + 0.00967151276f;
  p = p * f + 0.0555073373f;
  p = p * f + 0.240222421f;
  p = p * f + 0.693146978f;
  p = p * f + 1.0f;
  return p * (vf)(((vi)shifted << 23) + 0x3f800000);
}

INKSTONE_INLINE vf laneNumbers() {
  vf v;
  for (int i = 0; i < lanes; ++i) v[i] = static_cast<float>(i);
  return v;
}

/** What the rows of one block have in common: whole vectors of keys, counted from the tile's first. */
struct Chunks {
  /** Keys that some row sees, and keys that every row sees. */
  Range some, sure;

  /** `first` and `last`: what the first and the last row see, also beyond the tile. */
  Chunks(Range seen, Range first, Range last)
      : some{down(seen.begin, lanes), up(seen.end, lanes)},
        sure{clamp(up(last.begin, lanes), some.begin, some.end), 0} {
    sure.end = clamp(down(first.end, lanes), sure.begin, some.end);
  }
};

/** −∞ outside `seen`. Every row of a block takes the same steps, so that branches are foreseen. */
INKSTONE_INLINE void hide(float* row, const Chunks& chunks, Range seen) {
  const vf low = splat(static_cast<float>(seen.begin)), high = splat(static_cast<float>(seen.end));
  const vf numbers = laneNumbers(), never = splat(-__builtin_inff());
  const auto hideIn = [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c += lanes) {
      const vf place = numbers + static_cast<float>(c);
      store(row + c, ((place >= low) & (place < high)) ? load(row + c) : never);
    }
  };
  hideIn(chunks.some.begin, chunks.sure.begin);
  hideIn(chunks.sure.end, chunks.some.end);
}

/** row[s] += slope·(s − origin): the bias of ALiBi. */
INKSTONE_INLINE void addDistance(float* row, Range chunks, float slope, int64_t origin) {
  const vf numbers = laneNumbers();
  for (int64_t c = chunks.begin; c < chunks.end; c += lanes) {
    store(row + c, load(row + c) + slope * (numbers + static_cast<float>(c - origin)));
  }
}

/** One key/value head of one sequence, with the query heads that share it. */
struct Pair {
  int64_t batch, kvHead;
};

/** Sizes that every step needs, and where heads begin. */
struct Plan {
  const AttentionShape& shape;
  int64_t group, size, padded, strideQ, strideK;
  /** The arrays are larger than what a core keeps near. */
  bool large;

  explicit Plan(const AttentionShape& s)
      : shape(s),
        group(s.heads / s.kvHeads),
        size(s.headSize),
        padded(up(s.headSize, lanes)),
        strideQ(s.heads * s.headSize),
        strideK(s.kvHeads * s.headSize),
        large(4 * s.batch * (2 * s.queries * strideQ + 2 * s.keys * strideK) > cacheSizes().l2) {}

  int64_t atQ(int64_t batch, int64_t query, int64_t head) const {
    return (batch * shape.queries + query) * strideQ + head * size;
  }
  int64_t atK(int64_t batch, int64_t key, int64_t kvHead) const {
    const int64_t place = shape.pages ? shape.pages[key / shape.pageTokens] * shape.pageTokens + key % shape.pageTokens
                                      : batch * shape.keys + key;
    return place * strideK + kvHead * size;
  }
  int64_t atLse(int64_t batch, int64_t head, int64_t query) const {
    return (batch * shape.heads + head) * shape.queries + query;
  }
  /** The pair after this one; false behind the last. */
  bool next(int64_t batch, int64_t kvHead, Pair& pair) const {
    pair = kvHead + 1 < shape.kvHeads ? Pair{batch, kvHead + 1} : Pair{batch + 1, 0};
    return pair.batch < shape.batch;
  }
  float slope(int64_t head) const { return shape.alibiSlopes ? shape.alibiSlopes[head] * log2e : 0.0f; }
};

/** Cuts `count` into tiles of at most `limit`, as equal as multiples of `unit` allow. */
INKSTONE_INLINE int64_t tileOf(int64_t count, int64_t limit, int64_t unit) {
  if (count <= limit) return most(count, 1);
  const int64_t tiles = (count + limit - 1) / limit;
  return least(limit, up((count + tiles - 1) / tiles, unit));
}

/**
 * Rows that will be wanted soon, fetched towards the cache a few at a time between micro products: heads lie
 * at a stride that hardware prefetchers do not follow.
 */
class Ahead {
 public:
  explicit Ahead(const Plan& plan) : bytes_(plan.size * 4), wanted_(plan.large) {}

  void add(const float* at, int64_t stride, int64_t rows) {
    if (!wanted_ || rows <= 0 || count_ == mostLists) return;
    lists_[count_++] = {reinterpret_cast<const char*>(at), stride * 4, rows};
    total_ += rows;
  }
  /** Spreads what was added over about `steps` calls of step(). */
  void spread(int64_t steps) { each_ = static_cast<int>((total_ + steps) / most(steps, 1)); }

  INKSTONE_ALWAYS void step() {
    for (int i = 0; i < each_ && current_ < count_; ++i) {
      Rows& rows = lists_[current_];
      for (int64_t b = 0; b < bytes_; b += 64) __builtin_prefetch(rows.at + b, 0, 2);
      rows.at += rows.stride;
      if (--rows.left == 0) ++current_;
    }
  }

 private:
  struct Rows {
    const char* at;
    int64_t stride, left;
  };
  static constexpr int mostLists = 8;
  Rows lists_[mostLists];
  int64_t bytes_, total_ = 0;
  bool wanted_;
  int count_ = 0, current_ = 0, each_ = 1;
};

/**
 * Scores of a tile: for each block of rows, the panels of keys that it sees. Keys count from the tile's
 * first.
 */
static void multiplySeen(const Blocks& blocks, const Range* seen, const float* rows, int64_t padded,
                         int64_t size, const Right& transposed, int64_t keys, float* scores, int64_t ld,
                         Ahead& ahead) {
  for (int64_t j = 0; j * panel < keys; ++j) {
    for (int b = 0; b < blocks.count; ++b) {
      if (seen[b].begin >= (j + 1) * panel || seen[b].end <= j * panel) continue;
      const int64_t r = blocks.start[b];
      multiply(blocks.rows(b), rows + r * padded, padded, 1, transposed, j, 0, scores + r * ld, ld,
               seen[b].end, size, false);
      ahead.step();
    }
  }
}

#undef INKSTONE_ALWAYS
}  // namespace flash
