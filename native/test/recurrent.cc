// Cells of recurrent networks and their gradients against the definitions in double: odd widths, several rows.
#include "support/check.h"

using namespace inkstone;

namespace {

const int64_t shapes[][2] = {{0, 5}, {1, 1}, {3, 7}, {2, 64}, {5, 131}, {40, 33}};

double sigmoidOf(double x) { return 1 / (1 + std::exp(-x)); }

void testRnn(const KernelTable& table, const char* path) {
  Random random;
  const auto h = randomFloats(random, 1003), g = randomFloats(random, 1003);
  std::vector<float> out(h.size());
  table.rnnCellGrad(h.data(), g.data(), out.data(), (int64_t)h.size());
  for (size_t i = 0; i < h.size(); ++i) {
    CHECK(near(out[i], g[i] * (1 - (double)h[i] * h[i])), "%s rnnCellGrad at %zu", path, i);
  }
}

void testLstm(const KernelTable& table, const char* path) {
  Random random;
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    auto gates = randomFloats(random, rows * 4 * n);
    for (float& x : gates) x *= 6;
    const auto sums = gates, past = randomFloats(random, rows * n), gh = randomFloats(random, rows * n);
    auto gc = randomFloats(random, rows * n);
    const auto gcBefore = gc;
    std::vector<float> cell(past.size()), hidden(past.size()), grad(gates.size());
    table.lstmCell(gates.data(), past.data(), cell.data(), hidden.data(), rows, n);
    table.lstmCellGrad(gates.data(), past.data(), cell.data(), gh.data(), gc.data(), grad.data(), rows, n);
    for (int64_t at = 0; at < rows * n; ++at) {
      const size_t i = (size_t)at, k = (size_t)(at / n * 4 * n + at % n), w = (size_t)n;
      const double in = sigmoidOf(sums[k]), keep = sigmoidOf(sums[k + w]);
      const double fresh = std::tanh((double)sums[k + 2 * w]), out = sigmoidOf(sums[k + 3 * w]);
      const double c = keep * past[i] + in * fresh, bent = std::tanh(c);
      CHECK(near(gates[k], in) && near(gates[k + w], keep), "%s lstmCell gates", path);
      CHECK(near(gates[k + 2 * w], fresh) && near(gates[k + 3 * w], out), "%s lstmCell gates", path);
      CHECK(near(cell[i], c) && near(hidden[i], out * bent), "%s lstmCell [%ld, %ld]", path, (long)rows, (long)n);
      const double all = gcBefore[i] + gh[i] * out * (1 - bent * bent);
      CHECK(near(grad[k], all * fresh * in * (1 - in), 1e-4), "%s lstmCellGrad input", path);
      CHECK(near(grad[k + w], all * past[i] * keep * (1 - keep), 1e-4), "%s lstmCellGrad forget", path);
      CHECK(near(grad[k + 2 * w], all * in * (1 - fresh * fresh), 1e-4), "%s lstmCellGrad candidate", path);
      CHECK(near(grad[k + 3 * w], gh[i] * bent * out * (1 - out), 1e-4), "%s lstmCellGrad output", path);
      CHECK(near(gc[i], all * keep, 1e-4), "%s lstmCellGrad past", path);
    }
  }
}

void testGru(const KernelTable& table, const char* path) {
  Random random;
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    const auto x = randomFloats(random, rows * 3 * n), p = randomFloats(random, rows * 3 * n);
    const auto past = randomFloats(random, rows * n), gh = randomFloats(random, rows * n);
    std::vector<float> gates((size_t)(rows * 4 * n)), hidden(past.size()), toX(x.size()), toP(x.size()), toPast(past.size());
    table.gruCell(x.data(), p.data(), past.data(), gates.data(), hidden.data(), rows, n);
    table.gruCellGrad(gates.data(), past.data(), gh.data(), toX.data(), toP.data(), toPast.data(), rows, n);
    for (int64_t at = 0; at < rows * n; ++at) {
      const size_t i = (size_t)at, k = (size_t)(at / n * 3 * n + at % n), w = (size_t)n;
      const double reset = sigmoidOf((double)x[k] + p[k]), update = sigmoidOf((double)x[k + w] + p[k + w]);
      const double fresh = std::tanh(x[k + 2 * w] + reset * p[k + 2 * w]);
      CHECK(near(hidden[i], (1 - update) * fresh + update * past[i]), "%s gruCell [%ld, %ld]", path, (long)rows, (long)n);
      const double toFresh = gh[i] * (1 - update) * (1 - fresh * fresh);
      const double toReset = toFresh * p[k + 2 * w] * reset * (1 - reset);
      const double toUpdate = gh[i] * (past[i] - fresh) * update * (1 - update);
      CHECK(near(toX[k], toReset, 1e-4) && near(toP[k], toReset, 1e-4), "%s gruCellGrad reset", path);
      CHECK(near(toX[k + w], toUpdate, 1e-4) && near(toP[k + w], toUpdate, 1e-4), "%s gruCellGrad update", path);
      CHECK(near(toX[k + 2 * w], toFresh, 1e-4), "%s gruCellGrad candidate", path);
      CHECK(near(toP[k + 2 * w], toFresh * reset, 1e-4), "%s gruCellGrad product", path);
      CHECK(near(toPast[i], gh[i] * update), "%s gruCellGrad past", path);
    }
  }
}

