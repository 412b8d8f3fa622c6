// JavaScript's door to attention and rotary embedding.
#include <utility>
#include <vector>

#include "kernel_table.h"
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

/** Sixteen arguments from `index` on, in the order of src/tensor/native/attention.ts; the first array says what is stored. */
AttentionShape shapeOf(Args& args, int index) {
  AttentionShape s;
  s.stored = args.any(0).type == napi_uint16_array;
  s.batch = args.count(index);
  s.queries = args.count(index + 1);
  s.keys = args.count(index + 2);
  s.heads = args.count(index + 3);
  s.kvHeads = args.count(index + 4);
  s.headSize = args.count(index + 5);
  s.scale = static_cast<float>(args.number(index + 6));
  s.causal = args.boolean(index + 7);
  s.window = args.count(index + 8);
  s.alibiSlopes = args.f32(index + 9, s.heads, true);
  s.prefixLengths = args.i32(index + 10, s.batch, true);
  s.keyStart = args.i32(index + 11, s.batch, true);
  s.keyEnd = args.i32(index + 12, s.batch, true);
  s.bf16 = args.boolean(index + 13);
  s.rowQ = args.count(index + 14);
  s.rowK = args.count(index + 15);
  if (args.ok() && ((s.rowQ > 0 && s.rowQ < s.heads * s.headSize) || (s.rowK > 0 && s.rowK < s.kvHeads * s.headSize))) {
    args.fail("rows must hold all heads");
  }
  if (args.ok() && (s.kvHeads < 1 || s.heads % s.kvHeads != 0)) {
    args.fail("heads must be a multiple of kvHeads, got %lld and %lld", static_cast<long long>(s.heads),
              static_cast<long long>(s.kvHeads));
  }
  if (args.ok() && s.headSize < 1) args.fail("headSize must be at least 1");
  return s;
}

/** From the first number of `tokens` rows to the last. */
int64_t extent(int64_t tokens, int64_t heads, int64_t headSize, int64_t row) {
  const int64_t own = sizeOf(heads, headSize);
  if (tokens <= 0 || own < 0) return tokens == 0 ? 0 : -1;
  const int64_t before = sizeOf(tokens - 1, row > 0 ? row : own);
  return before < 0 ? -1 : before + own;
}
int64_t sizeQ(const AttentionShape& s) { return extent(sizeOf(s.batch, s.queries), s.heads, s.headSize, s.rowQ); }
int64_t sizeK(const AttentionShape& s) { return extent(sizeOf(s.batch, s.keys), s.kvHeads, s.headSize, s.rowK); }
int64_t sizeOut(const AttentionShape& s) { return sizeOf(s.batch, s.queries, s.heads, s.headSize); }
int64_t sizeLse(const AttentionShape& s) { return sizeOf(s.batch, s.heads, s.queries); }

/** An array of f32 or, where numbers are stored so, of bf16. */
void* numbers(Args& args, int index, int64_t size, bool stored) {
  return stored ? static_cast<void*>(args.bf16(index, size)) : args.f32(index, size);
}

/** attention(q, k, v, out, lse, …shape) */
napi_value attention(napi_env env, napi_callback_info info) {
  Args args(env, info, "attention");
  const AttentionShape s = shapeOf(args, 5);
  const void *q = numbers(args, 0, sizeQ(s), s.stored), *k = numbers(args, 1, sizeK(s), s.stored), *v = numbers(args, 2, sizeK(s), s.stored);
  void* out = numbers(args, 3, sizeOut(s), s.stored);
  float* lse = args.f32(4, sizeLse(s));
  if (!args.ok()) return nothing();
  launch([=] { kernels->attention(q, k, v, out, lse, s); });
  return nothing();
}

