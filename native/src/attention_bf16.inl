// Attention and its gradient with bf16 products in hardware; what is asked for in f32, and few queries, are the wide table's.

#include "attention_tiles.inl"
#include "attention_products.inl"
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
