// Vectors of the width of the instruction set being compiled: loads and stores, tails, sums over lanes, bf16.
// Included inside the namespace of that instruction set, whose file says INKSTONE_AVX512 where it has it:
// many compilers do not define their own macro for a target that a pragma names.

constexpr int lanes = INKSTONE_VECTOR_BYTES / 4;
typedef float vf __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
typedef int32_t vi __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
typedef uint32_t vu __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
typedef double vd __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
typedef float vfHalf __attribute__((vector_size(INKSTONE_VECTOR_BYTES / 2)));
typedef uint16_t vh __attribute__((vector_size(INKSTONE_VECTOR_BYTES / 2)));

#define INKSTONE_INLINE static inline __attribute__((always_inline))
#define INKSTONE_MEMBER inline __attribute__((always_inline))

#if INKSTONE_VECTOR_BYTES == 32
/** Read from `lanes − n` on: n ones, then zeros. */
static const int32_t tailMask[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
#endif

INKSTONE_INLINE vf load(const float* p) {
  vf v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
INKSTONE_INLINE void store(float* p, vf v) { __builtin_memcpy(p, &v, sizeof v); }
INKSTONE_INLINE vf splat(float x) { return x - vf{}; }
INKSTONE_INLINE vi splatInt(int32_t x) { return x - vi{}; }

/** Fetches what is used long after, when the first cache has made room for it. */
INKSTONE_INLINE void fetchEarly(const void* p) {
  if (fetchesIntoL2) __builtin_prefetch(p, 0, 2);
  else __builtin_prefetch(p);
}

/** The first `n` (0 … lanes) floats; the other lanes are `fill`. */
INKSTONE_INLINE vf loadTail(const float* p, int64_t n, float fill = 0) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  const __m256i mask = _mm256_loadu_si256((const __m256i*)(tailMask + lanes - n));
  return (vf)_mm256_blendv_ps((__m256)splat(fill), _mm256_maskload_ps(p, mask), (__m256)mask);
#elif defined(INKSTONE_AVX512)
  return (vf)_mm512_mask_loadu_ps((__m512)splat(fill), (__mmask16)((1u << n) - 1), p);
#else
  float lane[lanes];
  for (int i = 0; i < lanes; ++i) lane[i] = i < n ? p[i] : fill;
  return load(lane);
#endif
}
INKSTONE_INLINE void storeTail(float* p, vf v, int64_t n) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  _mm256_maskstore_ps(p, _mm256_loadu_si256((const __m256i*)(tailMask + lanes - n)), (__m256)v);
#elif defined(INKSTONE_AVX512)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
  float lane[lanes];
  store(lane, v);
  for (int64_t i = 0; i < n; ++i) p[i] = lane[i];
#endif
}

/** How a sweep reads and writes: whole vectors, then what is left of a row. */
struct Whole {
  static constexpr int64_t count = lanes;
  static INKSTONE_MEMBER vf get(const float* p, float = 0) { return load(p); }
  static INKSTONE_MEMBER void put(float* p, vf v) { store(p, v); }
};
struct Rest {
  int64_t count;
  INKSTONE_MEMBER vf get(const float* p, float fill = 0) const { return loadTail(p, count, fill); }
  INKSTONE_MEMBER void put(float* p, vf v) const { storeTail(p, v, count); }
};

/** f(i, part) for every vector of a row of n; `part` reads and writes at p + i, the rest of the row included. */
template <class F>
INKSTONE_INLINE void sweep(int64_t n, const F& f) {
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) f(i, Whole{});
  if (i < n) f(i, Rest{n - i});
}
/** The same with k = 0 … 3 in turn, for four sums at once. */
template <class F>
INKSTONE_INLINE void sweep4(int64_t n, const F& f) {
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) f(i + k * lanes, k, Whole{});
  }
  for (; i + lanes <= n; i += lanes) f(i, 0, Whole{});
  if (i < n) f(i, 1, Rest{n - i});
}
/** Lambdas given to sweeps are inlined into them. */
#define INKSTONE_FLAT __attribute__((always_inline))
/** Inlining these into their few callers costs minutes of compiling and gains nothing. */
#define INKSTONE_APART __attribute__((noinline))

/** Keeps a vector in its register and its value unknown: it is loaded once, not in each use. */
template <class Vector>
INKSTONE_INLINE void hide(Vector& v) {
#if defined(INKSTONE_EMULATED)
  (void)v;
#elif defined(__x86_64__)
  __asm__ volatile("" : "+v"(v));
#elif defined(__aarch64__)
  __asm__ volatile("" : "+w"(v));
#else
  (void)v;
#endif
}
/** The same of an address: places at fixed distances from it get no registers of their own. */
INKSTONE_INLINE void hideAddress(const float*& p) {
#if defined(__x86_64__) || defined(__aarch64__)
  __asm__ volatile("" : "+r"(p));
#endif
}
/** Keeps a number apart: compilers would gather several in a vector, lane by lane. */
INKSTONE_INLINE uint16_t apart(uint16_t x) {
#if defined(__x86_64__) || defined(__aarch64__)
  __asm__ volatile("" : "+r"(x));
#endif
  return x;
}
/** sum += x·y, and the sum stays in its register. Where many sums fill all of them, compilers move some to and fro instead. */
INKSTONE_INLINE void addProduct(vf& sum, vf x, vf y) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(y));
#else
  sum += x * y;
