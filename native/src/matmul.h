// What a matmul needs to know; see MatmulArgs in src/tensor/kernels.ts.
#pragma once
#include <cstdint>

namespace inkstone {

enum class Activation : int { none = 0, relu, gelu, geluTanh, silu, count };

/**
 * What `beside` is to a product: it keeps the value before the activation, or the activation's slope there; or it multiplies the
 * result.
 */
enum class Beside : int { preActivation = 0, slope, factor, count };

/** How b [n, k] may be kept besides: in blocks of 32 numbers, as src/tensor/dtype.ts says. */
enum class Blocks : int { none = 0, q8_0, q4_0, count };

/** out[i] = act(op(a[i])·op(b[i]) + bias) (∘ factor[i]) (+ residual[i]) (+ out[i] when accumulate) for i < batch. */
struct Matmul {
  const float* a;
  /** Instead of a, out and beside: they are stored as bf16. */
  const uint16_t* aBf16;
  uint16_t* outBf16;
  uint16_t* besideBf16;
  /** float, or bf16 when bIsBf16, or blocks. */
  const void* b;
  float* out;
  const float* bias;
  /** [batch, m, n], or null. */
  const float* residual;
  /** [batch, m, n], or null. */
  float* beside;
  int64_t batch, m, n, k;
  int64_t aBatchStride, bBatchStride;
  bool transA, transB, bIsBf16;
  Blocks blocks;
  bool accumulate;
  /** Both inputs are rounded to bf16 before they are multiplied. */
  bool bf16;
  /** Where b is in blocks, rows of a are rounded to 8 bits in blocks. */
  bool int8;
  Activation activation;
  Beside role;
};

}  // namespace inkstone
