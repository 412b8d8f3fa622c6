// JavaScript's door to reading and adding by index. Every index is checked here: the kernels trust them.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

void checkIds(Args& args, const int32_t* ids, int64_t count, int64_t size) {
  if (!args.ok()) return;
  bool good = true;
  for (int64_t i = 0; i < count; ++i) good &= static_cast<uint32_t>(ids[i]) < static_cast<uint64_t>(size);
  for (int64_t i = 0; !good && args.ok() && i < count; ++i) {
    if (ids[i] < 0 || ids[i] >= size) {
      args.fail("ids must lie in [0, %lld), got %d at %lld", static_cast<long long>(size), ids[i], static_cast<long long>(i));
    }
  }
}

/** gatherRows(table, ids, out, size) */
napi_value gatherRows(napi_env env, napi_callback_info info) {
  Args args(env, info, "gatherRows");
  const Buffer table = args.any(0), out = args.any(2);
  const int64_t count = args.length(1), size = args.count(3), total = sizeOf(count, size);
  const int32_t* ids = args.i32(1, count);
  if (args.ok() && (!table.data || !out.data || table.type != out.type)) args.fail("table and out must have one element type");
  if (args.ok() && (total < 0 || out.length < total)) args.fail("out has %lld elements, too few", static_cast<long long>(out.length));
  if (args.ok() && size == 0) return nothing();
  checkIds(args, ids, count, size > 0 ? table.length / size : 0);
  if (args.ok()) launch([=] { kernels->gatherRows(table.data, ids, out.data, count, size * table.elementBytes); });
  return nothing();
}

/** scatterRows(x, ids, out, size): of one element type, or f32 to bf16. */
napi_value scatterRows(napi_env env, napi_callback_info info) {
  Args args(env, info, "scatterRows");
  const Buffer x = args.any(0), out = args.any(2);
  const int64_t count = args.length(1), size = args.count(3), total = sizeOf(count, size);
  const int32_t* ids = args.i32(1, count);
  const bool rounds = x.type == napi_float32_array && out.type == napi_uint16_array;
  if (args.ok() && (!x.data || !out.data || (x.type != out.type && !rounds))) args.fail("x and out must have one element type, or f32 and bf16");
  if (args.ok() && (total < 0 || x.length < total)) args.fail("x has %lld elements, too few", static_cast<long long>(x.length));
  if (args.ok() && size == 0) return nothing();
  checkIds(args, ids, count, size > 0 ? out.length / size : 0);
  const int64_t row = rounds ? size : size * out.elementBytes;
  if (args.ok()) launch([=] { kernels->scatterRows(x.data, ids, out.data, count, row, rounds); });
  return nothing();
}

/** scatterAddRows(x, ids, out, size) */
napi_value scatterAddRows(napi_env env, napi_callback_info info) {
  Args args(env, info, "scatterAddRows");
  const int64_t count = args.length(1), size = args.count(3), length = args.length(2);
  const float* x = args.f32(0, sizeOf(count, size));
  const int32_t* ids = args.i32(1, count);
  float* out = args.f32(2, length);
  if (args.ok() && size == 0) return nothing();
  checkIds(args, ids, count, size > 0 ? length / size : 0);
  if (args.ok()) launch([=] { kernels->scatterAddRows(x, ids, out, count, size); });
  return nothing();
}

/** gather(x, index, out, outer, size, count, inner) */
napi_value gather(napi_env env, napi_callback_info info) {
  Args args(env, info, "gather");
  const int64_t outer = args.count(3), size = args.count(4), count = args.count(5), inner = args.count(6);
  const int64_t picked = sizeOf(outer, count, inner);
  const float* x = args.f32(0, sizeOf(outer, size, inner));
  const int32_t* index = args.i32(1, picked);
  float* out = args.f32(2, picked);
  checkIds(args, index, picked, size);
  if (args.ok() && picked > 0) launch([=] { kernels->gather(x, index, out, outer, size, count, inner); });
  return nothing();
}

/** scatterAdd(x, index, out, outer, size, count, inner) */
napi_value scatterAdd(napi_env env, napi_callback_info info) {
  Args args(env, info, "scatterAdd");
  const int64_t outer = args.count(3), size = args.count(4), count = args.count(5), inner = args.count(6);
  const int64_t picked = sizeOf(outer, count, inner);
  const float* x = args.f32(0, picked);
  const int32_t* index = args.i32(1, picked);
  float* out = args.f32(2, sizeOf(outer, size, inner));
  checkIds(args, index, picked, size);
  if (args.ok() && picked > 0) launch([=] { kernels->scatterAdd(x, index, out, outer, size, count, inner); });
  return nothing();
}

}  // namespace

extern const Glue indexGlue[] = {{"gatherRows", gatherRows},
                                 {"scatterRows", scatterRows},
                                 {"scatterAddRows", scatterAddRows},
                                 {"gather", gather},
                                 {"scatterAdd", scatterAdd},
                                 {nullptr, nullptr}};

}  // namespace inkstone
