#include "isa.h"

#include <cstdlib>
#include <cstring>

#include "kernel_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace inkstone {
namespace {

constexpr const char* names[] = {"portable", "dotprod", "avx2", "avx2vnni", "avx512", "avx512vnni", "avx512bf16", "amx"};

struct Features {
  bool avx2 = false, fma = false, f16c = false, avx2vnni = false, avx512 = false, avx512vnni = false, avx512bf16 = false, amx = false;
  bool dotprod = false;
};

#if defined(__x86_64__)
uint64_t enabledStates() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t(high) << 32) | low;
}

/** Linux gives the tile registers only to processes that ask. */
bool askForTiles() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr long requestPermission = 0x1023, tileData = 18;
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

Features detect() {
  Features f;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return f;
  const bool osxsave = c & (1u << 27), avx = c & (1u << 28), fma = c & (1u << 12), f16c = c & (1u << 29);
  if (!osxsave || !avx) return f;
  const uint64_t states = enabledStates();
  const bool ymm = (states & 0x6) == 0x6, zmm = (states & 0xe6) == 0xe6, tiles = (states & 0x60000) == 0x60000;
  if (!ymm || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return f;
  const uint32_t leaf7b = b, leaf7c = c, leaf7d = d;
  f.fma = fma;
  f.f16c = f16c;
  f.avx2 = leaf7b & (1u << 5);
  // F, DQ, BW, VL: everything since Skylake-SP has the four.
  const uint32_t wanted = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
  f.avx512 = zmm && (leaf7b & wanted) == wanted;
  uint32_t leaf7_1a = 0;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d)) leaf7_1a = a;
  f.avx2vnni = f.avx2 && (leaf7_1a & (1u << 4));
  f.avx512vnni = f.avx512 && (leaf7c & (1u << 11));
  f.avx512bf16 = f.avx512vnni && (leaf7_1a & (1u << 5));
  const bool amxBf16 = leaf7d & (1u << 22), amxTile = leaf7d & (1u << 24);
  f.amx = f.avx512bf16 && tiles && amxBf16 && amxTile && askForTiles();
  return f;
}

/**
 * The caches as this core sees them. (sysconf adds up the third level of all groups of cores: 256 MB where a core has 32.) Intel's
 * leaf 4 and AMD's 0x8000001D tell them alike, one each, by level.
 */
void askProcessor(CacheSizes& sizes) {
  int64_t* const levels[] = {&sizes.l1, &sizes.l2, &sizes.l3};
  for (const uint32_t leaf : {4u, 0x8000001Du}) {
    uint32_t a, b, c, d;
    for (uint32_t i = 0; i < 16 && __get_cpuid_count(leaf, i, &a, &b, &c, &d); ++i) {
      const uint32_t kind = a & 31, level = (a >> 5) & 7;
      if (kind == 0) break;
      constexpr uint32_t instructions = 2;
      if (kind == instructions || level < 1 || level > 3) continue;
      const int64_t ways = (b >> 22) + 1, partitions = ((b >> 12) & 1023) + 1, line = (b & 4095) + 1;
      *levels[level - 1] = ways * partitions * line * (int64_t(c) + 1);
    }
  }
}
#else
Features detect() {
  Features f;
#if defined(__ARM_FEATURE_DOTPROD)
  f.dotprod = true;
#elif defined(__aarch64__) && defined(__linux__)
  constexpr unsigned long dotProducts = 1ul << 20;  // HWCAP_ASIMDDP
  f.dotprod = getauxval(AT_HWCAP) & dotProducts;
#endif
  return f;
}
#endif

const Features& features() {
  static const Features f = detect();
  return f;
}

const KernelTable* tableOf(Path path) {
  switch (path) {
    case Path::portable: return portableTable();
#if INKSTONE_X86
    case Path::avx2: return avx2Table();
    case Path::avx2vnni: return avx2vnniTable();
    case Path::avx512: return avx512Table();
    case Path::avx512vnni: return avx512vnniTable();
    case Path::avx512bf16: return avx512bf16Table();
    case Path::amx: return amxTable();
#endif
#if INKSTONE_DOTPROD_TABLE
    case Path::dotprod: return dotprodTable();
#endif
    default: return nullptr;
  }
}