/** k and v are f32 or bf16: attentionPaged(q, k, v, out, requests, pages, count, pageTokens, heads, kvHeads, headSize, scale, window, slopes, rounds) */
napi_value attentionPaged(napi_env env, napi_callback_info info) {
  Args args(env, info, "attentionPaged");
  PagedShape s;
  s.count = args.count(6);
  s.pageTokens = args.count(7);
  s.heads = args.count(8);
  s.kvHeads = args.count(9);
  s.headSize = args.count(10);
  s.scale = static_cast<float>(args.number(11));
  s.window = args.count(12);
  s.alibiSlopes = args.f32(13, s.heads, true);
  s.rounds = args.boolean(14);
  if (args.ok() && (s.kvHeads < 1 || s.heads % s.kvHeads != 0 || s.headSize < 1)) args.fail("heads do not fit");
  if (args.ok() && (s.pageTokens < 8 || 64 % s.pageTokens != 0)) args.fail("pageTokens must be 8, 16, 32 or 64");
  const int32_t *requests = args.i32(4, sizeOf(s.count, 3)), *pages = args.i32(5, 0);
  if (!args.ok()) return nothing();
  const int64_t page = sizeOf(s.pageTokens, s.kvHeads, s.headSize);
  const int64_t listed = args.length(5), held = args.length(1) / page;
  std::vector<PagedRequest> all(static_cast<size_t>(s.count));
  int64_t row = 0, at = 0;
  for (int64_t i = 0; i < s.count && args.ok(); ++i) {
    PagedRequest& request = all[static_cast<size_t>(i)];
    request = {row, requests[3 * i], requests[3 * i + 1], nullptr};
    at = requests[3 * i + 2];
    const int64_t wanted = (request.keys + s.pageTokens - 1) / s.pageTokens;
    if (request.queries < 1 || request.keys < request.queries || at < 0 || at + wanted > listed) {
      args.fail("request %lld does not fit", static_cast<long long>(i));
      return nothing();
    }
    request.pages = pages + at;
    for (int64_t j = 0; j < wanted; ++j) {
      if (request.pages[j] < 0 || request.pages[j] >= held) args.fail("page %d does not exist", request.pages[j]);
    }
    row += request.queries;
  }
  const int64_t size = sizeOf(row, s.heads, s.headSize);
  s.bf16 = args.any(1).type == napi_uint16_array;
  const void* k = s.bf16 ? static_cast<void*>(args.bf16(1, 0)) : args.f32(1, 0);
  const void* v = s.bf16 ? static_cast<void*>(args.bf16(2, held * page)) : args.f32(2, held * page);
  const float* q = args.f32(0, size);
  float* out = args.f32(3, size);
  if (!args.ok()) return nothing();
  launch([=, all = std::move(all)]() mutable {
    s.requests = all.data();
    kernels->attentionPaged(q, k, v, out, s);
  });
  return nothing();
}

/** attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, …shape) */
napi_value attentionGrad(napi_env env, napi_callback_info info) {
  Args args(env, info, "attentionGrad");
  const AttentionShape s = shapeOf(args, 9);
  const void *q = numbers(args, 0, sizeQ(s), s.stored), *k = numbers(args, 1, sizeK(s), s.stored), *v = numbers(args, 2, sizeK(s), s.stored);
  const void *out = numbers(args, 3, sizeOut(s), s.stored), *grad = numbers(args, 5, sizeOut(s), s.stored);
  const float* lse = args.f32(4, sizeLse(s));
  void *gradQ = numbers(args, 6, sizeQ(s), s.stored), *gradK = numbers(args, 7, sizeK(s), s.stored), *gradV = numbers(args, 8, sizeK(s), s.stored);
  if (!args.ok()) return nothing();
  launch([=] { kernels->attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, s); });
  return nothing();
}

/** x and out are f32 or bf16: rotary(x, positions, cos, sin, out, rows, heads, headSize, rotarySize, interleaved, inverse, turning) */
napi_value rotary(napi_env env, napi_callback_info info) {
  Args args(env, info, "rotary");
  RotaryShape s;
  s.rows = args.count(5);
  s.heads = args.count(6);
  s.headSize = args.count(7);
  s.rotarySize = args.count(8);
  s.interleaved = args.boolean(9);
  s.inverse = args.boolean(10);
  s.turning = args.count(11);
  s.stored = args.any(0).type == napi_uint16_array;
  if (args.ok() && s.turning > s.heads) args.fail("turning must be at most heads, got %lld", static_cast<long long>(s.turning));
  if (args.ok() && (s.rotarySize > s.headSize || s.rotarySize % 2 != 0)) {
    args.fail("rotarySize must be even and at most headSize, got %lld", static_cast<long long>(s.rotarySize));
  }
  const int64_t size = sizeOf(s.rows, s.heads, s.headSize), half = s.rotarySize / 2;
  const void* x = numbers(args, 0, size, s.stored);
  const int32_t* positions = args.i32(1, s.rows > 0 ? 1 : 0);
  s.positions = args.length(1);
  const int64_t rowsOfTables = half > 0 && args.ok() ? args.length(2) / half : 0;
  const float *cos = args.f32(2, 0), *sin = args.f32(3, sizeOf(rowsOfTables, half));
  void* out = numbers(args, 4, size, s.stored);
  if (!args.ok()) return nothing();
  for (int64_t row = 0; half > 0 && row < s.positions; ++row) {
    if (positions[row] >= 0 && positions[row] < rowsOfTables) continue;
    args.fail("positions must be in [0, %lld), got %d", static_cast<long long>(rowsOfTables), positions[row]);
    return nothing();
  }
  launch([=] { kernels->rotary(x, positions, cos, sin, out, s); });
  return nothing();
}

}  // namespace

extern const Glue attentionGlue[] = {
    {"attention", attention}, {"attentionPaged", attentionPaged}, {"attentionGrad", attentionGrad}, {"rotary", rotary}, {nullptr, nullptr}};

}  // namespace inkstone
