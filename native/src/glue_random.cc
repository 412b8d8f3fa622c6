// JavaScript's door to the random numbers.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** seedLow, seedHigh, streamLow, streamHigh from `index` on. */
RandomStream streamOf(Args& args, int index) {
  return {args.u32(index), args.u32(index + 1), args.u32(index + 2), args.u32(index + 3)};
}

/** uniform(out, …stream) */
napi_value uniform(napi_env env, napi_callback_info info) {
  Args args(env, info, "uniform");
  const int64_t n = args.length(0);
  float* out = args.f32(0, n);
  const RandomStream stream = streamOf(args, 1);
  if (args.ok()) launch([=] { kernels->uniform(out, n, stream); });
  return nothing();
}

/** normal(out, …stream) */
napi_value normal(napi_env env, napi_callback_info info) {
  Args args(env, info, "normal");
  const int64_t n = args.length(0);
  float* out = args.f32(0, n);
  const RandomStream stream = streamOf(args, 1);
  if (args.ok()) launch([=] { kernels->normal(out, n, stream); });
  return nothing();
}

/** dropout(x, out, p, …stream) */
napi_value dropout(napi_env env, napi_callback_info info) {
  Args args(env, info, "dropout");
  const int64_t n = args.length(1);
  const float* x = args.f32(0, n);
  float* out = args.f32(1, n);
  const double p = args.number(2);
  const RandomStream stream = streamOf(args, 3);
  if (args.ok() && !(p >= 0 && p <= 1)) args.fail("p must be in [0, 1], got %g", p);
  if (args.ok()) launch([=] { kernels->dropout(x, out, n, p, stream); });
  return nothing();
}

}  // namespace

extern const Glue randomGlue[] = {{"uniform", uniform}, {"normal", normal}, {"dropout", dropout}, {nullptr, nullptr}};

}  // namespace inkstone
