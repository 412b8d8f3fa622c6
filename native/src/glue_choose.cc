// JavaScript's door to the choice of tokens.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** chooseTokens(logits, choices, ids, rows, n): six numbers for each row in `choices`, in the order of `Choice`. */
napi_value chooseTokens(napi_env env, napi_callback_info info) {
  Args args(env, info, "chooseTokens");
  const int64_t rows = args.count(3), n = args.count(4);
  const float* logits = args.f32(0, sizeOf(rows, n));
  const Choice* choices = reinterpret_cast<const Choice*>(args.f64(1, sizeOf(rows, sizeof(Choice) / sizeof(double))));
  int32_t* ids = args.i32(2, rows);
  for (int64_t row = 0; args.ok() && row < rows; ++row) {
    const double size = choices[row].size;
    if (!(size >= 0 && size <= static_cast<double>(n))) args.fail("size must lie in [0, %lld]", static_cast<long long>(n));
  }
  if (args.ok()) launch([=] { kernels->chooseTokens(logits, choices, ids, rows, n); });
  return nothing();
}

}  // namespace

extern const Glue chooseGlue[] = {{"chooseTokens", chooseTokens}, {nullptr, nullptr}};

}  // namespace inkstone
