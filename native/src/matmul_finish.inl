// What follows the sums: bias, activation, what is kept for its gradient, a factor, the residual, rounding; on a tile that is
// still in the cache.

/** Rows of n columns. `act` gives the activation of x and, where it is `Sloped`, its slope. */
template <bool Sloped, class F>
INKSTONE_INLINE void finishWith(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column, int64_t rows,
                                int64_t n, const F& act) {
  // NOTE copies: what is stored could otherwise change s
  const float* bias = s.bias ? s.bias + column : nullptr;
  const float* residual = s.residual ? s.residual + at : nullptr;
  float* beside = s.beside ? s.beside + at : nullptr;
  uint16_t* besideBf16 = s.besideBf16 ? s.besideBf16 + at : nullptr;
  uint16_t* outBf16 = s.outBf16 ? s.outBf16 + at : nullptr;
  float* out = outBf16 ? nullptr : s.out + at;
  const bool keeps = !Sloped && s.role == Beside::preActivation, scales = s.role == Beside::factor && (beside || besideBf16);
  const int64_t ldOut = s.n;
  sweep(n, [=](int64_t j, auto part) INKSTONE_FLAT {
    const vf add = bias ? part.get(bias + j) : vf{};
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t to = i * ldOut + j;
      const auto keep = [=](vf v) INKSTONE_FLAT {
        if (beside) part.put(beside + to, v);
        if (besideBf16) putBf16(besideBf16 + to, v, part);
      };
      vf x = part.get(sums + i * ld + j), slope{};
      if (bias) x += add;
      if (keeps) keep(x);
      vf y = act(x, slope);
      if (Sloped) keep(slope);
      if (scales) y *= beside ? part.get(beside + to) : getBf16(besideBf16 + to, part);
      if (residual) y += part.get(residual + to);
      if (outBf16) putBf16(outBf16 + to, y, part);
      else part.put(out + to, y);
    }
  });
}

#if defined(INKSTONE_BF16)
/** Most products of a step end so: a whole tile in bf16, with at most something beside it that is stored so as well. */
static bool isPlainTile(const Matmul& s, int64_t n) {
  return n == 2 * lanes && s.outBf16 && !s.bias && !s.residual && !s.beside && (!s.besideBf16 || s.role != Beside::preActivation);
}

/** finishWith for these: a row is stored at once, and nothing is asked on the way. */
template <bool Sloped, class F>
INKSTONE_INLINE void finishPlain(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t rows, const F& act) {
  uint16_t *out = s.outBf16 + at, *beside = s.besideBf16 ? s.besideBf16 + at : nullptr;
  const int64_t ldOut = s.n;
  const auto put = [](uint16_t* to, const vf* x) INKSTONE_FLAT {
    const vu row = neighbours(x[0], x[1]);
    __builtin_memcpy(to, &row, sizeof row);
  };
  for (int64_t i = 0; i < rows; ++i, sums += ld, out += ldOut, beside += beside ? ldOut : 0) {
    vf slope[2], y[2] = {act(load(sums), slope[0]), act(load(sums + lanes), slope[1])};
    if (Sloped) put(beside, slope);
    else if (beside) y[0] *= loadBf16(beside), y[1] *= loadBf16(beside + lanes);
    put(out, y);
  }
}
#endif

/** Whether nothing follows the sums: they are the result. */
static bool isBare(const Matmul& s) {
  return !s.bias && !s.residual && !s.outBf16 && !s.beside && !s.besideBf16 && s.activation == Activation::none;
}

template <bool Sloped, class F>
INKSTONE_INLINE void finishAs(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column, int64_t rows,
                              int64_t n, const F& act) {
#if defined(INKSTONE_BF16)
  if (isPlainTile(s, n)) return finishPlain<Sloped>(sums, ld, s, at, rows, act);
#endif
  finishWith<Sloped>(sums, ld, s, at, column, rows, n, act);
}

/** Rows of out from element `at` on, of the sums [rows, n] with leading dimension ld; they may lie in out itself. */
INKSTONE_APART static void finishRows(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column,
                                      int64_t rows, int64_t n) {
  if (isBare(s)) return;
  const bool rough = s.outBf16, sloped = s.role == Beside::slope && (s.beside || s.besideBf16);
#define INKSTONE_ACTIVATION(VALUE) [](vf x, [[maybe_unused]] vf& slope) INKSTONE_FLAT { return VALUE; }
#define INKSTONE_FINISH(SLOPED, VALUE) finishAs<SLOPED>(sums, ld, s, at, column, rows, n, INKSTONE_ACTIVATION(VALUE))
#define INKSTONE_ACTIVATE(VALUE) sloped ? INKSTONE_FINISH(true, VALUE) : INKSTONE_FINISH(false, VALUE)
  switch (s.activation) {
    case Activation::relu: INKSTONE_ACTIVATE(relu(x, slope)); break;
    case Activation::gelu: rough ? INKSTONE_ACTIVATE(gated(geluGate, x, slope)) : INKSTONE_ACTIVATE(gelu(x, slope)); break;
    case Activation::geluTanh:
      rough ? INKSTONE_ACTIVATE(gated(geluTanhGate, x, slope)) : INKSTONE_ACTIVATE(geluTanh(x, slope));
      break;
    case Activation::silu: rough ? INKSTONE_ACTIVATE(gated(siluGate, x, slope)) : INKSTONE_ACTIVATE(silu(x, slope)); break;
    default: INKSTONE_ACTIVATE((slope = splat(1), x)); break;
  }
#undef INKSTONE_ACTIVATE
#undef INKSTONE_FINISH
#undef INKSTONE_ACTIVATION
}