/** Both sums as they are, in double: no exponent is taken out. */
void testWkv(const KernelTable& table, const char* path) {
  Random random;
  for (const auto& shape : shapes) {
    const int64_t batch = shape[0] % 4, n = shape[1], steps = 5;
    const size_t one = (size_t)(batch * n), all = (size_t)steps * one;
    const auto key = randomFloats(random, (int64_t)all), value = randomFloats(random, (int64_t)all);
    auto decay = randomFloats(random, n);
    const auto first = randomFloats(random, n), grad = randomFloats(random, (int64_t)all);
    for (float& x : decay) x = -x * x;
    auto start = randomFloats(random, (int64_t)one * 3);
    for (int64_t i = 0; i < batch * n; ++i) start[(size_t)(i / n * 3 * n + n + i % n)] = 1 + (float)(i % 3);
    std::vector<float> out(all), states(3 * all), toKey(all), toValue(all), toDecay(one), toFirst(one), toStart(3 * one);
    table.wkv(key.data(), value.data(), decay.data(), first.data(), start.data(), out.data(), states.data(), steps, batch, n);
    table.wkvGrad(key.data(), value.data(), decay.data(), first.data(), start.data(), out.data(), states.data(), grad.data(),
                  toKey.data(), toValue.data(), toDecay.data(), toFirst.data(), toStart.data(), steps, batch, n);
    for (size_t place = 0; place < one; ++place) {
      const size_t row = place / (size_t)n, i = place % (size_t)n, base = row * 3 * (size_t)n + i;
      const double w = std::exp((double)decay[i]), u = first[i], scale = std::exp((double)start[base + 2 * (size_t)n]);
      double a[steps + 1], b[steps + 1], y[steps], den[steps];
      a[0] = start[base] * scale, b[0] = start[base + (size_t)n] * scale;
      for (int64_t t = 0; t < steps; ++t) {
        const size_t at = (size_t)t * one + place;
        const double e = std::exp((double)key[at]), now = std::exp(key[at] + u);
        den[t] = b[t] + now, y[t] = (a[t] + now * value[at]) / den[t];
        a[t + 1] = w * a[t] + e * value[at], b[t + 1] = w * b[t] + e;
        CHECK(near(out[at], y[t], 1e-4), "%s wkv [%ld, %ld]", path, (long)batch, (long)n);
      }
      double ga = 0, gb = 0, gw = 0, gu = 0;
      for (int64_t t = steps - 1; t >= 0; --t) {
        const size_t at = (size_t)t * one + place;
        const double e = std::exp((double)key[at]), now = std::exp(key[at] + u), g = grad[at] / den[t];
        const double toNow = g * now * (value[at] - y[t]);
        CHECK(near(toValue[at], g * now + ga * e, 1e-4), "%s wkvGrad value", path);
        CHECK(near(toKey[at], toNow + (ga * value[at] + gb) * e, 1e-4), "%s wkvGrad key", path);
        gu += toNow, gw += (ga * a[t] + gb * b[t]) * w;
        ga = g + ga * w, gb = gb * w - g * y[t];
      }
      CHECK(near(toDecay[place], gw, 1e-4) && near(toFirst[place], gu, 1e-4), "%s wkvGrad decay, first", path);
      CHECK(near(toStart[base], ga * scale, 1e-4), "%s wkvGrad start", path);
      CHECK(near(toStart[base + (size_t)n], gb * scale, 1e-4), "%s wkvGrad start", path);
      CHECK(near(toStart[base + 2 * (size_t)n], ga * a[0] + gb * b[0], 1e-4), "%s wkvGrad start", path);
    }
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testRnn(table, path);
    testLstm(table, path);
    testGru(table, path);
    testWkv(table, path);
  });
  return 0;
}
