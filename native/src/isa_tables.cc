// The paths that are another path's table with other bf16 matmuls.
#include "kernel_table.h"

#if INKSTONE_X86
namespace inkstone {

const KernelTable* avx512bf16Table() { return avx512Table(); }
const KernelTable* amxTable() { return avx512Table(); }

}  // namespace inkstone
#endif
