// JavaScript's door to matmul.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/**
 * matmul(a, b, out, batch, m, n, k, transA, transB, aBatchStride, bBatchStride, accumulate, bf16, bias, activation,
 * beside, role, residual, blocks, int8); bias, beside and residual may be undefined, activation is a place in `activationCodes`, role one in
 * `roles` (src/tensor/native/matmul.ts), blocks one in `Blocks`; a, b, out and beside may be bf16.
 */
napi_value matmul(napi_env env, napi_callback_info info) {
  Args args(env, info, "matmul");
  Matmul s{};
  s.batch = args.count(3);
  s.m = args.count(4);
  s.n = args.count(5);
  s.k = args.count(6);
  s.transA = args.boolean(7);
  s.transB = args.boolean(8);
  s.aBatchStride = args.count(9);
  s.bBatchStride = args.count(10);
  s.accumulate = args.boolean(11);
  s.bf16 = args.boolean(12);
  const int64_t activation = args.integer(14);
  if (args.ok() && (activation < 0 || activation >= static_cast<int64_t>(Activation::count))) {
    args.fail("unknown activation %lld", static_cast<long long>(activation));
  }
  s.activation = static_cast<Activation>(activation);
  const int64_t role = args.integer(16);
  if (args.ok() && (role < 0 || role >= static_cast<int64_t>(Beside::count))) {
    args.fail("unknown role %lld", static_cast<long long>(role));
  }
  s.role = static_cast<Beside>(role);

  // The last item of a batch starts at (batch − 1)·stride.
  const auto extent = [&](int64_t stride, int64_t size) {
    if (s.batch == 0 || size == 0) return int64_t(0);
    const int64_t before = sizeOf(s.batch - 1, stride);
    return before < 0 || size < 0 ? int64_t(-1) : before + size;
  };
  const int64_t outCount = sizeOf(s.batch, s.m, s.n);
  const int64_t aCount = extent(s.aBatchStride, sizeOf(s.m, s.k)), bCount = extent(s.bBatchStride, sizeOf(s.k, s.n));
  const auto isBf16 = [&](int index) { return args.given(index) && args.any(index).type == napi_uint16_array; };
  if (isBf16(0)) s.aBf16 = args.bf16(0, aCount);
  else s.a = args.f32(0, aCount);
  s.bIsBf16 = isBf16(1);
  const int64_t blocks = args.integer(18);
  if (args.ok() && (blocks < 0 || blocks >= static_cast<int64_t>(Blocks::count))) {
    args.fail("unknown blocks %lld", static_cast<long long>(blocks));
  }
  s.blocks = static_cast<Blocks>(blocks);
  s.int8 = args.boolean(19);
  if (s.blocks != Blocks::none) {
    const bool fits = s.batch == 1 && s.transB && !s.transA && !s.accumulate && s.k % 32 == 0;
    if (args.ok() && !fits) args.fail("weights in blocks are one [n, k] with k a multiple of 32, and nothing accumulates");
    s.b = args.u8(1, sizeOf(bCount / 32, s.blocks == Blocks::q8_0 ? 34 : 18));
  } else {
    s.b = s.bIsBf16 ? static_cast<const void*>(args.bf16(1, bCount)) : args.f32(1, bCount);
  }
  if (isBf16(2)) s.outBf16 = args.bf16(2, outCount);
  else s.out = args.f32(2, outCount);
  s.bias = args.f32(13, s.n, true);
  if (isBf16(15)) s.besideBf16 = args.bf16(15, outCount);
  else s.beside = args.f32(15, outCount, true);
  s.residual = args.f32(17, outCount, true);
  if (!args.ok()) return nothing();
  launch([=] { s.int8 && s.blocks != Blocks::none ? kernels->matmulInt8(s) : kernels->matmul(s); });
  return nothing();
}

}  // namespace

extern const Glue matmulGlue[] = {{"matmul", matmul}, {nullptr, nullptr}};

}  // namespace inkstone
