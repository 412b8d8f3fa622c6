// Attention and its gradient with bf16 products in hardware; what is asked for in f32, and few queries, are the wide table's.

#include "attention_tiles.inl"
#include "attention_products.inl"
#include "attention.inl"
#include "attention_grad.inl"

static void attention(const float* q, const float* k, const float* v, float* out, float* lse,
                      const AttentionShape& shape) {
  if (!shape.bf16 || shape.queries <= flash::decodeQueries) {
    return INKSTONE_WIDE_TABLE()->attention(q, k, v, out, lse, shape);
  }
  if (shape.batch * shape.kvHeads == 0) return;
  RAN("attention.bf16");
  flash::forward<flash::Pairs>(flash::Plan(shape), q, k, v, out, lse);
}

static void attentionGrad(const float* q, const float* k, const float* v, const float* out, const float* lse,
                          const float* grad, float* gradQ, float* gradK, float* gradV,
                          const AttentionShape& shape) {
  if (!shape.bf16) {
    return INKSTONE_WIDE_TABLE()->attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, shape);
  }
  RAN("attentionGrad.bf16");
  flash::backward<flash::Pairs>(shape, {q, k, v, out, lse, grad, gradQ, gradK, gradV});
}
