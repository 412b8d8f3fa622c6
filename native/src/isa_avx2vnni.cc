// AVX2 with products of 8 bits (AVX-VNNI): Alder Lake, Zen 5 and later. The avx2 table with other products.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avxvnni,avx2,fma,f16c,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC target("avxvnni,avx2,fma,f16c,bmi,bmi2,lzcnt")
#endif

#define INKSTONE_ISA "avx2vnni"
#define INKSTONE_VECTOR_BYTES 32
#define INKSTONE_WIDE_TABLE avx2Table
#define INKSTONE_VNNI 1

namespace inkstone {
namespace avx2vnni {
#include "isa_int8.inl"
}  // namespace avx2vnni

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* avx2vnniTable() {
  static const KernelTable table = avx2vnni::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
