// The kernels of one instruction set: included inside its namespace, after INKSTONE_ISA and INKSTONE_VECTOR_BYTES are
// defined. No std template with linkage may be used here (the linker could pick its copy for another path).
#include "simd.h"
#include "blocks.inl"
#include "int8_dots.inl"
#include "map.inl"
#include "elementwise.inl"
#include "copy.inl"
#include "reduce.inl"
#include "order.inl"
#include "softmax.inl"
#include "choose.inl"
#include "recurrent.inl"
#include "norm.inl"
#include "loss.inl"
#include "index.inl"
#include "random.inl"
#include "optimizer.inl"

#include "attention_tiles.inl"
#include "attention_products.inl"
#include "attention.inl"
#include "attention_grad.inl"
#include "attention_decode.inl"
#include "attention_kernels.inl"
#include "attention_requests.inl"
#include "attention_pages.inl"
#include "rotary.inl"

#include "matmul.inl"

static KernelTable makeTable() {
  KernelTable table{};
  fillElementwise(table);
  fillCopy(table);
  fillReduce(table);
  fillOrder(table);
  fillSoftmax(table);
  fillChoose(table);
  fillRecurrent(table);
  fillNorm(table);
  fillLoss(table);
  fillIndex(table);
  fillRandom(table);
  fillOptimizer(table);
  fillAttention(table);
  fillMatmul(table);
  return table;
}
