// Layer norm (Ba et al. 2016) and RMS norm (Zhang & Sennrich 2019), rows of n.

/** A weight or a bias that is absent. */
struct Ones {
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t, Part) const {
    return splat(1);
  }
};
struct Zeros {
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t, Part) const {
    return vf{};
  }
};
template <class Body>
INKSTONE_INLINE void withWeight(const float* weight, const Body& body) {
  if (weight) body(Given{weight});
  else body(Ones{});
}
template <class Body>
INKSTONE_INLINE void withBias(const float* bias, const Body& body) {
  if (bias) body(Given{bias});
  else body(Zeros{});
}

/** One row of the result from `at` on: f32 or, when given, bf16. */
template <class F>
INKSTONE_INLINE void writeRow(float* out, uint16_t* outBf16, int64_t at, int64_t n, bool streaming, const F& f) {
  if (!outBf16) return mapSpan(out + at, 0, n, streaming, f);
  sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT { putBf16(outBf16 + at + i, f(i, part), part); });
}

struct Yes {
  static constexpr bool value = true;
};
struct No {
  static constexpr bool value = false;
};

/** out = (x − mean)·rstd·weight + bias. */
static void layerNorm(const float* x, const float* weight, const float* bias, float* out, uint16_t* outBf16, float* mean,
                      float* rstd, int64_t rows, int64_t n, double eps) {
  RAN("layerNorm");
  const bool streaming = !outBf16 && streamsRows(x, out, rows, n);
  withWeight(weight, [=](auto w) {
    withBias(bias, [=](auto b) {
      parallelFor(rows, rowGrain(n, moveGrain / 2), [=](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          const float* from = x + row * n;
          const float centre =
              (float)(rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(from + i); }) / n);
          const double squares = rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT {
            __builtin_prefetch(from + n + i);
            const vf d = part.get(from + i, centre) - centre;
            return d * d;
          });
          const float scale = (float)(1 / sqrt(squares / n + eps));
          mean[row] = centre;
          rstd[row] = scale;
          writeRow(out, outBf16, row * n, n, streaming, [=](int64_t i, auto part) INKSTONE_FLAT {
            return (part.get(from + i) - centre) * scale * w.at(i, part) + b.at(i, part);
          });
        }
        if (streaming) streamingFence();
      });
    });
  });
}

/** out = x·rstd·weight, rstd = 1/√(mean x² + eps). */
static void rmsNorm(const float* x, const float* weight, float* out, uint16_t* outBf16, float* rstd, int64_t rows,
                    int64_t n, double eps) {
  RAN("rmsNorm");
  const bool streaming = !outBf16 && streamsRows(x, out, rows, n);
  withWeight(weight, [=](auto w) {
    parallelFor(rows, rowGrain(n, moveGrain / 2), [=](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const float* from = x + row * n;
        const double squares = rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT {
          __builtin_prefetch(from + n + i);
          const vf v = part.get(from + i);
          return v * v;
        });
        const float scale = (float)(1 / sqrt(squares / n + eps));
        rstd[row] = scale;
        writeRow(out, outBf16, row * n, n, streaming,
                 [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(from + i) * scale * w.at(i, part); });
      }
      if (streaming) streamingFence();
    });
  });
}

/** into = Σ parts (each of n, one below the other), in order. */
static void joinParts(const float* parts, int64_t count, int64_t step, float* into, int64_t n) {
  sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
    vf sum{};
    for (int64_t p = 0; p < count; ++p) sum += part.get(parts + p * step + i);
    part.put(into + i, sum);
  });
}

/**
 * With x̂ = (x − mean)·rstd and h = g∘weight: dx = rstd·(h − mean h − x̂·mean(h∘x̂)), weight gradient Σ g∘x̂, bias
 * gradient Σ g. Rows go in parts, fixed by the shape; each part sums for itself, the parts are joined in order.
 * Without `mean` (RMS norm) the term mean h is absent. `accumulate` adds dx to what is there.
 */
