// The bf16 matmul's logic on machines without it: the instructions are written out (INKSTONE_EMULATED).
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif
#endif

#define INKSTONE_ISA "wide-bf16"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_EMULATED 1
#define INKSTONE_WIDE_TABLE wideTable
#define INKSTONE_BF16 1

namespace inkstone {
const KernelTable* wideTable();

namespace wide_bf16 {
#include "isa_bf16.inl"
}  // namespace wide_bf16

#if INKSTONE_X86 && defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* wideBf16Table() {
  static const KernelTable table = wide_bf16::makeTable();
  return &table;
}
}  // namespace inkstone
