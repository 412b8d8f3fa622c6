// What the C++ tests share: checks that name themselves, numbers that repeat, every path of kernels in turn.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstring>
#include <cstdlib>
#include <vector>

#include "kernel_table.h"
#include "pool.h"

#define CHECK(condition, ...)                                    \
  do {                                                           \
    if (!(condition)) {                                          \
      fprintf(stderr, "%s:%d: %s\n  ", __FILE__, __LINE__, #condition); \
      fprintf(stderr, " " __VA_ARGS__);                          \
      fprintf(stderr, "\n");                                     \
      exit(1);                                                   \
    }                                                            \
  } while (0)

namespace inkstone {

const KernelTable* wideTable();
const KernelTable* wideVnniTable();
const KernelTable* wideBf16Table();
const KernelTable* wideAmxTable();

/** To the nearest bf16 number, ties to even; and back. */
inline uint16_t bf16Of(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float floatOf(uint16_t x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float y;
  std::memcpy(&y, &bits, 4);
  return y;
}

/** Repeatable numbers: uniform(−1, 1). */
struct Random {
  uint64_t state = 88172645463325252ull;
  uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
  float uniform() { return static_cast<float>(next() >> 40) / 8388608.0f - 1.0f; }
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
};

/** Exactly `count` floats on the heap, so that AddressSanitizer sees one read too many. */
inline std::vector<float> randomFloats(Random& random, int64_t count) {
  std::vector<float> list(static_cast<size_t>(count));
  for (float& value : list) value = random.uniform();
  list.shrink_to_fit();
  return list;
}

/** Whether a path has products of 8 bits of its own, and all else from another: `int8` alone has something to test there. */
inline bool isForInt8(const char* path) { return std::strstr(path, "vnni") || std::strcmp(path, "dotprod") == 0; }

/**
 * Calls test(table, name) for every path of this machine and for the 64-byte path in emulation; for the machine's own
 * paths alone under INKSTONE_OWN_PATHS (a foreign processor that is itself emulated).
 */
template <class F>
void forEachTable(F test, bool ofInt8 = false) {
  for (Path path : availablePaths()) {
    if (isForInt8(pathName(path)) && !ofInt8) continue;
    setPath(pathName(path));
    test(*kernels, pathName(path));
  }
#if !defined(INKSTONE_OWN_PATHS)
  test(*wideTable(), "wide");
#endif
}

inline bool near(double got, double want, double relative = 1e-5, double absolute = 1e-6) {
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want);
  return got == want || std::fabs(got - want) <= absolute + relative * std::fabs(want);
}

}  // namespace inkstone
