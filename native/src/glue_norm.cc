// JavaScript's door to layer norm and RMS norm.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** layerNorm(x, weight?, bias?, out, mean, rstd, rows, n, eps) */
napi_value layerNorm(napi_env env, napi_callback_info info) {
  Args args(env, info, "layerNorm");
  const int64_t rows = args.count(6), n = args.count(7), size = sizeOf(rows, n);
  const float *x = args.f32(0, size), *weight = args.f32(1, n, true), *bias = args.f32(2, n, true);
  const Numbers out(args, 3, size);
  float *mean = args.f32(4, rows), *rstd = args.f32(5, rows);
  const double eps = args.number(8);
  if (args.ok()) launch([=] { kernels->layerNorm(x, weight, bias, out.wide, out.bf16, mean, rstd, rows, n, eps); });
  return nothing();
}

/** layerNormGrad(x, weight?, mean, rstd, grad, gradX, gradWeight?, gradBias?, rows, n, accumulate) */
napi_value layerNormGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "layerNormGrad");
  const int64_t rows = args.count(8), n = args.count(9), size = sizeOf(rows, n);
  const float *x = args.f32(0, size), *weight = args.f32(1, n, true), *mean = args.f32(2, rows);
  const float* rstd = args.f32(3, rows);
  const Numbers grad(args, 4, size);
  float *gradX = args.f32(5, size), *gradWeight = args.f32(6, n, true), *gradBias = args.f32(7, n, true);
  const bool accumulate = args.boolean(10);
  if (!args.ok()) return nothing();
  launch([=] {
    kernels->layerNormGrad(x, weight, mean, rstd, grad.wide, grad.bf16, gradX, accumulate, gradWeight, gradBias, rows, n);
  });
  return nothing();
}

/** rmsNorm(x, weight?, out, rstd, rows, n, eps) */
napi_value rmsNorm(napi_env env, napi_callback_info info) {
  Args args(env, info, "rmsNorm");
  const int64_t rows = args.count(4), n = args.count(5), size = sizeOf(rows, n);
  const float *x = args.f32(0, size), *weight = args.f32(1, n, true);
  const Numbers out(args, 2, size);
  float* rstd = args.f32(3, rows);
  const double eps = args.number(6);
  if (args.ok()) launch([=] { kernels->rmsNorm(x, weight, out.wide, out.bf16, rstd, rows, n, eps); });
  return nothing();
}

/** rmsNormGrad(x, weight?, rstd, grad, gradX, gradWeight?, rows, n, accumulate) */
napi_value rmsNormGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "rmsNormGrad");
  const int64_t rows = args.count(6), n = args.count(7), size = sizeOf(rows, n);
  const float *x = args.f32(0, size), *weight = args.f32(1, n, true), *rstd = args.f32(2, rows);
  const Numbers grad(args, 3, size);
  float *gradX = args.f32(4, size), *gradWeight = args.f32(5, n, true);
  const bool accumulate = args.boolean(8);
  if (!args.ok()) return nothing();
  launch([=] { kernels->rmsNormGrad(x, weight, rstd, grad.wide, grad.bf16, gradX, accumulate, gradWeight, rows, n); });
  return nothing();
}

}  // namespace

extern const Glue normGlue[] = {{"layerNorm", layerNorm},
                                {"layerNormGrad", layerNormGrad},
                                {"rmsNorm", rmsNorm},
                                {"rmsNormGrad", rmsNormGrad},
                                {nullptr, nullptr}};

}  // namespace inkstone
