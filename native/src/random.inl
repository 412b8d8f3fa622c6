// Counter-based random numbers: Philox 4×32-10 (Salmon et al., SC 2011), the same function as src/rng.ts.

/** High and low halves of the products of unsigned integers. */
INKSTONE_INLINE void multiplyWide(vu a, uint32_t b, vu& high, vu& low) {
  low = a * b;
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 32
  const __m256i m = _mm256_set1_epi32((int)b);
  const __m256i even = _mm256_mul_epu32((__m256i)a, m), odd = _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a, 32), m);
  high = (vu)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  low = (vu)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
#elif defined(__x86_64__) && INKSTONE_VECTOR_BYTES == 16
  const __m128i m = _mm_set1_epi32((int)b);
  const __m128i even = _mm_mul_epu32((__m128i)a, m), odd = _mm_mul_epu32(_mm_srli_epi64((__m128i)a, 32), m);
  const __m128i upper = _mm_set1_epi64x((int64_t)0xffffffff00000000);
  high = (vu)_mm_or_si128(_mm_srli_epi64(even, 32), _mm_and_si128(odd, upper));
  low = (vu)_mm_or_si128(_mm_andnot_si128(upper, even), _mm_slli_epi64(odd, 32));
#else
  typedef uint64_t vq __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
  const vq even = ((vq)a & 0xffffffffu) * (uint64_t)b, odd = ((vq)a >> 32) * (uint64_t)b;
  high = (vu)((even >> 32) | (odd & 0xffffffff00000000u));
#endif
}

