// Vectors of the width of the instruction set being compiled, and the functions of one variable on them.
// Included inside the namespace of that instruction set. Polynomials: minimax fits of relative error, made for these
// intervals; errors stated are of the whole function in units in the last place, measured over the floats.

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

/** The first `n` (0 … lanes) floats; the other lanes are `fill`. */
INKSTONE_INLINE vf loadTail(const float* p, int64_t n, float fill = 0) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  const __m256i mask = _mm256_loadu_si256((const __m256i*)(tailMask + lanes - n));
  return (vf)_mm256_blendv_ps((__m256)splat(fill), _mm256_maskload_ps(p, mask), (__m256)mask);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 64 && defined(__AVX512F__)
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
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 64 && defined(__AVX512F__)
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

/** Past the caches, for outputs that nobody reads soon; `p` lies on a vector's boundary. */
INKSTONE_INLINE void storeStreaming(float* p, vf v) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  _mm256_stream_ps(p, (__m256)v);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 64 && defined(__AVX512F__)
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

/** Where a or b is NaN: b. */
INKSTONE_INLINE vf vmax(vf a, vf b) { return a > b ? a : b; }
INKSTONE_INLINE vf vmin(vf a, vf b) { return a < b ? a : b; }
INKSTONE_INLINE vf vabs(vf x) { return (vf)((vi)x & 0x7fffffff); }
/** |magnitude| with the sign of `sign`. */
INKSTONE_INLINE vf withSign(vf magnitude, vf sign) {
  return (vf)(((vi)magnitude & 0x7fffffff) | ((vi)sign & (int32_t)0x80000000));
}