template <bool centred, class Weight, class Grad>
static void normGrad(const float* x, Weight w, const float* mean, const float* rstd, Grad grad, float* gradX,
                     bool accumulate, float* gradWeight, float* gradBias, int64_t rows, int64_t n) {
  constexpr int64_t mostParts = 32, leastRows = 16;
  const int64_t byRows = (rows + leastRows - 1) / leastRows, parts = byRows < mostParts ? byRows : mostParts;
  const bool sums = gradWeight || gradBias;
  const int64_t step = (n + 15) / 16 * 16;
  Scratch scratch;
  float* sumsW = sums ? scratch.floats(2 * parts * step) : nullptr;
  float* sumsB = sums ? sumsW + parts * step : nullptr;
  const auto runPart = [=](int64_t p) {
    float *partW = sumsW + p * step, *partB = sumsB + p * step;
    if (sums) __builtin_memset(partW, 0, n * 4), __builtin_memset(partB, 0, n * 4);
    for (int64_t row = rows * p / parts; row < rows * (p + 1) / parts; ++row) {
      const float* from = x + row * n;
      const Grad g = grad.from(row * n);
      float* to = gradX + row * n;
      const float centre = centred ? mean[row] : 0.0f, scale = rstd[row];
      vf h[2] = {}, hx[2] = {};
      const auto look = [&](int64_t i, int k, auto part, auto summing) INKSTONE_FLAT {
        const vf gi = g.at(i, part), normal = (part.get(from + i, centre) - centre) * scale;
        const vf hi = gi * w.at(i, part);
        if (centred) h[k] += hi;
        hx[k] += hi * normal;
        if constexpr (decltype(summing)::value) {
          part.put(partW + i, part.get(partW + i) + gi * normal);
          if (centred) part.put(partB + i, part.get(partB + i) + gi);
        }
      };
      const auto walkRow = [&](auto summing) INKSTONE_FLAT {
        int64_t i = 0;
        for (; i + 2 * lanes <= n; i += 2 * lanes) {
          look(i, 0, Whole{}, summing);
          look(i + lanes, 1, Whole{}, summing);
        }
        sweep(n - i, [&](int64_t j, auto part) INKSTONE_FLAT { look(i + j, 0, part, summing); });
      };
      if (sums) walkRow(Yes{});
      else walkRow(No{});
      const float hMean = centred ? sumLanes(h[0] + h[1]) / (float)n : 0.0f;
      const float hxMean = sumLanes(hx[0] + hx[1]) / (float)n;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        const vf normal = (part.get(from + i) - centre) * scale, hi = g.at(i, part) * w.at(i, part);
        const vf own = scale * (hi - hMean - normal * hxMean);
        part.put(to + i, accumulate ? part.get(to + i) + own : own);
      });
    }
  };
  if (rows * n < moveGrain) {
    for (int64_t p = 0; p < parts; ++p) runPart(p);
  } else {
    parallelTasks(parts, runPart);
  }
  if (gradWeight) joinParts(sumsW, parts, step, gradWeight, n);
  if (gradBias) joinParts(sumsB, parts, step, gradBias, n);
}

static void layerNormGrad(const float* x, const float* weight, const float* mean, const float* rstd, const float* grad,
                          const uint16_t* gradBf16, float* gradX, bool accumulate, float* gradWeight, float* gradBias,
                          int64_t rows, int64_t n) {
  RAN("layerNormGrad");
  withWeight(weight, [=](auto w) {
    if (gradBf16) normGrad<true>(x, w, mean, rstd, GivenBf16{gradBf16}, gradX, accumulate, gradWeight, gradBias, rows, n);
    else normGrad<true>(x, w, mean, rstd, Given{grad}, gradX, accumulate, gradWeight, gradBias, rows, n);
  });
}

static void rmsNormGrad(const float* x, const float* weight, const float* rstd, const float* grad, const uint16_t* gradBf16,
                        float* gradX, bool accumulate, float* gradWeight, int64_t rows, int64_t n) {
  RAN("rmsNormGrad");
  withWeight(weight, [=](auto w) {
    if (gradBf16) normGrad<false>(x, w, nullptr, rstd, GivenBf16{gradBf16}, gradX, accumulate, gradWeight, nullptr, rows, n);
    else normGrad<false>(x, w, nullptr, rstd, Given{grad}, gradX, accumulate, gradWeight, nullptr, rows, n);
  });
}

static void fillNorm(KernelTable& table) {
  table.layerNorm = layerNorm;
  table.layerNormGrad = layerNormGrad;
  table.rmsNorm = rmsNorm;
  table.rmsNormGrad = rmsNormGrad;
}
