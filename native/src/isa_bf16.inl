// The wide table with bf16 products in hardware: included inside the namespace of such an instruction set.
#include "simd.h"
#include "bf16_pairs.inl"
#include "matmul_bf16.inl"
#if INKSTONE_BF16 == 1
#include "attention_bf16.inl"
#endif

static KernelTable makeTable() {
  KernelTable table = *INKSTONE_WIDE_TABLE();
  fillMatmul(table);
#if INKSTONE_BF16 == 1
  table.attention = attention;
  table.attentionGrad = attentionGrad;
#endif
  return table;
}
