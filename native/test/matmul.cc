// Matmul against three loops in double, on every path and every way, at odd shapes.
#include "support/check.h"

#include <cstring>
#include <string>

using namespace inkstone;

namespace {

/** A sum of products and how large its terms are together, summed in eight places at once. */
struct Sum {
  double value = 0, size = 0;
};

/** What most of this test's time went to: without the sanitizers, which have nothing to see in it. */
__attribute__((no_sanitize("address", "undefined"))) Sum dot(const double* x, const double* y, int64_t k) {
  typedef double Doubles __attribute__((vector_size(64)));
  typedef int64_t Signs __attribute__((vector_size(64)));
  Doubles values{}, sizes{};
  int64_t p = 0;
  for (; p + 8 <= k; p += 8) {
    Doubles a, b;
    std::memcpy(&a, x + p, sizeof a);
    std::memcpy(&b, y + p, sizeof b);
    const Doubles products = a * b;
    values += products;
    sizes += reinterpret_cast<Doubles>(reinterpret_cast<Signs>(products) & INT64_MAX);
  }
  Sum sum;
  for (int lane = 0; lane < 8; ++lane) sum.value += values[lane], sum.size += sizes[lane];
  for (; p < k; ++p) sum.value += x[p] * y[p], sum.size += std::fabs(x[p] * y[p]);
  return sum;
}

double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::relu: return x > 0 ? x : 0;
    case Activation::gelu: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::geluTanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::silu: return x / (1 + std::exp(-x));
    default: return x;
  }
}

double slopeOf(Activation activation, double x) {
  const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI), sigmoid = 1 / (1 + std::exp(-x));
  const double inner = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x), t = std::tanh(inner);
  switch (activation) {
    case Activation::relu: return x > 0 ? 1 : 0;
    case Activation::gelu: return 0.5 * (1 + std::erf(x / std::sqrt(2.0))) + x * density;
    case Activation::geluTanh:
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * std::sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
    case Activation::silu: return sigmoid * (1 + x * (1 - sigmoid));
    default: return 1;
  }
}

/** What may be lost where the result is bf16 and `want`: by rounding, and by an activation that is told to be rough. */
double roughness(Activation activation, double want) {
  const double rounding = std::fabs(want) / 256 + 1e-30;
  if (activation == Activation::none || activation == Activation::relu) return rounding;
  return rounding + 1.5e-3 * std::fabs(want) + 2e-6;
}

struct Case {
  int64_t batch, m, n, k;
  bool transA, transB, bf16, bIsBf16, accumulate, bias, beside, repeatB;
  Activation activation;
  /** Stored as bf16. */
  bool aIsBf16, outIsBf16, besideIsBf16;
  Beside role;
  bool residual = false;
};

/** Vectors that begin a line, as the engine's buffers do: results may go past the caches. */
template <class T>
struct Lines {
  typedef T value_type;
  Lines() = default;
  template <class U>
  Lines(const Lines<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(std::aligned_alloc(64, (n * sizeof(T) + 63) / 64 * 64)); }
  void deallocate(T* p, size_t) { std::free(p); }
  bool operator==(const Lines&) const { return true; }
  bool operator!=(const Lines&) const { return false; }
};
template <class T>
std::vector<T, Lines<T>> inLines(const std::vector<T>& x) { return {x.begin(), x.end()}; }

std::vector<uint16_t> rounded(const std::vector<float>& x) {
  std::vector<uint16_t> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = bf16Of(x[i]);
  return y;
}

