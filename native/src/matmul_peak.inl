// The speed that nothing can exceed: multiplications and additions on registers alone.

#if !defined(INKSTONE_BF16)
static double peakF32() {
  constexpr int sums = INKSTONE_VECTOR_BYTES == 64 ? 24 : 12;
  constexpr int64_t rounds = 1000000;
  vf sum[sums], x = splat(1.0f), y = splat(1e-6f);
#pragma GCC unroll 24
  for (int i = 0; i < sums; ++i) sum[i] = vf{};
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 24
    for (int i = 0; i < sums; ++i) sum[i] += x * y;
    hide(x);  // the compiler must not see that the rounds are alike
#pragma GCC unroll 24
    for (int i = 0; i < sums; ++i) hide(sum[i]);
  }
  return 2.0 * lanes * sums * rounds;
}

#elif INKSTONE_BF16 == 1
static double peakBf16() {
  constexpr int64_t rounds = 1000000;
  vf sum[24];
  const vi x = splatInt(0x3f803f80);
#pragma GCC unroll 24
  for (int i = 0; i < 24; ++i) sum[i] = vf{};
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 24
    for (int i = 0; i < 24; ++i) sum[i] = dotPairs(sum[i], x, x);
#pragma GCC unroll 24
    for (int i = 0; i < 24; ++i) hide(sum[i]);
  }
  return 4.0 * lanes * 24 * rounds;
}

#else
static double peakBf16() {
  constexpr int64_t rounds = 200000;
  alignas(64) static const uint16_t zeros[16 * 32] = {};
  [[maybe_unused]] TileSession session;
  TILE_ZERO(0);
  TILE_ZERO(1);
  TILE_ZERO(2);
  TILE_ZERO(3);
  TILE_LOAD(4, zeros, 64);
  TILE_LOAD(5, zeros, 64);
  TILE_LOAD(6, zeros, 64);
  TILE_LOAD(7, zeros, 64);
  for (int64_t r = 0; r < rounds; ++r) {
    TILE_DOT(0, 4, 6);
    TILE_DOT(1, 4, 7);
    TILE_DOT(2, 5, 6);
    TILE_DOT(3, 5, 7);
  }
  return 4.0 * 2 * 16 * 16 * 32 * rounds;
}
#endif
