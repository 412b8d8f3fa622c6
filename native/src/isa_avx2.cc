// Kernels for AVX2 with FMA: Haswell, Zen and later.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c,bmi,bmi2,lzcnt")
#endif

#define INKSTONE_ISA "avx2"
#define INKSTONE_VECTOR_BYTES 32

namespace inkstone {
namespace avx2 {
#include "isa_body.inl"
}  // namespace avx2

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* avx2Table() {
  static const KernelTable table = avx2::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
