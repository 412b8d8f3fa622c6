// Products of weights in blocks with rows rounded to 8 bits: as the definition says, in doubles; the same whatever comes along.
#include "support/check.h"

using namespace inkstone;

namespace {

constexpr int64_t blockNumbers = 32;

float floatOfHalf(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                     : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                     : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return half & 0x8000 ? -size : size;
}

/** A matrix [n, k] in blocks of random bytes: every whole number occurs, −128 in Q8_0 too. */
struct Weights {
  Blocks kind;
  int64_t k, bytes;
  std::vector<uint8_t> data;

  Weights(Blocks kind, Random& random, int64_t n, int64_t k) : kind(kind), k(k), bytes(kind == Blocks::q8_0 ? 34 : 18) {
    data.resize(static_cast<size_t>(n * k / blockNumbers * bytes));
    data.shrink_to_fit();
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(random.next());
    // 2⁻⁷ … 2, and now and then a number below the normal ones
    for (int64_t i = 0; i < n * k / blockNumbers; ++i) setScale(i, static_cast<uint16_t>(random.below(9) == 0 ? random.below(1024) : 0x2000 + random.below(0x2000)));
  }
  void setScale(int64_t block, uint16_t half) { std::memcpy(data.data() + block * bytes, &half, 2); }
  float scale(int64_t block) const {
    uint16_t half;
    std::memcpy(&half, data.data() + block * bytes, 2);
    return floatOfHalf(half);
  }
  int number(int64_t block, int64_t i) const {
    const uint8_t* from = data.data() + block * bytes + 2;
    if (kind == Blocks::q8_0) return static_cast<int8_t>(from[i]);
    return (i < 16 ? from[i] & 15 : from[i - 16] >> 4) - 8;
  }
};

/** A block of a row as the definition rounds it. */
struct Rounded {
  double scale;
  int numbers[blockNumbers];
  explicit Rounded(const float* x) {
    float most = 0;
    bool isFinite = true;
    for (int i = 0; i < blockNumbers; ++i) {
      most = std::fmax(most, std::fabs(x[i]));
      isFinite = isFinite && std::isfinite(x[i]);
    }
    const bool counts = isFinite && most >= 0x1p-120f;
    scale = !isFinite ? NAN : counts ? most / 127 : 0;
    for (int i = 0; i < blockNumbers; ++i) numbers[i] = counts ? static_cast<int>(std::rint(x[i] * (127 / most))) : 0;
  }
};

struct Sum {
  double value = 0, size = 0;
};
/** A row of blocks times row j of b. */
Sum dot(const Rounded* row, const Weights& b, int64_t j) {
  Sum sum;
  for (int64_t p = 0; p < b.k / blockNumbers; ++p) {
    const int64_t block = j * b.k / blockNumbers + p;
    int64_t whole = 0;
    for (int q = 0; q < blockNumbers; ++q) whole += row[p].numbers[q] * b.number(block, q);
    const double term = static_cast<double>(whole) * b.scale(block) * row[p].scale;
    sum.value += term;
    sum.size += std::fabs(term);
  }
  return sum;
}

Matmul productOf(const std::vector<float>& a, const Weights& b, std::vector<float>& out, int64_t m, int64_t n) {
  Matmul s{};
  s.a = a.data();
  s.b = b.data.data();
  s.blocks = b.kind;
  s.int8 = true;
  s.out = out.data();
  s.batch = 1;
  s.m = m;
  s.n = n;
  s.k = b.k;
  s.transB = true;
  return s;
}

void products(const KernelTable& table, const char* name, Blocks kind, int64_t m, int64_t n, int64_t k, bool ending) {
  Random random;
  random.state += static_cast<uint64_t>(m * 1000 + n);
  const auto bias = randomFloats(random, n), residual = randomFloats(random, m * n);
  auto a = randomFloats(random, m * k);
  // One row in a hundred thousandth of the size, blocks of zeros, and one number that towers above its block.
  for (int64_t p = 0; p < k; ++p) a[size_t(p)] *= 1e-5f;
  for (int64_t p = 0; p < blockNumbers; ++p) a[size_t((m - 1) * k + p)] = 0;
  a.back() = 1e6f;
  const Weights b(kind, random, n, k);
  std::vector<float> out(static_cast<size_t>(m * n), NAN);
  Matmul s = productOf(a, b, out, m, n);
  if (ending) {
    s.bias = bias.data();
    s.residual = residual.data();
    s.activation = Activation::relu;
  }
  table.matmulInt8(s);
  std::vector<Rounded> rounded;
  for (int64_t at = 0; at < m * k; at += blockNumbers) rounded.emplace_back(a.data() + at);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      Sum sum = dot(rounded.data() + i * k / blockNumbers, b, j);
      if (ending) sum.value = std::fmax(sum.value + bias[size_t(j)], 0) + residual[size_t(i * n + j)];
      const float got = out[size_t(i * n + j)];
      CHECK(near(got, sum.value, 0, 1e-6 * (sum.size + ending)), "%s %ldx%ldx%ld at %ld, %ld: %g for %g", name, long(m), long(n), long(k), long(i), long(j), got, sum.value);
    }
  }
  if (ending) return;
  // A row alone, on one thread, from a copy stored as bf16 and to one: the same bits.
  std::vector<float> row(static_cast<size_t>(n));
  const int before = threads();
  setThreads(before == 1 ? 3 : 1);
  for (int64_t i = 0; i < m; i += 5) {
    const std::vector<float> alone(a.begin() + i * k, a.begin() + (i + 1) * k);
    table.matmulInt8(productOf(alone, b, row, 1, n));
    CHECK(std::memcmp(row.data(), out.data() + i * n, size_t(n) * 4) == 0, "%s: row %ld of %ld alone", name, long(i), long(m));
  }
  setThreads(before);
}

