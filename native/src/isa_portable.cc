// Kernels for any machine: 16-byte vectors (SSE2, NEON, WASM).
#include "isa_includes.h"

#define INKSTONE_ISA "portable"
#define INKSTONE_VECTOR_BYTES 16

namespace inkstone {
namespace portable {
#include "isa_body.inl"
}  // namespace portable

const KernelTable* portableTable() {
  static const KernelTable table = portable::makeTable();
  return &table;
}
}  // namespace inkstone