void check(const KernelTable& table, const char* name, const Case& c, Random& random) {
  const auto a = randomFloats(random, c.batch * c.m * c.k);
  const auto b = randomFloats(random, (c.repeatB ? 1 : c.batch) * c.k * c.n);
  const auto bias = randomFloats(random, c.n);
  const auto a16 = rounded(a), b16 = rounded(b);
  const auto before = randomFloats(random, c.batch * c.m * c.n);
  const auto residual = randomFloats(random, c.residual ? c.batch * c.m * c.n : 0);
  auto out = inLines(before);
  auto out16 = inLines(rounded(before));
  auto beside = inLines(randomFloats(random, c.beside ? c.batch * c.m * c.n : 0));
  auto beside16 = inLines(rounded({beside.begin(), beside.end()}));

  Matmul s{};
  if (c.aIsBf16) s.aBf16 = a16.data();
  else s.a = a.data();
  s.b = c.bIsBf16 ? static_cast<const void*>(b16.data()) : b.data();
  if (c.outIsBf16) s.outBf16 = out16.data();
  else s.out = out.data();
  s.bias = c.bias ? bias.data() : nullptr;
  s.residual = c.residual ? residual.data() : nullptr;
  if (c.beside && c.besideIsBf16) s.besideBf16 = beside16.data();
  else if (c.beside) s.beside = beside.data();
  s.role = c.role;
  s.batch = c.batch;
  s.m = c.m;
  s.n = c.n;
  s.k = c.k;
  s.aBatchStride = c.m * c.k;
  s.bBatchStride = c.repeatB ? 0 : c.k * c.n;
  s.transA = c.transA;
  s.transB = c.transB;
  s.bIsBf16 = c.bIsBf16;
  s.accumulate = c.accumulate;
  s.bf16 = c.bf16;
  s.activation = c.activation;
  table.matmul(s);

  const std::string label = std::string(name) + " batch " + std::to_string(c.batch) + " m " + std::to_string(c.m) +
                            " n " + std::to_string(c.n) + " k " + std::to_string(c.k) + (c.transA ? " aT" : "") +
                            (c.transB ? " bT" : "") + (c.bf16 ? " bf16" : "") + (c.bIsBf16 ? " b16" : "") +
                            (c.accumulate ? " add" : "") + (c.bias ? " bias" : "") + (c.beside ? " beside" : "") + (c.aIsBf16 ? " a16" : "") +
                            (c.outIsBf16 ? " out16" : "") + (c.besideIsBf16 ? " beside16" : "") + " role " + std::to_string(static_cast<int>(c.role)) + (c.residual ? " residual" : "") +
                            " act " +
                            std::to_string(static_cast<int>(c.activation)) + " threads " + std::to_string(threads());
  // Both operands as the kernel should see them, the terms of one sum side by side: m and n rows of k.
  const auto rowsOf = [&](const std::vector<float>& from, int64_t matrices, int64_t rows, bool turned, bool asBf16) {
    std::vector<double> to(from.size());
    double* next = to.data();
    for (int64_t g = 0; g < matrices; ++g) {
      const float* matrix = from.data() + g * rows * c.k;
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t p = 0; p < c.k; ++p) {
          const float x = matrix[turned ? p * rows + i : i * c.k + p];
          *next++ = asBf16 ? floatOf(bf16Of(x)) : x;
        }
      }
    }
    return to;
  };
  const auto A = rowsOf(a, c.batch, c.m, c.transA, c.bf16 || c.aIsBf16);
  const auto B = rowsOf(b, c.repeatB ? 1 : c.batch, c.n, !c.transB, c.bf16 || c.bIsBf16);
  for (int64_t g = 0; g < c.batch; ++g) {
    for (int64_t i = 0; i < c.m; ++i) {
      for (int64_t j = 0; j < c.n; ++j) {
        const Sum products = dot(A.data() + (g * c.m + i) * c.k, B.data() + ((c.repeatB ? 0 : g) * c.n + j) * c.k, c.k);
        const double sum = products.value + (c.bias ? bias[static_cast<size_t>(j)] : 0), size = 1 + products.size;
        const size_t at = static_cast<size_t>((g * c.m + i) * c.n + j);
        const double near = !c.beside ? 0 : c.besideIsBf16 ? floatOf(beside16[at]) : beside[at];
        const double activated = activate(c.activation, sum), factor = c.beside && c.role == Beside::factor ? near : 1;
        const double value = activated * factor;
        const double want = value + (c.residual ? residual[at] : 0) + (!c.accumulate ? 0 : c.outIsBf16 ? floatOf(bf16Of(before[at])) : before[at]);
        // Each sum of k terms of f32 errs by less than k roundings of what it sums, in practice by far less.
        const double bound = 2e-6 * size, half = 1.0 / 256;  // and half a unit of bf16
        const double got = c.outIsBf16 ? floatOf(out16[at]) : out[at];
        const double steepest = 1.2;  // no activation is steeper
        const double rough = c.outIsBf16 ? roughness(c.activation, activated) * std::fabs(factor) + half * std::fabs(want) : 0;
        CHECK(std::fabs(got - want) <= steepest * bound * std::fmax(1, std::fabs(factor)) + rough,
              "%s: out[%ld, %ld] %.9g, want %.9g", label.c_str(), long(i), long(j), got, want);
        if (!c.beside || c.role == Beside::factor) continue;
        const bool sloped = c.role == Beside::slope;
        const double kept = sloped ? slopeOf(c.activation, sum) : sum;
        const bool atStep = sloped && c.activation == Activation::relu && std::fabs(sum) <= bound;
        const double rounding = c.besideIsBf16 ? half * std::fabs(kept) : 0, told = sloped && c.outIsBf16 ? 3e-4 : 0;
        const double loss = rounding + told + (atStep ? 1 : 0);
        CHECK(std::fabs(near - kept) <= bound + loss, "%s: beside[%ld, %ld] %.9g, want %.9g", label.c_str(), long(i), long(j),
              near, kept);
      }
    }
  }
}