void stored(const KernelTable& table, const char* name, Blocks kind) {
  Random random;
  const int64_t m = 3, n = 37, k = 96;
  auto a = randomFloats(random, m * k);
  std::vector<uint16_t> aBf16, outBf16(size_t(m * n));
  for (float& x : a) aBf16.push_back(bf16Of(x)), x = floatOf(aBf16.back());
  const Weights b(kind, random, n, k);
  std::vector<float> out(size_t(m * n), NAN);
  Matmul s = productOf(a, b, out, m, n);
  table.matmulInt8(s);
  s.a = s.out = nullptr;
  s.aBf16 = aBf16.data();
  s.outBf16 = outBf16.data();
  table.matmulInt8(s);
  for (size_t i = 0; i < out.size(); ++i) CHECK(outBf16[i] == bf16Of(out[i]), "%s at %ld", name, long(i));
}

/** What no sum can hold is NaN in its row alone; tiny blocks are zeros; whole numbers at their limits stay exact. */
void limits(const KernelTable& table, const char* name, Blocks kind) {
  Random random;
  const int64_t m = 6, n = 21, k = 64;
  std::vector<float> a(size_t(m * k), 1.0f), out(size_t(m * n), 0.0f);
  Weights b(kind, random, n, k);
  const size_t bytes = static_cast<size_t>(b.bytes);
  for (int64_t block = 0; block < n * 2; ++block) {
    b.setScale(block, 0x3c00);  // 1
    // The largest size: −128 or −8.
    std::memset(b.data.data() + size_t(block) * bytes + 2, kind == Blocks::q8_0 ? 0x80 : 0x00, bytes - 2);
  }
  b.setScale(2 * 20, 0x7c00);  // ∞, in the last column
  a[size_t(1 * k + 40)] = NAN;
  a[size_t(2 * k + 3)] = -INFINITY;
  for (int64_t p = 0; p < k; ++p) {
    a[size_t(3 * k + p)] = 0x1p-130f;
    a[size_t(4 * k + p)] = p % 2 ? -0x1p126f : 0x1p126f;
    a[size_t(5 * k + p)] = 0;
  }
  table.matmulInt8(productOf(a, b, out, m, n));
  const double least = kind == Blocks::q8_0 ? -128 : -8;
  for (int64_t j = 0; j < n; ++j) {
    const auto at = [&](int64_t i) { return out[size_t(i * n + j)]; };
    const bool isLast = j == 20;
    CHECK(isLast ? at(0) == -INFINITY : near(at(0), least * 64, 1e-6), "%s %ld: %g", name, long(j), at(0));
    CHECK(std::isnan(at(1)) && std::isnan(at(2)), "%s %ld: %g, %g", name, long(j), at(1), at(2));
    for (int64_t i : {3, 4, 5}) CHECK(isLast ? std::isnan(at(i)) : at(i) == 0, "%s %ld, %ld: %g", name, long(i), long(j), at(i));
  }
  out.assign(out.size(), NAN);
  Matmul s = productOf(a, b, out, m, n);
  s.k = 0;
  table.matmulInt8(s);
  for (float x : out) CHECK(x == 0, "%s: %g for an empty sum", name, x);
}

}  // namespace

int main() {
  const auto test = [](const KernelTable& table, const char* name) {
    for (Blocks kind : {Blocks::q8_0, Blocks::q4_0}) {
      Random random;
      for (int64_t m = 1; m <= 17; ++m) products(table, name, kind, m, 1 + random.below(70), blockNumbers * (1 + random.below(9)), m % 2);
      products(table, name, kind, 2, 33, 32 * 33, false);  // more than is unpacked at once, an odd number of blocks
      products(table, name, kind, 3, 20, 32 * 70, true);
      products(table, name, kind, 261, 5, 32, false);      // more rows than are rounded at once
      products(table, name, kind, 66, 130, 64, false);
      products(table, name, kind, 1, 1, 32, true);
      stored(table, name, kind);
      limits(table, name, kind);
    }
  };
  forEachTable(test, true);
#if !defined(INKSTONE_OWN_PATHS)
  test(*wideVnniTable(), "wide-vnni");
#endif
  return 0;
}
