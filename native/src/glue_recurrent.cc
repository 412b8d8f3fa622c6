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

/** wkv(key, value, decay, first, start, out, states, steps, batch, n) */
napi_value wkv(napi_env env, napi_callback_info info) {
  Args args(env, info, "wkv");
  const int64_t steps = args.count(7), batch = args.count(8), n = args.count(9);
  const int64_t one = sizeOf(batch, n), all = sizeOf(steps, one);
  const float *key = args.f32(0, all), *value = args.f32(1, all), *decay = args.f32(2, n), *first = args.f32(3, n);
  const float* start = args.f32(4, sizeOf(one, 3));
  float *out = args.f32(5, all), *states = args.f32(6, sizeOf(all, 3));
  if (args.ok()) launch([=] { kernels->wkv(key, value, decay, first, start, out, states, steps, batch, n); });
  return nothing();
}

/** wkvGrad(key, value, decay, first, start, out, states, grad, gradKey, gradValue, gradDecay, gradFirst, gradStart, steps, batch, n) */
napi_value wkvGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "wkvGrad");
  const int64_t steps = args.count(13), batch = args.count(14), n = args.count(15);
  const int64_t one = sizeOf(batch, n), all = sizeOf(steps, one);
  const float *key = args.f32(0, all), *value = args.f32(1, all), *decay = args.f32(2, n), *first = args.f32(3, n);
  const float *start = args.f32(4, sizeOf(one, 3)), *out = args.f32(5, all), *states = args.f32(6, sizeOf(all, 3));
  const float* grad = args.f32(7, all);
  float *gradKey = args.f32(8, all), *gradValue = args.f32(9, all), *gradDecay = args.f32(10, one);
  float *gradFirst = args.f32(11, one), *gradStart = args.f32(12, sizeOf(one, 3));
  if (args.ok()) {
    launch([=] {
      kernels->wkvGrad(key, value, decay, first, start, out, states, grad, gradKey, gradValue, gradDecay, gradFirst,
                       gradStart, steps, batch, n);
    });
  }
  return nothing();
}

}  // namespace

extern const Glue recurrentGlue[] = {{"rnnCellGrad", rnnCellGrad}, {"lstmCell", lstmCell},
                                     {"lstmCellGrad", lstmCellGrad}, {"gruCell", gruCell},
                                     {"gruCellGrad", gruCellGrad}, {"wkv", wkv}, {"wkvGrad", wkvGrad},
                                     {nullptr, nullptr}};

}  // namespace inkstone
