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

template <int N>
INKSTONE_INLINE vf polynomial(const float (&c)[N], vf z) {
  vf sum = splat(c[N - 1]);
#pragma GCC unroll 8
  for (int i = N - 2; i >= 0; --i) sum = sum * z + c[i];
  return sum;
}

/** 2^x for |x| < 126, within 8e-5. */
INKSTONE_INLINE vf exp2Rough(vf x) {
  constexpr float rough[] = {0.999928057f, 0.693260968f, 0.242611125f, 0.0551716685f};
  const vf shifted = x + roundingMagic;
  const vf p = polynomial(rough, x - (shifted - roundingMagic));
  return (vf)((vu)p + ((vu)shifted << 23));
}
/** 1/x within 7e-5. */
INKSTONE_INLINE vf reciprocalRough(vf x) {
#if defined(INKSTONE_AVX512)
  return (vf)_mm512_rcp14_ps((__m512)x);
#else
  return 1.0f / x;
#endif
}

/** σ(w(x)) for |x| ≤ end, and e^−w. */
template <class G>
INKSTONE_INLINE vf openness(const G& gate, vf x, vf& closing) {
  closing = exp2Rough(-x * polynomial(gate.exponent, x * x));
  return reciprocalRough(1.0f + closing);
}
/** x·σ(w(x)), within 0.15 % or 2e-6, and its derivative σ·(1 + x·(1 − σ)·w′), within 3e-4. NaN stays NaN. */
template <class G>
INKSTONE_INLINE vf gated(const G& gate, vf x, vf& slope) {
  vf closing;
  const vf bounded = vmax(splat(-gate.end), x), inside = vmin(splat(gate.end), bounded);
  const vf s = openness(gate, inside, closing);
  slope = s + inside * s * (closing * s) * polynomial(gate.slope, inside * inside);
  return bounded * s;
}
