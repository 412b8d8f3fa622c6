// Large products in AMX tiles. They multiply faster than memory takes or gives: sums of a block gather in L2, a part of k at
// a time, and are finished in whole rows. The smaller side is packed once for all threads; the other is cut into blocks that
// threads take in turn, and pack as they need it.

constexpr int strip = 16;         // rows or columns of one tile
constexpr int side = 2 * strip;  // rows and columns of a product of 2×2 tiles, and numbers of k in a step
/** Numbers of k of which the staying side is packed at once, and at most so many that a block multiplies before it packs more. */
constexpr int64_t deepest = 4096, deepestOfBlock = 512;

/** Elements of a strip: [k/32][16 rows of a][32 of k], or [k/32][16 pairs of k][16 columns of b][2]; and 64 bytes between. */
static int64_t stripOf(int64_t k) { return panelSize<uint16_t>(roundUp(k, side), strip); }
/** Of a panel, which is two strips. */
static int64_t panelOf(int64_t k) { return 2 * stripOf(k); }

/** Two strips, and how their tiles lie: bytes from row to row, elements to the next 32 of k and to the other strip. */
struct Strips {
  const uint16_t* data;
  int64_t bytes, step, other;
};
/** As they are packed, from number `p` of k on. */
static Strips packedStrips(const uint16_t* panel, int64_t k, int64_t p = 0) {
  return {panel + p * strip, 2 * side, strip * side, stripOf(k)};
}

/** Lines that are wanted soon; so many are fetched in each step of k. */
struct Lines {
  const char* data;
  int64_t each;

  INKSTONE_MEMBER void fetch() {
    for (int64_t i = 0; i < each; ++i, data += 64) __builtin_prefetch(data, 0, 2);
  }
};

/**
 * c[32, 32] = (c +) a·b; c[32, 16] of the first strip of b alone unless Wide. The side that the next product reads as well is kept in
 * the first cache. A tile is loaded anew as soon as its last product has begun.
 */
template <bool KeepsB, bool Wide>
static void multiplyTiles(const Strips& a, const Strips& b, int64_t k, float* c, int64_t ldc, bool add, Lines& soon) {
  const int64_t bytes = ldc * 4, aBytes = a.bytes, bBytes = b.bytes, aStep = a.step, bStep = b.step;
  const uint16_t *a0 = a.data, *a1 = a0 + a.other, *b0 = b.data, *b1 = b0 + b.other;
  float* lower = c + strip * ldc;
  const auto loadA0 = [&]() INKSTONE_FLAT {
    if constexpr (KeepsB) TILE_LOAD_PASSING(4, a0, aBytes);
    else TILE_LOAD(4, a0, aBytes);
    a0 += aStep;
  };
  const auto loadA1 = [&]() INKSTONE_FLAT {
    if constexpr (KeepsB) TILE_LOAD_PASSING(5, a1, aBytes);
    else TILE_LOAD(5, a1, aBytes);
    a1 += aStep;
  };
  const auto loadB0 = [&]() INKSTONE_FLAT {
    if constexpr (KeepsB) TILE_LOAD(6, b0, bBytes);
    else TILE_LOAD_PASSING(6, b0, bBytes);
    b0 += bStep;
  };
  const auto loadB1 = [&]() INKSTONE_FLAT {
    if constexpr (!Wide) return;
    if constexpr (KeepsB) TILE_LOAD(7, b1, bBytes);
    else TILE_LOAD_PASSING(7, b1, bBytes);
    b1 += bStep;
  };
  if (add) {
    TILE_LOAD_SUM(0, c, bytes);
    TILE_LOAD_SUM(2, lower, bytes);
    if constexpr (Wide) TILE_LOAD_SUM(1, c + strip, bytes);
    if constexpr (Wide) TILE_LOAD_SUM(3, lower + strip, bytes);
  } else {
    TILE_ZERO(0);
    TILE_ZERO(2);
    if constexpr (Wide) TILE_ZERO(1);
    if constexpr (Wide) TILE_ZERO(3);
  }
  loadB0();
  loadA0();
  loadA1();
  loadB1();
  for (int64_t p = side; p < k; p += side) {
    soon.fetch();
    TILE_DOT(0, 4, 6);
    TILE_DOT(2, 5, 6);
    loadB0();
    if constexpr (Wide) TILE_DOT(3, 5, 7);
    loadA1();
    if constexpr (Wide) TILE_DOT(1, 4, 7);
    loadA0();
    loadB1();
  }
  soon.fetch();
  TILE_DOT(0, 4, 6);
  TILE_DOT(2, 5, 6);
  if constexpr (Wide) TILE_DOT(3, 5, 7);
  if constexpr (Wide) TILE_DOT(1, 4, 7);
  TILE_STORE_SUM(0, c, bytes);
  TILE_STORE_SUM(2, lower, bytes);
  if constexpr (Wide) TILE_STORE_SUM(1, c + strip, bytes);
  if constexpr (Wide) TILE_STORE_SUM(3, lower + strip, bytes);
}

