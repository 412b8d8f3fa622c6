// Some rows of a with the rows of b [n, k], where vectors are narrow: texts that are written together, short prompts. The rows of
// a stand side by side in lanes, so that each number of b is read once, where it lies, for many of them, and nothing is added up
// across lanes. (Dots read b anew for every four rows; packing it would cost as much as multiplying it.)

constexpr int laneSums = 12;            // vectors that a tile sums up: R rows of b by V vectors of a
constexpr int laneVectors = 3;          // V at most; at least 2
constexpr int64_t laneStep = 8;         // numbers of k between two fetches
constexpr int64_t unpackedLanes = 256;  // numbers of k of rows of b that are unpacked at a time: they stay in the first cache

/** What a tile goes through of k, and what is fetched meanwhile: so many bytes in laneStep numbers of k. */
struct LaneSpan {
  int64_t k, ldb;
  const char* coming;
  int64_t bytes;
};

/** sums[R, V·lanes] (+)= b·a, of a [k][V·lanes] and R rows of b, of which `rows` exist. */
template <int V>
INKSTONE_APART static void laneTile(const float* a, const float* b, int64_t rows, const LaneSpan& span, float* sums, int64_t ld,
                                    bool add) {
  constexpr int R = laneSums / V, lines = (R * laneStep * 4 + 63) / 64;
  vf sum[R][V];
  const float* row[R];
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
    row[i] = b + least(i, rows - 1) * span.ldb;
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sum[i][v] = add ? load(sums + i * ld + v * lanes) : vf{};
  }
  const auto multiply = [&](int64_t p) INKSTONE_FLAT {
    vf x[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) hide(x[v] = load(a + (p * V + v) * lanes));
#pragma GCC unroll 8
    for (int i = 0; i < R; ++i) {
      vf y = splat(row[i][p]);
      hide(y);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) addProduct(sum[i][v], x[v], y);
    }
  };
  const auto advance = [&](int64_t count) INKSTONE_FLAT {
    a += count * V * lanes;
#pragma GCC unroll 8
    for (int i = 0; i < R; ++i) {
      row[i] += count;
      hideAddress(row[i]);
    }
  };
  const char* coming = span.coming;
  int64_t left = span.k;
  for (; left >= laneStep; left -= laneStep, coming += span.bytes) {
#pragma GCC unroll 4
    for (int i = 0; i < lines; ++i) __builtin_prefetch(coming + i * 64);
#pragma GCC unroll 8
    for (int64_t p = 0; p < laneStep; ++p) multiply(p);
    advance(laneStep);
  }
  for (; left > 0; --left) {
    multiply(0);
    advance(1);
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store(sums + i * ld + v * lanes, sum[i][v]);
  }
}

/** How a is cut: its vectors of rows in panels; k in passes, as in other products, so that the sums of a row are the same in all. */
struct LanePlan {
  int64_t vectors, panels, depth;
  int64_t width() const { return vectors * lanes; }
  Range panel(int64_t i) const { return part(vectors, panels, i, 1); }

  explicit LanePlan(const Matmul& s) {
    vectors = partsOf(s.m, lanes);
    panels = partsOf(vectors, laneVectors);
    depth = depthOf<KernelF32>(s.k, KernelF32::depth);
  }
};

/** to[i·ldt + p] = row i of b, p < k. */
template <class Read>
static void unpackRows(const typename Read::Stored* b, int64_t ldb, int64_t rows, int64_t k, float* to, int64_t ldt) {
  for (int64_t i = 0; i < rows; ++i, b += ldb, to += ldt) {
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) store(to + p, Read::wide(b + p));
    for (; p < k; ++p) to[p] = Read::at(b + p);
  }
}

/** Rows of a as panels [k][vectors·lanes]; lanes without a row hold 0. */
template <class Read>
static void packLanes(const Matmul& s, const LanePlan& plan, float* to) {
  for (int64_t i = 0; i < plan.panels; ++i) {
    const Range some = plan.panel(i);
    const float* from = s.a + some.begin * lanes * s.k;
    const int rows = static_cast<int>(least(some.size() * lanes, s.m - some.begin * lanes));
    float* panel = to + some.begin * lanes * s.k;
    if (some.size() == 2) packColumns<Read, 2 * lanes>(from, s.k, s.k, rows, panel);
    else packColumns<Read, 3 * lanes>(from, s.k, s.k, rows, panel);
  }
}

/** The first `count` rows of b with all of a: outᵀ [count, width] in `sums`; `later` holds as much. Both have room for laneSums rows. */
template <class Read>
static void multiplyLaneRows(const LanePlan& plan, const float* a, const typename Read::Stored* b, int64_t k, int64_t count,
                             float* sums, float* later) {
  constexpr bool lies = std::is_same<Read, ReadF32>::value;
  const int64_t width = plan.width(), longest = lies ? plan.depth : unpackedLanes;
  Scratch scratch;
  float* unpacked = lies ? nullptr : scratch.floats(laneSums * longest);
  LaneSpan span{0, lies ? k : longest, reinterpret_cast<const char*>(b + laneSums * k), 0};
  span.bytes = laneSums * laneStep * static_cast<int64_t>(sizeof *b) / plan.vectors;
  for (int64_t p0 = 0; p0 < k; p0 += plan.depth) {
    const int64_t end = least(p0 + plan.depth, k);
    float* to = p0 == 0 ? sums : later;
    for (int64_t p = p0; p < end; p += span.k) {
      span.k = least(longest, end - p);
      const float* rows = unpacked;
      if constexpr (lies) rows = b + p;
      else unpackRows<Read>(b + p, k, count, span.k, unpacked, longest);
      for (int64_t i = 0; i < plan.panels; ++i) {
        const Range some = plan.panel(i);
        const auto tile = some.size() == 2 ? laneTile<2> : laneTile<3>;
        const float* panel = a + (some.begin * k + some.size() * p) * lanes;
        for (int64_t row = 0; row < count; row += laneSums / some.size()) {
          tile(panel, rows + row * span.ldb, count - row, span, to + row * width + some.begin * lanes, width, p > p0);
          span.coming += span.k / laneStep * span.bytes;
        }
      }
    }
    for (int64_t i = 0; p0 > 0 && i < count * width; i += lanes) store(sums + i, load(sums + i) + load(later + i));
  }
}

template <class Read>
static void multiplyLanes(const Matmul& s) {
  const auto* b = static_cast<const typename Read::Stored*>(s.b);
  const LanePlan plan(s);
  const int64_t width = plan.width();
  const auto pack = [&](float* to) {
    if (s.bf16) packLanes<ReadRounded>(s, plan, to);
    else packLanes<ReadF32>(s, plan, to);
  };
  const auto multiply = [&](const float* a, int64_t j0, int64_t j1) {
    Scratch scratch;
    float* sums = scratch.floats(laneSums * width);
    float* later = scratch.floats(laneSums * width);
    for (int64_t j = j0; j < j1; j += laneSums) {
      const int64_t count = least(laneSums, j1 - j);
      multiplyLaneRows<Read>(plan, a, b + j * s.k, s.k, count, sums, later);
      turnBack(sums, width, count, s.m, s.out + j, s.n);
    }
    finishRows(s.out + j0, s.n, s, j0, j0, s.m, j1 - j0);
  };
  withCopies<float>(width * s.k, pack, s.n, roundUp(1 + 65536 / (s.k * s.m), laneSums), multiply);
}
