// ARM64 with products of 8 bits (sdot): Cortex-A76, Neoverse N1, Apple M1 and later. The portable table with other products.
#include "isa_includes.h"

#if INKSTONE_DOTPROD_TABLE
#if !defined(__ARM_FEATURE_DOTPROD)
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

#define INKSTONE_ISA "dotprod"
#define INKSTONE_VECTOR_BYTES 16
#define INKSTONE_WIDE_TABLE portableTable
#define INKSTONE_DOTPROD 1

namespace inkstone {
namespace dotprod {
#include "isa_int8.inl"
}  // namespace dotprod

const KernelTable* dotprodTable() {
  static const KernelTable table = dotprod::makeTable();
  return &table;
}
}  // namespace inkstone
#endif