/** Activations for bf16, which are told to be rough, over all that they can be asked. */
void rough(const KernelTable& table, const char* name) {
  constexpr int64_t m = 1201, n = 8;
  std::vector<float> a(2 * m), b(2 * n, 1.0f);
  for (size_t i = 0; i < m; ++i) a[2 * i] = floatOf(bf16Of((float(i) - 600) / 40));
  a[0] = NAN, a[2] = -1e20f, a[4] = 1e20f;
  std::vector<uint16_t> slopes(m * n), out(m * n);
  for (Activation activation : {Activation::gelu, Activation::geluTanh, Activation::silu}) {
    Matmul s{};
    s.a = a.data();
    s.b = b.data();
    s.outBf16 = out.data();
    s.besideBf16 = slopes.data();
    s.role = Beside::slope, s.batch = 1, s.m = m, s.n = n, s.k = 2, s.bf16 = true, s.activation = activation;
    table.matmul(s);
    for (size_t i = 0; i < m * n; ++i) {
      const double x = a[i / n * 2], got = floatOf(out[i]), slope = floatOf(slopes[i]);
      CHECK(std::isnan(got) == std::isnan(x), "%s: %g for %g", name, got, x);
      CHECK(std::isnan(slope) == std::isnan(x), "%s: slope %g at %g", name, slope, x);
      if (std::isnan(x)) continue;
      const bool far = std::fabs(x) > 90;
      const double want = !far ? activate(activation, x) : x < 0 ? 0 : x;
      const double steep = !far ? slopeOf(activation, x) : x < 0 ? 0 : 1;
      CHECK(std::fabs(got - want) <= roughness(activation, want), "%s: activation %d at %g: %g, want %g", name,
            int(activation), x, got, want);
      CHECK(std::fabs(slope - steep) <= std::fabs(steep) / 256 + 3e-4, "%s: slope of activation %d at %g: %g, want %g", name,
            int(activation), x, slope, steep);
    }
  }
}

void odd(const KernelTable& table, const char* name) {
  Random random;
  const int64_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 9, 12, 13, 16, 17, 31, 32, 33, 48, 65, 97, 131};
  const auto size = [&] { return sizes[random.below(sizeof sizes / sizeof *sizes)]; };
  const auto coin = [&] { return random.below(2) == 1; };
  for (int round = 0; round < 100; ++round) {
    Case c{};
    c.batch = random.below(4) == 0 ? random.below(6) : 1;
    c.m = size();
    c.n = size();
    c.k = size();
    c.transA = coin();
    c.transB = coin();
    c.bf16 = coin();
    c.bIsBf16 = random.below(4) == 0;
    c.accumulate = coin();
    c.bias = coin();
    c.beside = random.below(2) == 0;
    c.repeatB = random.below(3) == 0;
    c.activation = static_cast<Activation>(random.below(5));
    c.aIsBf16 = random.below(3) == 0;
    c.outIsBf16 = random.below(3) == 0;
    c.besideIsBf16 = c.beside && coin();
    c.role = static_cast<Beside>(random.below(3));
    c.residual = random.below(3) == 0;
    check(table, name, c, random);
  }
}

