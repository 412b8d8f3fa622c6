// The avx512vnni products' logic on machines without: the instruction is written out (INKSTONE_EMULATED).
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#endif
#endif

#define INKSTONE_ISA "wide-vnni"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_EMULATED 1
#define INKSTONE_WIDE_TABLE wideTable
#define INKSTONE_VNNI 1

namespace inkstone {
const KernelTable* wideTable();

namespace wide_vnni {
#include "isa_int8.inl"
}  // namespace wide_vnni

#if INKSTONE_X86 && defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* wideVnniTable() {
  static const KernelTable table = wide_vnni::makeTable();
  return &table;
}
}  // namespace inkstone
