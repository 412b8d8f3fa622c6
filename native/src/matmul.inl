// Matmul: which of the ways suits a shape.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_tile.inl"
#include "matmul_finish.inl"
#include "matmul_ways.inl"
#include "matmul_pack_f32.inl"
#include "matmul_packed_f32.inl"
#include "matmul_skinny.inl"
#include "matmul_peak.inl"

/** One product in a given way and reading of b. */
template <class Read>
static void narrow(const Matmul& s) {
  if (wayOf(s) == Way::skinny) skinny<Read>(s);
  else slim<Read>(s);
}

/** Nothing to sum: zeros (or what is there), then bias and activation. */
static void emptySum(const Matmul& s) {
  const int64_t count = s.batch * s.m * s.n;
  if (!s.accumulate) __builtin_memset(s.out, 0, static_cast<size_t>(count) * 4);
  finishRows(s.out, s.preActivation, s.bias, s.activation, s.batch * s.m, s.n, s.n);
}

static void matmul(const Matmul& s);

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

static void matmul(const Matmul& s) {
  if (s.batch == 0 || s.m == 0 || s.n == 0) return;
  if (!plain(s)) return s.k == 0 && !s.accumulate ? emptySum(s) : matmulAside(s);
  const Way way = wayOf(s);
  if (way == Way::packed) {
    if (s.bf16) RAN("matmul.packed.bf16");
    else RAN("matmul.packed.f32");
    return eachProduct(s, multiplyF32);
  }
  if (way == Way::skinny) RAN("matmul.skinny");
  else RAN("matmul.slim");
  return eachProduct(s, s.bIsBf16 ? narrow<ReadBf16> : s.bf16 ? narrow<ReadRounded> : narrow<ReadF32>);
}

/** The speed that nothing can exceed. Rounding bf16 to f32 numbers makes them no faster. */
static double peakLoop(bool) { return peakF32(); }
}  // namespace gemm

static void fillMatmul(KernelTable& table) {
  table.matmul = gemm::matmul;
  table.peakLoop = gemm::peakLoop;
}
