// AMX tiles for bf16 products: Sapphire Rapids and later. The avx512bf16 table with another matmul.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16,avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16,avx2,fma,f16c,prefer-vector-width=512")
#endif

#define INKSTONE_ISA "amx"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_AVX512 1
#define INKSTONE_WIDE_TABLE avx512bf16Table
#define INKSTONE_BF16 2

namespace inkstone {
namespace amx {
#include "isa_bf16.inl"
}  // namespace amx

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* amxTable() {
  static const KernelTable table = amx::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
