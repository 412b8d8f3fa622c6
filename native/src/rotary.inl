// Rotary embedding (Su et al. 2021): (x₁, x₂) ← (x₁·cos − x₂·sin, x₂·cos + x₁·sin) for each pair of features.

namespace rotation {

/** Pairs (i, i + half). */
INKSTONE_INLINE void turnHalves(const float* x, const float* cos, const float* sin, float* out, int64_t half,
                                float sign) {
  int64_t i = 0;
  for (; i + lanes <= half; i += lanes) {
    const vf a = load(x + i), b = load(x + half + i), c = load(cos + i), s = load(sin + i) * sign;
    store(out + i, a * c - b * s);
    store(out + half + i, b * c + a * s);
  }
  for (; i < half; ++i) {
    const float a = x[i], b = x[half + i], c = cos[i], s = sin[i] * sign;
    out[i] = a * c - b * s;
    out[half + i] = b * c + a * s;
  }
}

/** Pairs (2i, 2i + 1). */
INKSTONE_INLINE void turnNeighbours(const float* x, const float* cos, const float* sin, float* out,
                                    int64_t half, float sign) {
  for (int64_t i = 0; i < half; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1], c = cos[i], s = sin[i] * sign;
    out[2 * i] = a * c - b * s;
    out[2 * i + 1] = b * c + a * s;
  }
}

}  // namespace rotation

static void rotary(const float* x, const int32_t* positions, const float* cos, const float* sin, float* out,
                   const RotaryShape& shape) {
  RAN("rotary");
  const int64_t half = shape.rotarySize / 2, turned = 2 * half, width = shape.heads * shape.headSize;
  const float sign = shape.inverse ? -1.0f : 1.0f;
  const int64_t grain = 8192 / (width > 0 ? width : 1) + 1;
  parallelFor(shape.rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = positions[row % shape.positions] * half;
      const float *c = cos + at, *s = sin + at;
      for (int64_t head = 0; head < shape.heads; ++head) {
        const int64_t first = row * width + head * shape.headSize;
        if (shape.interleaved) {
          rotation::turnNeighbours(x + first, c, s, out + first, half, sign);
        } else {
          rotation::turnHalves(x + first, c, s, out + first, half, sign);
        }
        for (int64_t d = turned; d < shape.headSize; ++d) out[first + d] = x[first + d];
      }
    }
  });
}

static void fillAttention(KernelTable& table) {
  table.attention = attention;
  table.attentionPaged = attentionPaged;
  table.attentionGrad = attentionGrad;
  table.rotary = rotary;
}
