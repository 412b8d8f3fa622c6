// Numbers in blocks of 32 with a scale in half precision: ggml's Q8_0 and Q4_0, as in src/tensor/reference/blocks.ts.

constexpr int blockSize = 32;

struct Q8Block {
  uint16_t scale;
  int8_t numbers[blockSize];
};
/** Number i < 16 is the lower half of pairs[i], number 16 + i the upper one; each is 8 too large. */
struct Q4Block {
  uint16_t scale;
  uint8_t pairs[blockSize / 2];
};

/** The vectors of a block. */
constexpr int blockVectors = blockSize / lanes;

// ---- half precision ----------------------------------------------------------------------------------------------------

INKSTONE_INLINE uint32_t toBits(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}
INKSTONE_INLINE float fromBits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}

INKSTONE_INLINE float fromHalf(uint16_t half) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES > 16
  return _cvtsh_ss(half);
#else
  // As an f32 it is 2¹¹² times too small, also where it has no leading one.
  const uint32_t size = (half & 0x7fffu) << 13, sign = (half & 0x8000u) << 16;
  if (size >= 0x7c00u << 13) return fromBits(sign | 0x7f800000u | size);
  return fromBits(sign | toBits(fromBits(size) * 0x1p112f));
#endif
}

/** To nearest even. */
INKSTONE_INLINE uint16_t toHalf(float x) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES > 16
  return (uint16_t)_cvtss_sh(x, 0);
#else
  const uint32_t bits = toBits(x), sign = (bits >> 16) & 0x8000u, size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return (uint16_t)(sign | 0x7e00u);
  if (size >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u);
  // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴: adding 1/2 leaves them, rounded, in the last bits.
  if (size < 0x38800000u) return (uint16_t)(sign | (toBits(fromBits(size) + 0.5f) - 0x3f000000u));
  return (uint16_t)(sign | ((size - 0x38000000u + 0xfff + ((size >> 13) & 1)) >> 13));
#endif
}

// ---- reading -----------------------------------------------------------------------------------------------------------

/** `lanes` bytes as numbers. */
INKSTONE_INLINE vi widenBytes(const int8_t* p) {
#if defined(INKSTONE_AVX512)
  return (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)p));
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p));
#else
  vi v;
  for (int i = 0; i < lanes; ++i) v[i] = p[i];
  return v;
#endif
}
INKSTONE_INLINE vi widenBytes(const uint8_t* p) {
#if defined(INKSTONE_AVX512)
  return (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p));
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p));
#else
  vi v;
  for (int i = 0; i < lanes; ++i) v[i] = p[i];
  return v;
#endif
}

/** The numbers of a block. */
INKSTONE_INLINE void readBlock(const Q8Block& block, vf* to) {
  const vf scale = splat(fromHalf(block.scale));
#pragma GCC unroll 8
  for (int v = 0; v < blockVectors; ++v) to[v] = scale * __builtin_convertvector(widenBytes(block.numbers + v * lanes), vf);
}
INKSTONE_INLINE void readBlock(const Q4Block& block, vf* to) {
  const vf scale = splat(fromHalf(block.scale));
#pragma GCC unroll 4
  for (int v = 0; v < blockVectors / 2; ++v) {
    const vi pairs = widenBytes(block.pairs + v * lanes);
    to[v] = scale * __builtin_convertvector((pairs & 15) - 8, vf);
    to[v + blockVectors / 2] = scale * __builtin_convertvector((pairs >> 4) - 8, vf);
  }
}

// ---- writing -----------------------------------------------------------------------------------------------------------

/** The number of the largest size; the first of several. */
INKSTONE_INLINE float largestOf(const float* x) {
  float largest = 0;
  for (int i = 0; i < blockSize; ++i) largest = __builtin_fabsf(x[i]) > __builtin_fabsf(largest) ? x[i] : largest;
  return largest;
}
INKSTONE_INLINE float inverseOf(float scale) { return scale == 0 ? 0 : 1 / scale; }

/** The largest size is 127. */
INKSTONE_INLINE void writeBlock(const float* x, Q8Block& block) {
  const float scale = __builtin_fabsf(largestOf(x)) / 127, factor = inverseOf(scale);
  block.scale = toHalf(scale);
  for (int i = 0; i < blockSize; ++i) block.numbers[i] = (int8_t)__builtin_roundf(x[i] * factor);
}
/** The number of the largest size is −8. */
INKSTONE_INLINE void writeBlock(const float* x, Q4Block& block) {
  const float scale = largestOf(x) / -8, factor = inverseOf(scale);
  block.scale = toHalf(scale);
  const auto small = [=](int i) {
    volatile float steps = x[i] * factor;  // rounded before the sum
    const int q = (int)(steps + 8.5f);
    return q > 15 ? 15 : q;
  };
  for (int i = 0; i < blockSize / 2; ++i) block.pairs[i] = (uint8_t)(small(i) | small(i + blockSize / 2) << 4);
}
