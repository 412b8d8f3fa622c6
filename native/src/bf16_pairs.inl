// Pairs of bf16 numbers in the lanes of a vector, low beside high, and what vdpbf16ps does with them. Under INKSTONE_EMULATED
// the instructions are written out, so that packing and loops can be tested on any machine. Vectors have 16 lanes here.

#if defined(INKSTONE_EMULATED)
INKSTONE_INLINE vu pairsOf(vf low, vf high) { return bf16Bits(low) | (bf16Bits(high) << 16); }
/** 32 numbers, rounded, in their order. */
INKSTONE_INLINE vu neighbours(vf first, vf second) {
  vu v;
  const vh halves[2] = {roundBf16(first), roundBf16(second)};
  __builtin_memcpy(&v, halves, sizeof v);
  return v;
}
#else
INKSTONE_INLINE vu neighbours(vf first, vf second) { return (vu)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first); }
/** 16 pairs of numbers, rounded. */
INKSTONE_INLINE vu pairsOf(vf low, vf high) {
  constexpr auto places = [](int i) { return i | (i + 16) << 16; };
  const vi order{places(0), places(1), places(2),  places(3),  places(4),  places(5),  places(6),  places(7),
                 places(8), places(9), places(10), places(11), places(12), places(13), places(14), places(15)};
  return (vu)_mm512_permutexvar_epi16((__m512i)order, (__m512i)neighbours(low, high));
}
#endif
/** The same for operands stored as bf16. */
INKSTONE_INLINE vu pairsOf(vh low, vh high) { return widen(low) | (widen(high) << 16); }

/** sum[j] += a[2j]·b[2j] + a[2j + 1]·b[2j + 1] on 16 pairs. */
INKSTONE_INLINE vf dotPairs(vf sum, vi a, vi b) {
#if defined(INKSTONE_EMULATED)
  const vf low = (vf)(a << 16) * (vf)(b << 16);
  return sum + low + (vf)(a & (int32_t)0xffff0000) * (vf)(b & (int32_t)0xffff0000);
#else
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#endif
}
