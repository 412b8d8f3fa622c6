// One step of the cells of recurrent networks, and its gradient: rows of n features, gates of a row side by side.

/** body(row) for each of the rows, on all threads where there is work for them. */
template <class F>
static void eachRecurrentRow(int64_t rows, int64_t n, const F& body) {
  const int64_t grain = mathGrain / 4 / (n > 0 ? n : 1);
  parallelFor(rows, grain > 0 ? grain : 1, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) body(row);
  });
}

/** out = grad·(1 − hidden²). */
static void rnnCellGrad(const float* hidden, const float* grad, float* out, int64_t n) {
  RAN("rnnCellGrad");
  mapFlat(out, n, moveGrain, out != hidden && out != grad, [=](int64_t i, auto part) INKSTONE_FLAT {
    const vf h = part.get(hidden + i);
    return part.get(grad + i) * (1.0f - h * h);
  });
}

static void lstmCell(float* gates, const float* past, float* cell, float* hidden, int64_t rows, int64_t n) {
  RAN("lstmCell");
  eachRecurrentRow(rows, n, [=](int64_t row) {
    float *input = gates + row * 4 * n, *forget = input + n, *candidate = forget + n, *output = candidate + n;
    const float* before = past + row * n;
    float *c = cell + row * n, *h = hidden + row * n;
    sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
      const vf in = sigmoid(part.get(input + i)), keep = sigmoid(part.get(forget + i));
      const vf fresh = vtanh(part.get(candidate + i)), out = sigmoid(part.get(output + i));
      const vf now = keep * part.get(before + i) + in * fresh;
      part.put(input + i, in);
      part.put(forget + i, keep);
      part.put(candidate + i, fresh);
      part.put(output + i, out);
      part.put(c + i, now);
      part.put(h + i, out * vtanh(now));
    });
  });
}

static void lstmCellGrad(const float* gates, const float* past, const float* cell, const float* gradHidden, float* gradCell,
                         float* gradGates, int64_t rows, int64_t n) {
  RAN("lstmCellGrad");
  eachRecurrentRow(rows, n, [=](int64_t row) {
    const float *input = gates + row * 4 * n, *forget = input + n, *candidate = forget + n, *output = candidate + n;
    float *toInput = gradGates + row * 4 * n, *toForget = toInput + n, *toCandidate = toForget + n,
          *toOutput = toCandidate + n;
    const float *before = past + row * n, *c = cell + row * n, *gh = gradHidden + row * n;
    float* gc = gradCell + row * n;
    sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
      const vf in = part.get(input + i), keep = part.get(forget + i);
      const vf fresh = part.get(candidate + i), out = part.get(output + i);
      const vf bent = vtanh(part.get(c + i)), g = part.get(gh + i);
      const vf all = part.get(gc + i) + g * out * (1.0f - bent * bent);
      part.put(toInput + i, all * fresh * in * (1.0f - in));
      part.put(toForget + i, all * part.get(before + i) * keep * (1.0f - keep));
      part.put(toCandidate + i, all * in * (1.0f - fresh * fresh));
      part.put(toOutput + i, g * bent * out * (1.0f - out));
      part.put(gc + i, all * keep);
    });
  });
}

static void gruCell(const float* input, const float* product, const float* past, float* gates, float* hidden, int64_t rows,
                    int64_t n) {
  RAN("gruCell");
  eachRecurrentRow(rows, n, [=](int64_t row) {
    const float *x = input + row * 3 * n, *p = product + row * 3 * n, *before = past + row * n;
    float *kept = gates + row * 4 * n, *h = hidden + row * n;
    sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
      const vf reset = sigmoid(part.get(x + i) + part.get(p + i));
      const vf update = sigmoid(part.get(x + n + i) + part.get(p + n + i));
      const vf inner = part.get(p + 2 * n + i);
      const vf fresh = vtanh(part.get(x + 2 * n + i) + reset * inner);
      part.put(kept + i, reset);
      part.put(kept + n + i, update);
      part.put(kept + 2 * n + i, fresh);
      part.put(kept + 3 * n + i, inner);
      part.put(h + i, (1.0f - update) * fresh + update * part.get(before + i));
    });
  });
}

static void gruCellGrad(const float* gates, const float* past, const float* gradHidden, float* gradInput, float* gradProduct,
                        float* gradPast, int64_t rows, int64_t n) {
  RAN("gruCellGrad");
  eachRecurrentRow(rows, n, [=](int64_t row) {
    const float *kept = gates + row * 4 * n, *before = past + row * n, *gh = gradHidden + row * n;
    float *toInput = gradInput + row * 3 * n, *toProduct = gradProduct + row * 3 * n, *toPast = gradPast + row * n;
    sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
      const vf reset = part.get(kept + i), update = part.get(kept + n + i);
      const vf fresh = part.get(kept + 2 * n + i), inner = part.get(kept + 3 * n + i), g = part.get(gh + i);
      const vf toFresh = g * (1.0f - update) * (1.0f - fresh * fresh);
      const vf toReset = toFresh * inner * reset * (1.0f - reset);
      const vf toUpdate = g * (part.get(before + i) - fresh) * update * (1.0f - update);
      part.put(toInput + i, toReset);
      part.put(toInput + n + i, toUpdate);
      part.put(toInput + 2 * n + i, toFresh);
      part.put(toProduct + i, toReset);
      part.put(toProduct + n + i, toUpdate);
      part.put(toProduct + 2 * n + i, toFresh * reset);
      part.put(toPast + i, g * update);
    });
  });
}

static void fillRecurrent(KernelTable& table) {
  table.rnnCellGrad = rnnCellGrad;
  table.lstmCell = lstmCell;
  table.lstmCellGrad = lstmCellGrad;
  table.gruCell = gruCell;
  table.gruCellGrad = gruCellGrad;
}
