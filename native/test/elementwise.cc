// Elementwise kernels against the definitions in double: accuracy in units in the last place, ends of the range,
// broadcasting over random walks.
#include "support/check.h"
#include "support/walks.h"

#include <cstring>
#include <string>

using namespace inkstone;

namespace {

double phi(double x) { return 0.5 * erfc(-x / std::sqrt(2.0)); }
double sigma(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double geluTanhInner(double x) { return std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x); }

struct UnaryRow {
  const char* name;
  double (*f)(double);
  double ulps;      // of the result
  double absolute;  // beside it
};
const UnaryRow unaryRows[] = {
    {"neg", [](double x) { return -x; }, 0, 0},
    {"abs", [](double x) { return std::fabs(x); }, 0, 0},
    {"sign", [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; }, 0, 0},
    {"exp", [](double x) { return std::exp(x); }, 2, 0},
    {"log", [](double x) { return std::log(x); }, 2, 0},
    {"sqrt", [](double x) { return std::sqrt(x); }, 0.51, 0},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 2, 0},
    {"reciprocal", [](double x) { return 1 / x; }, 0.51, 0},
    {"square", [](double x) { return x * x; }, 0.51, 0},
    {"sin", [](double x) { return std::sin(x); }, 2, 0},
    {"cos", [](double x) { return std::cos(x); }, 2, 0},
    {"tanh", [](double x) { return std::tanh(x); }, 3, 0},
    {"erf", [](double x) { return erf(x); }, 3, 0},
    {"sigmoid", sigma, 4, 1e-37},
    {"softplus", [](double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }, 4, 1e-37},
    {"relu", [](double x) { return x < 0 ? 0 : x; }, 0, 0},
    {"gelu", [](double x) { return x * phi(x); }, 4, 2e-7},
    {"geluTanh", [](double x) { return x * sigma(2 * geluTanhInner(x)); }, 8, 2e-7},
    {"silu", [](double x) { return x * sigma(x); }, 4, 2e-36},
};

double ulp(double x) {
  const float f = std::fabs((float)x);
  return f < 1.2e-38f ? 1.4e-45 : std::nextafterf(f, INFINITY) - (double)f;
}

std::vector<float> interestingFloats() {
  std::vector<float> list = {0.0f,     -0.0f,    INFINITY, -INFINITY, NAN,     1e-45f,  -1e-45f, 1e-40f,
                             1.2e-38f, 3.4e38f,  -3.4e38f, 88.7f,     88.73f,  -87.4f,  -103.9f, -104.5f,
                             0.625f,   -0.625f,  0.85f,    1.0f,      -1.0f,   13.0f,   -13.5f,  1e10f,
                             -1e10f,   0.70711f, 1.41421f, 5.5f,      -5.5f,   16777216.0f};
  Random random;
  for (int i = 0; i < 20000; ++i) list.push_back(random.uniform() * 10);
  for (int i = 0; i < 3000; ++i) list.push_back(random.uniform() * 110);
  for (int i = 0; i < 6000; ++i) list.push_back(random.uniform() * std::exp2(random.uniform() * 40));
  list.shrink_to_fit();
  return list;
}

void testUnary(const KernelTable& table, const char* path) {
  const auto x = interestingFloats();
  for (int code = 0; code < 19; ++code) {
    const UnaryRow& row = unaryRows[code];
    std::vector<float> out(x.size());
    table.unary(code, x.data(), out.data(), (int64_t)x.size());
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double want = row.f(x[i]);
      // x·0 at the far ends: GELU's limits are 0 and x, whatever the formula says.
      if (code >= 16 && x[i] == -INFINITY) continue;
      if (std::isnan(want) || std::isinf((float)want)) {
        CHECK(std::isnan(want) ? std::isnan(out[i]) : out[i] == (float)want, "%s %s(%g) = %g, not %g", path, row.name, x[i], out[i], want);
        continue;
      }
      const double error = std::fabs(out[i] - want);
      CHECK(error <= row.absolute + (row.ulps + 0.01) * ulp(want), "%s %s(%.9g) = %.9g, not %.9g: %.2f ulp", path, row.name, x[i], out[i], want, error / ulp(want));
      if (error > row.absolute && error / ulp(want) > worst) worst = error / ulp(want);
    }
    if (getenv("INKSTONE_VERBOSE")) printf("%s %-10s %.2f ulp\n", path, row.name, worst);
    // The same in place, and bit for bit the same wherever in the array an element lies.
    for (int64_t n : {0, 1, 7, 31, 65}) {
      std::vector<float> place(x.begin() + 30, x.begin() + 30 + n);
      table.unary(code, place.data(), place.data(), n);
      CHECK(n == 0 || std::memcmp(place.data(), out.data() + 30, (size_t)n * 4) == 0, "%s %s of %ld", path, row.name, (long)n);
    }
  }
}


