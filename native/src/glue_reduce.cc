// JavaScript's door to reductions and order.
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** [outer, size, inner] from `index` on. */
struct Layout {
  int64_t outer, size, inner;
  Layout(Args& args, int index) : outer(args.count(index)), size(args.count(index + 1)), inner(args.count(index + 2)) {}
  int64_t all() const { return sizeOf(outer, size, inner); }
  int64_t rest() const { return sizeOf(outer, inner); }
};

/** reduce(code, x, out, outer, size, inner) */
napi_value reduce(napi_env env, napi_callback_info info) {
  Args args(env, info, "reduce");
  const int64_t code = args.integer(0);
  if (args.ok() && (code < 0 || code > 3)) args.fail("unknown code %lld", static_cast<long long>(code));
  const Layout l(args, 3);
  const float* x = args.f32(1, l.all());
  float* out = args.f32(2, l.rest());
  if (args.ok()) launch([=] { kernels->reduce(static_cast<int>(code), x, out, l.outer, l.size, l.inner); });
  return nothing();
}

/** argmax(x, out, outer, size, inner) */
napi_value argmax(napi_env env, napi_callback_info info) {
  Args args(env, info, "argmax");
  const Layout l(args, 2);
  const float* x = args.f32(0, l.all());
  int32_t* out = args.i32(1, l.rest());
  if (args.ok() && l.size == 0) args.fail("the axis is empty");
  if (args.ok()) launch([=] { kernels->argmax(x, out, l.outer, l.size, l.inner); });
  return nothing();
}

/** cumsum(x, out, outer, size, inner, reverse) */
napi_value cumsum(napi_env env, napi_callback_info info) {
  Args args(env, info, "cumsum");
  const Layout l(args, 2);
  const float* x = args.f32(0, l.all());
  float* out = args.f32(1, l.all());
  const bool reverse = args.boolean(5);
  if (args.ok()) launch([=] { kernels->cumsum(x, out, l.outer, l.size, l.inner, reverse); });
  return nothing();
}

/** sumSquares(x, sums, place): sums is a Float64Array. */
napi_value sumSquares(napi_env env, napi_callback_info info) {
  Args args(env, info, "sumSquares");
  const int64_t n = args.length(0), place = args.count(2);
  const float* x = args.f32(0, n);
  double* sums = args.f64(1, place + 1);
  if (args.ok()) launch([=] { sums[place] = kernels->sumSquares(x, n); });
  return nothing();
}

/** sort(x, values, indices, rows, n, descending) */
napi_value sort(napi_env env, napi_callback_info info) {
  Args args(env, info, "sort");
  const int64_t rows = args.count(3), n = args.count(4), size = sizeOf(rows, n);
  const float* x = args.f32(0, size);
  float* values = args.f32(1, size);
  int32_t* indices = args.i32(2, size);
  const bool descending = args.boolean(5);
  if (args.ok() && n > INT32_MAX) args.fail("rows of at most 2³¹ − 1 elements can be sorted");
  if (args.ok()) launch([=] { kernels->sort(x, values, indices, rows, n, descending); });
  return nothing();
}

/** topK(x, values, indices, rows, n, k) */
napi_value topK(napi_env env, napi_callback_info info) {
  Args args(env, info, "topK");
  const int64_t rows = args.count(3), n = args.count(4), k = args.count(5);
  const float* x = args.f32(0, sizeOf(rows, n));
  float* values = args.f32(1, sizeOf(rows, k));
  int32_t* indices = args.i32(2, sizeOf(rows, k));
  if (args.ok() && (k > n || n > INT32_MAX)) args.fail("k must be at most n = %lld", static_cast<long long>(n));
  if (args.ok()) launch([=] { kernels->topK(x, values, indices, rows, n, k); });
  return nothing();
}

}  // namespace

extern const Glue reduceGlue[] = {{"reduce", reduce},         {"argmax", argmax}, {"cumsum", cumsum},
                                  {"sumSquares", sumSquares}, {"sort", sort},     {"topK", topK},
                                  {nullptr, nullptr}};

}  // namespace inkstone
