// Cross-entropy over the vocabulary; probabilities are never kept.

template <class Row>
static void crossEntropyOf(Row logits, const int32_t* targets, float* losses, float* lse, int64_t rows, int64_t n,
                           int32_t ignoreIndex, double smoothing) {
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Row x = logits.from(row * n);
      const LogSum sum = rowLogSum(x, n);
      lse[row] = (float)sum.value();
      if (targets[row] == ignoreIndex) {
        losses[row] = 0;
        continue;
      }
      double loss = (double)sum.largest - x[targets[row]] + sum.rest;
      if (smoothing != 0) {
        const double all = rowSum(n, [=](int64_t i, auto part) INKSTONE_FLAT { return x.at(i, part); });
        loss = (1 - smoothing) * loss + smoothing * (sum.value() - all / n);
      }
      losses[row] = (float)loss;
    }
  });
}

/** losses[r] = (1 − ε)·(lse − x[t]) + ε·(lse − mean x); 0 where the target is to be ignored. Instead of logits: logitsBf16. */
static void crossEntropy(const float* logits, const uint16_t* logitsBf16, const int32_t* targets, float* losses, float* lse,
                         int64_t rows, int64_t n, int32_t ignoreIndex, double smoothing) {
  RAN("crossEntropy");
  if (logitsBf16) crossEntropyOf(GivenBf16{logitsBf16}, targets, losses, lse, rows, n, ignoreIndex, smoothing);
  else crossEntropyOf(Given{logits}, targets, losses, lse, rows, n, ignoreIndex, smoothing);
}

template <class Row>
static void crossEntropyGradOf(Row logits, const int32_t* targets, const float* lse, const float* gradLosses, float* gradLogits,
                               uint16_t* gradBf16, bool streaming, int64_t rows, int64_t n, int32_t ignoreIndex,
                               double smoothing) {
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Row x = logits.from(row * n);
      float* to = gradBf16 ? nullptr : gradLogits + row * n;
      uint16_t* toBf16s = gradBf16 ? gradBf16 + row * n : nullptr;
      if (targets[row] == ignoreIndex) {
        gradBf16 ? __builtin_memset(toBf16s, 0, n * 2) : __builtin_memset(to, 0, n * 4);
        continue;
      }
      const float g = gradLosses[row], shift = lse[row], even = (float)(g * smoothing / n);
      const int32_t t = targets[row];
      const float atTarget = (float)(g * (exp((double)x[t] - shift) - (1 - smoothing)) - even);
      const auto slope = [=](int64_t i, auto part) INKSTONE_FLAT { return expFlush(x.at(i, part) - shift) * g - even; };
      if (gradBf16) {
        sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT { putBf16(toBf16s + i, slope(i, part), part); });
        toBf16s[t] = toBf16(atTarget);
        continue;
      }
      mapSpan(to, 0, n, streaming, slope);
      if (streaming) streamingFence();  // before the plain store into the same line
      to[t] = atTarget;
    }
  });
}

/**
 * gradLogits[r] = gradLosses[r]·(softmax − (1 − ε)·onehot − ε/n); gradLogits may be the logits, in bf16 as well. Instead of
 * either: logitsBf16, gradBf16.
 */
static void crossEntropyGrad(const float* logits, const uint16_t* logitsBf16, const int32_t* targets, const float* lse,
                             const float* gradLosses, float* gradLogits, uint16_t* gradBf16, int64_t rows, int64_t n,
                             int32_t ignoreIndex, double smoothing) {
  RAN("crossEntropyGrad");
  const bool streaming = !gradBf16 && logits != gradLogits && rows * n * 4 >= streamingBytes() && n >= 8 * lanes;
  const auto run = [=](auto row) {
    crossEntropyGradOf(row, targets, lse, gradLosses, gradLogits, gradBf16, streaming, rows, n, ignoreIndex, smoothing);
  };
  logitsBf16 ? run(GivenBf16{logitsBf16}) : run(Given{logits});
}

static void fillLoss(KernelTable& table) {
  table.crossEntropy = crossEntropy;
  table.crossEntropyGrad = crossEntropyGrad;
}
