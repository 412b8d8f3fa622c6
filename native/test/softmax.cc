// Softmax and its relatives against the definitions in double: odd rows, ends of the range.
#include "support/check.h"

#include <cstring>

using namespace inkstone;

namespace {

const int64_t shapes[][2] = {{0, 5}, {3, 1}, {5, 2}, {7, 13}, {33, 65}, {4, 1000}, {2, 50257}};

std::vector<float> rowsOf(Random& random, int64_t rows, int64_t n, int kind) {
  auto x = randomFloats(random, rows * n);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] *= 12;
    if (kind == 1) x[i] = x[i] * 1e3f + 5e4f;             // far from 0: only differences count
    if (kind == 2 && random.below(3) == 0) x[i] = -INFINITY;  // masked
  }
  return x;
}

void testSoftmax(const KernelTable& table, const char* path) {
  Random random;
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    for (int kind = 0; kind < 3; ++kind) {
      const auto x = rowsOf(random, rows, n, kind), g = randomFloats(random, rows * n);
      const size_t size = x.size();
      std::vector<float> soft(size), logs(size), lse((size_t)rows), softGrad(size), logGrad(size), place = x;
      table.softmax(x.data(), soft.data(), rows, n);
      table.softmax(place.data(), place.data(), rows, n);
      table.logSoftmax(x.data(), logs.data(), rows, n);
      table.logSumExp(x.data(), lse.data(), rows, n);
      table.softmaxGrad(soft.data(), g.data(), softGrad.data(), rows, n);
      table.logSoftmaxGrad(logs.data(), g.data(), logGrad.data(), rows, n);
      for (int64_t r = 0; r < rows; ++r) {
        double largest = -INFINITY, sum = 0, dot = 0, gSum = 0, gSize = 0;
        for (int64_t i = r * n; i < (r + 1) * n; ++i) largest = std::fmax(largest, x[(size_t)i]);
        for (int64_t i = r * n; i < (r + 1) * n; ++i) {
          sum += std::exp(x[(size_t)i] - largest);
          dot += (double)g[(size_t)i] * soft[(size_t)i];
          gSum += g[(size_t)i];
          gSize += std::fabs(g[(size_t)i]);
        }
        const double total = largest == -INFINITY ? -INFINITY : largest + std::log(sum);
        CHECK(near(lse[(size_t)r], total, 1e-6, 1e-6), "%s lse [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, lse[(size_t)r], total);
        for (int64_t at = r * n; at < (r + 1) * n; ++at) {
          const size_t i = (size_t)at;
          const double p = std::exp(x[i] - largest) / sum;
          CHECK(near(soft[i], p, 2e-6, 1e-37), "%s softmax kind %d [%ld, %ld]: %g, not %g", path, kind, (long)rows, (long)n, soft[i], p);
          CHECK(near(place[i], soft[i], 0, 0), "%s softmax in place", path);
          if (largest == -INFINITY) continue;
          CHECK(near(logs[i], x[i] - total, 1e-6, 1e-6), "%s logSoftmax: %g, not %g", path, logs[i], x[i] - total);
          CHECK(near(softGrad[i], soft[i] * (g[i] - dot), 1e-5, 1e-6), "%s softmaxGrad", path);
          CHECK(near(logGrad[i], g[i] - std::exp((double)logs[i]) * gSum, 1e-5, 1e-6 + 1e-6 * gSize), "%s logSoftmaxGrad", path);
        }
      }
    }
  }
}

void testEnds(const KernelTable& table, const char* path) {
  for (int64_t n : {1, 5, 8, 40}) {
    const auto run = [&](float filling, int64_t where, float special, float& lse) {
      std::vector<float> x((size_t)n, filling), out((size_t)n);
      if (where >= 0) x[(size_t)where] = special;
      table.softmax(x.data(), out.data(), 1, n);
      table.logSumExp(x.data(), &lse, 1, n);
      return out;
    };
    float lse;
    for (float v : run(-INFINITY, -1, 0, lse)) CHECK(std::isnan(v), "%s: a row of -inf gives NaN", path);
    CHECK(lse == -INFINITY, "%s", path);
    for (float v : run(1.0f, n - 1, NAN, lse)) CHECK(std::isnan(v), "%s: NaN spreads over its row", path);
    CHECK(std::isnan(lse), "%s", path);
    run(1.0f, n / 2, INFINITY, lse);
    CHECK(lse == INFINITY, "%s", path);
    for (float v : run(-1e30f, 0, 1e30f, lse)) CHECK(v == 0 || v == 1, "%s: %g", path, v);
    CHECK(lse == 1e30f, "%s", path);
  }
}

/** Large results go past the caches by way of scratch: the same bits as in place. */
void testStreaming(const KernelTable& table, const char* path) {
  const int64_t n = 10007, rows = cacheSizes().l3 / 4 / n + 1;
  std::vector<float> x((size_t)(rows * n)), out(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = (float)(i * 7919 % 1000) / 100;
  table.softmax(x.data(), out.data(), rows, n);
  table.softmax(x.data(), x.data(), rows, n);
  CHECK(std::memcmp(x.data(), out.data(), x.size() * 4) == 0, "%s", path);
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testSoftmax(table, path);
    testEnds(table, path);
    testStreaming(table, path);
  });
}
