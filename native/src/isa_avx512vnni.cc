// AVX-512 with products of 8 bits (vpdpbusd): Cascade Lake, Zen 4 and later. The avx512 table with other products.
#include "isa_includes.h"

#if INKSTONE_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c,bmi,bmi2,lzcnt,prefer-vector-width=512")
#endif

#define INKSTONE_ISA "avx512vnni"
#define INKSTONE_VECTOR_BYTES 64
#define INKSTONE_AVX512 1
#define INKSTONE_WIDE_TABLE avx512Table
#define INKSTONE_VNNI 1

namespace inkstone {
namespace avx512vnni {
#include "isa_int8.inl"
}  // namespace avx512vnni

#if defined(__clang__)
#pragma clang attribute pop
#endif

const KernelTable* avx512vnniTable() {
  static const KernelTable table = avx512vnni::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
