// Matmul: which of the ways suits a shape.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_tile.inl"
#include "matmul_finish.inl"
#include "matmul_ways.inl"
#include "matmul_packed.inl"
#include "matmul_turned.inl"
#include "matmul_pack_f32.inl"
#include "matmul_dots.inl"
#include "matmul_lanes.inl"
#include "matmul_skinny.inl"
#include "matmul_blocks.inl"
#include "matmul_int8.inl"
#include "matmul_peak.inl"

/** One product in a given way and reading of b. */
template <class Read>
static void few(const Matmul& s) {
  const Way way = wayOf(s);
  if (way == Way::skinny) return skinny<Read>(s);
  if (way == Way::slim) return slim<Read>(s);
  if constexpr (hasLanes) multiplyLanes<Read>(s);
}

/** Nothing to sum: zeros (or what is there), then bias and activation. */
static void emptySum(const Matmul& s) {
  const int64_t count = s.batch * s.m * s.n;
  if (!s.accumulate) __builtin_memset(s.out, 0, static_cast<size_t>(count) * 4);
  finishRows(s.out, s.n, s, 0, 0, s.batch * s.m, s.n);
}

/** out += act(…): the activated product aside, then one sum. */
static void matmulAside(const Matmul& s) {
  Scratch scratch;
  const int64_t count = s.batch * s.m * s.n;
  Matmul inner = s;
  inner.accumulate = false;
  inner.out = scratch.floats(count);
  matmul(inner);
  parallelFor(count, 16384, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) s.out[i] += inner.out[i];
  });
}

/** to[i] = from[i] for i < count, widened or rounded. */
static void widen(const uint16_t* from, float* to, int64_t count) {
  parallelFor(count, 16384, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = fromBf16(from[i]);
  });
}
static void narrow(const float* from, uint16_t* to, int64_t count) {
  parallelFor(count, 16384, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = toBf16(from[i]);
  });
}

/** What is stored as bf16 goes through copies as f32. */
static void matmulWidened(const Matmul& s) {
  Scratch scratch;
  Matmul wide = s;
  const int64_t count = s.batch * s.m * s.n, aCount = (s.batch - 1) * s.aBatchStride + s.m * s.k;
  if (s.aBf16) {
    float* a = scratch.floats(aCount);
    widen(s.aBf16, a, aCount);
    wide.a = a;
  }
  if (s.besideBf16) wide.beside = scratch.floats(count);
  if (s.besideBf16 && s.role == Beside::factor) widen(s.besideBf16, wide.beside, count);
  if (s.outBf16) wide.out = scratch.floats(count);
  if (s.outBf16 && s.accumulate) widen(s.outBf16, wide.out, count);
  wide.aBf16 = nullptr;
  wide.outBf16 = wide.besideBf16 = nullptr;
  matmul(wide);
  if (s.besideBf16 && s.role != Beside::factor) narrow(wide.beside, s.besideBf16, count);
  if (s.outBf16) narrow(wide.out, s.outBf16, count);
}

static void matmul(const Matmul& s) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  if (s.blocks != Blocks::none) return s.blocks == Blocks::q8_0 ? multiplyBlocks<Q8Block>(s) : multiplyBlocks<Q4Block>(s);
  if (s.aBf16 || s.outBf16 || s.besideBf16) return matmulWidened(s);
  if (!plain(s)) return s.k == 0 && !s.accumulate ? emptySum(s) : matmulAside(s);
  const Way way = wayOf(s);
  if (way == Way::packed) {
    if (s.bf16) RAN("matmul.packed.bf16");
    else RAN("matmul.packed.f32");
    return eachProduct(s, largeProduct<KernelF32>(s));
  }
  if (way == Way::skinny) RAN("matmul.skinny");
  else if (way == Way::lanes) RAN("matmul.lanes");
  else RAN("matmul.slim");
  return eachProduct(s, s.bIsBf16 ? few<ReadBf16> : s.bf16 ? few<ReadRounded> : few<ReadF32>);
}

/** The speed that nothing can exceed. Rounding bf16 to f32 numbers makes them no faster. */
static double peakLoop(bool) { return peakF32(); }
}  // namespace gemm

static void fillMatmul(KernelTable& table) {
  table.matmul = gemm::matmul;
  table.matmulInt8 = gemm::matmulInt8;
  table.peakLoop = gemm::peakLoop;
}
