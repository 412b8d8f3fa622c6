// JavaScript's door to the elementwise kernels, copies and casts.
#include <cstring>

#include "glue_walk.h"
#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

int codeOf(Args& args, int index, int count) {
  const int64_t code = args.integer(index);
  if (args.ok() && (code < 0 || code >= count)) args.fail("unknown code %lld", static_cast<long long>(code));
  return static_cast<int>(code);
}

/** unary(code, x, out) */
napi_value unary(napi_env env, napi_callback_info info) {
  Args args(env, info, "unary");
  const int code = codeOf(args, 0, 19);
  const int64_t n = args.length(2);
  const float* x = args.f32(1, n);
  float* out = args.f32(2, n);
  if (args.ok()) launch([=] { kernels->unary(code, x, out, n); });
  return nothing();
}

/** affine(x, out, scale, shift) */
napi_value affine(napi_env env, napi_callback_info info) {
  Args args(env, info, "affine");
  const int64_t n = args.length(1);
  const float* x = args.f32(0, n);
  float* out = args.f32(1, n);
  const float scale = static_cast<float>(args.number(2)), shift = static_cast<float>(args.number(3));
  if (args.ok()) launch([=] { kernels->affine(x, out, n, scale, shift); });
  return nothing();
}

/** axpy(x, out, alpha) */
napi_value axpy(napi_env env, napi_callback_info info) {
  Args args(env, info, "axpy");
  const int64_t n = args.length(1);
  const float* x = args.f32(0, n);
  float* out = args.f32(1, n);
  const float alpha = static_cast<float>(args.number(2));
  if (args.ok()) launch([=] { kernels->axpy(x, out, n, alpha); });
  return nothing();
}

/** binary(code, x, y, out, walk) */
napi_value binary(napi_env env, napi_callback_info info) {
  Args args(env, info, "binary");
  const int code = codeOf(args, 0, 11);
  const Walk walk = readWalk(args, 4, 2);
  if (!args.ok()) return nothing();
  const float *x = args.f32(1, 0), *y = args.f32(2, 0);
  float* out = args.f32(3, walk.count());
  checkReach(args, walk, 0, 0, args.length(1), "x");
  checkReach(args, walk, 1, 0, args.length(2), "y");
  if (args.ok()) launch([=] { kernels->binary(code, x, y, out, walk); });
  return nothing();
}

/** compare(code, x, y, out, walk): x and y both f32 or both i32. */
napi_value compare(napi_env env, napi_callback_info info) {
  Args args(env, info, "compare");
  const int code = codeOf(args, 0, 6);
  const Walk walk = readWalk(args, 4, 2);
  const Buffer x = args.any(1), y = args.any(2);
  if (!args.ok()) return nothing();
  uint8_t* out = args.u8(3, walk.count());
  checkReach(args, walk, 0, 0, x.length, "x");
  checkReach(args, walk, 1, 0, y.length, "y");
  const bool ints = x.type == napi_int32_array;
  if (x.type != y.type || (!ints && x.type != napi_float32_array)) args.fail("two Float32Array or two Int32Array are needed");
  if (!args.ok()) return nothing();
  launch([=] {
    if (ints) kernels->compareInt(code, static_cast<int32_t*>(x.data), static_cast<int32_t*>(y.data), out, walk);
    else kernels->compareFloat(code, static_cast<float*>(x.data), static_cast<float*>(y.data), out, walk);
  });
  return nothing();
}

/** where(mask, x, y, out, walk) */
napi_value where(napi_env env, napi_callback_info info) {
  Args args(env, info, "where");
  const Walk walk = readWalk(args, 4, 3);
  if (!args.ok()) return nothing();
  const uint8_t* mask = args.u8(0, 0);
  const float *x = args.f32(1, 0), *y = args.f32(2, 0);
  float* out = args.f32(3, walk.count());
  const char* names[] = {"mask", "x", "y"};
  for (int k = 0; k < 3; ++k) checkReach(args, walk, k, 0, args.length(k), names[k]);
  if (args.ok()) launch([=] { kernels->where(mask, x, y, out, walk); });
  return nothing();
}

/** copyStrided(x, out, walk, xOffset, outOffset) */
napi_value copyStrided(napi_env env, napi_callback_info info) {
  Args args(env, info, "copyStrided");
  const Walk walk = readWalk(args, 2, 2);
  const Buffer x = args.any(0), out = args.any(1);
  const int64_t xOffset = args.count(3), outOffset = args.count(4);
  if (args.ok() && (!x.data || !out.data || x.type != out.type)) args.fail("x and out must have one element type");
  checkReach(args, walk, 0, xOffset, x.length, "x");
  checkReach(args, walk, 1, outOffset, out.length, "out");
  if (!args.ok()) return nothing();
  const char* from = static_cast<char*>(x.data) + xOffset * x.elementBytes;
  char* to = static_cast<char*>(out.data) + outOffset * out.elementBytes;
  const int64_t elementBytes = x.elementBytes;
  launch([=] { kernels->copyStrided(from, to, elementBytes, walk); });
  return nothing();
}

