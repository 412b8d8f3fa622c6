// Attention and its gradient with bf16 products in hardware; what is asked for in f32, and few queries, are the wide table's.

#include "attention_tiles.inl"
#include "attention_products.inl"
#include "attention_requests.inl"
#include "attention.inl"
#include "attention_grad.inl"

#if INKSTONE_BF16 == 2
typedef flash::Tiles BestPairs;
#else
typedef flash::Pairs BestPairs;
#endif

static void attention(const void* q, const void* k, const void* v, void* out, float* lse, const AttentionShape& shape) {
  using namespace flash;
  if (!shape.stored && (!shape.bf16 || shape.queries <= decodeQueries)) {
    return INKSTONE_WIDE_TABLE()->attention(q, k, v, out, lse, shape);
  }
  RAN("attention.bf16");
  shape.stored ? forward<BestPairs, uint16_t>(shape, q, k, v, out, lse) : forward<BestPairs, float>(shape, q, k, v, out, lse);
}

static void attentionGrad(const void* q, const void* k, const void* v, const void* out, const float* lse,
                          const void* grad, void* gradQ, void* gradK, void* gradV, const AttentionShape& shape) {
  using namespace flash;
  if (!shape.stored && !shape.bf16) {
    return INKSTONE_WIDE_TABLE()->attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, shape);
  }
  RAN("attentionGrad.bf16");
  const auto run = shape.stored ? backward<BestPairs, uint16_t> : backward<BestPairs, float>;
  run(shape, q, k, v, out, lse, grad, gradQ, gradK, gradV);
}

/** Pages in bf16 and many queries: those are rounded as well, and so is what comes out, to which products would round it. */
static void readPaged(const float* q, const uint16_t* k, const uint16_t* v, float* out, const PagedShape& s,
                      const PagedRequest& request) {
  using namespace flash;
  Scratch scratch;
  const uint16_t *keys = inRow<uint16_t>(k, s, request, scratch), *values = inRow<uint16_t>(v, s, request, scratch);
  AttentionShape shape = shapeOf(s, request);
  shape.pages = nullptr;
  const int64_t row = s.heads * s.headSize, size = request.queries * row, grain = int64_t(1) << 15;
  auto* queries = scratch.take<uint16_t>(size);
  auto* result = scratch.take<uint16_t>(size);
  const float* from = q + request.row * row;
  float* to = out + request.row * row;
  parallelFor(size, grain, [=](int64_t i, int64_t end) { keep(from + i, queries + i, end - i); });
  forward<BestPairs, uint16_t>(shape, queries, keys, values, result, scratch.floats(s.heads * request.queries));
  parallelFor(size, grain, [=](int64_t i, int64_t end) { keep(result + i, to + i, end - i); });
}

/** Few queries are the wide table's: their time is that of reading keys and values. */
static void attentionPaged(const float* q, const void* k, const void* v, float* out, const PagedShape& s) {
  if (!s.bf16 || !s.rounds) return INKSTONE_WIDE_TABLE()->attentionPaged(q, k, v, out, s);
  Scratch scratch;
  PagedShape few = s;
  PagedRequest* requests = scratch.take<PagedRequest>(s.count);
  few.requests = requests;
  few.count = 0;
  for (int64_t i = 0; i < s.count; ++i) {
    const PagedRequest& request = s.requests[i];
    if (request.queries <= flash::decodeQueries) {
      requests[few.count++] = request;
      continue;
    }
    RAN("attentionPaged.bf16");
    readPaged(q, static_cast<const uint16_t*>(k), static_cast<const uint16_t*>(v), out, s, request);
  }
  if (few.count > 0) INKSTONE_WIDE_TABLE()->attentionPaged(q, k, v, out, few);
}