/** Shapes that reach every branch of the cutting: several passes over k, row parts, column parts, packed pieces. */
void large(const KernelTable& table, const char* name) {
  Random random;
  const int64_t shapes[][3] = {{67, 65, 1201}, {200, 67, 810}, {18, 1030, 390}, {403, 33, 50},
                               {5, 4099, 70},  {3, 70, 4099},  {601, 3, 300},   {40, 40, 2600},
                               {48, 96, 900},   {33, 200, 640}};
  int turn = 0;
  for (const auto& shape : shapes) {
    for (int bits = 0; bits < 4; ++bits, ++turn) {
      Case c{1,     shape[0], shape[1], shape[2], (bits & 1) != 0, (bits & 2) != 0, (turn / 4 + bits / 2) % 2 != 0, false,
             false, true,     true,     false,    Activation::gelu, false,           false,           false,
             Beside::preActivation};
      c.aIsBf16 = turn % 2 == 0;
      c.outIsBf16 = turn % 5 == 0;
      c.besideIsBf16 = turn % 7 == 0;
      c.role = static_cast<Beside>(turn % 4 % 3);
      c.residual = turn % 3 < 2 && turn % 5 < 2;
      if (turn % 3 == 1) {
        c.accumulate = true;
        c.activation = Activation::none;
        c.beside = false;
      } else if (turn % 3 == 2) {  // nothing behind the sums: long ones are cut along k
        c.bias = c.beside = c.outIsBf16 = false;
        c.activation = Activation::none;
      }
      check(table, name, c, random);
    }
  }
}

/** Whole tiles in bf16 with nothing but what stands beside them: they are finished apart. */
void wholeTiles(const KernelTable& table, const char* name) {
  Random random;
  for (int turn = 0; turn < 30; ++turn) {
    Case c{};
    c.batch = 1, c.m = 25 + turn, c.n = 96, c.k = 70;
    c.bf16 = c.outIsBf16 = c.beside = c.besideIsBf16 = true;
    c.role = static_cast<Beside>(turn % 3);
    c.activation = static_cast<Activation>(turn / 3 % 5);
    c.transB = turn % 2 == 0, c.aIsBf16 = turn % 4 < 2;
    check(table, name, c, random);
  }
}

/** A residual or a factor alone is seen to by the tiles, both together are not; in one pass over k or several, either side staying. */
void endings(const KernelTable& table, const char* name) {
  Random random;
  const int64_t shapes[][3] = {{67, 65, 3301}, {30, 100, 530}, {100, 30, 70}, {48, 96, 900}};
  for (const auto& shape : shapes) {
    for (int bits = 0; bits < 16; ++bits) {
      Case c{};
      c.batch = 1, c.m = shape[0], c.n = shape[1], c.k = shape[2];
      c.residual = bits & 1, c.beside = bits & 2, c.role = Beside::factor, c.bf16 = bits & 4;
      (bits & 8 ? c.transA : c.transB) = true;
      check(table, name, c, random);
    }
  }
}

/** Results that no L2 holds: on AMX they go past it. */
void largerThanCaches(const KernelTable& table, const char* name) {
  if (!std::strstr(name, "amx")) return;
  Random random;
  for (int turn = 0; turn < 5; ++turn) {
    Case c{};
    // Either side may stay, and its sums gather a part at a time; or few rows are a whole block.
    c.batch = 1, c.m = turn == 4 ? 40 : turn % 2 ? 1030 : 1056, c.n = turn == 4 ? 30016 : 1056, c.k = turn == 4 ? 40 : 20;
    c.bf16 = true, c.outIsBf16 = turn < 3, c.residual = turn == 3, c.transA = turn == 4;
    c.beside = c.besideIsBf16 = turn == 1 || turn == 2;
    c.role = turn == 1 ? Beside::slope : Beside::factor;
    c.activation = turn == 1 ? Activation::gelu : Activation::none;
    check(table, name, c, random);
  }
}

