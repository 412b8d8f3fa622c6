// Products of bf16 numbers by vdpbf16ps: pairs of neighbours along k. Vectors have 16 lanes here.

constexpr int tileRows = 12, tileVectors = 2, tileCols = tileVectors * lanes;

/** As tileF32, k counted in pairs: a[i·stride + 2p], or a[2i + p·stride] when KMajor; b + p·2·tileCols. */
template <int M, int V, bool KMajor>
static void tileBf16(int64_t pairs, const uint16_t* a, int64_t stride, const uint16_t* b, float* c, int64_t ldc,
                     const Ending& ending, Ahead& ahead) {
  vf sum[M][V];
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) sum[i][j] = vf{};
  }
  const int64_t part = (pairs + tileParts - 1) / tileParts;
  int64_t parts = 0;
  for (int64_t left = pairs; left > 0; left -= part) {
    ahead.fetch<M>(parts++);
#pragma GCC unroll 2
    for (int64_t p = least(left, part); p > 0; --p) {
      vi row[V];
#pragma GCC unroll 4
      for (int j = 0; j < V; ++j) __builtin_memcpy(&row[j], b + j * 2 * lanes, sizeof row[j]);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) {
        int32_t pair;
        __builtin_memcpy(&pair, KMajor ? a + 2 * i : a + i * stride, 4);
        const vi x = splatInt(pair);
#pragma GCC unroll 4
        for (int j = 0; j < V; ++j) sum[i][j] = dotPairs(sum[i][j], x, row[j]);
      }
      a += KMajor ? stride : 2;
      b += 2 * tileCols;
    }
  }
  endTile(sum, c, ldc, ending);
}

/** Tiles by [k-major][vectors − 1][rows − 1]. */
typedef void (*TileBf16)(int64_t pairs, const uint16_t* a, int64_t stride, const uint16_t* b, float* c, int64_t ldc,
                         const Ending& ending, Ahead& ahead);
struct TilesBf16 {
  TileBf16 list[2][tileVectors][tileRows];
};
template <int M>
static constexpr void listTilesBf16(TilesBf16& tiles) {
  tiles.list[0][0][M - 1] = tileBf16<M, 1, false>;
  tiles.list[1][0][M - 1] = tileBf16<M, 1, true>;
  tiles.list[0][1][M - 1] = tileBf16<M, 2, false>;
  tiles.list[1][1][M - 1] = tileBf16<M, 2, true>;
  if constexpr (M > 1) listTilesBf16<M - 1>(tiles);
}
static constexpr TilesBf16 makeTilesBf16() {
  TilesBf16 tiles{};
  listTilesBf16<tileRows>(tiles);
  return tiles;
}
static constexpr TilesBf16 tilesBf16 = makeTilesBf16();

/** Turned rows of a stand k-major, pairs side by side, as b does; others in rows. */
struct KernelBf16 {
  typedef uint16_t Packed;
  static constexpr int rows = tileRows, cols = tileCols, kUnit = 2;
  static constexpr int64_t depth = 1536;
  static constexpr bool keepsB = false;
  static bool canLie(const Matmul& s) { return s.aBf16 && !s.transA && s.k % kUnit == 0; }

  static void tile(int mr, int width, int64_t k, const uint16_t* a, int64_t stride, bool kMajor, const uint16_t* b,
                   float* c, int64_t ldc, const Ending& ending, Ahead& ahead) {
    const int vectors = width > lanes ? 2 : 1;
    const TileBf16 run = tilesBf16.list[kMajor][vectors - 1][mr - 1];
    if (width == vectors * lanes) return run(k / 2, a, stride, b, c, ldc, ending, ahead);
    float aside[tileRows * tileCols];
    run(k / 2, a, stride, b, aside, tileCols, {}, ahead);
    endAside(aside, tileCols, c, ldc, mr, width, ending);
  }
};

// ---- the operands, as these tiles read them ----------------------------------------------------------------------------

/** Rows of k numbers at a distance of ld → rows of `padded` at a distance of `stride`. */
template <class Read>
static void packRowsOfA(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int64_t rows, uint16_t* to,
                        int64_t stride) {
  for (int64_t i = 0; i < rows; ++i, from += ld, to += stride) {
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) {
      const vh numbers = Read::wide(from + p);
      __builtin_memcpy(to + p, &numbers, sizeof numbers);
    }
    for (; p < padded; ++p) to[p] = p < k ? Read::at(from + p) : 0;
  }
}
template <class Kernel>
struct PackBf16 : Kernel {
  static constexpr int R = Kernel::rows, C = Kernel::cols;

