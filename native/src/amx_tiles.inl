// AMX: eight tiles of 16 rows of 64 bytes, and the product of two of them. Under INKSTONE_EMULATED the instructions are written
// out, so that packing and loops can be tested on any machine.

// Tiles 0–3 hold sums, 4 and 5 rows of a, 6 and 7 columns of b; the numbers must be literals.
#if defined(INKSTONE_EMULATED)
struct EmulatedTiles {
  float sums[4][16][16];
  uint16_t inputs[4][16][32];
};
static thread_local EmulatedTiles tiles;
INKSTONE_INLINE void emulatedLoad(void* tile, const void* from, int64_t bytes) {
  for (int i = 0; i < 16; ++i) __builtin_memcpy((char*)tile + i * 64, (const char*)from + i * bytes, 64);
}
INKSTONE_INLINE void emulatedStore(const void* tile, void* to, int64_t bytes) {
  for (int i = 0; i < 16; ++i) __builtin_memcpy((char*)to + i * bytes, (const char*)tile + i * 64, 64);
}
static void emulatedDot(float (*sum)[16], const uint16_t (*a)[32], const uint16_t (*b)[32]) {
  for (int i = 0; i < 16; ++i) {
    for (int p = 0; p < 16; ++p) {
      for (int j = 0; j < 16; ++j) {
        sum[i][j] += fromBf16(a[i][2 * p]) * fromBf16(b[p][2 * j]);
        sum[i][j] += fromBf16(a[i][2 * p + 1]) * fromBf16(b[p][2 * j + 1]);
      }
    }
  }
}
#define TILE_ZERO(T) __builtin_memset(tiles.sums[T], 0, 1024)
#define TILE_LOAD_SUM(T, P, BYTES) emulatedLoad(tiles.sums[T], P, BYTES)
#define TILE_STORE_SUM(T, P, BYTES) emulatedStore(tiles.sums[T], P, BYTES)
#define TILE_LOAD(T, P, BYTES) emulatedLoad(tiles.inputs[T - 4], P, BYTES)
#define TILE_LOAD_PASSING(T, P, BYTES) TILE_LOAD(T, P, BYTES)
#define TILE_DOT(T, A, B) emulatedDot(tiles.sums[T], tiles.inputs[A - 4], tiles.inputs[B - 4])
struct TileSession {};
#else
// Written out: the compiler's own functions do not tell it that a tile's rows, or all of a configuration, are read.
#define TILE_ZERO(T) asm volatile("tilezero %%tmm" #T ::)
#define TILE_MOVE(WHAT, P, BYTES) asm volatile(WHAT ::"r"(P), "r"(static_cast<int64_t>(BYTES)) : "memory")
#define TILE_LOAD(T, P, BYTES) TILE_MOVE("tileloadd (%0,%1,1), %%tmm" #T, P, BYTES)
#define TILE_LOAD_SUM(T, P, BYTES) TILE_LOAD(T, P, BYTES)
/** What is not read again soon: what stays in the first cache need not make room. */
#define TILE_LOAD_PASSING(T, P, BYTES) TILE_MOVE("tileloaddt1 (%0,%1,1), %%tmm" #T, P, BYTES)
#define TILE_STORE_SUM(T, P, BYTES) TILE_MOVE("tilestored %%tmm" #T ", (%0,%1,1)", P, BYTES)
#define TILE_DOT(T, A, B) asm volatile("tdpbf16ps %%tmm" #B ", %%tmm" #A ", %%tmm" #T ::)
/** Eight tiles of 16 rows of 64 bytes, for this thread while the session lives. */
struct TileSession {
  struct alignas(64) Config {
    uint8_t palette = 1, startRow = 0, reserved[14] = {};
    uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
  TileSession() {
    static constexpr Config config;
    asm volatile("ldtilecfg %0" ::"m"(config));
  }
  ~TileSession() { asm volatile("tilerelease" ::); }
};
#endif
