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

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testRnn(table, path);
    testLstm(table, path);
    testGru(table, path);
  });
  return 0;
}
