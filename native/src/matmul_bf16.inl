// Matmul with bf16 products in hardware; everything else is the wide table's.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_tile_bf16.inl"
#include "matmul_finish.inl"
#include "matmul_ways.inl"
#include "matmul_packed.inl"
#include "matmul_turned.inl"
#include "matmul_pack_bf16.inl"
#include "matmul_dots.inl"
#include "matmul_peak.inl"

#if INKSTONE_BF16 == 1
/** Pairs of bf16 numbers of both rows. */
struct DotsPairs {
  typedef uint16_t A;
  typedef uint16_t B;
  static constexpr int64_t step = 2 * lanes;
  static INKSTONE_MEMBER vi wideA(const uint16_t* p) {
    vi v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static INKSTONE_MEMBER vi wideB(const uint16_t* p) { return wideA(p); }
  static INKSTONE_MEMBER vf multiply(vf sum, vi a, vi b) { return dotPairs(sum, a, b); }
};

/** Few rows with b as bf16 [n, k]. */
static void skinnyPairs(const Matmul& s) {
  Scratch scratch;
  DotGroups<DotsPairs> a(s.m, s.k);
  a.pack(scratch, [&](int64_t i, int64_t p, int64_t count, uint16_t* to) {
    if (s.aBf16) return void(__builtin_memcpy(to, s.aBf16 + i * s.k + p, static_cast<size_t>(count) * 2));
    const float* from = s.a + i * s.k + p;
    int64_t q = 0;
    for (; q + lanes <= count; q += lanes) storeBf16(to + q, load(from + q));
    for (; q < count; ++q) to[q] = toBf16(from[q]);
  });
  dotProducts(s, a, s.outBf16 ? scratch.floats(s.m * s.n) : s.out);
}
static bool suitsPairs(const Matmul& s) { return s.bIsBf16 && s.transB && !s.transA && wayOf(s) == Way::skinny; }
#endif

static void matmul(const Matmul& s) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
#if INKSTONE_BF16 == 1
  if (s.bf16 && plain(s) && suitsPairs(s)) {
    RAN("matmul.skinny.bf16");
    return eachProduct(s, skinnyPairs);
  }
#endif
  if (!s.bf16 || !plain(s) || wayOf(s) != Way::packed) return INKSTONE_WIDE_TABLE()->matmul(s);
  RAN("matmul.packed.bf16");
  eachProduct(s, largeProduct<PackBf16<KernelBf16>>(s));
}

static double peakLoop(bool bf16) { return bf16 ? peakBf16() : INKSTONE_WIDE_TABLE()->peakLoop(bf16); }
}  // namespace gemm

static void fillMatmul(KernelTable& table) {
  table.matmul = gemm::matmul;
  table.peakLoop = gemm::peakLoop;
}
