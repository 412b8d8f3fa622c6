// Layer norm and RMS norm with their gradients against the definitions in double.
#include "support/check.h"

#include <cstring>

using namespace inkstone;

namespace {

struct Sums {
  std::vector<double> gradX, gradWeight, gradBias, sizes;
};

/** The gradient of out = (x − mean)·rstd·weight + bias; without `centred` of x·rstd·weight. */
Sums reference(bool centred, const std::vector<float>& x, const float* weight, const std::vector<float>& g, int64_t rows, int64_t n,
               double eps) {
  Sums s;
  s.gradX.resize(x.size());
  s.gradWeight.assign((size_t)n, 0);
  s.gradBias = s.sizes = s.gradWeight;
  for (int64_t r = 0; r < rows; ++r) {
    const float *p = x.data() + r * n, *q = g.data() + r * n;
    double mean = 0, squares = 0, h = 0, hx = 0;
    for (int64_t i = 0; i < n && centred; ++i) mean += p[i] / (double)n;
    for (int64_t i = 0; i < n; ++i) squares += (p[i] - mean) * (p[i] - mean);
    const double rstd = 1 / std::sqrt(squares / (double)n + eps);
    const auto w = [&](int64_t i) { return weight ? weight[i] : 1.0; };
    for (int64_t i = 0; i < n; ++i) {
      const double normal = (p[i] - mean) * rstd;
      if (centred) h += q[i] * w(i);
      hx += q[i] * w(i) * normal;
      s.gradWeight[(size_t)i] += q[i] * normal;
      s.gradBias[(size_t)i] += q[i];
      s.sizes[(size_t)i] += std::fabs(q[i]) * (1 + std::fabs(normal));
    }
    for (int64_t i = 0; i < n; ++i) {
      s.gradX[(size_t)(r * n + i)] = rstd * (q[i] * w(i) - h / (double)n - (p[i] - mean) * rstd * hx / (double)n);
    }
  }
  return s;
}

void test(const KernelTable& table, const char* path) {
  Random random;
  const int64_t shapes[][2] = {{0, 4}, {1, 1}, {3, 2}, {5, 17}, {40, 65}, {300, 96}, {33, 768}, {600, 31}, {2, 5000}};
  const double eps = 1e-5;
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    auto x = randomFloats(random, rows * n);
    for (float& v : x) v = v * 3 + 1.5f;
    auto g = randomFloats(random, rows * n);
    std::vector<uint16_t> g16;
    for (float& v : g) g16.push_back(bf16Of(v)), v = floatOf(g16.back());
    const auto w = randomFloats(random, n), b = randomFloats(random, n);
    for (int given = 0; given < 4; ++given) {
      const float *weight = given & 1 ? w.data() : nullptr, *bias = given & 2 ? b.data() : nullptr;
      for (bool centred : {true, false}) {
        std::vector<float> out(x.size()), mean((size_t)rows), rstd((size_t)rows), gradX(x.size());
        std::vector<float> gradW((size_t)n, -9.0f), gradB((size_t)n, -9.0f);
        float *gw = weight ? gradW.data() : nullptr, *gb = bias ? gradB.data() : nullptr;
        if (centred) {
          table.layerNorm(x.data(), weight, bias, out.data(), nullptr, mean.data(), rstd.data(), rows, n, eps);
          table.layerNormGrad(x.data(), weight, mean.data(), rstd.data(), g.data(), nullptr, gradX.data(), false, gw, gb, rows, n);
        } else {
          table.rmsNorm(x.data(), weight, out.data(), nullptr, rstd.data(), rows, n, eps);
          table.rmsNormGrad(x.data(), weight, rstd.data(), g.data(), nullptr, gradX.data(), false, gw, rows, n);
        }
        std::vector<uint16_t> out16(x.size());
        if (centred) table.layerNorm(x.data(), weight, bias, nullptr, out16.data(), mean.data(), rstd.data(), rows, n, eps);
        else table.rmsNorm(x.data(), weight, nullptr, out16.data(), rstd.data(), rows, n, eps);
        for (size_t i = 0; i < x.size(); ++i) {
          const float rounded = floatOf(out16[i]);
          CHECK(near(rounded, out[i], 1.0 / 256), "%s as bf16 [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, rounded, out[i]);
        }
        const Sums want = reference(centred, x, weight, g, rows, n, eps);
        for (size_t i = 0; i < x.size(); ++i) {
          CHECK(near(gradX[i], want.gradX[i], 2e-5, 2e-5 * (n < 3 ? 100 : 1)), "%s gradX [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, gradX[i], want.gradX[i]);
        }
        for (size_t i = 0; i < (size_t)n; ++i) {
          if (gw) CHECK(near(gradW[i], want.gradWeight[i], 1e-5, 1e-6 * want.sizes[i]), "%s gradWeight [%ld, %ld]", path, (long)rows, (long)n);
          if (gb && centred) CHECK(near(gradB[i], want.gradBias[i], 1e-5, 1e-6 * want.sizes[i]), "%s gradBias", path);
        }
        for (int64_t r = 0; r < rows; ++r) {
          double m = 0, squares = 0;
          for (int64_t i = 0; i < n && centred; ++i) m += x[(size_t)(r * n + i)] / (double)n;
          for (int64_t i = 0; i < n; ++i) squares += std::pow(x[(size_t)(r * n + i)] - m, 2);
          const double s = 1 / std::sqrt(squares / (double)n + eps);
          CHECK(near(rstd[(size_t)r], s, 1e-4) && (!centred || near(mean[(size_t)r], m)), "%s moments", path);
          for (int64_t i = 0; i < n; ++i) {
            const double want = (x[(size_t)(r * n + i)] - m) * s * (weight ? w[(size_t)i] : 1.0) + (bias && centred ? b[(size_t)i] : 0.0);
            CHECK(near(out[(size_t)(r * n + i)], want, 1e-5, 1e-5), "%s norm [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, out[(size_t)(r * n + i)], want);
          }
        }
        // A gradient that is stored as bf16 gives the same, here added to ones.
        std::vector<float> gradX16(x.size(), 1.0f);
        if (centred) table.layerNormGrad(x.data(), weight, mean.data(), rstd.data(), nullptr, g16.data(), gradX16.data(), true, gw, gb, rows, n);
        else table.rmsNormGrad(x.data(), weight, rstd.data(), nullptr, g16.data(), gradX16.data(), true, gw, rows, n);
        for (size_t i = 0; i < x.size(); ++i) CHECK(near(gradX16[i], gradX[i] + 1, 1e-5, 1e-5), "%s gradient as bf16 [%ld, %ld]", path, (long)rows, (long)n);
        // Any number of threads does so as well.
        std::vector<float> again(gradW.size());
        setThreads(1);
        if (centred && gw) table.layerNormGrad(x.data(), weight, mean.data(), rstd.data(), g.data(), nullptr, gradX.data(), false, again.data(), gb, rows, n);
        setThreads(2);
        for (size_t i = 0; i < again.size() && centred && gw; ++i) CHECK(again[i] == gradW[i], "%s threads", path);
      }
    }
  }
}

}  // namespace

int main() { forEachTable(test); }
