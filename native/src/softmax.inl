// Softmax and its relatives, rows of n. A row of −∞ only gives NaN (log-sum-exp: −∞).

/** The largest of n; what NaN there is shows in the sums that follow. */
template <class Row>
INKSTONE_INLINE float rowMax(Row x, int64_t n) {
  vf m[4] = {splat(MaxOf::start), splat(MaxOf::start), splat(MaxOf::start), splat(MaxOf::start)};
  sweep4(n, [&](int64_t i, int k, auto part) INKSTONE_FLAT { m[k] = vmax(m[k], x.at(i, part, MaxOf::start)); });
  const vf a = vmax(vmax(m[0], m[1]), vmax(m[2], m[3]));
  return any(a != a) ? __builtin_nanf("") : maxLanes(a);
}

/** Σ f(i, part) over a row: in f32 over short blocks, in double over the blocks. */
template <class F>
INKSTONE_INLINE double rowSum(int64_t n, const F& f) {
  constexpr int64_t block = 2048;
  double total = 0;
  for (int64_t at = 0; at < n; at += block) {
    vf sums[4] = {};
    sweep4(n - at < block ? n - at : block,
           [&](int64_t i, int k, auto part) INKSTONE_FLAT { sums[k] += f(at + i, part); });
    total += sumLanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  return total;
}

/** Σ exp(x − largest); lanes beyond the row count as −∞. */
template <class Row>
INKSTONE_INLINE double rowExpSum(Row x, int64_t n, float largest) {
  return rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT { return expFlush(x.at(i, part, MaxOf::start) - largest); });
}

/** log Σ exp(x) = largest + log Σ exp(x − largest) of a row; the two terms apart keep the digits of large x. */
struct LogSum {
  float largest;
  double rest;
  double value() const { return largest + rest; }
};
template <class Row>
INKSTONE_INLINE LogSum rowLogSum(Row x, int64_t n) {
  const float largest = rowMax(x, n);
  if (largest - largest == 0) return {largest, log(rowExpSum(x, n, largest))};
  for (int64_t i = 0; i < n; ++i) {  // ±∞ or NaN
    if (x[i] != x[i]) return {x[i], 0};
  }
  return {largest, 0};
}

/** Rows that make some microseconds of work. */
INKSTONE_INLINE int64_t rowGrain(int64_t n, int64_t elements) { return elements / (n + 1) + 1; }

/**
 * Large results are written past the caches; their exponentials wait in a row of scratch. The row that comes next is
 * fetched while this one is computed.
 */
static void softmax(const float* x, float* out, int64_t rows, int64_t n) {
  RAN("softmax");
  const bool streaming = streamsRows(x, out, rows, n);
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    Scratch scratch;
    float* waiting = streaming ? scratch.floats(n) : nullptr;
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * n;
      float *to = out + row * n, *exps = streaming ? waiting : to;
      const float largest = rowMax(Given{from}, n);
      const double sum = rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        __builtin_prefetch(from + n + i);
        const vf e = expFlush(part.get(from + i, MaxOf::start) - largest);
        part.put(exps + i, e);
        return e;
      });
      const float scale = (float)(1 / sum);
      mapSpan(to, 0, n, streaming, [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(exps + i) * scale; });
    }
    if (streaming) streamingFence();
  });
}

/** dx = y∘(g − Σ g∘y). */
static void softmaxGrad(const float* y, const float* grad, float* out, int64_t rows, int64_t n) {
  RAN("softmaxGrad");
  parallelFor(rows, rowGrain(n, moveGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float *p = y + row * n, *g = grad + row * n;
      float* to = out + row * n;
      const float dot =
          (float)rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(g + i) * part.get(p + i); });
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT { part.put(to + i, part.get(p + i) * (part.get(g + i) - dot)); });
    }
  });
}

static void logSoftmax(const float* x, float* out, int64_t rows, int64_t n) {
  RAN("logSoftmax");
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * n;
      float* to = out + row * n;
      const LogSum lse = rowLogSum(Given{from}, n);
      const float largest = lse.largest, rest = (float)lse.rest;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT { part.put(to + i, part.get(from + i) - largest - rest); });
    }
  });
}

/** dx = g − exp(y)·Σ g. */
static void logSoftmaxGrad(const float* y, const float* grad, float* out, int64_t rows, int64_t n) {
  RAN("logSoftmaxGrad");
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float *p = y + row * n, *g = grad + row * n;
      float* to = out + row * n;
      const float sum = (float)rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(g + i); });
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        part.put(to + i, part.get(g + i) - expFlush(part.get(p + i)) * sum);
      });
    }
  });
}

static void logSumExp(const float* x, float* out, int64_t rows, int64_t n) {
  RAN("logSumExp");
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) out[row] = (float)rowLogSum(Given{x + row * n}, n).value();
  });
}

static void fillSoftmax(KernelTable& table) {
  table.softmax = softmax;
  table.softmaxGrad = softmaxGrad;
  table.logSoftmax = logSoftmax;
  table.logSoftmaxGrad = logSoftmaxGrad;
  table.logSumExp = logSumExp;
}
