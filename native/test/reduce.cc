// Reductions, sorting and the k largest against plain loops.
#include "support/check.h"

#include <algorithm>
#include <numeric>

using namespace inkstone;

namespace {

struct Layout {
  int64_t outer, size, inner;
};
const Layout layouts[] = {{1, 1, 1},   {1, 100003, 1}, {7, 65, 1},     {300, 8, 1},     {1, 5000, 3},  {1, 3, 5000}, {2, 700, 97},
                          {13, 17, 8}, {1, 4097, 256}, {3, 1, 40},     {0, 5, 3},       {5, 0, 2},     {4, 9, 0},    {1, 70000, 2},
                          {2, 64, 64}, {1, 129, 1025}, {100, 2, 33},   {3, 40000, 1},   {70, 70, 513}};

std::vector<float> dataOf(Random& random, const Layout& l, bool nan) {
  auto x = randomFloats(random, l.outer * l.size * l.inner);
  for (float& v : x) v = std::round(v * 50) / 8 + 0.3f;
  if (nan) for (size_t i = 7; i < x.size(); i += 1 + x.size() / 3) x[i] = NAN;
  return x;
}

void testReduce(const KernelTable& table, const char* path) {
  Random random;
  for (const Layout& l : layouts) {
    for (int code = 0; code < 4; ++code) {
      for (bool nan : {false, true}) {
        const auto x = dataOf(random, l, nan);
        std::vector<float> out((size_t)(l.outer * l.inner), -7.0f);
        std::vector<int32_t> place(out.size(), -7);
        table.reduce(code, x.data(), out.data(), l.outer, l.size, l.inner);
        if (l.size > 0) table.argmax(x.data(), place.data(), l.outer, l.size, l.inner);
        for (int64_t o = 0; o < l.outer; ++o) {
          for (int64_t i = 0; i < l.inner; ++i) {
            double sum = 0, most = -INFINITY, least = INFINITY, sizes = 0;
            int64_t first = 0;
            for (int64_t j = 0; j < l.size; ++j) {
              const double v = x[(size_t)((o * l.size + j) * l.inner + i)];
              sum += v;
              sizes += std::fabs(v);
              if (v > most || (v != v && most == most)) most = v, first = j;
              if (v < least || v != v) least = v;
            }
            const double want = code == 0 ? sum : code == 1 ? sum / (double)l.size : code == 2 ? most : least;
            const double got = out[(size_t)(o * l.inner + i)];
            CHECK(near(got, want, 1e-6, code < 2 ? 1e-6 * (code ? sizes / (double)l.size : sizes) : 0), "%s code %d [%ld, %ld, %ld]: %.9g, not %.9g", path, code, (long)l.outer, (long)l.size, (long)l.inner, got, want);
            if (l.size > 0) CHECK(place[(size_t)(o * l.inner + i)] == first, "%s argmax [%ld, %ld, %ld]: %d, not %ld", path, (long)l.outer, (long)l.size, (long)l.inner, place[(size_t)(o * l.inner + i)], (long)first);
          }
        }
      }
    }
    for (bool reverse : {false, true}) {
      const auto x = dataOf(random, l, false);
      std::vector<float> out(x.size());
      table.cumsum(x.data(), out.data(), l.outer, l.size, l.inner, reverse);
      for (int64_t o = 0; o < l.outer; ++o) {
        for (int64_t i = 0; i < l.inner; ++i) {
          double sum = 0;
          for (int64_t k = 0; k < l.size; ++k) {
            const int64_t j = reverse ? l.size - 1 - k : k;
            const size_t at = (size_t)((o * l.size + j) * l.inner + i);
            sum += x[at];
            CHECK(near(out[at], sum, 1e-6), "%s cumsum", path);
          }
        }
      }
    }
  }
}

void testSumSquares(const KernelTable& table, const char* path) {
  Random random;
  for (int64_t n : {0, 1, 7, 100, 32768, 32769, 300007}) {
    const auto x = randomFloats(random, n);
    double want = 0;
    for (float v : x) want += (double)v * v;
    double first = 0;
    for (int count : {1, 2, 3}) {
      setThreads(count);
      const double got = table.sumSquares(x.data(), n);
      CHECK(near(got, want, 1e-11, 0), "%s sumSquares of %ld", path, (long)n);
      if (count == 1) first = got;
      CHECK(got == first, "%s sumSquares depends on the threads", path);
    }
    setThreads(2);
  }
}

void testOrder(const KernelTable& table, const char* path) {
  Random random;
  for (int64_t n : {1, 2, 5, 64, 65, 300, 5000}) {
    for (int kind = 0; kind < 4; ++kind) {  // plain; many equal; NaN, zeros of both signs; rising
      const int64_t rows = 3;
      auto x = randomFloats(random, rows * n);
      for (size_t i = 0; i < x.size(); ++i) {
        if (kind == 1) x[i] = std::round(x[i] * 3);
        if (kind == 2 && i % 3 == 0) x[i] = i % 2 ? NAN : i % 5 ? 0.0f : -0.0f;
        if (kind == 2 && i % 17 == 5) x[i] = i % 2 ? INFINITY : -INFINITY;
        if (kind == 3) x[i] = (float)i;
      }
      if (kind == 2) std::fill(x.begin(), x.begin() + n, NAN);
      for (bool descending : {false, true}) {
        std::vector<std::vector<int32_t>> orders;
        for (int64_t r = 0; r < rows; ++r) {
          std::vector<int32_t> order((size_t)n);
          std::iota(order.begin(), order.end(), 0);
          std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
            const float p = x[(size_t)(r * n + a)], q = x[(size_t)(r * n + b)];
            if (p != p || q != q) return p == p && q != q;
            return descending ? p > q : p < q;
          });
          orders.push_back(order);
        }
        const auto check = [&](const char* name, const std::vector<float>& values, const std::vector<int32_t>& places, int64_t k) {
          for (int64_t r = 0; r < rows; ++r) {
            for (int64_t i = 0; i < k; ++i) {
              const int32_t want = orders[(size_t)r][(size_t)i], got = places[(size_t)(r * k + i)];
              const float a = values[(size_t)(r * k + i)], b = x[(size_t)(r * n + want)];
              CHECK(got == want && (a == b || (a != a && b != b)), "%s %s of %ld (kind %d) row %ld [%ld]: %d, not %d", path, name, (long)n, kind, (long)r, (long)i, got, want);
            }
          }
        };
        std::vector<float> values(x.size());
        std::vector<int32_t> places(x.size());
        table.sort(x.data(), values.data(), places.data(), rows, n, descending);
        check("sort", values, places, n);
        if (!descending) continue;
        for (int64_t k : {int64_t(0), int64_t(1), int64_t(2), int64_t(50), n / 10, n}) {
          if (k > n) continue;
          std::vector<float> top((size_t)(rows * k));
          std::vector<int32_t> at(top.size());
          table.topK(x.data(), top.data(), at.data(), rows, n, k);
          check("topK", top, at, k);
        }
      }
    }
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testReduce(table, path);
    testSumSquares(table, path);
    testOrder(table, path);
  });
}
