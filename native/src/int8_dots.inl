// Products of whole numbers of 8 bits, as each instruction set adds them up: in every lane some neighbours of one row of each side.
// INKSTONE_VNNI: vpdpbusd, whose weights are unsigned; INKSTONE_DOTPROD: sdot.

#if defined(INKSTONE_VNNI) || defined(__aarch64__)
/** One number of a row. */
typedef int8_t Int8;
#else
typedef int16_t Int8;  // two in a lane: every product of 8 bits, and the sum of two, has room
#endif

/** How many numbers a lane holds, and a vector. */
constexpr int laneNumbers = 4 / sizeof(Int8), vectorNumbers = lanes * laneNumbers;

/** What the numbers of a kind of block are too large by as these products take them. */
template <class Block>
constexpr int excessOf() {
#if defined(INKSTONE_VNNI)
  return sizeof(Block) == sizeof(Q8Block) ? 128 : 8;
#else
  return 0;
#endif
}

/** In each lane: sum + Σ w·a. Nothing saturates. */
INKSTONE_INLINE vi addDots(vi sum, vi w, vi a) {
#if defined(INKSTONE_VNNI) && defined(INKSTONE_AVX512)
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)w, (__m512i)a);
#elif defined(INKSTONE_VNNI) && !defined(INKSTONE_EMULATED)
  return (vi)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)w, (__m256i)a);
#elif defined(INKSTONE_DOTPROD)
  return (vi)vdotq_s32((int32x4_t)sum, (int8x16_t)w, (int8x16_t)a);
#elif defined(__aarch64__)
  // Two products, at most 128·127 each, still fit 16 bits.
  const int16x8_t low = vmull_s8(vget_low_s8((int8x16_t)w), vget_low_s8((int8x16_t)a));
  const int16x8_t high = vmull_high_s8((int8x16_t)w, (int8x16_t)a);
  return (vi)vpadalq_s16((int32x4_t)sum, vpaddq_s16(low, high));
#elif defined(INKSTONE_AVX512)
  return sum + (vi)_mm512_madd_epi16((__m512i)w, (__m512i)a);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return sum + (vi)_mm256_madd_epi16((__m256i)w, (__m256i)a);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  return sum + (vi)_mm_madd_epi16((__m128i)w, (__m128i)a);
#else
#if defined(INKSTONE_VNNI)
  uint8_t x[vectorNumbers];
#else
  Int8 x[vectorNumbers];
#endif
  Int8 y[vectorNumbers];
  __builtin_memcpy(x, &w, sizeof x);
  __builtin_memcpy(y, &a, sizeof y);
  for (int i = 0; i < vectorNumbers; ++i) sum[i / laneNumbers] += x[i] * y[i];
  return sum;
#endif
}

/** The numbers of a lane, in all lanes. */
INKSTONE_INLINE vi splatNumbers(const Int8* p) {
  int32_t all;
  __builtin_memcpy(&all, p, 4);
  return splatInt(all);
}

// ---- reading blocks ----------------------------------------------------------------------------------------------------

typedef int8_t Sixteen __attribute__((vector_size(16)));
typedef uint8_t SixteenPlain __attribute__((vector_size(16)));

/** Numbers 16·half … 16·half + 15 of a block. */
INKSTONE_INLINE Sixteen halfOf(const Q8Block& block, int half) {
  Sixteen x;
  __builtin_memcpy(&x, block.numbers + 16 * half, sizeof x);
  return x ^ (int8_t)(excessOf<Q8Block>() == 0 ? 0 : -128);
}
INKSTONE_INLINE Sixteen halfOf(const Q4Block& block, int half) {
  SixteenPlain x;
  __builtin_memcpy(&x, block.pairs, sizeof x);
  return (Sixteen)(half == 0 ? x & 15 : x >> 4) - (int8_t)(8 - excessOf<Q4Block>());
}

