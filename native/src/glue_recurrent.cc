// JavaScript's door to the cells of recurrent networks.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** rnnCellGrad(hidden, grad, out) */
napi_value rnnCellGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "rnnCellGrad");
  const int64_t n = args.length(2);
  const float *hidden = args.f32(0, n), *grad = args.f32(1, n);
  float* out = args.f32(2, n);
  if (args.ok()) launch([=] { kernels->rnnCellGrad(hidden, grad, out, n); });
  return nothing();
}

/** lstmCell(gates, past, cell, hidden, rows, n) */
napi_value lstmCell(napi_env env, napi_callback_info info) {
  Args args(env, info, "lstmCell");
  const int64_t rows = args.count(4), n = args.count(5), one = sizeOf(rows, n), four = sizeOf(one, 4);
  float* gates = args.f32(0, four);
  const float* past = args.f32(1, one);
  float *cell = args.f32(2, one), *hidden = args.f32(3, one);
  if (args.ok()) launch([=] { kernels->lstmCell(gates, past, cell, hidden, rows, n); });
  return nothing();
}

/** lstmCellGrad(gates, past, cell, gradHidden, gradCell, gradGates, rows, n) */
napi_value lstmCellGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "lstmCellGrad");
  const int64_t rows = args.count(6), n = args.count(7), one = sizeOf(rows, n), four = sizeOf(one, 4);
  const float *gates = args.f32(0, four), *past = args.f32(1, one), *cell = args.f32(2, one);
  const float* gradHidden = args.f32(3, one);
  float *gradCell = args.f32(4, one), *gradGates = args.f32(5, four);
  if (args.ok()) {
    launch([=] { kernels->lstmCellGrad(gates, past, cell, gradHidden, gradCell, gradGates, rows, n); });
  }
  return nothing();
}

/** gruCell(input, product, past, gates, hidden, rows, n) */
napi_value gruCell(napi_env env, napi_callback_info info) {
  Args args(env, info, "gruCell");
  const int64_t rows = args.count(5), n = args.count(6), one = sizeOf(rows, n);
  const float *input = args.f32(0, sizeOf(one, 3)), *product = args.f32(1, sizeOf(one, 3)), *past = args.f32(2, one);
  float *gates = args.f32(3, sizeOf(one, 4)), *hidden = args.f32(4, one);
  if (args.ok()) launch([=] { kernels->gruCell(input, product, past, gates, hidden, rows, n); });
  return nothing();
}

/** gruCellGrad(gates, past, gradHidden, gradInput, gradProduct, gradPast, rows, n) */
napi_value gruCellGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "gruCellGrad");
  const int64_t rows = args.count(6), n = args.count(7), one = sizeOf(rows, n);
  const float *gates = args.f32(0, sizeOf(one, 4)), *past = args.f32(1, one), *gradHidden = args.f32(2, one);
  float *gradInput = args.f32(3, sizeOf(one, 3)), *gradProduct = args.f32(4, sizeOf(one, 3));
  float* gradPast = args.f32(5, one);
  if (args.ok()) {
    launch([=] { kernels->gruCellGrad(gates, past, gradHidden, gradInput, gradProduct, gradPast, rows, n); });
  }
  return nothing();
}

}  // namespace

extern const Glue recurrentGlue[] = {{"rnnCellGrad", rnnCellGrad}, {"lstmCell", lstmCell},
                                     {"lstmCellGrad", lstmCellGrad}, {"gruCell", gruCell},
                                     {"gruCellGrad", gruCellGrad}, {nullptr, nullptr}};

}  // namespace inkstone
