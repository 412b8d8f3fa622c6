// The wide table with bf16 products in hardware: included inside the namespace of such an instruction set. INKSTONE_BF16 is 1
// for vdpbf16ps, 2 for AMX.
#include "simd.h"
#include "bf16_pairs.inl"
#if INKSTONE_BF16 == 2
#include "amx_tiles.inl"
#endif
#include "matmul_bf16.inl"
#include "attention_bf16.inl"

static KernelTable makeTable() {
  KernelTable table = *INKSTONE_WIDE_TABLE();
  fillMatmul(table);
  table.attention = attention;
  table.attentionGrad = attentionGrad;
  table.attentionPaged = attentionPaged;
  return table;
}
