// The choice of tokens against sorting and adding up one after another; what is undecided must have a reason.
#include "support/check.h"

#include <algorithm>
#include <numeric>

using namespace inkstone;

namespace {

/** The id, and how near the nearest border that decided it was, as a share of the whole; ties count as 0. */
struct Answer {
  int32_t id;
  double distance;
};

Answer plainChoice(const float* x, const Choice& c) {
  const size_t n = (size_t)c.size;
  for (size_t i = 0; i < n; ++i) if (!std::isfinite(x[i])) return {-1, 0};
  if (n == 0) return {-1, 0};
  if (c.temperature == 0) return {(int32_t)(std::max_element(x, x + n) - x), 1};
  std::vector<float> logits(n);
  for (size_t i = 0; i < n; ++i) logits[i] = (float)(x[i] / c.temperature);
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  const float largest = logits[order[0]];
  if (!std::isfinite(largest)) return {-1, 0};
  const auto weight = [&](size_t i) { return std::exp((double)logits[i] - largest); };
  double distance = 1, least = -INFINITY;
  if (c.topK > 0 && c.topK < n) least = logits[order[(size_t)c.topK - 1]];
  if (c.topP < 1) {
    double total = 0, sum = 0;
    for (size_t i : order) if (logits[i] >= least) total += weight(i);
    size_t at = 0;
    for (;; ++at) {
      const double before = sum;
      sum += weight(order[at]);
      if (sum < c.topP * total && at + 1 < n) continue;
      distance = std::fmin(distance, std::fmin(sum / total - c.topP, c.topP - before / total));
      break;
    }
    least = logits[order[at]];
    if (std::count(logits.begin(), logits.end(), (float)least) > 1) distance = 0;
  }
  least = std::fmax(least, largest + c.minP);
  double total = 0, sum = 0;
  for (size_t i = 0; i < n; ++i) if (logits[i] >= least) total += weight(i);
  for (size_t i = 0; i < n; ++i) {
    if (logits[i] < least) continue;
    const double before = sum;
    sum += weight(i);
    if (sum <= c.draw * total) continue;
    distance = std::fmin(distance, std::fmin(c.draw - before / total, sum / total - c.draw));
    return {(int32_t)i, distance};
  }
  return {-1, 0};
}

const Choice kinds[] = {{0, 0, 1, -INFINITY, 0, 0},        {1, 0, 1, -INFINITY, 0, 0},   {0.7, 0, 0.9, -INFINITY, 0, 0},
                        {1.3, 5, 1, -INFINITY, 0, 0},      {0.8, 0, 1, -2.99573, 0, 0},  {1, 40, 0.95, -4.60517, 0, 0},
                        {0.01, 0, 0.999, -INFINITY, 0, 0}, {1e-30, 3, 0.5, -1, 0, 0},    {5, 1000000, 1e-9, -0.0, 0, 0}};

/** Rows of every kind at once, some cut short; draws at random and at the ends. */
void testRows(const KernelTable& table, const char* path) {
  Random random;
  int64_t asked = 0, left = 0;
  for (int64_t n : {0, 1, 2, 7, 16, 17, 63, 64, 65, 129, 1000, 6000, 50257}) {
    for (const double spread : {0.0, 1.0, 12.0, 400.0}) {
      const int64_t rows = n > 5000 ? 9 : 27;
      auto x = randomFloats(random, rows * n);
      for (float& v : x) v = (float)(v * spread);
      std::vector<Choice> choices;
      for (int64_t row = 0; row < rows; ++row) {
        choices.push_back(kinds[row % 9]);
        choices.back().draw = row % 7 == 3 ? 0 : row % 7 == 4 ? 1 - std::ldexp(1, -32) : 0.5 + 0.5 * random.uniform();
        choices.back().size = (double)(row % 3 == 2 ? random.below(n + 1) : n);
      }
      std::vector<int32_t> ids((size_t)rows, -7), alone((size_t)rows, -7);
      setThreads(3);
      table.chooseTokens(x.data(), choices.data(), ids.data(), rows, n);
      setThreads(1);
      for (int64_t row = rows - 1; row >= 0; --row) {
        table.chooseTokens(x.data() + row * n, &choices[(size_t)row], &alone[(size_t)row], 1, n);
      }
      for (int64_t row = 0; row < rows; ++row) {
        const size_t r = (size_t)row;
        const auto [want, distance] = plainChoice(x.data() + row * n, choices[r]);
        CHECK(ids[r] == alone[r], "%s: a row alone is another", path);
        if (distance > 1e-8) {
          CHECK(ids[r] == want, "%s [%ld, %ld] spread %g: %d, not %d", path, (long)row, (long)n, spread, ids[r], want);
        } else {
          CHECK(ids[r] == want || ids[r] == -1, "%s [%ld, %ld] spread %g: %d, not %d or undecided", path, (long)row, (long)n, spread, ids[r], want);
        }
        ++asked;
        left += ids[r] == -1;
      }
    }
  }
  CHECK(left < asked / 2, "%s: %ld of %ld undecided", path, (long)left, (long)asked);
}

/** What is not finite is not for the kernel to say; equals go to the first. */
void testEnds(const KernelTable& table, const char* path) {
  for (int64_t n : {1, 5, 16, 40, 200}) {
    for (const Choice& kind : kinds) {
      Choice choice = kind;
      choice.size = (double)n;
      for (const float special : {NAN, INFINITY, -INFINITY}) {
        for (int64_t at : {int64_t(0), n / 2, n - 1}) {
          std::vector<float> x((size_t)n, 1.0f);
          x[(size_t)at] = special;
          int32_t id = -7;
          table.chooseTokens(x.data(), &choice, &id, 1, n);
          CHECK(id == -1, "%s: %g at %ld of %ld gave %d", path, special, (long)at, (long)n, id);
        }
      }
    }
    std::vector<float> x((size_t)n, -2.0f);
    x[(size_t)(n / 2)] = x[(size_t)(n - 1)] = 3.0f;
    Choice greedy = kinds[0];
    greedy.size = (double)n;
    int32_t id = -7;
    table.chooseTokens(x.data(), &greedy, &id, 1, n);
    CHECK(id == n / 2, "%s: %d of %ld", path, id, (long)n);
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testRows(table, path);
    testEnds(table, path);
  });
}
