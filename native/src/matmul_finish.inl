// What follows the sums: bias, the copy before the activation, the activation or its slope, the residual, rounding; on a
// tile that is still in the cache.

/** Rows of n columns: `act` turns (x, value before the activation) into what out gets. */
template <class F>
INKSTONE_INLINE void finishWith(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column, int64_t rows,
                                int64_t n, const F& act) {
  // NOTE copies: what is stored could otherwise change s
  const float* bias = s.bias ? s.bias + column : nullptr;
  const float* residual = s.residual ? s.residual + at : nullptr;
  float* pre = s.preActivation ? s.preActivation + at : nullptr;
  uint16_t* preBf16 = s.preBf16 ? s.preBf16 + at : nullptr;
  uint16_t* outBf16 = s.outBf16 ? s.outBf16 + at : nullptr;
  float* out = outBf16 ? nullptr : s.out + at;
  const bool slope = s.slope;
  const int64_t ldOut = s.n;
  sweep(n, [=](int64_t j, auto part) INKSTONE_FLAT {
    const vf add = bias ? part.get(bias + j) : vf{};
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t to = i * ldOut + j;
      vf x = part.get(sums + i * ld + j), before{};
      if (bias) x += add;
      if (slope) {
        before = pre ? part.get(pre + to) : getBf16(preBf16 + to, part);
      } else {
        if (pre) part.put(pre + to, x);
        if (preBf16) putBf16(preBf16 + to, x, part);
      }
      const vf own = act(x, before), y = residual ? own + part.get(residual + to) : own;
      if (outBf16) putBf16(outBf16 + to, y, part);
      else part.put(out + to, y);
    }
  });
}

/** Whether nothing follows the sums: they are the result. */
static bool isBare(const Matmul& s) {
  return !s.bias && !s.residual && !s.outBf16 && !s.preActivation && !s.preBf16 && s.activation == Activation::none;
}

/** Rows of out from element `at` on, of the sums [rows, n] with leading dimension ld; they may lie in out itself. */
INKSTONE_APART static void finishRows(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column,
                                      int64_t rows, int64_t n) {
  if (isBare(s)) return;
  const bool rough = s.outBf16;
#define INKSTONE_FINISH(VALUE) \
  finishWith(sums, ld, s, at, column, rows, n, [](vf x, [[maybe_unused]] vf before) INKSTONE_FLAT { return VALUE; })
#define INKSTONE_ACTIVATE(VALUE, SLOPE) (s.slope ? INKSTONE_FINISH(x * SLOPE) : INKSTONE_FINISH(VALUE))
#define INKSTONE_GATE(GATE) INKSTONE_ACTIVATE(gated(GATE, x), gatedSlope(GATE, before))
  switch (s.activation) {
    case Activation::relu: s.slope ? INKSTONE_FINISH(before > 0.0f ? x : splat(0)) : INKSTONE_FINISH(relu(x)); break;
    case Activation::gelu: rough ? INKSTONE_GATE(geluGate) : INKSTONE_ACTIVATE(gelu(x), geluSlope(before)); break;
    case Activation::geluTanh:
      rough ? INKSTONE_GATE(geluTanhGate) : INKSTONE_ACTIVATE(geluTanh(x), geluTanhSlope(before));
      break;
    case Activation::silu: rough ? INKSTONE_GATE(siluGate) : INKSTONE_ACTIVATE(silu(x), siluSlope(before)); break;
    default: INKSTONE_FINISH(x); break;
  }
#undef INKSTONE_GATE
#undef INKSTONE_ACTIVATE
#undef INKSTONE_FINISH
}