/** A smaller side of which several passes are packed at once, and more than once; either side may stay. */
void severalRounds(const KernelTable& table, const char* name) {
  if (std::strstr(name, "amx")) return;  // has loops of its own
  Random random;
  for (int turn = 0; turn < 4; ++turn) {
    Case c{};
    c.batch = 1, c.m = turn % 2 ? 420 : 330, c.n = turn % 2 ? 330 : 420, c.k = 4700;
    c.bf16 = turn > 1, c.outIsBf16 = turn == 3, c.transA = turn == 0, c.transB = turn == 1;
    c.accumulate = turn == 0, c.residual = turn == 1, c.bias = turn == 2;
    check(table, name, c, random);
  }
}

/** Few rows with b as bf16 or f32, along k more than L1 holds: several groups of rows, several passes. */
void skinny(const KernelTable& table, const char* name) {
  Random random;
  const int64_t shapes[][3] = {{1, 77, 3100}, {4, 29, 2070}, {7, 131, 64}, {9, 53, 1999}, {11, 100, 800}, {16, 70, 4099}};
  for (const auto& shape : shapes) {
    for (int bits = 0; bits < 8; ++bits) {
      Case c{};
      c.batch = 1, c.m = shape[0], c.n = shape[1], c.k = shape[2];
      c.transA = bits == 7, c.transB = true, c.bias = true, c.residual = bits % 3 == 0;
      c.bf16 = bits & 1, c.bIsBf16 = bits & 2, c.accumulate = bits & 4;
      check(table, name, c, random);
    }
  }
}

/** More rows than the skinny way takes, fewer than b has: the product is turned where b can be read in place, or a stands in lanes. */
void turnedProducts(const KernelTable& table, const char* name) {
  Random random;
  const int64_t shapes[][3] = {{17, 50, 70}, {33, 131, 1030}, {100, 137, 2050}, {256, 260, 34}, {65, 1030, 24},
                               {13, 41, 1999}, {16, 29, 5}, {24, 83, 800}, {64, 66, 261}, {96, 97, 1601},
                               {5, 45, 96}, {16, 131, 544}, {20, 170, 1056}, {70, 150, 1024}};
  for (const auto& shape : shapes) {
    for (int bits = 0; bits < 16; ++bits) {
      Case c{};
      c.batch = 1, c.m = shape[0], c.n = shape[1], c.k = shape[2];
      c.transB = true, c.bias = bits & 1, c.residual = bits % 3 == 0, c.bf16 = c.bIsBf16 = bits & 2, c.aIsBf16 = (bits & 6) == 6;
      c.outIsBf16 = bits & 8, c.beside = bits % 4 == 1 || bits == 11, c.besideIsBf16 = bits > 8;
      c.role = static_cast<Beside>(bits % 3);
      c.activation = bits % 3 == 0 ? Activation::geluTanh : Activation::none;
      check(table, name, c, random);
    }
  }
}

/** out[m, n] = a·b of f32, and nothing else: transposed sides and bf16 are set by whoever wants them. */
Matmul bareProduct(const std::vector<float>& a, const std::vector<float>& b, std::vector<float>& out, int64_t m, int64_t n,
                   int64_t k) {
  Matmul s{};
  s.a = a.data(), s.b = b.data(), s.out = out.data();
  s.batch = 1, s.m = m, s.n = n, s.k = k;
  return s;
}

/** What a row of a prompt gives does not depend on how many rows come with it. */
void rowsAlone(const KernelTable& table, const char* name, bool bf16, int64_t most, int64_t n, int64_t k, int64_t fewest) {
  Random random;
  const auto a = randomFloats(random, most * k), b = randomFloats(random, n * k);
  const auto bBf16 = rounded(b);
  std::vector<float> whole;
  for (const int64_t m : {most, int64_t(97), int64_t(50), fewest}) {
    std::vector<float> out(static_cast<size_t>(m * n));
    Matmul s = bareProduct(a, b, out, m, n, k);
    if (bf16) s.b = bBf16.data();
    s.transB = true;
    s.bf16 = s.bIsBf16 = bf16;
    table.matmul(s);
    if (m == most) whole = out;
    CHECK(std::memcmp(whole.data(), out.data(), out.size() * 4) == 0, "%s, %ld rows", name, long(m));
  }
}

