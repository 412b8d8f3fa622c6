// Matmul with bf16 products in hardware; everything else is the wide table's.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_finish.inl"
#include "matmul_ways.inl"
#include "matmul_pack_bf16.inl"
#if INKSTONE_BF16 == 1
#include "matmul_packed.inl"
#include "matmul_turned.inl"
#include "matmul_dots.inl"
#include "matmul_pairs.inl"
#else
#include "matmul_tiles.inl"
#include "matmul_lying.inl"
#endif
#include "matmul_peak.inl"

static void matmul(const Matmul& s) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  const auto multiply = s.bf16 && s.blocks == Blocks::none && plain(s) ? productOf(s) : nullptr;
  if (!multiply) return INKSTONE_WIDE_TABLE()->matmul(s);
  eachProduct(s, multiply);
}

static double peakLoop(bool bf16) { return bf16 ? peakBf16() : INKSTONE_WIDE_TABLE()->peakLoop(bf16); }
}  // namespace gemm

static void fillMatmul(KernelTable& table) {
  table.matmul = gemm::matmul;
  table.peakLoop = gemm::peakLoop;
}
