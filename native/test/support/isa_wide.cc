// The avx512 kernels' logic on machines without AVX-512: 64-byte vectors that the compiler lowers to what it may use.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif
#endif

#define INKSTONE_ISA "wide"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_EMULATED 1

namespace inkstone {
namespace wide {
#include "isa_body.inl"
}  // namespace wide

#if INKSTONE_X86 && defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* wideTable() {
  static const KernelTable table = wide::makeTable();
  return &table;
}
}  // namespace inkstone
