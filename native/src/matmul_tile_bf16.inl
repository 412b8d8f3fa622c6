// Tiles of bf16 products in hardware: AVX512-BF16 (vdpbf16ps) and AMX tiles. Both read pairs of neighbours along k. Vectors
// have 16 lanes here.

#if INKSTONE_BF16 == 1

constexpr int tileRows = 12, tileVectors = 2, tileCols = tileVectors * lanes;

/** As tileF32, k counted in pairs: a[i·stride + 2p], or a[2i + p·stride] when KMajor; b + p·2·tileCols. */
template <int M, int V, bool KMajor>
static void tileBf16(int64_t pairs, const uint16_t* a, int64_t stride, const uint16_t* b, float* c, int64_t ldc,
                     bool add, Ahead& ahead) {
  vf sum[M][V];
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) sum[i][j] = vf{};
  }
  const int64_t part = (pairs + tileParts - 1) / tileParts;
  for (int64_t left = pairs; left > 0; left -= part) {
    ahead.fetch();
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
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) {
      float* at = c + i * ldc + j * lanes;
      store(at, add ? sum[i][j] + load(at) : sum[i][j]);
    }
  }
}

/** Tiles by [k-major][vectors − 1][rows − 1]. */
typedef void (*TileBf16)(int64_t pairs, const uint16_t* a, int64_t stride, const uint16_t* b, float* c, int64_t ldc,
                         bool add, Ahead& ahead);
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
  struct Session {};
  static constexpr int rows = tileRows, cols = tileCols, kUnit = 2;
  static constexpr bool turnsA = true;
  static constexpr int64_t depth = 1536;
  static bool canLie(const Matmul& s) { return s.aBf16 && !s.transA && s.k % kUnit == 0; }

  static void tile(int mr, int width, int64_t k, const uint16_t* a, int64_t stride, bool kMajor, const uint16_t* b,
                   float* c, int64_t ldc, bool add, Ahead& ahead) {
    const int vectors = width > lanes ? 2 : 1;
    const TileBf16 run = tilesBf16.list[kMajor][vectors - 1][mr - 1];
    if (width == vectors * lanes) return run(k / 2, a, stride, b, c, ldc, add, ahead);
    float aside[tileRows * tileCols];
    run(k / 2, a, stride, b, aside, tileCols, false, ahead);
    addTile(aside, tileCols, c, ldc, mr, width, add);
  }
};

#else

struct KernelBf16 {
  typedef uint16_t Packed;
  static constexpr int rows = 32, cols = 32, kUnit = 32;
  static constexpr bool turnsA = false;
  typedef TileSession Session;
  static constexpr int64_t depth = 512;
  static bool canLie(const Matmul&) { return false; }

  /** c[32, 32] in 2×2 tiles; panels are padded with zeros, so a smaller c only has to be cut out. */
  static void tile(int mr, int width, int64_t k, const uint16_t* a, int64_t stride, bool, const uint16_t* b, float* c,
                   int64_t ldc, bool add, Ahead& ahead) {
    for (int64_t part = 0; part < tileParts; ++part) ahead.fetch();
    alignas(64) float aside[32 * 32];
    const bool whole = mr == 32 && width == 32;
    float* sums = whole ? c : aside;
    const int64_t bytes = (whole ? ldc : 32) * 4, lower = (whole ? ldc : 32) * 16;
    if (add && whole) {
      TILE_LOAD_SUM(0, sums, bytes);
      TILE_LOAD_SUM(1, sums + 16, bytes);
      TILE_LOAD_SUM(2, sums + lower, bytes);
      TILE_LOAD_SUM(3, sums + lower + 16, bytes);
    } else {
      TILE_ZERO(0);
      TILE_ZERO(1);
      TILE_ZERO(2);
      TILE_ZERO(3);
    }
    for (int64_t p = 0; p < k; p += 32) {
      TILE_LOAD(6, b + p * 32, 128);
      TILE_LOAD(4, a + p, stride * 2);
      TILE_LOAD(7, b + p * 32 + 32, 128);
      TILE_DOT(0, 4, 6);
      TILE_LOAD(5, a + p + 16 * stride, stride * 2);
      TILE_DOT(1, 4, 7);
      TILE_DOT(2, 5, 6);
      TILE_DOT(3, 5, 7);
    }
    TILE_STORE_SUM(0, sums, bytes);
    TILE_STORE_SUM(1, sums + 16, bytes);
    TILE_STORE_SUM(2, sums + lower, bytes);
    TILE_STORE_SUM(3, sums + lower + 16, bytes);
    if (!whole) addTile(aside, 32, c, ldc, mr, width, add);
  }
};

#endif
