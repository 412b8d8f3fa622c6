// Attention and its gradient with products of f32 numbers; asked for bf16, of rounded ones. Few queries read keys as they lie
// and multiply them as they are: their time is that of reading.

static void attention(const float* q, const float* k, const float* v, float* out, float* lse,
                      const AttentionShape& shape) {
  RAN("attention");
  using namespace flash;
  const Plan plan(shape);
  if (shape.batch * shape.kvHeads == 0 || shape.queries == 0) return;
  if (shape.queries <= decodeQueries) return decode(plan, q, k, v, out, lse);
  shape.bf16 ? forward<Rounded>(plan, q, k, v, out, lse) : forward<Exact>(plan, q, k, v, out, lse);
}

static void attentionGrad(const float* q, const float* k, const float* v, const float* out, const float* lse,
                          const float* grad, float* gradQ, float* gradK, float* gradV,
                          const AttentionShape& shape) {
  RAN("attentionGrad");
  using namespace flash;
  const Gradients g{q, k, v, out, lse, grad, gradQ, gradK, gradV};
  shape.bf16 ? backward<Rounded>(shape, g) : backward<Exact>(shape, g);
}
