// Rotary embedding (Su et al. 2021): (x₁, x₂) ← (x₁·cos − x₂·sin, x₂·cos + x₁·sin) for each pair of features.

namespace rotation {

INKSTONE_INLINE float valueOf(float x) { return x; }
INKSTONE_INLINE float valueOf(uint16_t x) { return fromBf16(x); }
INKSTONE_INLINE void assign(float& to, float x) { to = x; }
INKSTONE_INLINE void assign(uint16_t& to, float x) { to = toBf16(x); }

template <class Element>
INKSTONE_INLINE void turnPair(Element a, Element b, float cos, float sin, Element& first, Element& second) {
  const float x = valueOf(a), y = valueOf(b);
  assign(first, x * cos - y * sin);
  assign(second, y * cos + x * sin);
}

/** Pairs (i, i + half). */
template <class Element>
INKSTONE_INLINE void turnHalves(const Element* x, const float* cos, const float* sin, Element* out, int64_t half,
                                float sign) {
  int64_t i = 0;
  for (; i + lanes <= half; i += lanes) {
    const vf a = loadKept(x + i), b = loadKept(x + half + i), c = load(cos + i), s = load(sin + i) * sign;
    storeKept(out + i, a * c - b * s);
    storeKept(out + half + i, b * c + a * s);
  }
  for (; i < half; ++i) turnPair(x[i], x[half + i], cos[i], sin[i] * sign, out[i], out[half + i]);
}

/** Pairs (2i, 2i + 1). */
template <class Element>
INKSTONE_INLINE void turnNeighbours(const Element* x, const float* cos, const float* sin, Element* out, int64_t half,
                                    float sign) {
  for (int64_t i = 0; i < half; ++i) turnPair(x[2 * i], x[2 * i + 1], cos[i], sin[i] * sign, out[2 * i], out[2 * i + 1]);
}

template <class Element>
static void turnRows(const Element* x, const int32_t* positions, const float* cos, const float* sin, Element* out,
                     const RotaryShape& shape) {
  const int64_t half = shape.rotarySize / 2, turned = 2 * half, width = shape.heads * shape.headSize;
  const float sign = shape.inverse ? -1.0f : 1.0f;
  const int64_t grain = 8192 / (width > 0 ? width : 1) + 1;
  parallelFor(shape.rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = positions[row % shape.positions] * half;
      const float *c = cos + at, *s = sin + at;
      for (int64_t head = 0; head < shape.turning; ++head) {
        const int64_t first = row * width + head * shape.headSize;
        if (shape.interleaved) turnNeighbours(x + first, c, s, out + first, half, sign);
        else turnHalves(x + first, c, s, out + first, half, sign);
        for (int64_t d = turned; d < shape.headSize; ++d) out[first + d] = x[first + d];
      }
      for (int64_t i = row * width + shape.turning * shape.headSize; i < (row + 1) * width; ++i) out[i] = x[i];
    }
  });
}

}  // namespace rotation

static void rotary(const void* x, const int32_t* positions, const float* cos, const float* sin, void* out,
                   const RotaryShape& shape) {
  RAN("rotary");
  using namespace rotation;
  if (shape.stored) turnRows((const uint16_t*)x, positions, cos, sin, (uint16_t*)out, shape);
  else turnRows((const float*)x, positions, cos, sin, (float*)out, shape);
}

static void fillAttention(KernelTable& table) {
  table.attention = attention;
  table.attentionPaged = attentionPaged;
  table.attentionGrad = attentionGrad;
  table.rotary = rotary;
}
