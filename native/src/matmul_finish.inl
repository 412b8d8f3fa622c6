// What follows the sums: bias, activation, what is kept for its gradient, a factor, the residual, rounding; on a tile that is
// still in the cache.

/**
 * Rows of n columns. `act` makes of some x their activations and, where it is `Sloped`, the slopes there. `Alone`: all is f32, and
 * besides the activation there is at most what is kept of it; then nothing else is asked for each vector.
 */
template <bool Sloped, bool Alone, class F>
INKSTONE_INLINE void finishWith(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column, int64_t rows,
                                int64_t n, const F& act) {
  // NOTE copies: what is stored could otherwise change s
  const float* bias = !Alone && s.bias ? s.bias + column : nullptr;
  const float* residual = !Alone && s.residual ? s.residual + at : nullptr;
  float* beside = s.beside ? s.beside + at : nullptr;
  uint16_t* besideBf16 = !Alone && s.besideBf16 ? s.besideBf16 + at : nullptr;
  uint16_t* outBf16 = !Alone && s.outBf16 ? s.outBf16 + at : nullptr;
  float* out = outBf16 ? nullptr : s.out + at;
  const bool keeps = !Sloped && s.role == Beside::preActivation;
  const bool scales = !Alone && s.role == Beside::factor && (beside || besideBf16);
  const int64_t ldOut = s.n;
  sweep(n, [=](int64_t j, auto part) INKSTONE_FLAT {
    const vf add = bias ? part.get(bias + j) : vf{};
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t to = i * ldOut + j;
      const auto keep = [=](vf v) INKSTONE_FLAT {
        if (beside) part.put(beside + to, v);
        if (besideBf16) putBf16(besideBf16 + to, v, part);
      };
      vf x[1] = {part.get(sums + i * ld + j)}, slope[1];
      if (bias) x[0] += add;
      if (keeps) keep(x[0]);
      act(x, slope);
      vf y = x[0];
      if (Sloped) keep(slope[0]);
      if (scales) y *= beside ? part.get(beside + to) : getBf16(besideBf16 + to, part);
      if (residual) y += part.get(residual + to);
      if (outBf16) putBf16(outBf16 + to, y, part);
      else part.put(out + to, y);
    }
  });
}

#if defined(INKSTONE_BF16)
/** Most products end so: whole tiles in bf16, with at most a slope or a factor beside them; or in f32, with a residual. */
static bool isPlainTile(const Matmul& s, int64_t n) {
  if (n % (2 * lanes) != 0 || s.bias || s.beside) return false;
  return s.outBf16 ? !s.residual && (!s.besideBf16 || s.role != Beside::preActivation) : s.residual && !s.besideBf16;
}

/**
 * Whether a result goes past the caches, which cannot hold it: measured, it pays on AMX, where memory is what products wait for;
 * vdpbf16ps gains nothing. The fence is the caller's.
 */
INKSTONE_INLINE bool passesCaches([[maybe_unused]] const Matmul& s) {
#if INKSTONE_BF16 == 2
  const int64_t bytes = s.outBf16 ? 2 : 4;
  const uintptr_t out = reinterpret_cast<uintptr_t>(s.outBf16 ? static_cast<void*>(s.outBf16) : s.out);
  const uintptr_t beside = reinterpret_cast<uintptr_t>(s.besideBf16);
  return s.m * s.n * bytes > cacheSizes().l2 && (s.n * bytes | out | beside) % 64 == 0;
#else
  return false;
#endif
}
/** A vector that begins a line. */
INKSTONE_INLINE void storeLine(void* to, vf v, bool passes) {
  if (passes) storeStreaming(static_cast<float*>(to), v);
  else __builtin_memcpy(to, &v, sizeof v);
}

/** finishWith for these: nothing is asked on the way. Two rows go side by side, unless slopes fill the registers. */
template <bool Sloped, class F>
INKSTONE_INLINE void finishPlain(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t rows, int64_t n,
                                 const F& act) {
  uint16_t *outBf16 = s.outBf16 ? s.outBf16 + at : nullptr, *beside = s.besideBf16 ? s.besideBf16 + at : nullptr;
  const float* residual = s.residual ? s.residual + at : nullptr;
  float* out = outBf16 ? nullptr : s.out + at;
  const int64_t ldOut = s.n;
  const bool passes = passesCaches(s);
  const auto put = [=](uint16_t* to, const vf* x) INKSTONE_FLAT { storeLine(to, (vf)neighbours(x[0], x[1]), passes); };
  const auto some = [=](int64_t r, int64_t j, auto count) INKSTONE_FLAT {
    constexpr int vectors = 2 * count.value;
    vf y[vectors], slope[vectors];
    const auto each = [=](auto use) INKSTONE_FLAT {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) use(v, (r + v / 2) * ldOut + j + v % 2 * lanes);
    };
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) y[v] = load(sums + (r + v / 2) * ld + j + v % 2 * lanes);
    act(y, slope);
    if (!outBf16) return each([&](int v, int64_t to) INKSTONE_FLAT { storeLine(out + to, y[v] + load(residual + to), passes); });
    if (!Sloped && beside) each([&](int v, int64_t to) INKSTONE_FLAT { y[v] *= loadBf16(beside + to); });
