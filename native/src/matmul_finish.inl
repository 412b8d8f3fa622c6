// What follows the sums: bias, the copy before the activation, the activation; on rows that are still in the cache.

template <class F>
INKSTONE_INLINE void finishRow(float* out, float* pre, const float* bias, int64_t n, const F& f) {
  sweep(n, [&](int64_t j, auto part) INKSTONE_FLAT {
    vf x = part.get(out + j);
    if (bias) x += part.get(bias + j);
    if (pre) part.put(pre + j, x);
    part.put(out + j, f(x));
  });
}

/** out = act(out + bias) on [rows, n] of leading dimension ld; pre, when given, lies as out does. */
INKSTONE_APART static void finishRows(float* out, float* pre, const float* bias, Activation activation, int64_t rows,
                                      int64_t n, int64_t ld) {
  if (!pre && !bias && activation == Activation::none) return;
  for (int64_t i = 0; i < rows; ++i, out += ld, pre = pre ? pre + ld : nullptr) {
    switch (activation) {
      case Activation::relu: finishRow(out, pre, bias, n, [](vf x) INKSTONE_FLAT { return relu(x); }); break;
      case Activation::gelu: finishRow(out, pre, bias, n, [](vf x) INKSTONE_FLAT { return gelu(x); }); break;
      case Activation::geluTanh: finishRow(out, pre, bias, n, [](vf x) INKSTONE_FLAT { return geluTanh(x); }); break;
      case Activation::silu: finishRow(out, pre, bias, n, [](vf x) INKSTONE_FLAT { return silu(x); }); break;
      default: finishRow(out, pre, bias, n, [](vf x) INKSTONE_FLAT { return x; }); break;
    }
  }
}
