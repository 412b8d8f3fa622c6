// Few rows times a matrix stored [n, k] as bf16, in AMX tiles: a prompt, or many texts at once, times weights. Turned, outᵀ = b·aᵀ: rows
// of b are what tiles take as rows, and are read where they lie; a, which is small, is packed once.

/** Rows of a: from how many dots are slower, and beyond how many packing b pays. Measured. */
constexpr int64_t fewestLying = 4, mostLying = 384;
/** Panels of b that a task takes: rows of out are finished in runs of so many columns. */
constexpr int64_t lyingTogether = 4;

static bool suitsLying(const Matmul& s) {
  const bool few = s.m >= fewestLying && s.m <= mostLying && s.m < s.n && s.m * s.k * 2 <= cacheSizes().l2;
  return few && s.bIsBf16 && s.transB && !s.transA && !s.accumulate && s.k % side == 0 && s.k <= deepest;
}

/** A product and its a, packed as the columns that tiles take: in panels of 32 rows. */
struct LyingProduct {
  const Matmul& s;
  const uint16_t* a;

  const uint16_t* rowsOfB(int64_t j) const { return static_cast<const uint16_t*>(s.b) + j * s.k; }
  int64_t panelsOfA() const { return partsOf(s.m, side); }
  void multiply(Range columns) const;
  void multiplyPanel(int64_t j, float* sums, int64_t ld) const;
};

/** sums[32, m] = rows j … j + 32 of b times aᵀ. */
void LyingProduct::multiplyPanel(int64_t j, float* sums, int64_t ld) const {
  Scratch scratch;
  const int64_t k = s.k, height = least(side, s.n - j), panels = panelsOfA();
  const int64_t chunk = roundUp(partsOf(k, partsOf(k, deepestOfBlock)), side);
  // Rows half a page apart, or a multiple of it, share a few sets of the first cache: not if they are read but once.
  const bool lies = height == side && (panels == 1 || k % 1024 != 0);
  uint16_t* packed = lies ? nullptr : scratch.take<uint16_t>(panelOf(chunk));
  // The next panel comes meanwhile, in the order in which it lies.
  const int64_t steps = k / side * panels, lines = least(side, most(0, s.n - j - side)) * k * 2 / 64;
  Lines soon{reinterpret_cast<const char*>(rowsOfB(j + side)), partsOf(lines, steps)};
  for (int64_t p = 0; p < k; p += chunk) {
    const int64_t deep = least(chunk, k - p);
    if (!lies) tilesOfRows<TakeBf16>(rowsOfB(j) + p, k, deep, height, packed, stripOf(deep));
    const Strips b = lies ? Strips{rowsOfB(j) + p, 2 * k, side, strip * k} : packedStrips(packed, deep);
    for (int64_t panel = 0; panel < panels; ++panel) {
      const Strips columns = packedStrips(a + panel * panelOf(k), k, p);
      float* to = sums + panel * side;
      if (s.m - panel * side > strip) multiplyTiles<false, true>(b, columns, deep, to, ld, p > 0, soon);
      else multiplyTiles<false, false>(b, columns, deep, to, ld, p > 0, soon);
    }
  }
}

/** Some columns of out: at most lyingTogether panels. */
void LyingProduct::multiply(Range columns) const {
  [[maybe_unused]] TileSession session;
  Scratch scratch;
  float* const out = s.out;
  const int64_t n = s.n, ld = panelsOfA() * side + lanes, width = columns.size(), ldBack = roundUp(width, side) + lanes;
  float *sums = scratch.floats(roundUp(width, side) * ld), *back = scratch.floats(lanes * ldBack);
  for (int64_t j = columns.begin; j < columns.end; j += side) multiplyPanel(j, sums + (j - columns.begin) * ld, ld);
  for (int64_t i = 0; i < s.m; i += strip) {
    const int64_t rows = least(strip, s.m - i), at = i * s.n + columns.begin;
    for (int64_t j = 0; j < width; j += strip) {
      turnSquare([=](int r) INKSTONE_FLAT { return load(sums + (j + r) * ld + i); }, back + j, ldBack);
    }
    if (!isBare(s)) {
      finishRows(back, ldBack, s, at, columns.begin, rows, width);
      continue;
    }
    for (int64_t r = 0; r < rows; ++r) {
      sweep(width, [=](int64_t j, auto part) INKSTONE_FLAT { part.put(out + at + r * n + j, part.get(back + r * ldBack + j)); });
    }
  }
}

static void multiplyLying(const Matmul& s) {
  const int64_t panels = partsOf(s.m, side), together = lyingTogether * side;
  const Matmul t = turned(s);
  const auto pack = [&](uint16_t* to, int64_t panel) {
    const Range rows{panel * side, least(s.m, (panel + 1) * side)};
    packPairsOfB<strip>(t, 0, s.k, s.k, rows, to + panel * panelOf(s.k), stripOf(s.k));
  };
  const auto multiply = [&](const uint16_t* packed, int64_t begin, int64_t end) {
    const LyingProduct product{s, packed};
    for (int64_t j = begin; j < end; j += together) product.multiply({j, least(end, j + together)});
  };
  if (panels == 1) {
    return withCopies<uint16_t>(panelOf(s.k), [&](uint16_t* to) { pack(to, 0); }, s.n, together, multiply);
  }
  Scratch scratch;
  auto* packed = scratch.take<uint16_t>(panels * panelOf(s.k));
  parallelTasks(panels, [&](int64_t panel) { pack(packed, panel); });
  parallelFor(s.n, together, [&](int64_t begin, int64_t end) { multiply(packed, begin, end); });
}

/** How bf16 products of this shape are made here, if they are. */
static auto productOf(const Matmul& s) -> void (*)(const Matmul&) {
  if (suitsLying(s)) {
    RAN("matmul.lying.bf16");
    return multiplyLying;
  }
  if (wayOf(s) != Way::packed) return nullptr;
  RAN("matmul.packed.bf16");
  return multiplyTiled;
}
