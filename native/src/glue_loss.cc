// JavaScript's door to cross-entropy.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

void checkTargets(Args& args, const int32_t* targets, int64_t rows, int64_t n, int32_t ignoreIndex) {
  for (int64_t row = 0; args.ok() && row < rows; ++row) {
    const int32_t t = targets[row];
    if ((t < 0 || t >= n) && t != ignoreIndex) {
      args.fail("targets must lie in [0, %lld), got %d at %lld", static_cast<long long>(n), t, static_cast<long long>(row));
    }
  }
}

/** crossEntropy(logits, targets, losses, lse, rows, n, ignoreIndex, smoothing) */
napi_value crossEntropy(napi_env env, napi_callback_info info) {
  Args args(env, info, "crossEntropy");
  const int64_t rows = args.count(4), n = args.count(5);
  const Numbers logits(args, 0, sizeOf(rows, n));
  const int32_t* targets = args.i32(1, rows);
  float *losses = args.f32(2, rows), *lse = args.f32(3, rows);
  const int32_t ignoreIndex = static_cast<int32_t>(args.integer(6));
  const double smoothing = args.number(7);
  checkTargets(args, targets, rows, n, ignoreIndex);
  if (args.ok()) {
    launch([=] { kernels->crossEntropy(logits.wide, logits.bf16, targets, losses, lse, rows, n, ignoreIndex, smoothing); });
  }
  return nothing();
}

/** crossEntropyGrad(logits, targets, lse, gradLosses, gradLogits, rows, n, ignoreIndex, smoothing) */
napi_value crossEntropyGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "crossEntropyGrad");
  const int64_t rows = args.count(5), n = args.count(6), size = sizeOf(rows, n);
  const Numbers logits(args, 0, size), gradLogits(args, 4, size);
  const int32_t* targets = args.i32(1, rows);
  const float *lse = args.f32(2, rows), *gradLosses = args.f32(3, rows);
  const int32_t ignoreIndex = static_cast<int32_t>(args.integer(7));
  const double smoothing = args.number(8);
  checkTargets(args, targets, rows, n, ignoreIndex);
  if (args.ok()) {
    launch([=] {
      kernels->crossEntropyGrad(logits.wide, logits.bf16, targets, lse, gradLosses, gradLogits.wide, gradLogits.bf16, rows, n,
                                ignoreIndex, smoothing);
    });
  }
  return nothing();
}

}  // namespace

extern const Glue lossGlue[] = {
    {"crossEntropy", crossEntropy}, {"crossEntropyGrad", crossEntropyGrad}, {nullptr, nullptr}};

}  // namespace inkstone
