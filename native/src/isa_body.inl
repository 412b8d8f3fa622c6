// The kernels of one instruction set: included inside its namespace, after INKSTONE_ISA and INKSTONE_VECTOR_BYTES are
// defined. No std template with linkage may be used here (the linker could pick its copy for another path).
#include "simd.h"
#include "elementwise.inl"

static KernelTable makeTable() {
  KernelTable table{};
  fillElementwise(table);
  return table;
}
