// Attention and its gradient with products of f32 numbers; asked for bf16, of rounded ones. Few queries read keys as they lie
// and multiply them as they are: their time is that of reading.

static void attention(const void* q, const void* k, const void* v, void* out, float* lse, const AttentionShape& shape) {
  RAN("attention");
  using namespace flash;
  if (shape.batch * shape.kvHeads == 0 || shape.queries == 0) return;
  if (shape.stored) return forward<Rounded, uint16_t>(shape, q, k, v, out, lse);
  if (shape.queries <= decodeQueries) {
    return decode(Plan(shape), (const float*)q, (const float*)k, (const float*)v, (float*)out, lse);
  }
  shape.bf16 ? forward<Rounded, float>(shape, q, k, v, out, lse) : forward<Exact, float>(shape, q, k, v, out, lse);
}

static void attentionGrad(const void* q, const void* k, const void* v, const void* out, const float* lse,
                          const void* grad, void* gradQ, void* gradK, void* gradV, const AttentionShape& shape) {
  RAN("attentionGrad");
  using namespace flash;
  const auto run = shape.stored ? backward<Rounded, uint16_t> : shape.bf16 ? backward<Rounded, float> : backward<Exact, float>;
  run(shape, q, k, v, out, lse, grad, gradQ, gradK, gradV);
}
