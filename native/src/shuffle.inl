// Lanes that change places, and four sums over lanes at once.

/** Lane i of the result is lane I of (a, b). */
template <int... I>
INKSTONE_INLINE vf shuffle(vf a, vf b) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, I...);
#else
  return __builtin_shuffle(a, b, vi{I...});
#endif
}

/** The shuffles of a transposition, for lane numbers I = 0 … lanes − 1; a quarter is four lanes. */
template <int... I>
struct Shuffles {
  /** In each quarter: a0 b0 a1 b1, or from the upper half: a2 b2 a3 b3. */
  template <int Upper>
  static INKSTONE_MEMBER vf zip(vf a, vf b) {
    return shuffle<((I & ~3) + 2 * Upper + (I & 3) / 2 + (I & 1) * lanes)...>(a, b);
  }
  /** In each quarter: a0 a1 b0 b1, or a2 a3 b2 b3. */
  template <int Upper>
  static INKSTONE_MEMBER vf zipPairs(vf a, vf b) {
    return shuffle<((I & ~3) + 2 * Upper + (I & 1) + (I & 2) / 2 * lanes)...>(a, b);
  }
  /** Quarters of a with bit Step change places with those of b without it. */
  template <int Step>
  static INKSTONE_MEMBER void exchange(vf& a, vf& b) {
    const vf first = shuffle<((I / 4 & Step) ? lanes + I - 4 * Step : I)...>(a, b);
    b = shuffle<((I / 4 & Step) ? lanes + I : (I + 4 * Step) % (2 * lanes))...>(a, b);
    a = first;
  }
};
#if INKSTONE_VECTOR_BYTES == 16
using Shuffle = Shuffles<0, 1, 2, 3>;
#elif INKSTONE_VECTOR_BYTES == 32
using Shuffle = Shuffles<0, 1, 2, 3, 4, 5, 6, 7>;
#else
using Shuffle = Shuffles<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15>;
#endif

/** A square of words turned: out[j·ld + i] = lane j of row(i), for i, j < lanes. */
template <class Row>
INKSTONE_INLINE void turnSquare(const Row& row, float* out, int64_t ld) {
  vf v[lanes / 4][4];
#pragma GCC unroll 4
  for (int g = 0; g < lanes / 4; ++g) {
    const vf a = row(4 * g), b = row(4 * g + 1), c = row(4 * g + 2), d = row(4 * g + 3);
    const vf ab0 = Shuffle::zip<0>(a, b), ab1 = Shuffle::zip<1>(a, b);
    const vf cd0 = Shuffle::zip<0>(c, d), cd1 = Shuffle::zip<1>(c, d);
    v[g][0] = Shuffle::zipPairs<0>(ab0, cd0);
    v[g][1] = Shuffle::zipPairs<1>(ab0, cd0);
    v[g][2] = Shuffle::zipPairs<0>(ab1, cd1);
    v[g][3] = Shuffle::zipPairs<1>(ab1, cd1);
  }
#pragma GCC unroll 4
  for (int column = 0; column < 4; ++column) {
#if INKSTONE_VECTOR_BYTES >= 32
#pragma GCC unroll 2
    for (int g = 0; g < lanes / 4; g += 2) Shuffle::exchange<1>(v[g][column], v[g + 1][column]);
#endif
#if INKSTONE_VECTOR_BYTES >= 64
#pragma GCC unroll 2
    for (int g = 0; g < 2; ++g) Shuffle::exchange<2>(v[g][column], v[g + 2][column]);
#endif
#pragma GCC unroll 4
    for (int g = 0; g < lanes / 4; ++g) store(out + (4 * g + column) * ld, v[g][column]);
  }
}

/** The sums over the lanes of four vectors. */
INKSTONE_INLINE void sumFour(const vf* x, float* out) {
  const vf ab = Shuffle::zip<0>(x[0], x[1]) + Shuffle::zip<1>(x[0], x[1]);
  const vf cd = Shuffle::zip<0>(x[2], x[3]) + Shuffle::zip<1>(x[2], x[3]);
  const vf abcd = Shuffle::zipPairs<0>(ab, cd) + Shuffle::zipPairs<1>(ab, cd);
  typedef float vq __attribute__((vector_size(16)));
  vq quarters[lanes / 4];
  __builtin_memcpy(quarters, &abcd, sizeof abcd);
  for (int i = 1; i < lanes / 4; ++i) quarters[0] += quarters[i];
  __builtin_memcpy(out, quarters, 16);
}
