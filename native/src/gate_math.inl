// GELU, its tanh form and SiLU where the result is rounded to bf16 anyway. All three are x·σ(w(x)) with w odd: one exponential
// and one division of few bits. Polynomials: minimax fits, made for these intervals.

/** For |x| ≤ end: w(x) = ln 2·x·exponent(x²), and its slope w′(x) = slope(x²). Beyond, nothing changes that bf16 shows. */
template <int N, int M>
struct Gate {
  float end, exponent[N], slope[M];
};
/** σ(w) = Φ(x): w within 0.0013. */
constexpr Gate<4, 3> geluGate{
    5.0f, {2.29764676f, 0.109396771f, -0.00142355904f, 1.30320768e-5f}, {1.59420359f, 0.222788811f, -0.00363585004f}};
constexpr Gate<2, 2> geluTanhGate{6.5f, {2.30220820f, 0.102943240f}, {1.59576912f, 0.214064450f}};
constexpr Gate<1, 1> siluGate{80.0f, {1.44269504f}, {1.0f}};

/** 1/x within 7e-5. */
INKSTONE_INLINE vf reciprocalRough(vf x) {
#if defined(INKSTONE_AVX512)
  return (vf)_mm512_rcp14_ps((__m512)x);
#else
  return 1.0f / x;
#endif
}

/**
 * x becomes x·σ(w(x)), within 0.15 % or 2e-6, and slope its derivative σ·(1 + x·(1 − σ)·w′), within 3e-4. NaN stays NaN. Several
 * vectors go side by side: one alone is a chain of operations that wait for each other.
 */
template <int K, int N, int M>
INKSTONE_INLINE void gated(const Gate<N, M>& gate, vf (&x)[K], vf (&slope)[K]) {
  constexpr float exp2[] = {0.999928057f, 0.693260968f, 0.242611125f, 0.0551716685f};  // within 8e-5
  vf inside[K], square[K], w[K], shifted[K], closing[K];
#define EACH _Pragma("GCC unroll 8") for (int i = 0; i < K; ++i)
  EACH x[i] = vmax(splat(-gate.end), x[i]);
  EACH inside[i] = vmin(splat(gate.end), x[i]);
  EACH square[i] = inside[i] * inside[i];
  const auto polynomial = [](auto& sum, const auto& c, const vf* z) INKSTONE_FLAT {
    constexpr int terms = sizeof c / sizeof c[0];
    EACH sum[i] = splat(c[terms - 1]);
#pragma GCC unroll 8
    for (int n = terms - 2; n >= 0; --n) EACH sum[i] = sum[i] * z[i] + c[n];
  };
  polynomial(w, gate.exponent, square);
  EACH w[i] = -inside[i] * w[i];
  // σ = 1/(1 + closing), closing = 2^w.
  EACH shifted[i] = w[i] + roundingMagic;
  EACH w[i] -= shifted[i] - roundingMagic;
  polynomial(closing, exp2, w);
  EACH closing[i] = (vf)((vu)closing[i] + ((vu)shifted[i] << 23));
  EACH w[i] = reciprocalRough(1.0f + closing[i]);
  polynomial(slope, gate.slope, square);
  EACH slope[i] = w[i] + inside[i] * w[i] * (closing[i] * w[i]) * slope[i];
  EACH x[i] *= w[i];
#undef EACH
}
