// JavaScript's door to the elementwise kernels.
#include "kernel_table.h"
#include "napi.h"

namespace inkstone {
namespace {

napi_value axpy(napi_env env, napi_callback_info info) {
  Args args(env, info, "axpy");
  const int64_t count = args.length(1);
  const float* x = args.f32(0, count);
  float* out = args.f32(1, count);
  const float alpha = static_cast<float>(args.number(2));
  if (!args.ok()) return nothing();
  kernels->axpy(x, out, count, alpha);
  return nothing();
}

}  // namespace

extern const Glue elementwiseGlue[] = {{"axpy", axpy}, {nullptr, nullptr}};

}  // namespace inkstone
