// Weights in blocks: what is written is read again, and products are those with the numbers behind the blocks.
#include "support/check.h"

using namespace inkstone;

namespace {

constexpr int64_t blockNumbers = 32;
constexpr int typeF32 = 0;

/** A kind of blocks: as `ElementType` and `Blocks` count them. */
struct Kind {
  const char* name;
  int type;
  Blocks blocks;
  int64_t bytes;
  double steps;  // between the largest size and zero
};
const Kind kinds[] = {{"q8_0", 6, Blocks::q8_0, 34, 127}, {"q4_0", 7, Blocks::q4_0, 18, 8}};

std::vector<uint8_t> blocksOf(const KernelTable& table, const Kind& kind, const std::vector<float>& x) {
  std::vector<uint8_t> blocks(x.size() / blockNumbers * static_cast<size_t>(kind.bytes));
  blocks.shrink_to_fit();
  table.cast(x.data(), typeF32, blocks.data(), kind.type, static_cast<int64_t>(x.size()));
  return blocks;
}
std::vector<float> numbersOf(const KernelTable& table, const Kind& kind, const std::vector<uint8_t>& blocks) {
  std::vector<float> x(blocks.size() / static_cast<size_t>(kind.bytes) * blockNumbers);
  table.cast(blocks.data(), kind.type, x.data(), typeF32, static_cast<int64_t>(x.size()));
  return x;
}

/** No number moves by more than half a step and what half precision does to it; the same bytes on every path. */
void roundTrips(const KernelTable& table, const char* name, const Kind& kind) {
  static std::vector<uint8_t> first[2];
  Random random;
  auto x = randomFloats(random, 200 * blockNumbers);
  for (size_t i = 0; i < x.size(); ++i) x[i] *= std::pow(10.0f, static_cast<float>(i / blockNumbers % 9) - 6);
  std::fill_n(x.begin(), blockNumbers, 0.0f);
  const auto blocks = blocksOf(table, kind, x);
  auto& before = first[kind.type - 6];
  if (before.empty()) before = blocks;
  CHECK(before == blocks, "%s %s", name, kind.name);
  const auto back = numbersOf(table, kind, blocks);
  for (size_t from = 0; from < x.size(); from += blockNumbers) {
    double most = 0;
    for (size_t i = from; i < from + blockNumbers; ++i) most = std::fmax(most, std::fabs(x[i]));
    // The largest of the other sign has one step less in Q4_0.
    const double step = most / kind.steps, near = (kind.type == 7 ? 1 : 0.5) * step + most / 1024 + 1e-5;
    for (size_t i = from; i < from + blockNumbers; ++i) {
      CHECK(std::fabs(x[i] - back[i]) <= near, "%s %s: %g became %g", name, kind.name, x[i], back[i]);
    }
  }
}

void products(const KernelTable& table, const char* name, const Kind& kind, int64_t m, int64_t n, int64_t k, bool ending) {
  Random random;
  const auto a = randomFloats(random, m * k), bias = randomFloats(random, n), residual = randomFloats(random, m * n);
  const auto blocks = blocksOf(table, kind, randomFloats(random, n * k));
  const auto b = numbersOf(table, kind, blocks);
  std::vector<float> out(static_cast<size_t>(m * n), NAN);
  Matmul s{};
  s.a = a.data();
  s.b = blocks.data();
  s.blocks = kind.blocks;
  s.out = out.data();
  s.batch = 1;
  s.m = m;
  s.n = n;
  s.k = k;
  s.transB = true;
  if (ending) {
    s.bias = bias.data();
    s.residual = residual.data();
    s.activation = Activation::relu;
  }
  table.matmul(s);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t p = 0; p < k; ++p) sum += static_cast<double>(a[size_t(i * k + p)]) * b[size_t(j * k + p)];
      if (ending) sum = std::fmax(sum + bias[size_t(j)], 0) + residual[size_t(i * n + j)];
      const float got = out[size_t(i * n + j)];
      CHECK(near(got, sum, 1e-4, 1e-4), "%s %s %ldx%ldx%ld at %ld, %ld: %g for %g", name, kind.name, long(m), long(n), long(k), long(i), long(j), got, sum);
    }
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* name) {
    for (const Kind& kind : kinds) {
      roundTrips(table, name, kind);
      Random random;
      for (int64_t m = 1; m <= 17; ++m) products(table, name, kind, m, 1 + random.below(70), blockNumbers * (1 + random.below(9)), m % 2);
      for (int i = 0; i < 6; ++i) products(table, name, kind, 17 + random.below(60), 1 + random.below(70), blockNumbers * (1 + random.below(5)), i % 2);
      products(table, name, kind, 3, 5, 4096, false);
      products(table, name, kind, 17, 131, 32768, true);  // more than is unpacked at once
      products(table, name, kind, 17, 131, 32768, false);
    }
  });
  return 0;
}