/** A vector of numbers: part `part` of a block, or two blocks. `next` is the one after, or any. */
template <class Block>
INKSTONE_INLINE vi numbersOf(const Block& block, [[maybe_unused]] const Block& next, [[maybe_unused]] int part) {
  vi v;
#if defined(INKSTONE_VNNI) || (defined(__aarch64__) && INKSTONE_VECTOR_BYTES == 16)
#pragma GCC unroll 4
  for (int i = 0; i < vectorNumbers / 16; ++i) {
    const Sixteen some = halfOf(i < 2 ? block : next, vectorNumbers < blockSize ? part : i % 2);
    __builtin_memcpy(reinterpret_cast<char*>(&v) + 16 * i, &some, sizeof some);
  }
#else
  typedef int8_t Narrow __attribute__((vector_size(vectorNumbers)));
  typedef int16_t Wide __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
  const int first = part * vectorNumbers / 16, from = part * vectorNumbers % 16;
  Sixteen halves[vectorNumbers > 16 ? 2 : 1] = {halfOf(block, first)};
  if constexpr (vectorNumbers > 16) halves[1] = halfOf(block, 1);
  Narrow narrow;
  __builtin_memcpy(&narrow, reinterpret_cast<const char*>(halves) + from, sizeof narrow);
  v = (vi)__builtin_convertvector(narrow, Wide);
#endif
  return v;
}
#if defined(INKSTONE_VNNI) && defined(INKSTONE_AVX512)
// Said in the processor's own words: compilers put the quarters together one by one. (GCC 12 warns of the forms without `maskz`.)
template <>
INKSTONE_MEMBER vi numbersOf(const Q8Block& block, const Q8Block& next, int) {
  const __m512i first = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i*)block.numbers));
  const __m512i both = _mm512_maskz_inserti64x4(0xff, first, _mm256_loadu_si256((const __m256i*)next.numbers), 1);
  return (vi)_mm512_xor_si512(both, _mm512_set1_epi8(-128));
}
template <>
INKSTONE_MEMBER vi numbersOf(const Q4Block& block, const Q4Block& next, int) {
  const __m512i first = _mm512_maskz_broadcast_i32x4(0xffff, _mm_loadu_si128((const __m128i*)block.pairs));
  const __m512i both = _mm512_mask_broadcast_i32x4(first, 0xff00, _mm_loadu_si128((const __m128i*)next.pairs));
  return (vi)_mm512_and_si512(_mm512_mask_srli_epi32(both, 0xf0f0, both, 4), _mm512_set1_epi8(15));
}
#elif defined(INKSTONE_VNNI) && !defined(INKSTONE_EMULATED)
template <>
INKSTONE_MEMBER vi numbersOf(const Q8Block& block, const Q8Block&, int) {
  return (vi)_mm256_xor_si256(_mm256_loadu_si256((const __m256i*)block.numbers), _mm256_set1_epi8(-128));
}
template <>
INKSTONE_MEMBER vi numbersOf(const Q4Block& block, const Q4Block&, int) {
  const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)block.pairs));
  return (vi)_mm256_and_si256(_mm256_srlv_epi32(both, _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4)), _mm256_set1_epi8(15));
}
#endif

/** `lanes` scales. */
INKSTONE_INLINE vf fromHalves(const uint16_t* p) {
#if defined(INKSTONE_AVX512)
  return (vf)_mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256((const __m256i*)p));
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vf)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p));
#else
  vf v;
  for (int i = 0; i < lanes; ++i) v[i] = fromHalf(p[i]);
  return v;
#endif
}

/** The nearest whole numbers, ties to even. */
INKSTONE_INLINE vi toNearest(vf x) {
#if defined(INKSTONE_AVX512)
  return (vi)_mm512_cvtps_epi32((__m512)x);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vi)_mm256_cvtps_epi32((__m256)x);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  return (vi)_mm_cvtps_epi32((__m128)x);
#elif defined(__aarch64__) && INKSTONE_VECTOR_BYTES == 16
  return (vi)vcvtnq_s32_f32((float32x4_t)x);
#else
  vi v;
  for (int i = 0; i < lanes; ++i) v[i] = (int32_t)__builtin_rintf(x[i]);
  return v;
#endif
}
