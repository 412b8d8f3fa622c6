// What every path offers: one table of functions, filled once per instruction set from the same .inl files.
#pragma once
#include <cstdint>

#include "attention.h"
#include "choose.h"
#include "isa.h"
#include "matmul.h"
#include "walk.h"

#if defined(__x86_64__)
#define INKSTONE_X86 1
#else
#define INKSTONE_X86 0
#endif

/** Whether this compiler can make kernels with sdot: GCC for any ARM64, others where all processors they compile for have it. */
#if defined(__aarch64__) && (defined(__ARM_FEATURE_DOTPROD) || !defined(__clang__))
#define INKSTONE_DOTPROD_TABLE 1
#else
#define INKSTONE_DOTPROD_TABLE 0
#endif

/** The first line of a kernel in an .inl file: counts the call as "PATH/NAME", so that a test can prove what ran. */
#define RAN(NAME)                                              \
  do {                                                         \
    static ::inkstone::Counter counter_(INKSTONE_ISA "/" NAME); \
    ++counter_.calls;                                          \
  } while (0)

namespace inkstone {

/** The Philox key and the upper half of its counter. */
struct RandomStream {
  uint32_t seedLow, seedHigh, streamLow, streamHigh;
};

/** corrections: 1 − β₁ᵗ and 1 − β₂ᵗ. */
struct AdamwOptions {
  double lr, beta1, beta2, eps, weightDecay, correction1, correction2, gradScale;
};

struct KernelTable {
  // ---- elementwise, copies -------------------------------------------------------------------------------------
  // Codes are places in the lists of src/tensor/kernels.ts, element types as in copy.inl.
  void (*unary)(int code, const float* x, float* out, int64_t n);
  /** out = x·scale + shift. */
  void (*affine)(const float* x, float* out, int64_t n, float scale, float shift);
  /** out += alpha·x. */
  void (*axpy)(const float* x, float* out, int64_t n, float alpha);
  /** Operands of the walk: x, y; out is contiguous. */
  void (*binary)(int code, const float* x, const float* y, float* out, const Walk& walk);
  void (*compareFloat)(int code, const float* x, const float* y, uint8_t* out, const Walk& walk);
  void (*compareInt)(int code, const int32_t* x, const int32_t* y, uint8_t* out, const Walk& walk);
  /** Operands of the walk: mask, x, y. */
  void (*where)(const uint8_t* mask, const float* x, const float* y, float* out, const Walk& walk);
  void (*swiglu)(const float* gate, const float* up, float* out, int64_t n);
  void (*swigluGrad)(const float* gate, const float* up, const float* grad, float* gradGate, float* gradUp, int64_t n);
  /** Operands of the walk: x, out. */
  void (*copyStrided)(const void* x, void* out, int64_t elementBytes, const Walk& walk);
  void (*fill)(void* out, int64_t bytes, uint64_t pattern);
  void (*cast)(const void* x, int from, void* out, int to, int64_t n);

  // ---- reductions, order ---------------------------------------------------------------------------------------
  void (*reduce)(int code, const float* x, float* out, int64_t outer, int64_t size, int64_t inner);
  void (*argmax)(const float* x, int32_t* out, int64_t outer, int64_t size, int64_t inner);
  void (*cumsum)(const float* x, float* out, int64_t outer, int64_t size, int64_t inner, bool reverse);
  double (*sumSquares)(const float* x, int64_t n);
  void (*sort)(const float* x, float* values, int32_t* indices, int64_t rows, int64_t n, bool descending);
  void (*topK)(const float* x, float* values, int32_t* indices, int64_t rows, int64_t n, int64_t k);

  /** The next token of each row of n logits; −1 where it is not for this kernel to say. */
  void (*chooseTokens)(const float* logits, const Choice* choices, int32_t* ids, int64_t rows, int64_t n);

  // ---- recurrent networks, one step ----------------------------------------------------------------------------
  void (*rnnCellGrad)(const float* hidden, const float* grad, float* out, int64_t n);
  /** gates [rows, 4n]: sums come in, gates go out. */
  void (*lstmCell)(float* gates, const float* past, float* cell, float* hidden, int64_t rows, int64_t n);
  /** gradCell is read, and written as the gradient of `past`. */
  void (*lstmCellGrad)(const float* gates, const float* past, const float* cell, const float* gradHidden, float* gradCell,
                       float* gradGates, int64_t rows, int64_t n);
  void (*gruCell)(const float* input, const float* product, const float* past, float* gates, float* hidden, int64_t rows,
                  int64_t n);
  void (*gruCellGrad)(const float* gates, const float* past, const float* gradHidden, float* gradInput, float* gradProduct,
                      float* gradPast, int64_t rows, int64_t n);

  /** RWKV's memory over all steps: key, value, out [steps, batch, n], decay and first [n], start [batch, 3n], states of every step. */
  void (*wkv)(const float* key, const float* value, const float* decay, const float* first, const float* start, float* out,
              float* states, int64_t steps, int64_t batch, int64_t n);
  /** gradDecay and gradFirst [batch, n] are those of each row. */
  void (*wkvGrad)(const float* key, const float* value, const float* decay, const float* first, const float* start,
                  const float* out, const float* states, const float* grad, float* gradKey, float* gradValue,
                  float* gradDecay, float* gradFirst, float* gradStart, int64_t steps, int64_t batch, int64_t n);

