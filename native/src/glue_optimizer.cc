// JavaScript's door to the optimizers.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** adamw(parameter, grad, m, v, lr, beta1, beta2, eps, weightDecay, correction1, correction2, gradScale) */
napi_value adamw(napi_env env, napi_callback_info info) {
  Args args(env, info, "adamw");
  const int64_t n = args.length(0);
  float* parameter = args.f32(0, n);
  const float* grad = args.f32(1, n);
  float *m = args.f32(2, n), *v = args.f32(3, n);
  const AdamwOptions options{args.number(4), args.number(5), args.number(6),  args.number(7),
                             args.number(8), args.number(9), args.number(10), args.number(11)};
  if (args.ok()) launch([=] { kernels->adamw(parameter, grad, m, v, n, options); });
  return nothing();
}

}  // namespace

extern const Glue optimizerGlue[] = {{"adamw", adamw}, {nullptr, nullptr}};

}  // namespace inkstone
