// What every path offers: one table of functions, filled once per instruction set from the same .inl files.
#pragma once
#include <cstdint>

#include "isa.h"

#if defined(__x86_64__)
#define INKSTONE_X86 1
#else
#define INKSTONE_X86 0
#endif

/** The first line of a kernel in an .inl file: counts the call as "PATH/NAME", so that a test can prove what ran. */
#define RAN(NAME)                                              \
  do {                                                         \
    static ::inkstone::Counter counter_(INKSTONE_ISA "/" NAME); \
    ++counter_.calls;                                          \
  } while (0)

namespace inkstone {

struct KernelTable {
  // ---- elementwise ---------------------------------------------------------------------------------------------
  /** out += alpha·x. */
  void (*axpy)(const float* x, float* out, int64_t count, float alpha);

  // ---- reductions, norm, softmax, losses ----------------------------------------------------------------------

  // ---- index, random, optimizer -------------------------------------------------------------------------------

  // ---- attention, rotary --------------------------------------------------------------------------------------

  // ---- matmul --------------------------------------------------------------------------------------------------
};

const KernelTable* portableTable();
#if INKSTONE_X86
const KernelTable* avx2Table();
const KernelTable* avx512Table();
const KernelTable* avx512bf16Table();
const KernelTable* amxTable();
#endif

}  // namespace inkstone
