// Cross-entropy and its gradient: label smoothing, ignored targets, in place, large vocabularies.
#include <cstring>

#include "support/check.h"

using namespace inkstone;

namespace {

void test(const KernelTable& table, const char* path) {
  Random random;
  const int64_t shapes[][2] = {{0, 3}, {4, 1}, {9, 2}, {30, 65}, {17, 1003}, {3, 50304}};
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    for (double smoothing : {0.0, 0.1}) {
      auto x = randomFloats(random, rows * n);
      for (float& v : x) v *= 15;
      if (smoothing == 0 && n > 10) for (size_t i = 3; i < x.size(); i += 11) x[i] = -INFINITY;
      const auto g = randomFloats(random, rows);
      std::vector<int32_t> targets((size_t)rows);
      for (size_t r = 0; r < targets.size(); ++r) targets[r] = r % 5 == 3 ? -100 : (int32_t)random.below(n);
      std::vector<float> losses((size_t)rows), lse((size_t)rows), grad(x.size()), place = x;
      std::vector<uint16_t> half(x.size());
      table.crossEntropy(x.data(), nullptr, targets.data(), losses.data(), lse.data(), rows, n, -100, smoothing);
      table.crossEntropyGrad(x.data(), nullptr, targets.data(), lse.data(), g.data(), grad.data(), nullptr, rows, n, -100, smoothing);
      table.crossEntropyGrad(place.data(), nullptr, targets.data(), lse.data(), g.data(), place.data(), nullptr, rows, n, -100, smoothing);
      table.crossEntropyGrad(x.data(), nullptr, targets.data(), lse.data(), g.data(), nullptr, half.data(), rows, n, -100, smoothing);
      for (int64_t r = 0; r < rows; ++r) {
        const float* p = x.data() + r * n;
        const int32_t t = targets[(size_t)r];
        double sum = 0, mean = 0;
        for (int64_t i = 0; i < n; ++i) sum += std::exp((double)p[i]), mean += p[i] / (double)n;
        const double total = std::log(sum);
        double want = t == -100 ? 0 : (1 - smoothing) * (total - p[t]);
        if (smoothing && t != -100) want += smoothing * (total - mean);
        CHECK(near(losses[(size_t)r], want, 1e-5, 5e-6), "%s loss [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, losses[(size_t)r], want);
        CHECK(near(lse[(size_t)r], total), "%s lse", path);
        for (int64_t i = 0; i < n; ++i) {
          const size_t at = (size_t)(r * n + i);
          const double probability = std::exp((double)p[i] - total);
          const double slope = t == -100 ? 0 : g[(size_t)r] * (probability - (i == t ? 1 - smoothing : 0) - smoothing / (double)n);
          CHECK(near(grad[at], slope, 1e-5, 2e-6), "%s grad [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, grad[at], slope);
          CHECK(place[at] == grad[at], "%s in place", path);
          const uint32_t bits = uint32_t(half[at]) << 16;
          float wide;
          memcpy(&wide, &bits, 4);
          CHECK(near(wide, grad[at], 1.0 / 256, 1e-37), "%s bf16 [%ld, %ld]: %g, not %g", path, (long)rows, (long)n, wide, grad[at]);
        }
      }
    }
  }
}

/** Logits stored as bf16 give the bits that their numbers in f32 give; their gradient may take their place. */
void testStored(const KernelTable& table, const char* path) {
  Random random;
  const int64_t shapes[][2] = {{0, 3}, {4, 1}, {9, 2}, {30, 65}, {17, 1003}, {3, 50304}};
  for (const auto& shape : shapes) {
    const int64_t rows = shape[0], n = shape[1];
    const size_t size = (size_t)(rows * n), count = (size_t)rows;
    for (double smoothing : {0.0, 0.1}) {
      auto x = randomFloats(random, rows * n);
      std::vector<uint16_t> stored(size);
      for (size_t i = 0; i < size; ++i) {
        x[i] = smoothing == 0 && i % 11 == 3 && n > 10 ? -INFINITY : x[i] * 15;
        uint32_t bits;
        memcpy(&bits, &x[i], 4);
        bits &= 0xffff0000u;
        memcpy(&x[i], &bits, 4);
        stored[i] = (uint16_t)(bits >> 16);
      }
      const auto g = randomFloats(random, rows);
      std::vector<int32_t> targets(count);
      for (size_t r = 0; r < count; ++r) targets[r] = r % 5 == 3 ? -100 : (int32_t)random.below(n);
      std::vector<float> losses[2], lse[2], grad[2];
      std::vector<uint16_t> half[2];
      for (int way = 0; way < 2; ++way) {
        const float* wide = way ? nullptr : x.data();
        const uint16_t* kept = way ? stored.data() : nullptr;
        losses[way].resize(count), lse[way].resize(count), grad[way].resize(size), half[way].resize(size);
        table.crossEntropy(wide, kept, targets.data(), losses[way].data(), lse[way].data(), rows, n, -100, smoothing);
        table.crossEntropyGrad(wide, kept, targets.data(), lse[way].data(), g.data(), grad[way].data(), nullptr, rows, n, -100, smoothing);
        table.crossEntropyGrad(wide, kept, targets.data(), lse[way].data(), g.data(), nullptr, half[way].data(), rows, n, -100, smoothing);
      }
      auto place = stored;
      table.crossEntropyGrad(nullptr, place.data(), targets.data(), lse[1].data(), g.data(), nullptr, place.data(), rows, n, -100, smoothing);
      CHECK(losses[0] == losses[1] && lse[0] == lse[1] && grad[0] == grad[1] && half[0] == half[1], "%s stored [%ld, %ld]", path, (long)rows, (long)n);
      CHECK(place == half[1], "%s stored, in place [%ld, %ld]", path, (long)rows, (long)n);
    }
  }
}

/** Past the caches: the target's element is right although its neighbours were streamed. */
void testStreaming(const KernelTable& table, const char* path) {
  const int64_t n = 4001, rows = cacheSizes().l3 / 4 / n + 1;
  std::vector<float> x((size_t)(rows * n), 0.5f), grad(x.size(), 7.0f), lse((size_t)rows), losses((size_t)rows), g((size_t)rows, 2.0f);
  std::vector<int32_t> targets((size_t)rows);
  for (int64_t r = 0; r < rows; ++r) targets[(size_t)r] = (int32_t)(r * 37 % n);
  table.crossEntropy(x.data(), nullptr, targets.data(), losses.data(), lse.data(), rows, n, -1, 0);
  table.crossEntropyGrad(x.data(), nullptr, targets.data(), lse.data(), g.data(), grad.data(), nullptr, rows, n, -1, 0);
  for (int64_t i = 0; i < rows * n; ++i) {
    const double want = 2.0 / n - (i % n == targets[(size_t)(i / n)] ? 2 : 0);
    CHECK(near(grad[(size_t)i], want, 1e-5), "%s [%ld]: %g, not %g", path, (long)i, grad[(size_t)i], want);
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    test(table, path);
    testStored(table, path);
    testStreaming(table, path);
  });
}
