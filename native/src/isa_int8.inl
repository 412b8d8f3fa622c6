// Another table with products of 8 bits as one instruction makes them: included inside the namespace of such an instruction set.
#include "simd.h"
#include "blocks.inl"
#include "int8_dots.inl"

namespace gemm {
#include "matmul_pack.inl"
#include "matmul_finish.inl"
#include "matmul_int8.inl"
}  // namespace gemm

static KernelTable makeTable() {
  KernelTable table = *INKSTONE_WIDE_TABLE();
  table.matmulInt8 = gemm::matmulInt8;
  return table;
}