double binaryReference(int code, double x, double y) {
  const double density = std::exp(-x * x / 2) / std::sqrt(2 * M_PI), s = sigma(x);
  const double t = std::tanh(geluTanhInner(x));
  switch (code) {
    case 0: return x + y;
    case 1: return x - y;
    case 2: return x * y;
    case 3: return x / y;
    case 4: return std::pow(x, y);
    case 5: return x > y || x != x ? x : y;
    case 6: return x < y || x != x ? x : y;
    case 7: return x > 0 ? y : 0;
    case 8: return y * (phi(x) + x * density);
    case 9: return y * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * std::sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x));
    default: return y * (s + x * s * (1 - s));
  }
}

void testBinary(const KernelTable& table, const char* path) {
  Random random;
  for (int round = 0; round < 400; ++round) {
    const Walk walk = broadcastWalk(random, 2);
    const auto x = randomFloats(random, extent(walk, 0)), y = randomFloats(random, extent(walk, 1));
    const int code = round % 11;
    std::vector<float> out((size_t)walk.count(), 99.0f);
    table.binary(code, x.data(), y.data(), out.data(), walk);
    eachPlace(walk, [&](int64_t i, const int64_t* at) {
      const double want = binaryReference(code, x[(size_t)at[0]], y[(size_t)at[1]]);
      CHECK(near(out[(size_t)i], want, 2e-6, 3e-7), "%s binary %d [%ld]: %.9g, not %.9g", path, code, (long)i, out[(size_t)i], want);
    });
  }
  const float ends[] = {NAN, INFINITY, -INFINITY, 0.0f, 100.0f, -100.0f, 1e30f, -1e30f};
  for (int code : {5, 6, 8, 9, 10}) {
    for (float a : ends) {
      if ((code == 8 || code == 9 || code == 10) && std::isinf(a)) continue;
      const float b = 2.0f;
      float out;
      Walk walk;
      walk.axes = 0;
      walk.operands = 2;
      table.binary(code, &a, &b, &out, walk);
      const double want = std::fabs(a) > 1e20 && code > 7 && !std::isnan(a) ? (a > 0 ? 2 : 0) : binaryReference(code, a, b);
      CHECK(near(out, want), "%s binary %d (%g) = %g, not %g", path, code, a, out, want);
    }
  }
}

