// One step of the cells of recurrent networks, and its gradient: rows of n features, gates of a row side by side. And all steps of
// RWKV's memory.

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

/** Of a state [3n]: both sums, and the exponent that is taken out of them. */
static void wkv(const float* key, const float* value, const float* decay, const float* first, const float* start, float* out,
                float* states, int64_t steps, int64_t batch, int64_t n) {
  RAN("wkv");
  eachRecurrentRow(batch, steps * n, [=](int64_t row) {
    for (int64_t t = 0; t < steps; ++t) {
      const int64_t at = (t * batch + row) * n;
      const float *k = key + at, *v = value + at;
      const float* past = t == 0 ? start + row * 3 * n : states + 3 * (at - batch * n);
      float *state = states + 3 * at, *y = out + at;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        const vf a = part.get(past + i), b = part.get(past + n + i), p = part.get(past + 2 * n + i);
        const vf ki = part.get(k + i), vi = part.get(v + i), now = ki + part.get(first + i), faded = p + part.get(decay + i);
        const vf top = vmax(p, now), old = vexp(p - top), fresh = vexp(now - top);
        part.put(y + i, (old * a + fresh * vi) / (old * b + fresh));
        const vf next = vmax(faded, ki), keep = vexp(faded - next), add = vexp(ki - next);
        part.put(state + i, keep * a + add * vi);
        part.put(state + n + i, keep * b + add);
        part.put(state + 2 * n + i, next);
      });
    }
  });
}

/** gradStart carries the gradient of both sums back in time; gradDecay and gradFirst [batch, n] are added up on the way. */
static void wkvGrad(const float* key, const float* value, const float* decay, const float* first, const float* start,
                    const float* out, const float* states, const float* grad, float* gradKey, float* gradValue,
                    float* gradDecay, float* gradFirst, float* gradStart, int64_t steps, int64_t batch, int64_t n) {
  RAN("wkvGrad");
  eachRecurrentRow(batch, steps * n, [=](int64_t row) {
    float *toDecay = gradDecay + row * n, *toFirst = gradFirst + row * n, *carried = gradStart + row * 3 * n;
    std::memset(toDecay, 0, (size_t)n * sizeof(float));
    std::memset(toFirst, 0, (size_t)n * sizeof(float));
    std::memset(carried, 0, (size_t)(3 * n) * sizeof(float));
    for (int64_t t = steps - 1; t >= 0; --t) {
      const int64_t at = (t * batch + row) * n;
      const float *k = key + at, *v = value + at, *y = out + at, *g = grad + at, *state = states + 3 * at;
      const float* past = t == 0 ? start + row * 3 * n : states + 3 * (at - batch * n);
      float *toKey = gradKey + at, *toValue = gradValue + at;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        const vf a = part.get(past + i), b = part.get(past + n + i), p = part.get(past + 2 * n + i);
        const vf ki = part.get(k + i), vi = part.get(v + i), now = ki + part.get(first + i), faded = p + part.get(decay + i);
        const vf top = vmax(p, now), old = vexp(p - top), fresh = vexp(now - top);
        const vf share = part.get(g + i) / (old * b + fresh), yi = part.get(y + i);
        const vf next = part.get(state + 2 * n + i), keep = vexp(faded - next), add = vexp(ki - next);
        const vf ga = part.get(carried + i), gb = part.get(carried + n + i);
        const vf toNow = share * fresh * (vi - yi);
        part.put(toFirst + i, part.get(toFirst + i) + toNow);
        part.put(toValue + i, share * fresh + ga * add);
        part.put(toKey + i, toNow + (ga * vi + gb) * add);
        part.put(toDecay + i, part.get(toDecay + i) + (ga * a + gb * b) * keep);
        const vf toA = share * old + ga * keep, toB = gb * keep - share * yi * old;
        part.put(carried + i, toA);
        part.put(carried + n + i, toB);
        part.put(carried + 2 * n + i, toA * a + toB * b);
      });
    }
  });
}

static void fillRecurrent(KernelTable& table) {
  table.wkv = wkv;
  table.wkvGrad = wkvGrad;
  table.rnnCellGrad = rnnCellGrad;
  table.lstmCell = lstmCell;
  table.lstmCellGrad = lstmCellGrad;
  table.gruCell = gruCell;
  table.gruCellGrad = gruCellGrad;
}