#endif
}

/** Past the caches, for outputs that nobody reads soon; `p` lies on a vector's boundary. */
INKSTONE_INLINE void storeStreaming(float* p, vf v) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  _mm256_stream_ps(p, (__m256)v);
#elif defined(INKSTONE_AVX512)
  _mm512_stream_ps(p, (__m512)v);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  _mm_stream_ps(p, (__m128)v);
#else
  store(p, v);
#endif
}
/** Orders streaming stores before what follows. */
INKSTONE_INLINE void streamingFence() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

/** a > b ? a : b, so where a or b is NaN: b. Said in the processor's own words, which compilers miss. */
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
INKSTONE_INLINE vf vmax(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
INKSTONE_INLINE vf vmin(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
#elif defined(INKSTONE_AVX512)
INKSTONE_INLINE vf vmax(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
INKSTONE_INLINE vf vmin(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
INKSTONE_INLINE vf vmax(vf a, vf b) { return (vf)_mm_max_ps((__m128)a, (__m128)b); }
INKSTONE_INLINE vf vmin(vf a, vf b) { return (vf)_mm_min_ps((__m128)a, (__m128)b); }
#else
INKSTONE_INLINE vf vmax(vf a, vf b) { return a > b ? a : b; }
INKSTONE_INLINE vf vmin(vf a, vf b) { return a < b ? a : b; }
#endif
INKSTONE_INLINE vf vabs(vf x) { return (vf)((vi)x & 0x7fffffff); }
/** |magnitude| with the sign of `sign`. */
INKSTONE_INLINE vf withSign(vf magnitude, vf sign) {
  return (vf)(((vi)magnitude & 0x7fffffff) | ((vi)sign & (int32_t)0x80000000));
}

/** `a` where the sign of x is set, else `b`. */
INKSTONE_INLINE vf whereNegative(vf x, vf a, vf b) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)x);
#elif defined(INKSTONE_AVX512)
  return (vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)x), (__m512)b, (__m512)a);
#else
  return (vi)x < 0 ? a : b;
#endif
}

INKSTONE_INLINE vf vsqrt(vf x) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vf)_mm256_sqrt_ps((__m256)x);
#elif defined(INKSTONE_AVX512)
  return (vf)_mm512_sqrt_ps((__m512)x);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  return (vf)_mm_sqrt_ps((__m128)x);
#else
  vf y;
  for (int i = 0; i < lanes; ++i) y[i] = __builtin_sqrtf(x[i]);
  return y;
#endif
}

/** Whether any lane of a comparison is true. */
INKSTONE_INLINE bool any(vi mask) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return _mm256_movemask_ps((__m256)mask) != 0;
#elif defined(INKSTONE_AVX512)
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  return _mm_movemask_ps((__m128)mask) != 0;
#else
  int32_t all = 0;
  for (int i = 0; i < lanes; ++i) all |= mask[i];
  return all != 0;
#endif
}

// ---- over the lanes, halving: the same order on every call --------------------------------------------------------

#define INKSTONE_HALVE(NAME, COMBINE)                                      \
  INKSTONE_INLINE float NAME(vf v) {                                       \
    float lane[lanes];                                                     \
    store(lane, v);                                                        \
    for (int width = lanes / 2; width > 0; width /= 2) {                   \
      for (int i = 0; i < width; ++i) {                                    \
        const float a = lane[i], b = lane[i + width];                      \
        lane[i] = COMBINE;                                                 \
      }                                                                    \
    }                                                                      \
    return lane[0];                                                        \
  }
#if defined(INKSTONE_AVX512) || (defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32)
#define INKSTONE_HALVE_X86(NAME, OP)                                                                      \
  INKSTONE_INLINE float NAME(vf v) {                                                                      \
    __m128 q = INKSTONE_QUARTER(v, OP);                                                                   \
    q = _mm_##OP##_ps(q, _mm_movehl_ps(q, q));                                                            \
    return _mm_cvtss_f32(_mm_##OP##_ss(q, _mm_movehdup_ps(q)));                                           \
  }
#if INKSTONE_VECTOR_BYTES == 32
#define INKSTONE_QUARTER(v, OP) \
  _mm_##OP##_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1))
#else
#define INKSTONE_QUARTER(v, OP)                                                              \
  _mm_##OP##_ps(_mm_##OP##_ps(_mm512_extractf32x4_ps((__m512)v, 0), _mm512_extractf32x4_ps((__m512)v, 2)), \
                _mm_##OP##_ps(_mm512_extractf32x4_ps((__m512)v, 1), _mm512_extractf32x4_ps((__m512)v, 3)))
#endif
INKSTONE_HALVE_X86(sumLanes, add)
INKSTONE_HALVE_X86(maxLanes, max)
INKSTONE_HALVE_X86(minLanes, min)
#undef INKSTONE_HALVE_X86
#undef INKSTONE_QUARTER
#else
INKSTONE_HALVE(sumLanes, a + b)
INKSTONE_HALVE(maxLanes, a > b ? a : b)
INKSTONE_HALVE(minLanes, a < b ? a : b)
#endif
#undef INKSTONE_HALVE

INKSTONE_INLINE double sumLanes(vd v) {
  double lane[lanes / 2], sum = 0;
  __builtin_memcpy(lane, &v, sizeof v);
  for (int i = 0; i < lanes / 2; ++i) sum += lane[i];
  return sum;
}
/** lanes / 2 floats as doubles. */
INKSTONE_INLINE vd loadDouble(const float* p) {
  vfHalf v;
  __builtin_memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, vd);
}