Path initialPath() {
  const char* wanted = std::getenv("INKSTONE_KERNELS");
  const auto& paths = availablePaths();
  if (wanted) {
    for (Path p : paths) {
      if (std::strcmp(wanted, pathName(p)) == 0) return p;
    }
  }
  return paths.back();
}

Path chosen = initialPath();
Counter* counterList = nullptr;

}  // namespace

const KernelTable* kernels = tableOf(chosen);

const char* pathName(Path path) { return names[static_cast<int>(path)]; }

const std::vector<Path>& availablePaths() {
  static const std::vector<Path> paths = [] {
    std::vector<Path> list{Path::portable};
    const Features& f = features();
    if (f.dotprod && INKSTONE_DOTPROD_TABLE) list.push_back(Path::dotprod);
    const bool avx2 = f.avx2 && f.fma && f.f16c;
    if (avx2) list.push_back(Path::avx2);
    if (avx2 && f.avx2vnni) list.push_back(Path::avx2vnni);
    if (avx2 && f.avx512) list.push_back(Path::avx512);
    if (avx2 && f.avx512vnni) list.push_back(Path::avx512vnni);
    if (avx2 && f.avx512bf16) list.push_back(Path::avx512bf16);
    if (avx2 && f.amx) list.push_back(Path::amx);
    return list;
  }();
  return paths;
}

Path currentPath() { return chosen; }

bool setPath(const std::string& name) {
  for (Path p : availablePaths()) {
    if (name != pathName(p)) continue;
    chosen = p;
    kernels = tableOf(p);
    return true;
  }
  return false;
}

std::vector<std::string> cpuFeatures() {
  std::vector<std::string> list;
  const Features& f = features();
  if (f.avx2) list.push_back("avx2");
  if (f.fma) list.push_back("fma");
  if (f.f16c) list.push_back("f16c");
  if (f.avx2vnni) list.push_back("avx-vnni");
  if (f.avx512) list.push_back("avx512");
  if (f.avx512vnni) list.push_back("avx512-vnni");
  if (f.avx512bf16) list.push_back("avx512-bf16");
  if (f.amx) list.push_back("amx-bf16");
#if defined(__aarch64__)
  list.push_back("neon");
  if (f.dotprod) list.push_back("dotprod");
#endif
  return list;
}

const CacheSizes& cacheSizes() {
  static const CacheSizes sizes = [] {
    CacheSizes s{32 << 10, 512 << 10, 16 << 20};
#if defined(__x86_64__)
    askProcessor(s);
#elif defined(__linux__) && defined(_SC_LEVEL1_DCACHE_SIZE)
    const auto ask = [](int name, int64_t& slot) {
      const long value = sysconf(name);
      if (value > 0) slot = value;
    };
    ask(_SC_LEVEL1_DCACHE_SIZE, s.l1);
    ask(_SC_LEVEL2_CACHE_SIZE, s.l2);
    ask(_SC_LEVEL3_CACHE_SIZE, s.l3);
#elif defined(__APPLE__)
    const auto ask = [](const char* name, int64_t& slot) {
      int64_t value = 0;
      size_t size = sizeof value;
      if (sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value > 0) slot = value;
    };
    ask("hw.perflevel0.l1dcachesize", s.l1);
    ask("hw.perflevel0.l2cachesize", s.l2);
#endif
    return s;
  }();
  return sizes;
}

#if INKSTONE_X86
const bool fetchesIntoL2 = [] {
  uint32_t a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx) return false;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  constexpr uint32_t zen3And4 = 0x19;
  const uint32_t family = ((a >> 8) & 15) + ((a >> 20) & 255);
  return family == zen3And4;
}();
#else
const bool fetchesIntoL2 = false;
#endif

Counter::Counter(const char* counterName) : name(counterName), next(counterList) { counterList = this; }

Counter* firstCounter() { return counterList; }

}  // namespace inkstone