// ---- panels ------------------------------------------------------------------------------------------------------------

/** Strips of a stored [m, k], `step` apart. Short runs of rows are not foreseen by hardware. */
template <class Read>
static void tilesOfRows(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t rows, uint16_t* to, int64_t step) {
  constexpr int64_t ahead = 2, line = 64 / static_cast<int64_t>(sizeof(typename Read::Stored));
  for (int64_t i = 0; i < roundUp(rows, side); ++i, from += ld) {
    for (int64_t p = 0; i + ahead < rows && p < k; p += line) __builtin_prefetch(from + ahead * ld + p);
    uint16_t* row = to + i / strip * step + i % strip * side;
    for (int64_t p = 0; p < k; p += side) {
      const vf words = i >= rows ? vf{} : k - p >= side ? Read::words(from + p) : someWords<Read>(from + p, k - p);
      store(reinterpret_cast<float*>(row + p * strip), words);
    }
  }
}

/** The same of a stored [k, m]: squares of 16 pairs by 16 rows are turned, those of the next pairs fetched ahead. */
template <class Read>
static void tilesOfTurned(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t rows, uint16_t* to, int64_t step) {
  for (int64_t p = 0; p < k; p += side, from += side * ld, to += side * strip) {
    for (int64_t i = 0; i < roundUp(rows, side); i += strip) {
      float* square = reinterpret_cast<float*>(to + i / strip * step);
      for (int64_t q = side; q < least(2 * side, k - p); ++q) __builtin_prefetch(from + q * ld + i);
      if (rows - i >= lanes && k - p >= side) {
        turnSquare([=](int q) INKSTONE_FLAT { return (vf)Read::pairs(from + 2 * q * ld + i, from + (2 * q + 1) * ld + i); },
                   square, side / 2);
        continue;
      }
      const auto some = [=](int q) {
        const typename Read::Stored* low = from + 2 * q * ld + i;
        if (p + 2 * q >= k) return vf{};
        return (vf)Read::somePairs(low, p + 2 * q + 1 < k ? low + ld : nullptr, rows - i);
      };
      turnSquare(some, square, side / 2);
    }
  }
}

template <class Read>
static void packTilesOfA(const Matmul& s, const typename Read::Stored* a, Range rows, int64_t p0, int64_t k, uint16_t* to,
                         int64_t step) {
  if (s.transA) tilesOfTurned<Read>(a + p0 * s.m + rows.begin, s.m, k, rows.size(), to, step);
  else tilesOfRows<Read>(a + rows.begin * s.k + p0, s.k, k, rows.size(), to, step);
}
/** NOTE a strip that no column of b needs stays as it was: what comes of it is not read. */
static void packTiles(const Matmul& s, bool a, Range some, int64_t p0, int64_t k, uint16_t* to, int64_t step) {
  if (!a) packPairsOfB<strip>(s, p0, k, roundUp(k, side), some, to, step);
  else if (s.aBf16) packTilesOfA<TakeBf16>(s, s.aBf16, some, p0, k, to, step);
  else packTilesOfA<RoundF32>(s, s.a, some, p0, k, to, step);
}
/** Whether a side is stored with k outside: numbers of one k lie side by side. */
static bool kIsOuter(const Matmul& s, bool a) { return a ? s.transA : !s.transB; }

// ---- blocks ------------------------------------------------------------------------------------------------------------

/** The part [p0, p0 + k) of a product. Either side is counted in panels. */
struct TiledPass {
  const Matmul& s;
  bool aStays, parallel;
  int64_t blocks, together;  // blocks of the passing side, and panels of the staying one whose sums gather at once
  int64_t p0, k;
  float* to;  // where sums go, and are added to what lies there; nullptr: they are finished at once
  bool add, last;
  uint16_t* staying;

  int64_t panels(bool a) const { return partsOf(a ? s.m : s.n, side); }
  Range inNumbers(bool a, Range panels) const { return {panels.begin * side, least(panels.end * side, a ? s.m : s.n)}; }
  void packStaying() const;
  void multiplyBlock(int64_t index) const;
  void finish(Range rows, Range columns, float* sums, int64_t ld) const;
};

void TiledPass::packStaying() const {
  const Range all{0, panels(aStays)};
  const bool alongK = kIsOuter(s, aStays);  // then all numbers of some k are read in one run; else some rows are
  const auto pack = [&](int64_t begin, int64_t end) {
    const Range some = alongK ? all : Range{begin, end};
    const int64_t p = alongK ? begin * side : 0, count = alongK ? least(end * side, k) - p : k;
    packTiles(s, aStays, inNumbers(aStays, some), p0 + p, count, staying + some.begin * panelOf(k) + p * strip, stripOf(k));
  };
  const int64_t pieces = alongK ? partsOf(k, side) : all.size();
  parallelFor(pieces, parallel ? 1 : pieces, pack);
}