/** The same inputs of a large product give the same bits, however many threads there are and whoever ran which task. */
void repeatable(const KernelTable& table, const char* name, int64_t m, int64_t n, int64_t k) {
  const int before = threads();
  Random random;
  const auto a = randomFloats(random, m * k), b = randomFloats(random, k * n);
  std::vector<float> first;
  for (const int count : {1, 2, 2, 5, 5}) {
    setThreads(count);
    std::vector<float> out(static_cast<size_t>(m * n));
    Matmul s = bareProduct(a, b, out, m, n, k);
    s.transA = true;
    table.matmul(s);
    if (first.empty()) first = out;
    CHECK(std::memcmp(first.data(), out.data(), out.size() * 4) == 0, "%s, %d threads", name, count);
  }
  setThreads(before);
}

/** NaN and infinity go through as arithmetic says, also where panels are padded; also NaN that rounding could make a number of. */
void specials(const KernelTable& table, const char* name) {
  for (const bool bf16 : {false, true}) {
    for (const bool transB : {false, true}) {
      for (const int64_t m : {int64_t(13), int64_t(8)}) {
        for (const uint32_t bits : {0x7fffffffu, 0x7f800001u, 0xff800001u}) {
          const int64_t n = 19, k = 11;
          std::vector<float> a(static_cast<size_t>(m * k), 1.0f), b(static_cast<size_t>(k * n), 1.0f);
          std::vector<float> out(static_cast<size_t>(m * n));
          std::memcpy(&a[3 * k + 2], &bits, 4);
          a[5 * k + 10] = INFINITY;
          b[transB ? 18 * k + 4 : 4 * n + 18] = -INFINITY;
          std::memcpy(&b[transB ? 17 * k + 3 : 3 * n + 17], &bits, 4);
          Matmul s = bareProduct(a, b, out, m, n, k);
          s.transB = transB;
          s.bf16 = bf16;
          table.matmul(s);
          for (int64_t i = 0; i < m; ++i) {
            for (int64_t j = 0; j < n; ++j) {
              const float x = out[static_cast<size_t>(i * n + j)];
              const bool nan = i == 3 || j == 17 || (i == 5 && j == 18);
              const float number = i == 5 ? INFINITY : j == 18 ? -INFINITY : 11.0f;
              CHECK(nan ? std::isnan(x) : x == number, "%s [%ld, %ld] %g", name, long(i), long(j), double(x));
            }
          }
        }
      }
    }
  }
}

}  // namespace

int main() {
  for (const int count : {1, 2, 5}) {
    setThreads(count);
    const auto test = [](const KernelTable& table, const char* name) {
      odd(table, name);
      specials(table, name);
      if (threads() == 2) {
        large(table, name);
        skinny(table, name);
        wholeTiles(table, name);
        endings(table, name);
        turnedProducts(table, name);
        largerThanCaches(table, name);
        severalRounds(table, name);
        repeatable(table, name, 130, 150, 700);
        repeatable(table, name, 70, 82, 100);
        repeatable(table, name, 40, 50, 3000);
        for (const bool bf16 : {false, true}) rowsAlone(table, name, bf16, 200, 230, 1700, !std::strcmp(name, "avx2") && !bf16 ? 13 : 17);
        if (std::strstr(name, "amx")) rowsAlone(table, name, true, 390, 404, 544, 4);  // from tiles of rows that lie to those that are packed
        if (!std::strcmp(name, "amx")) rowsAlone(table, name, true, 1030, 1056, 530, 17);  // columns in groups; too slow emulated
      }
    };
    forEachTable(test);
    forEachTable(rough);
#if !defined(INKSTONE_OWN_PATHS)
    test(*wideBf16Table(), "wide-bf16");
    rough(*wideBf16Table(), "wide-bf16");
    test(*wideAmxTable(), "wide-amx");
#endif
  }
}