  // ---- softmax, norm, losses -----------------------------------------------------------------------------------
  void (*softmax)(const float* x, float* out, int64_t rows, int64_t n);
  void (*softmaxGrad)(const float* y, const float* grad, float* out, int64_t rows, int64_t n);
  void (*logSoftmax)(const float* x, float* out, int64_t rows, int64_t n);
  void (*logSoftmaxGrad)(const float* y, const float* grad, float* out, int64_t rows, int64_t n);
  void (*logSumExp)(const float* x, float* out, int64_t rows, int64_t n);
  /** weight, bias, gradWeight, gradBias may be null. The result goes to out or, as bf16, to outBf16: the other is null. */
  void (*layerNorm)(const float* x, const float* weight, const float* bias, float* out, uint16_t* outBf16, float* mean,
                    float* rstd, int64_t rows, int64_t n, double eps);
  /** The gradient of the result is grad or, as bf16, gradBf16: the other is null. `accumulate` adds to gradX. */
  void (*layerNormGrad)(const float* x, const float* weight, const float* mean, const float* rstd, const float* grad,
                        const uint16_t* gradBf16, float* gradX, bool accumulate, float* gradWeight, float* gradBias, int64_t rows,
                        int64_t n);
  void (*rmsNorm)(const float* x, const float* weight, float* out, uint16_t* outBf16, float* rstd, int64_t rows,
                  int64_t n, double eps);
  void (*rmsNormGrad)(const float* x, const float* weight, const float* rstd, const float* grad, const uint16_t* gradBf16,
                      float* gradX, bool accumulate, float* gradWeight, int64_t rows, int64_t n);
  void (*crossEntropy)(const float* logits, const uint16_t* logitsBf16, const int32_t* targets, float* losses, float* lse,
                       int64_t rows, int64_t n, int32_t ignoreIndex, double smoothing);
  void (*crossEntropyGrad)(const float* logits, const uint16_t* logitsBf16, const int32_t* targets, const float* lse,
                           const float* gradLosses, float* gradLogits, uint16_t* gradBf16, int64_t rows, int64_t n,
                           int32_t ignoreIndex, double smoothing);

  // ---- index, random, optimizer --------------------------------------------------------------------------------
  void (*gatherRows)(const void* table, const int32_t* ids, void* out, int64_t count, int64_t rowBytes);
  /** `size` counts elements where f32 is rounded to bf16, else bytes. */
  void (*scatterRows)(const void* x, const int32_t* ids, void* out, int64_t count, int64_t size, bool rounds);
  void (*scatterAddRows)(const float* x, const int32_t* ids, float* out, int64_t count, int64_t size);
  void (*gather)(const float* x, const int32_t* index, float* out, int64_t outer, int64_t size, int64_t count,
                 int64_t inner);
  void (*scatterAdd)(const float* x, const int32_t* index, float* out, int64_t outer, int64_t size, int64_t count,
                     int64_t inner);
  void (*uniform)(float* out, int64_t n, const RandomStream& stream);
  void (*normal)(float* out, int64_t n, const RandomStream& stream);
  void (*dropout)(const float* x, float* out, int64_t n, double p, const RandomStream& stream);
  void (*adamw)(float* parameter, const float* grad, float* m, float* v, int64_t n, const AdamwOptions& options);

  // ---- attention, rotary --------------------------------------------------------------------------------------
  /** lse [batch, heads, queries] is written; the other arrays are f32, or bf16 where shape.stored says so. */
  void (*attention)(const void* q, const void* k, const void* v, void* out, float* lse, const AttentionShape& shape);
  void (*attentionPaged)(const float* q, const void* k, const void* v, float* out, const PagedShape& shape);
  /** gradQ, gradK, gradV are written whole. */
  void (*attentionGrad)(const void* q, const void* k, const void* v, const void* out, const float* lse, const void* grad,
                        void* gradQ, void* gradK, void* gradV, const AttentionShape& shape);
  /** positions[row % shape.positions] picks the row of cos and sin. `out` may be `x`. */
  void (*rotary)(const void* x, const int32_t* positions, const float* cos, const float* sin, void* out,
                 const RotaryShape& shape);

  // ---- matmul --------------------------------------------------------------------------------------------------
  void (*matmul)(const Matmul& product);
  /** Of weights in blocks, with rows of a that are rounded to 8 bits in blocks. */
  void (*matmulInt8)(const Matmul& product);
  /** Multiplies and adds in registers alone for a while; returns how many floating-point operations that were. */
  double (*peakLoop)(bool bf16);
};

const KernelTable* portableTable();
#if INKSTONE_X86
const KernelTable* avx2Table();
const KernelTable* avx2vnniTable();
const KernelTable* avx512Table();
const KernelTable* avx512vnniTable();
const KernelTable* avx512bf16Table();
const KernelTable* amxTable();
#endif
#if INKSTONE_DOTPROD_TABLE
const KernelTable* dotprodTable();
#endif

}  // namespace inkstone