template <class T>
uint64_t patternOf(T value) {
  uint64_t pattern = 0;
  for (size_t at = 0; at < 8; at += sizeof(T)) std::memcpy(reinterpret_cast<char*>(&pattern) + at, &value, sizeof(T));
  return pattern;
}

/** fill(out, value): the value in the array's own type; a Uint16Array takes the raw pattern. */
napi_value fill(napi_env env, napi_callback_info info) {
  Args args(env, info, "fill");
  const Buffer out = args.any(0);
  const double value = args.number(1);
  if (args.ok() && !out.data) args.fail("argument 0 is missing");
  uint64_t pattern = 0;
  const int64_t whole = value >= -9e15 && value <= 9e15 ? static_cast<int64_t>(value) : 0;
  switch (out.type) {
    case napi_float32_array: pattern = patternOf(static_cast<float>(value)); break;
    case napi_float64_array: pattern = patternOf(value); break;
    case napi_int32_array: pattern = patternOf(static_cast<int32_t>(whole)); break;
    case napi_uint16_array: pattern = patternOf(static_cast<uint16_t>(whole)); break;
    case napi_uint8_array:
    case napi_int8_array: pattern = patternOf(static_cast<uint8_t>(whole)); break;
    default: args.fail("this element type cannot be filled");
  }
  if (args.ok()) launch([=] { kernels->fill(out.data, out.length * out.elementBytes, pattern); });
  return nothing();
}

/** cast(x, from, out, to): types f32 0, bf16 1, f64 2, i32 3, u8 4, i8 5. */
napi_value cast(napi_env env, napi_callback_info info) {
  struct Type {
    napi_typedarray_type array;
    int64_t group, bytes;  // so many numbers in so many elements of the array
  };
  static const Type types[] = {{napi_float32_array, 1, 1}, {napi_uint16_array, 1, 1}, {napi_float64_array, 1, 1}, {napi_int32_array, 1, 1},
                               {napi_uint8_array, 1, 1},   {napi_int8_array, 1, 1},   {napi_uint8_array, 32, 34}, {napi_uint8_array, 32, 18}};
  Args args(env, info, "cast");
  const int from = codeOf(args, 1, 8), to = codeOf(args, 3, 8);
  const Buffer x = args.any(0), out = args.any(2);
  if (!args.ok()) return nothing();
  if (!x.data || !out.data || x.type != types[from].array || out.type != types[to].array) args.fail("the arrays are not of these types");
  const bool inBlocks = types[from].group > 1 || types[to].group > 1;
  if (inBlocks && types[from].array != napi_float32_array && types[to].array != napi_float32_array) args.fail("blocks are cast to and from f32");
  const int64_t count = out.length / types[to].bytes * types[to].group;
  if (x.length < count / types[from].group * types[from].bytes) args.fail("x is shorter than out");
  if (inBlocks && count % 32 != 0) args.fail("blocks hold a multiple of 32 numbers, got %lld", static_cast<long long>(count));
  if (args.ok()) launch([=] { kernels->cast(x.data, from, out.data, to, count); });
  return nothing();
}

/** swiglu(gate, up, out) */
napi_value swiglu(napi_env env, napi_callback_info info) {
  Args args(env, info, "swiglu");
  const int64_t n = args.length(2);
  const float *gate = args.f32(0, n), *up = args.f32(1, n);
  float* out = args.f32(2, n);
  if (args.ok()) launch([=] { kernels->swiglu(gate, up, out, n); });
  return nothing();
}

/** swigluGrad(gate, up, grad, gradGate, gradUp) */
napi_value swigluGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "swigluGrad");
  const int64_t n = args.length(2);
  const float *gate = args.f32(0, n), *up = args.f32(1, n), *grad = args.f32(2, n);
  float *gradGate = args.f32(3, n), *gradUp = args.f32(4, n);
  if (args.ok()) launch([=] { kernels->swigluGrad(gate, up, grad, gradGate, gradUp, n); });
  return nothing();
}

}  // namespace

extern const Glue elementwiseGlue[] = {
    {"unary", unary},     {"affine", affine},           {"axpy", axpy}, {"binary", binary}, {"compare", compare},
    {"where", where},     {"copyStrided", copyStrided}, {"fill", fill}, {"cast", cast},     {"swiglu", swiglu},
    {"swigluGrad", swigluGrad}, {nullptr, nullptr}};

}  // namespace inkstone
