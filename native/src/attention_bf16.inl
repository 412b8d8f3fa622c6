// Attention and its gradient with bf16 products in hardware; what is asked for in f32, and few queries, are the wide table's.

#include "attention_tiles.inl"
#include "attention_products.inl"
#include "attention.inl"
#include "attention_grad.inl"

static void attention(const void* q, const void* k, const void* v, void* out, float* lse, const AttentionShape& shape) {
  using namespace flash;
  if (!shape.stored && (!shape.bf16 || shape.queries <= decodeQueries)) {
    return INKSTONE_WIDE_TABLE()->attention(q, k, v, out, lse, shape);
  }
  if (shape.batch * shape.kvHeads == 0) return;
  RAN("attention.bf16");
  shape.stored ? forward<Pairs, uint16_t>(shape, q, k, v, out, lse) : forward<Pairs, float>(shape, q, k, v, out, lse);
}

static void attentionGrad(const void* q, const void* k, const void* v, const void* out, const float* lse,
                          const void* grad, void* gradQ, void* gradK, void* gradV, const AttentionShape& shape) {
  using namespace flash;
  if (!shape.stored && !shape.bf16) {
    return INKSTONE_WIDE_TABLE()->attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, shape);
  }
  RAN("attentionGrad.bf16");
  const auto run = shape.stored ? backward<Pairs, uint16_t> : backward<Pairs, float>;
  run(shape, q, k, v, out, lse, grad, gradQ, gradK, gradV);
}
