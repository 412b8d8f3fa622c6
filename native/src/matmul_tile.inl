// The inner loop of f32 matmul: a tile of out held in registers while k runs.

#if INKSTONE_VECTOR_BYTES == 64
constexpr int tileRows = 8, tileVectors = 3;  // 24 sums, 3 vectors of b and 1 of a, of 32 registers
#elif defined(__aarch64__)
constexpr int tileRows = 8, tileVectors = 2;
#else
constexpr int tileRows = 4, tileVectors = 3;  // 12 sums, 3 vectors of b and 1 of a, of 16 registers
#endif
constexpr int tileCols = tileVectors * lanes;
/** Numbers of k without a look at the count: narrow tiles, whose steps are short, wait for instructions to be decoded. */
constexpr int tileSteps = INKSTONE_VECTOR_BYTES == 64 ? 4 : 8;

/**
 * c[M, V·lanes] = a·b, ended as `ending` says. Element (i, p) of a lies at a[i·stride + p], or at a[i + p·tileRows] when KMajor;
 * row p of b at b + p·tileCols.
 */
template <int M, int V, bool KMajor>
static void tileF32(int64_t k, const float* a, int64_t stride, const float* b, float* c, int64_t ldc, const Ending& ending,
                    Ahead& ahead) {
  vf sum[M][V];
#pragma GCC unroll 16
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < V; ++j) sum[i][j] = vf{};
  }
  const int64_t part = (k + tileParts - 1) / tileParts;
  int64_t parts = 0;
  for (int64_t left = k; left > 0; left -= part) {
    ahead.fetch<M>(parts++);
#pragma GCC unroll tileSteps
    for (int64_t p = least(left, part); p > 0; --p) {
      vf row[V];
#pragma GCC unroll 4
      for (int j = 0; j < V; ++j) row[j] = load(b + j * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < M; ++i) {
        const float x = KMajor ? a[i] : a[i * stride];
#pragma GCC unroll 4
        for (int j = 0; j < V; ++j) sum[i][j] += x * row[j];
      }
      a += KMajor ? tileRows : 1;
      b += tileCols;
    }
  }
  endTile(sum, c, ldc, ending);
}

typedef void (*TileF32)(int64_t k, const float* a, int64_t stride, const float* b, float* c, int64_t ldc,
                        const Ending& ending, Ahead& ahead);

/** Tiles by [k-major][vectors − 1][rows − 1]. */
struct TilesF32 {
  TileF32 list[2][tileVectors][tileRows];
};
template <int M>
static constexpr void listTiles(TilesF32& tiles) {
  tiles.list[0][0][M - 1] = tileF32<M, 1, false>;
  tiles.list[1][0][M - 1] = tileF32<M, 1, true>;
  tiles.list[0][1][M - 1] = tileF32<M, 2, false>;
  tiles.list[1][1][M - 1] = tileF32<M, 2, true>;
  if constexpr (tileVectors > 2) {
    tiles.list[0][2][M - 1] = tileF32<M, 3, false>;
    tiles.list[1][2][M - 1] = tileF32<M, 3, true>;
  }
  if constexpr (M > 1) listTiles<M - 1>(tiles);
}
static constexpr TilesF32 makeTiles() {
  TilesF32 tiles{};
  listTiles<tileRows>(tiles);
  return tiles;
}
static constexpr TilesF32 tilesF32 = makeTiles();

/** `width` ≤ tileCols columns of c; when it is no whole vectors, the tile goes through `aside`. */
static void runTile(int mr, int width, int64_t k, const float* a, int64_t stride, bool kMajor, const float* b, float* c,
                    int64_t ldc, const Ending& ending, Ahead& ahead) {
  const int vectors = (width + lanes - 1) / lanes;
  const TileF32 run = tilesF32.list[kMajor][vectors - 1][mr - 1];
  if (width == vectors * lanes) {
    run(k, a, stride, b, c, ldc, ending, ahead);
    return;
  }
  float aside[tileRows * tileCols];
  run(k, a, stride, b, aside, tileCols, {}, ahead);
  endAside(aside, tileCols, c, ldc, mr, width, ending);
}
