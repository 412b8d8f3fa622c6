// What the memory pool needs to know about a buffer: its alignment, and huge pages for large ones.
#include "napi.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace inkstone {
namespace {

constexpr uintptr_t cacheLine = 64;
constexpr uintptr_t hugePage = uintptr_t{2} << 20;

/** misalignment(bytes): the address modulo a cache line. */
napi_value misalignment(napi_env env, napi_callback_info info) {
  Args args(env, info, "misalignment");
  const Buffer bytes = args.any(0);
  if (!args.ok()) return nothing();
  return toJs(env, static_cast<double>(reinterpret_cast<uintptr_t>(bytes.data) % cacheLine));
}

/** adviseHuge(bytes): asks for huge pages over the whole pages inside; a hint, never an error. */
napi_value adviseHuge(napi_env env, napi_callback_info info) {
  Args args(env, info, "adviseHuge");
  const Buffer bytes = args.any(0);
  if (!args.ok()) return nothing();
#if defined(MADV_HUGEPAGE)
  const uintptr_t begin = reinterpret_cast<uintptr_t>(bytes.data);
  const uintptr_t first = (begin + hugePage - 1) / hugePage * hugePage;
  const uintptr_t last = (begin + static_cast<uintptr_t>(bytes.length * bytes.elementBytes)) / hugePage * hugePage;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
  return nothing();
}

}  // namespace

extern const Glue memoryGlue[] = {{"misalignment", misalignment}, {"adviseHuge", adviseHuge}, {nullptr, nullptr}};

}  // namespace inkstone
