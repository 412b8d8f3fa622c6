// The amx matmul's logic on machines without it: the instructions are written out (INKSTONE_EMULATED).
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif
#endif

#define INKSTONE_ISA "wide-amx"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_EMULATED 1
#define INKSTONE_WIDE_TABLE wideTable
#define INKSTONE_BF16 2

namespace inkstone {
const KernelTable* wideTable();

namespace wide_amx {
#include "isa_bf16.inl"
}  // namespace wide_amx

#if INKSTONE_X86 && defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* wideAmxTable() {
  static const KernelTable table = wide_amx::makeTable();
  return &table;
}
}  // namespace inkstone
