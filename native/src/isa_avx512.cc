// Kernels for AVX-512 (F, DQ, BW, VL): Skylake-SP, Zen 4 and later.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c,bmi,bmi2,lzcnt,prefer-vector-width=512"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c,bmi,bmi2,lzcnt,prefer-vector-width=512")
#endif

#define INKSTONE_ISA "avx512"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_AVX512 1

namespace inkstone {
namespace avx512 {
#include "isa_body.inl"
}  // namespace avx512

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* avx512Table() {
  static const KernelTable table = avx512::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