void testCompareAndWhere(const KernelTable& table, const char* path) {
  Random random;
  for (int round = 0; round < 200; ++round) {
    const Walk walk = broadcastWalk(random, 2);
    auto x = randomFloats(random, extent(walk, 0)), y = randomFloats(random, extent(walk, 1));
    for (float& v : x) v = std::round(v * 2);
    for (float& v : y) v = random.below(20) ? std::round(v * 2) : NAN;
    std::vector<int32_t> xi(x.begin(), x.end()), yi;
    for (float v : y) yi.push_back(v == v ? (int32_t)v : 7);
    std::vector<uint8_t> out((size_t)walk.count(), 9), outI = out;
    const int code = round % 6;
    table.compareFloat(code, x.data(), y.data(), out.data(), walk);
    table.compareInt(code, xi.data(), yi.data(), outI.data(), walk);
    const auto want = [&](auto a, auto b) {
      const bool results[] = {a == b, a != b, a < b, a <= b, a > b, a >= b};
      return results[code];
    };
    eachPlace(walk, [&](int64_t i, const int64_t* at) {
      CHECK(out[(size_t)i] == want(x[(size_t)at[0]], y[(size_t)at[1]]), "%s compare %d", path, code);
      CHECK(outI[(size_t)i] == want(xi[(size_t)at[0]], yi[(size_t)at[1]]), "%s compare ints %d", path, code);
    });

    const Walk three = broadcastWalk(random, 3);
    std::vector<uint8_t> mask((size_t)extent(three, 0));
    for (uint8_t& m : mask) m = (uint8_t)random.below(3);
    const auto a = randomFloats(random, extent(three, 1)), b = randomFloats(random, extent(three, 2));
    std::vector<float> chosen((size_t)three.count());
    table.where(mask.data(), a.data(), b.data(), chosen.data(), three);
    eachPlace(three, [&](int64_t i, const int64_t* at) {
      CHECK(chosen[(size_t)i] == (mask[(size_t)at[0]] ? a[(size_t)at[1]] : b[(size_t)at[2]]), "%s where", path);
    });
  }
}

void testFlat(const KernelTable& table, const char* path) {
  Random random;
  for (int64_t n : {0, 1, 5, 16, 17, 63, 1000, 70001}) {
    const auto x = randomFloats(random, n), y = randomFloats(random, n), g = randomFloats(random, n);
    auto out = y, up = y;
    const auto check = [&](const char* name, double got, double want) {
      CHECK(near(got, want, 2e-6, 2e-7), "%s %s of %ld: %.9g, not %.9g", path, name, (long)n, got, want);
    };
    table.axpy(x.data(), out.data(), n, -0.75f);
    for (size_t i = 0; i < x.size(); ++i) check("axpy", out[i], y[i] - 0.75 * x[i]);
    table.affine(x.data(), out.data(), n, 3.5f, -2.0f);
    for (size_t i = 0; i < x.size(); ++i) check("affine", out[i], x[i] * 3.5 - 2);
    table.swiglu(x.data(), y.data(), out.data(), n);
    for (size_t i = 0; i < x.size(); ++i) check("swiglu", out[i], x[i] * sigma(x[i]) * y[i]);
    table.swigluGrad(x.data(), y.data(), g.data(), out.data(), up.data(), n);
    for (size_t i = 0; i < x.size(); ++i) {
      const double s = sigma(x[i]);
      check("swigluGrad gate", out[i], (double)g[i] * y[i] * (s + x[i] * s * (1 - s)));
      check("swigluGrad up", up[i], g[i] * x[i] * s);
    }
  }
}

/** Large outputs are written past the caches: unaligned starts, whole and ragged. */
void testStreaming(const KernelTable& table, const char* path) {
  const int64_t n = cacheSizes().l3 / 4 + 2002;
  std::vector<float> x((size_t)n), out((size_t)n + 3, -1.0f);
  for (int64_t i = 0; i < n; ++i) x[(size_t)i] = (float)(i % 1000);
  table.affine(x.data(), out.data() + 1, n, 2.0f, 1.0f);
  CHECK(out[0] == -1 && out[(size_t)n + 1] == -1, "%s", path);
  for (int64_t i = 0; i < n; ++i) CHECK(out[(size_t)i + 1] == 2 * x[(size_t)i] + 1, "%s [%ld]", path, (long)i);
  Walk rows;
  rows.axes = 2;
  rows.operands = 2;
  rows.shape[0] = n / 1001;
  rows.shape[1] = 1001;
  rows.stride[0][0] = 1001;
  rows.stride[0][1] = rows.stride[1][1] = 1;
  rows.stride[1][0] = 0;
  table.binary(0, x.data(), x.data() + 7, out.data() + 3, rows);
  for (int64_t i = 0; i < rows.count(); ++i) {
    CHECK(out[(size_t)i + 3] == x[(size_t)i] + x[(size_t)(i % 1001) + 7], "%s [%ld]", path, (long)i);
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testUnary(table, path);
    testBinary(table, path);
    testCompareAndWhere(table, path);
    testFlat(table, path);
    testStreaming(table, path);
  });
}
