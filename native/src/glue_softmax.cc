// JavaScript's door to softmax and its relatives: rows of n.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** name(x, out, rows, n) */
template <void (*KernelTable::*kernel)(const float*, float*, int64_t, int64_t)>
napi_value rowsInOut(napi_env env, napi_callback_info info, const char* name) {
  Args args(env, info, name);
  const int64_t rows = args.count(2), n = args.count(3), size = sizeOf(rows, n);
  const float* x = args.f32(0, size);
  float* out = args.f32(1, size);
  if (args.ok()) launch([=] { (kernels->*kernel)(x, out, rows, n); });
  return nothing();
}

/** name(y, grad, out, rows, n) */
template <void (*KernelTable::*kernel)(const float*, const float*, float*, int64_t, int64_t)>
napi_value rowsGrad(napi_env env, napi_callback_info info, const char* name) {
  Args args(env, info, name);
  const int64_t rows = args.count(3), n = args.count(4), size = sizeOf(rows, n);
  const float *y = args.f32(0, size), *grad = args.f32(1, size);
  float* out = args.f32(2, size);
  if (args.ok()) launch([=] { (kernels->*kernel)(y, grad, out, rows, n); });
  return nothing();
}

napi_value softmax(napi_env env, napi_callback_info info) {
  return rowsInOut<&KernelTable::softmax>(env, info, "softmax");
}
napi_value logSoftmax(napi_env env, napi_callback_info info) {
  return rowsInOut<&KernelTable::logSoftmax>(env, info, "logSoftmax");
}
napi_value softmaxGrad(napi_env env, napi_callback_info info) {
  return rowsGrad<&KernelTable::softmaxGrad>(env, info, "softmaxGrad");
}
napi_value logSoftmaxGrad(napi_env env, napi_callback_info info) {
  return rowsGrad<&KernelTable::logSoftmaxGrad>(env, info, "logSoftmaxGrad");
}

/** logSumExp(x, out, rows, n) */
napi_value logSumExp(napi_env env, napi_callback_info info) {
  Args args(env, info, "logSumExp");
  const int64_t rows = args.count(2), n = args.count(3);
  const float* x = args.f32(0, sizeOf(rows, n));
  float* out = args.f32(1, rows);
  if (args.ok()) launch([=] { kernels->logSumExp(x, out, rows, n); });
  return nothing();
}

}  // namespace

extern const Glue softmaxGlue[] = {{"softmax", softmax},       {"logSoftmax", logSoftmax},
                                   {"softmaxGrad", softmaxGrad}, {"logSoftmaxGrad", logSoftmaxGrad},
                                   {"logSumExp", logSumExp},   {nullptr, nullptr}};

}  // namespace inkstone