INKSTONE_INLINE vf vsqrt(vf x) {
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  return (vf)_mm256_sqrt_ps((__m256)x);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 64 && defined(__AVX512F__)
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
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 64 && defined(__AVX512F__)
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
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES >= 32 && (INKSTONE_VECTOR_BYTES == 32 || defined(__AVX512F__))
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

INKSTONE_INLINE vf loadBf16(const uint16_t* p) {
  vh v;
  __builtin_memcpy(&v, p, sizeof v);
  return (vf)(__builtin_convertvector(v, vu) << 16);
}
/** To nearest even; NaN stays NaN. */
INKSTONE_INLINE vu bf16Bits(vf x) {
  const vu bits = (vu)x;
  const vu rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return x == x ? rounded : (bits >> 16) | 0x40;
}
INKSTONE_INLINE void storeBf16(uint16_t* p, vf x) {
  const vh v = __builtin_convertvector(bf16Bits(x), vh);
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

// ---- exp, log ---------------------------------------------------------------------------------------------------------

/** 1.5·2²³: adding it rounds to an integer, which then stands in the low bits. */
constexpr float roundingMagic = 12582912.0f;

/** exp(x) = 2ⁿ·e^r, n = round(x·log₂e): gives e^r in [0.70, 1.42]; n stands in the low bits of `shifted`. */
INKSTONE_INLINE vf expReduced(vf x, vf& shifted) {
  shifted = x * 1.44269504f + roundingMagic;
  const vf n = shifted - roundingMagic;
  const vf r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  vf p = r * 0.00138131445f + 0.00836941884f;
  p = p * r + 0.0416684568f;
  p = p * r + 0.166665148f;
  p = p * r + 0.499999931f;
  return (p * r) * r + r + 1.0f;
}

/** e^x for −87.3 ≤ x ≤ 88.3, without a look at what lies outside. */
INKSTONE_INLINE vf expInRange(vf x) {
  vf shifted;
  const vf p = expReduced(x, shifted);
  return p * (vf)(((vi)shifted << 23) + 0x3f800000);
}

/** e^x for x ≤ 88.3; below −87.3, where floats lose precision, 0. What softmax needs. */
INKSTONE_INLINE vf expFlush(vf x) {
  const vf y = expInRange(x);
  return x < -87.3f ? splat(0) : y;
}

/** e^x everywhere: denormals, 0, ∞, NaN. Within 1.1 ulp. */
INKSTONE_INLINE vf vexp(vf x) {
  x = vmin(splat(89.0f), vmax(splat(-104.0f), x));
  vf shifted;
  const vf p = expReduced(x, shifted);
  const vi n = (vi)shifted - (vi)splat(roundingMagic), half = n >> 1;
  return p * (vf)((half + 127) << 23) * (vf)((n - half + 127) << 23);
}

/** log(1 + f) + e·log 2 for 1 + f in [√½, √2]. */
INKSTONE_INLINE vf logReduced(vf f, vf e) {
  vf p = f * -0.0764610502f + 0.12779115f;
  p = p * f + -0.131641858f;
  p = p * f + 0.141996956f;
  p = p * f + -0.16622765f;
  p = p * f + 0.200012927f;
  p = p * f + -0.25000838f;
  p = p * f + 0.333333312f;
  const vf ff = f * f;
  const vf tail = p * (ff * f) + e * -2.12194440e-4f - ff * 0.5f;
  return f + tail + e * 0.693359375f;
}

/** x = (1 + f)·2^e with 1 + f in [√½, √2], for normal x > 0. */
INKSTONE_INLINE vf splitExponent(vf x, vf& e) {
  const vi k = ((vi)x - 0x3f3504f3) >> 23;
  e = __builtin_convertvector(k, vf);
  return (vf)((vi)x - (k << 23)) - 1.0f;
}

/** Natural logarithm: 0 gives −∞, below 0 NaN. Within 1.5 ulp. */
INKSTONE_INLINE vf vlog(vf x) {
  const vi tiny = x < 1.17549435e-38f;
  const vf scaled = tiny ? x * 33554432.0f : x;
  vf e;
  const vf f = splitExponent(scaled, e);
  const vf y = logReduced(f, e - (tiny ? splat(25.0f) : splat(0)));
  const vf bad = x < 0.0f ? splat(__builtin_nanf("")) : x;
  const vf special = x == 0.0f ? splat(-__builtin_inff()) : bad;
  return ((x > 0.0f) & (x < __builtin_inff())) ? y : special;
}

/** log(1 + x) for x in [0, 1]: what rounding 1 + x loses is added back. */
INKSTONE_INLINE vf log1pUnit(vf x) {
  const vf u = 1.0f + x;
  vf e;
  const vf f = splitExponent(u, e);
  return logReduced(f, e) + (x - (u - 1.0f)) / u;
}

// ---- activations and their gradients ------------------------------------------------------------------------------

/** 1/(1 + e^−x), from e^−|x| so that both ends keep their precision. Within 2 ulp. */
INKSTONE_INLINE vf sigmoid(vf x) {
  const vf e = vexp(-vabs(x));
  return (x < 0.0f ? e : splat(1.0f)) / (1.0f + e);
}

/** Odd polynomial below 0.625, else 1 − 2/(e^2|x| + 1). Within 2 ulp. */
INKSTONE_INLINE vf vtanh(vf x) {
  const vf a = vabs(x), z = x * x;
  vf p = z * -0.00570498726f + 0.0206390875f;
  p = p * z + -0.0537397152f;
  p = p * z + 0.133314422f;
  p = p * z + -0.333332819f;
  const vf small = x + x * (z * p);
  const vf clamped = vmin(splat(10.0f), a);
  const vf large = 1.0f - 2.0f / (expInRange(clamped + clamped) + 1.0f);
  return a < 0.625f ? small : withSign(large, x);
}

/**
 * For a ≥ 0: density = exp(−a²/2), returns the upper tail of the normal distribution, 1 − Φ(a) = density·t·P(t),
 * t = 1/(1 + 0.35·a) (the form of Abramowitz & Stegun 7.1.26, fitted on [0, 14]). NaN stays NaN.
 */
INKSTONE_INLINE vf normalTail(vf a, vf& density) {
  a = vmin(splat(13.0f), a);
  density = expInRange(a * a * -0.5f);
  const vf t = 1.0f / (1.0f + 0.35f * a);
  vf p = t * -0.0291459276f + 0.143971684f;
  p = p * t + -0.255714226f;
  p = p * t + 0.159174128f;
  p = p * t + -0.0231098137f;
  p = p * t + 0.105507995f;
  p = p * t + 0.11983287f;
  p = p * t + 0.139861869f;
  p = p * t + 0.139621404f;
  return density * t * p;
}

/** Odd polynomial below 0.85, else 1 − 2·(1 − Φ(√2·|x|)). Within 2 ulp. */
INKSTONE_INLINE vf verf(vf x) {
  const vf a = vabs(x), z = x * x;
  vf p = z * -0.000631514519f + 0.005051098f;
  p = p * z + -0.0268025501f;
  p = p * z + 0.112827175f;
  p = p * z + -0.376125718f;
  p = p * z + 0.128379166f;
  const vf small = x + x * p;
  vf density;
  const vf large = 1.0f - 2.0f * normalTail(a * 1.41421356f, density);
  return a < 0.85f ? small : withSign(large, x);
}

/** x·Φ(x) = max(x, 0) − |x|·(1 − Φ(|x|)): no cancellation on the negative side. */
INKSTONE_INLINE vf gelu(vf x) {
  const vf a = vmin(splat(13.0f), vabs(x));
  vf density;
  const vf tail = normalTail(a, density);
  return vmax(x, splat(0)) - a * tail;
}
/** Φ(x) + x·φ(x). */
INKSTONE_INLINE vf geluSlope(vf x) {
  vf density;
  const vf tail = normalTail(vabs(x), density);
  const vf inside = vmax(splat(-13.0f), vmin(splat(13.0f), x));
  return (x < 0.0f ? tail : 1.0f - tail) + inside * (density * 0.398942280f);
}

constexpr float geluTanhScale = 0.7978845608f, geluTanhCube = 0.044715f;
/** ½·x·(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715·x³). */
INKSTONE_INLINE vf geluTanh(vf x) {
  return x * sigmoid(2.0f * geluTanhScale * (x + geluTanhCube * x * x * x));
}
/** s + x·s·(1 − s)·2u′, s = σ(2u). */
INKSTONE_INLINE vf geluTanhSlope(vf x) {
  x = vmax(splat(-30.0f), vmin(splat(30.0f), x));
  const vf s = sigmoid(2.0f * geluTanhScale * (x + geluTanhCube * x * x * x));
  return s + x * s * (1.0f - s) * (2.0f * geluTanhScale * (1.0f + 3.0f * geluTanhCube * x * x));
}

INKSTONE_INLINE vf silu(vf x) { return x * sigmoid(x); }
INKSTONE_INLINE vf siluSlope(vf x) {
  const vf s = sigmoid(x);
  return s + x * s * (1.0f - s);
}
INKSTONE_INLINE vf relu(vf x) { return x < 0.0f ? splat(0) : x; }
/** log(1 + e^x) = max(x, 0) + log(1 + e^−|x|). */
INKSTONE_INLINE vf softplus(vf x) { return vmax(x, splat(0)) + log1pUnit(vexp(-vabs(x))); }