  static int64_t paddedK(int64_t k) { return roundUp(k, Kernel::kUnit); }
  /** An odd number of lines: rows a power of two apart would fall into the same few sets of the cache. */
  static int64_t strideOfA(int64_t k) { return ((paddedK(k) + 31) / 32 | 1) * 32; }
  static int64_t panelWidth(int64_t left) { return least(C, left); }
  static PanelsOfA<uint16_t> lyingA(const Matmul& s, int64_t row, int64_t p0) {
    return {s.aBf16 + row * s.k + p0, s.k, R * s.k, false};
  }

  /** As packA leaves them. */
  static PanelsOfA<uint16_t> packedA(const Matmul& s, int64_t k, const uint16_t* packed) {
    if (s.transA) return {packed, 2 * R, panelSize<uint16_t>(paddedK(k), R), true};
    return {packed, strideOfA(k), R * strideOfA(k), false};
  }
  static void packA(const Matmul& s, Range rows, int64_t p0, int64_t k, uint16_t* to) {
    if (s.aBf16) packRows<TakeBf16>(s, s.aBf16, rows, p0, k, to);
    else packRows<RoundF32>(s, s.a, rows, p0, k, to);
  }
  static void packB(const Matmul& s, int64_t p0, int64_t k, Range columns, uint16_t* to) {
    packPairsOfB<C>(s, p0, k, paddedK(k), columns, to, panelSize<uint16_t>(paddedK(k), C));
  }

 private:
  template <class Read>
  static void packRows(const Matmul& s, const typename Read::Stored* a, Range rows, int64_t p0, int64_t k, uint16_t* to) {
    const PanelsOfA<uint16_t> as = packedA(s, k, to);
    const int64_t padded = paddedK(k);
    if (s.transA) {
      const typename Read::Stored* from = a + p0 * s.m + rows.begin;
      return packPairsOfRows<Read, R>(from, s.m, k, padded, rows.size(), s.m - rows.begin, to, as.panel);
    }
    packRowsOfA<Read>(a + rows.begin * s.k + p0, s.k, k, padded, rows.size(), to, as.stride);
  }
};

// ---- few rows ----------------------------------------------------------------------------------------------------------

/** Pairs of bf16 numbers of both rows. */
struct DotsPairs {
  typedef uint16_t A;
  typedef uint16_t B;
  static constexpr int64_t step = 2 * lanes;
  static INKSTONE_MEMBER vi wideA(const uint16_t* p) {
    vi v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static INKSTONE_MEMBER vi wideB(const uint16_t* p) { return wideA(p); }
  static INKSTONE_MEMBER vf multiply(vf sum, vi a, vi b) { return dotPairs(sum, a, b); }
};

/** Few rows with b as bf16 [n, k]. */
static void skinnyPairs(const Matmul& s) {
  Scratch scratch;
  const auto words = [=](auto read, const auto* from, int64_t count) INKSTONE_FLAT {
    typedef decltype(read) Read;
    return count < DotsPairs::step ? someWords<Read>(from, count) : Read::words(from);
  };
  const auto take = [&](int64_t i, int64_t p, int64_t count) INKSTONE_FLAT {
    return s.aBf16 ? words(TakeBf16{}, s.aBf16 + i * s.k + p, count) : words(RoundF32{}, s.a + i * s.k + p, count);
  };
  dotProducts(s, DotGroups<DotsPairs>(s.m, s.k), take, s.outBf16 ? scratch.floats(s.m * s.n) : s.out);
}

/** How bf16 products of this shape are made here, if they are. */
static auto productOf(const Matmul& s) -> void (*)(const Matmul&) {
  const Way way = wayOf(s);
  if (way == Way::packed) {
    RAN("matmul.packed.bf16");
    return largeProduct<PackBf16<KernelBf16>>(s);
  }
  if (way != Way::skinny || !s.bIsBf16 || !s.transB || s.transA) return nullptr;
  RAN("matmul.skinny.bf16");
  return skinnyPairs;
}