#pragma GCC unroll 2
    for (int i = 0; i < count.value; ++i) {
      if (Sloped) put(beside + (r + i) * ldOut + j, slope + 2 * i);
      put(outBf16 + (r + i) * ldOut + j, y + 2 * i);
    }
  };
  int64_t r = 0;
  const auto across = [&](auto count) INKSTONE_FLAT {
    for (int64_t j = 0; j < n; j += 2 * lanes) some(r, j, count);
  };
  for (; !Sloped && r + 2 <= rows; r += 2) across(std::integral_constant<int, 2>{});
  for (; r < rows; ++r) across(std::integral_constant<int, 1>{});
}
#endif

/** Whether nothing follows the sums: they are the result. */
static bool isBare(const Matmul& s) {
  return !s.bias && !s.residual && !s.outBf16 && !s.beside && !s.besideBf16 && s.activation == Activation::none;
}

/** Whether a residual or a factor is all that follows: a tile sees to it as it stores its sums. The residual comes first. */
[[maybe_unused]] static bool endsInTile(const Matmul& s) {
  if (s.bias || s.outBf16 || s.besideBf16 || s.activation != Activation::none) return false;
  return s.residual ? !s.beside : s.beside && s.role == Beside::factor;
}

template <bool Sloped, class F>
INKSTONE_INLINE void finishAs(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column, int64_t rows,
                              int64_t n, const F& act) {
#if defined(INKSTONE_BF16)
  if (isPlainTile(s, n)) return finishPlain<Sloped>(sums, ld, s, at, rows, n, act);
#endif
  const bool others = s.bias || s.residual || s.outBf16 || s.besideBf16 || (s.beside && s.role == Beside::factor);
  if (others) finishWith<Sloped, false>(sums, ld, s, at, column, rows, n, act);
  else finishWith<Sloped, true>(sums, ld, s, at, column, rows, n, act);
}

/** Rows of out from element `at` on, of the sums [rows, n] with leading dimension ld; they may lie in out itself. */
INKSTONE_APART static void finishRows(const float* sums, int64_t ld, const Matmul& s, int64_t at, int64_t column,
                                      int64_t rows, int64_t n) {
  if (isBare(s)) return;
  const bool rough = s.outBf16, sloped = s.role == Beside::slope && (s.beside || s.besideBf16);
  const auto finish = [&](const auto& act) INKSTONE_FLAT {
    sloped ? finishAs<true>(sums, ld, s, at, column, rows, n, act) : finishAs<false>(sums, ld, s, at, column, rows, n, act);
  };
#define INKSTONE_ALL(STATEMENT) [](auto& x, [[maybe_unused]] auto& slope) INKSTONE_FLAT { STATEMENT; }
#define INKSTONE_EACH(VALUE) INKSTONE_ALL(for (size_t i = 0; i < sizeof x / sizeof *x; ++i) x[i] = VALUE)
  switch (s.activation) {
    case Activation::relu: finish(INKSTONE_EACH(relu(x[i], slope[i]))); break;
    case Activation::gelu: rough ? finish(INKSTONE_ALL(gated(geluGate, x, slope))) : finish(INKSTONE_EACH(gelu(x[i], slope[i]))); break;
    case Activation::geluTanh:
      rough ? finish(INKSTONE_ALL(gated(geluTanhGate, x, slope))) : finish(INKSTONE_EACH(geluTanh(x[i], slope[i])));
      break;
    case Activation::silu:
      rough ? finish(INKSTONE_ALL(gated(siluGate, x, slope))) : finish(INKSTONE_EACH(silu(x[i], slope[i])));
      break;
    default: finish(INKSTONE_EACH((slope[i] = splat(1), x[i]))); break;
  }
#undef INKSTONE_EACH
#undef INKSTONE_ALL
}