// ---- bf16 -----------------------------------------------------------------------------------------------------------

/** Said in the processor's own words: compilers widen in two halves. */
INKSTONE_INLINE vu widen(vh x) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vu)_mm256_cvtepu16_epi32((__m128i)x);
#elif defined(INKSTONE_AVX512)
  return (vu)_mm512_cvtepu16_epi32((__m256i)x);
#else
  return __builtin_convertvector(x, vu);
#endif
}
INKSTONE_INLINE vf loadBf16(const uint16_t* p) {
  vh v;
  __builtin_memcpy(&v, p, sizeof v);
  return (vf)(widen(v) << 16);
}
/** To nearest even; NaN stays NaN. */
INKSTONE_INLINE vu bf16Bits(vf x) {
  const vu bits = (vu)x;
  const vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return x == x ? rounded : (bits >> 16) | 0x40;
}
/** The nearest bf16 numbers, as floats; NaN stays as it is. `Bits` are as many integers. */
template <class Bits = vu, class Floats>
INKSTONE_INLINE Floats throughBf16(Floats x) {
  const Bits bits = (Bits)x;
  return x == x ? (Floats)((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u) : x;
}
/** The instruction takes numbers below 2⁻¹²⁶ for 0, as products in bf16 do. */
INKSTONE_INLINE vh roundBf16(vf x) {
#if defined(INKSTONE_BF16) && !defined(INKSTONE_EMULATED)
  return (vh)_mm512_cvtneps_pbh((__m512)x);
#else
  return __builtin_convertvector(bf16Bits(x), vh);
#endif
}
INKSTONE_INLINE void storeBf16(uint16_t* p, vf x) {
  const vh v = roundBf16(x);
  __builtin_memcpy(p, &v, sizeof v);
}
INKSTONE_INLINE float fromBf16(uint16_t x) {
  const uint32_t bits = (uint32_t)x << 16;
  float y;
  __builtin_memcpy(&y, &bits, 4);
  return y;
}
INKSTONE_INLINE uint16_t toBf16(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  if (x != x) return (uint16_t)((bits >> 16) | 0x40);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

/** What `part` of a sweep covers, stored as bf16. */
INKSTONE_INLINE vf getBf16(const uint16_t* p, Whole) { return loadBf16(p); }
INKSTONE_INLINE vf getBf16(const uint16_t* p, Rest part) {
  uint16_t all[lanes] = {};
  for (int64_t i = 0; i < part.count; ++i) all[i] = p[i];
  return loadBf16(all);
}
INKSTONE_INLINE vf getBf16(const uint16_t* p, Whole, float) { return loadBf16(p); }
INKSTONE_INLINE vf getBf16(const uint16_t* p, Rest part, float beyond) {
  vf x = getBf16(p, part);
  for (int64_t i = part.count; i < lanes; ++i) x[i] = beyond;
  return x;
}
INKSTONE_INLINE void putBf16(uint16_t* p, vf x, Whole) { storeBf16(p, x); }
INKSTONE_INLINE void putBf16(uint16_t* p, vf x, Rest part) {
  uint16_t all[lanes];
  storeBf16(all, x);
  for (int64_t i = 0; i < part.count; ++i) p[i] = all[i];
}

// The same for numbers that are stored as either f32 or bf16.
INKSTONE_INLINE vf loadKept(const float* p) { return load(p); }
INKSTONE_INLINE vf loadKept(const uint16_t* p) { return loadBf16(p); }
INKSTONE_INLINE vf loadKeptTail(const float* p, int64_t n) { return loadTail(p, n); }
INKSTONE_INLINE vf loadKeptTail(const uint16_t* p, int64_t n) { return getBf16(p, Rest{n}); }
INKSTONE_INLINE void storeKept(float* p, vf x) { store(p, x); }
INKSTONE_INLINE void storeKept(uint16_t* p, vf x) { storeBf16(p, x); }
INKSTONE_INLINE void storeKeptTail(float* p, vf x, int64_t n) { storeTail(p, x, n); }
INKSTONE_INLINE void storeKeptTail(uint16_t* p, vf x, int64_t n) { putBf16(p, x, Rest{n}); }

#include "shuffle.inl"
#include "vector_math.inl"
#include "gate_math.inl"