/** Words 4·(block + lane) … +3 of a stream in w[0 … 3][lane]. */
INKSTONE_INLINE void philoxBlocks(uint64_t block, const RandomStream& s, vu* w) {
  vu place;
  for (int i = 0; i < lanes; ++i) place[i] = (uint32_t)i;
  const uint32_t low = (uint32_t)block;
  vu c0 = place + low, c1 = (uint32_t)(block >> 32) + ((vu)(c0 < low) & 1);
  vu c2 = s.streamLow + vu{}, c3 = s.streamHigh + vu{};
  uint32_t k0 = s.seedLow, k1 = s.seedHigh;
  for (int round = 0; round < 10; ++round) {
    vu high0, low0, high1, low1;
    multiplyWide(c0, 0xd2511f53u, high0, low0);
    multiplyWide(c2, 0xcd9e8d57u, high1, low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  w[0] = c0;
  w[1] = c1;
  w[2] = c2;
  w[3] = c3;
}

/** [a₀ b₀ a₁ b₁ …] of whole words. */
INKSTONE_INLINE void interleaveWords(vu a, vu b, vu& low, vu& high) {
  vf l, h;
  interleave((vf)a, (vf)b, l, h);
  low = (vu)l;
  high = (vu)h;
}

/** The same blocks in the order of the stream: words 4·block + (0 … 4·lanes − 1). */
INKSTONE_INLINE void philoxWords(uint64_t block, const RandomStream& s, vu* w) {
  vu c[4], low02, high02, low13, high13;
  philoxBlocks(block, s, c);
  interleaveWords(c[0], c[2], low02, high02);
  interleaveWords(c[1], c[3], low13, high13);
  interleaveWords(low02, low13, w[0], w[1]);
  interleaveWords(high02, high13, w[2], w[3]);
}

/** f(i, n, words) for stretches of at most 4·lanes elements; element i uses word i. */
template <class F>
static void eachWord(int64_t n, const RandomStream& s, const F& f) {
  constexpr int64_t chunk = 4 * lanes;
  parallelFor(n, mathGrain, [&, s](int64_t begin, int64_t end) {  // mathGrain is a multiple of every chunk
    for (int64_t i = begin; i < end; i += chunk) {
      vu w[4];
      philoxWords((uint64_t)i / 4, s, w);
      if (i + chunk <= end) {
        for (int k = 0; k < 4; ++k) f(i + k * lanes, w[k], Whole{});
      } else {
        for (int k = 0; k < 4 && i + k * lanes < end; ++k) {
          const int64_t left = end - i - k * lanes;
          f(i + k * lanes, w[k], Rest{left < lanes ? left : lanes});
        }
      }
    }
  });
}

INKSTONE_INLINE vf unitFloat(vu word) { return __builtin_convertvector((vi)(word >> 8), vf) * 5.9604644775390625e-8f; }

/** [0, 1): 24 bits each. */
static void uniform(float* out, int64_t n, const RandomStream& s) {
  RAN("uniform");
  eachWord(n, s, [=](int64_t i, vu word, auto part) INKSTONE_FLAT { part.put(out + i, unitFloat(word)); });
}

/** out = x/(1 − p) where the uniform number is ≥ p, else 0: an integer comparison, so p is not rounded. */
static void dropout(const float* x, float* out, int64_t n, double p, const RandomStream& s) {
  RAN("dropout");
  const int32_t least = (int32_t)ceil(p * 16777216.0);
  const float scale = (float)(1 / (1 - p));
  eachWord(n, s, [=](int64_t i, vu word, auto part) INKSTONE_FLAT {
    part.put(out + i, (vi)(word >> 8) >= least ? part.get(x + i) * scale : splat(0));
  });
}

/** −2·log((w + 1)/2³²), precise at both ends: near 1 from what is missing to 1. */
INKSTONE_INLINE vf minusTwoLog(vu w) {
  const vf high = __builtin_convertvector((vi)(w >> 16), vf), low = __builtin_convertvector((vi)(w & 0xffff), vf);
  vf e;
  const vf f = splitExponent(high * 65536.0f + (low + 1.0f), e);
  const vu missing = ~w;  // 2³² − (w + 1); below 2³⁰ it is exact enough as a signed integer
  const vi near = (vi)(missing >> 30) == 0;
  const vf distance = __builtin_convertvector((vi)(missing & 0x3fffffff), vf) * -2.3283064365386963e-10f;
  return -2.0f * logReduced(near ? distance : f, near ? splat(0) : e - 32.0f);
}

/** cos(2π·w/2³²): quarters of a turn taken off as integers, then a polynomial on ±π/4. */
INKSTONE_INLINE vf cosTurns(vu w) {
  const vu quarter = (w + 0x20000000u) >> 30;
  const vf r = __builtin_convertvector((vi)(w - (quarter << 30)), vf) * 1.46291807926715969e-9f;  // 2π/2³²
  const vf z = r * r;
  const vf sine = r + r * z * ((z * -0.00019511458f + 0.00833213297f) * z + -0.166666542f);
  const vf cosine = 1.0f - 0.5f * z + z * z * ((z * 2.44287864e-05f + -0.00138872785f) * z + 0.0416666449f);
  const vf y = (quarter & 1) != 0 ? sine : cosine;
  const vi negative = (vi)(((quarter + 1) & 2) << 30);
  return (vf)((vi)y ^ negative);
}

/** Standard normal (Box & Muller 1958): element i from the words 2i and 2i + 1. */
static void normal(float* out, int64_t n, const RandomStream& s) {
  RAN("normal");
  constexpr int64_t chunk = 2 * lanes;
  parallelFor(n, mathGrain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += chunk) {
      vu w[4];
      philoxBlocks((uint64_t)i / 2, s, w);
      const vf even = vsqrt(minusTwoLog(w[0])) * cosTurns(w[1]), odd = vsqrt(minusTwoLog(w[2])) * cosTurns(w[3]);
      vf low, high;
      interleave(even, odd, low, high);
      if (i + chunk <= end) {
        store(out + i, low);
        store(out + i + lanes, high);
      } else {
        const int64_t left = end - i;
        storeTail(out + i, low, left < lanes ? left : lanes);
        if (left > lanes) storeTail(out + i + lanes, high, left - lanes);
      }
    }
  });
}

static void fillRandom(KernelTable& table) {
  table.uniform = uniform;
  table.normal = normal;
  table.dropout = dropout;
}
