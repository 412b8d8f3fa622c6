// Matmul with bf16 products in hardware; everything else is the wide table's.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_tile_bf16.inl"
#include "matmul_finish.inl"
#include "matmul_ways.inl"
#include "matmul_packed.inl"
#include "matmul_pack_bf16.inl"
#include "matmul_peak.inl"

static void matmul(const Matmul& s) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  if (!s.bf16 || !plain(s) || wayOf(s) != Way::packed) return INKSTONE_WIDE_TABLE()->matmul(s);
  RAN("matmul.packed.bf16");
  eachProduct(s, multiplyPacked<PackBf16<KernelBf16>>);
}

static double peakLoop(bool bf16) { return bf16 ? peakBf16() : INKSTONE_WIDE_TABLE()->peakLoop(bf16); }
}  // namespace gemm

static KernelTable makeTable() {
  KernelTable table = *INKSTONE_WIDE_TABLE();
  table.matmul = gemm::matmul;
  table.peakLoop = gemm::peakLoop;
  return table;
}
