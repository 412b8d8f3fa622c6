// AVX-512 with bf16 products (vdpbf16ps): Cooper Lake, Zen 4 and later. The avx512 table with other products.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma,f16c,prefer-vector-width=512")
#endif

#define INKSTONE_ISA "avx512bf16"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_AVX512 1
#define INKSTONE_WIDE_TABLE avx512vnniTable
#define INKSTONE_BF16 1

namespace inkstone {
namespace avx512bf16 {
#include "isa_bf16.inl"
}  // namespace avx512bf16

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* avx512bf16Table() {
  static const KernelTable table = avx512bf16::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
