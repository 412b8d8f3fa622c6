// Matmul: which of the ways suits a shape.

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_tile.inl"
#include "matmul_finish.inl"
#include "matmul_skinny.inl"
#include "matmul_packed.inl"
#if defined(INKSTONE_BF16)
#include "matmul_bf16.inl"
#else
typedef KernelF32 KernelBf16;
#endif
#include "matmul_peak.inl"

/** The way of one product; a function of the shape alone. */
enum class Way { skinny, slim, packed };

static Way wayOf(const Matmul& s) {
  if (s.m <= 8) return Way::skinny;
  if (s.n <= 4 && !s.transA) return Way::slim;
  return Way::packed;
}

static void one(const Matmul& s, Way way) {
  switch (way) {
    case Way::skinny:
      if (s.bIsBf16) skinny<ReadBf16>(s);
      else if (s.bf16) skinny<ReadRounded>(s);
      else skinny<ReadF32>(s);
      break;
    case Way::slim:
      if (s.bIsBf16) slim<ReadBf16>(s);
      else if (s.bf16) slim<ReadRounded>(s);
      else slim<ReadF32>(s);
      break;
    case Way::packed:
      if (s.bf16) multiply<KernelBf16>(s);
      else multiply<KernelF32>(s);
      break;
  }
}

/** The i-th product of the batch. */
static Matmul item(const Matmul& s, int64_t i) {
  Matmul one = s;
  one.batch = 1;
  one.a = s.a + i * s.aBatchStride;
  if (s.bIsBf16) one.b = static_cast<const uint16_t*>(s.b) + i * s.bBatchStride;
  else one.b = static_cast<const float*>(s.b) + i * s.bBatchStride;
  one.out = s.out + i * s.m * s.n;
  if (s.preActivation) one.preActivation = s.preActivation + i * s.m * s.n;
  return one;
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
  if (s.accumulate && (s.activation != Activation::none || s.preActivation)) return matmulAside(s);
  if (s.k == 0) return emptySum(s);
  const Way way = wayOf(s);
  switch (way) {
    case Way::skinny: RAN("matmul.skinny"); break;
    case Way::slim: RAN("matmul.slim"); break;
    case Way::packed:
      if (s.bf16) RAN("matmul.packed.bf16");
      else RAN("matmul.packed.f32");
      break;
  }
  if (s.batch == 1) return one(item(s, 0), way);
  if (s.batch >= threads() && s.m * s.n * s.k < int64_t(1) << 24) {
    const int64_t grain = 1 + 65536 / (s.m * s.n * s.k);
    parallelFor(s.batch, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) one(item(s, i), way);
    });
    return;
  }
  for (int64_t i = 0; i < s.batch; ++i) one(item(s, i), way);
}
}  // namespace gemm

static void fillMatmul(KernelTable& table) {
  table.matmul = gemm::matmul;
  table.peakLoop = gemm::peakLoop;
}