void TiledPass::multiplyBlock(int64_t index) const {
  [[maybe_unused]] TileSession session;
  Scratch scratch;
  const Range passing = part(panels(!aStays), blocks, index, 1);
  const int64_t stays = panels(aStays), size = passing.size();
  const int64_t height = aStays ? together : size, width = aStays ? size : together, ld = width * side + lanes;
  const int64_t chunks = partsOf(k, deepestOfBlock), chunk = roundUp(partsOf(k, chunks), side);
  float* sums = scratch.floats(height * side * ld);
  auto* packed = scratch.take<uint16_t>(size * panelOf(chunk));
  Lines nothing{nullptr, 0};
  for (int64_t first = 0; first < stays; first += together) {
    const Range group{first, least(first + together, stays)};
    for (int64_t p = 0; p < k; p += chunk) {
      const int64_t deep = least(chunk, k - p);
      if (first == 0 || chunks > 1) packTiles(s, !aStays, inNumbers(!aStays, passing), p0 + p, deep, packed, stripOf(deep));
      for (int64_t outer = group.begin; outer < group.end; ++outer) {
        const Strips stayed = packedStrips(staying + outer * panelOf(k), k, p);
        for (int64_t inner = 0; inner < size; ++inner) {
          const Strips passed = packedStrips(packed + inner * panelOf(deep), deep);
          const int64_t i = aStays ? outer - first : inner, j = aStays ? inner : outer - first;
          float* at = sums + i * side * ld + j * side;
          if (aStays) multiplyTiles<false, true>(stayed, passed, deep, at, ld, p > 0, nothing);
          else multiplyTiles<true, true>(passed, stayed, deep, at, ld, p > 0, nothing);
        }
      }
    }
    finish(inNumbers(true, aStays ? group : passing), inNumbers(false, aStays ? passing : group), sums, ld);
  }
}

void TiledPass::finish(Range rows, Range columns, float* sums, int64_t ld) const {
  const int64_t at = rows.begin * s.n + columns.begin, width = columns.size();
  const bool ends = last && !isBare(s), passes = last && !ends && !add && passesCaches(s);
  for (int64_t r = 0; (add || !ends) && r < rows.size(); ++r) {
    float *row = sums + r * ld, *place = to + at + r * s.n, *target = ends ? row : place;
    sweep(width, [=](int64_t j, auto part) INKSTONE_FLAT {
      const vf sum = part.get(row + j);
      if (passes) storeStreaming(target + j, sum);
      else part.put(target + j, add ? sum + part.get(place + j) : sum);
    });
  }
  if (ends) finishRows(sums, ld, s, at, columns.begin, rows.size(), width);
  streamingFence();
}

static void multiplyTiled(const Matmul& s) {
  Scratch scratch;
  const int64_t workers = inParallel() ? 1 : threads(), passes = partsOf(s.k, deepest);
  const int64_t kc = roundUp(partsOf(s.k, passes), side);
  const bool parallel = workers > 1 && s.m * s.n * s.k >= 400000;
  float* to = !s.outBf16 ? s.out : passes > 1 ? scratch.floats(s.m * s.n) : nullptr;
  TiledPass pass{s, s.m < s.n, parallel, 0, 0, 0, kc, to, s.accumulate, false, nullptr};

  // Measured: sums of a block may take half of L2; with k outside, wider blocks are read in longer runs.
  const int64_t passing = pass.panels(!pass.aStays), stays = pass.panels(pass.aStays);
  const int64_t room = cacheSizes().l2 / 2 / (side * side * 4), narrow = 6, wide = 12;
  const int64_t longest = kIsOuter(s, !pass.aStays) ? most(narrow, least(wide, room / stays)) : narrow;
  const int64_t blocks = partsOf(passing, longest);
  pass.blocks = least(passing, parallel ? roundUp(blocks, workers) : blocks);
  pass.together = partsOf(stays, partsOf(stays, most(8, room / partsOf(passing, pass.blocks))));

  pass.staying = scratch.take<uint16_t>(stays * panelOf(kc));
  for (; pass.p0 < s.k; pass.p0 += pass.k, pass.add = true) {
    pass.k = least(kc, s.k - pass.p0);
    pass.last = pass.p0 + pass.k == s.k;
    pass.packStaying();
    const auto multiply = [&](int64_t index) { pass.multiplyBlock(index); };
    if (parallel) {
      parallelTasks(pass.blocks, multiply);
    } else {
      for (int64_t i = 0; i < pass.blocks; ++i) multiply(i);
    }
  }
}
