// Which instructions this machine has, which path of kernels is in use, and the proof of which path ran.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace inkstone {

struct KernelTable;

/**
 * From slow to fast. dotprod, avx2vnni and avx512vnni are the tables before them with other products of 8 bits; avx512bf16 is the
 * one before it with other bf16 matmuls, amx that one with yet others.
 */
enum class Path : int { portable = 0, dotprod, avx2, avx2vnni, avx512, avx512vnni, avx512bf16, amx, count };

const char* pathName(Path path);
/** The paths this machine (and this build) can run, slowest first. */
const std::vector<Path>& availablePaths();
/** The path in use: INKSTONE_KERNELS when it names an available one, else the fastest. */
Path currentPath();
/** False when the machine cannot run it. */
bool setPath(const std::string& name);
/** What cpuid says, as names: "avx2", "fma", "avx512f", "amx-bf16", … */
std::vector<std::string> cpuFeatures();

struct CacheSizes {
  int64_t l1, l2, l3;
};
/** Data caches as one core sees them, in bytes; plain guesses where nothing tells. */
const CacheSizes& cacheSizes();

/**
 * Whether what is fetched long before its use belongs in the second cache. Zen 3 and 4: fetched into the first, it holds the few
 * misses that one waits for, and little is multiplied meanwhile. Elsewhere (Zen 5) it is slower from the second.
 */
extern const bool fetchesIntoL2;

/** The kernels in use. */
extern const KernelTable* kernels;

/** Counts the calls of one kernel on one path; lives in a static variable (see RAN in kernel_table.h). One thread at a time runs kernels. */
struct Counter {
  explicit Counter(const char* name);
  const char* name;
  int64_t calls = 0;
  Counter* next;
};
/** All counters that were ever reached, newest first. */
Counter* firstCounter();

}  // namespace inkstone
