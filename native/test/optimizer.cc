// AdamW against its formula in double, over some steps.
#include "support/check.h"

using namespace inkstone;

namespace {

void test(const KernelTable& table, const char* path) {
  Random random;
  for (int64_t n : {0, 1, 7, 8, 31, 1000, 50003}) {
    auto p = randomFloats(random, n), m = std::vector<float>((size_t)n), v = m;
    std::vector<double> want(p.begin(), p.end()), first((size_t)n), second((size_t)n);
    for (int step = 1; step <= 4; ++step) {
      const auto g = randomFloats(random, n);
      AdamwOptions o{1e-2, 0.9, 0.95, 1e-8, 0.1, 1 - std::pow(0.9, step), 1 - std::pow(0.95, step), 0.5};
      table.adamw(p.data(), g.data(), m.data(), v.data(), n, o);
      for (size_t i = 0; i < p.size(); ++i) {
        const double slope = g[i] * o.gradScale;
        first[i] = o.beta1 * first[i] + (1 - o.beta1) * slope;
        second[i] = o.beta2 * second[i] + (1 - o.beta2) * slope * slope;
        want[i] = want[i] * (1 - o.lr * o.weightDecay) - o.lr * (first[i] / o.correction1) / (std::sqrt(second[i] / o.correction2) + o.eps);
        CHECK(near(p[i], want[i], 1e-6, 1e-6) && near(m[i], first[i], 1e-5, 1e-7) && near(v[i], second[i], 1e-5, 1e-8), "%s step %d [%ld]: %.9g, not %.9g", path, step, (long)i, p[i], want[i]);
      }
    }
  }
}

}  // namespace

int main() { forEachTable(test); }
