// Attention and its gradient against plain loops in double, over random options and awkward sizes, on every
// path.
#include <cstring>
#include <string>
#include <utility>

#include "support/check.h"

using namespace inkstone;

namespace {

struct Case {
  AttentionShape shape;
  std::vector<float> slopes;
  std::vector<int32_t> prefix, start, end;

  std::string text() const {
    char line[256];
    snprintf(line, sizeof line,
             "B%d T%d S%d H%d KV%d D%d rows %d %d scale %g causal %d bf16 %d stored %d window %d alibi %d prefix %d start %d end %d",
             int(shape.batch), int(shape.queries), int(shape.keys), int(shape.heads), int(shape.kvHeads),
             int(shape.headSize), int(shape.rowQ), int(shape.rowK), double(shape.scale), shape.causal, shape.bf16,
             shape.stored, int(shape.window),
             shape.alibiSlopes != nullptr, shape.prefixLengths ? shape.prefixLengths[0] : -1,
             shape.keyStart ? shape.keyStart[0] : -1, shape.keyEnd ? shape.keyEnd[0] : -1);
    return line;
  }
};

bool sees(const AttentionShape& s, int64_t b, int64_t t, int64_t key) {
  const int64_t p = s.keys - s.queries + t;
  if (s.causal && key > p && !(s.prefixLengths && key < s.prefixLengths[b])) return false;
  if (s.window > 0 && p - key >= s.window) return false;
  return (!s.keyStart || key >= s.keyStart[b]) && (!s.keyEnd || key < s.keyEnd[b]);
}

struct Naive {
  std::vector<double> out, lse, gradQ, gradK, gradV;
};

/** The definitions, in double; `grad` is the gradient of out. */
Naive naive(const AttentionShape& s, const std::vector<float>& q, const std::vector<float>& k,
            const std::vector<float>& v, const std::vector<float>& grad) {
  Naive n;
  n.out.assign(q.size(), 0);
  n.gradQ.assign(q.size(), 0);
  n.gradK.assign(k.size(), 0);
  n.gradV.assign(k.size(), 0);
  n.lse.assign(size_t(s.batch * s.heads * s.queries), -INFINITY);
  std::vector<double> p(static_cast<size_t>(s.keys)), dp(static_cast<size_t>(s.keys));
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t h = 0; h < s.heads; ++h) {
      for (int64_t t = 0; t < s.queries; ++t) {
        const int64_t D = s.headSize, atQ = ((b * s.queries + t) * s.heads + h) * D;
        const auto atK = [&](int64_t key) {
          return ((b * s.keys + key) * s.kvHeads + h / (s.heads / s.kvHeads)) * D;
        };
        double largest = -INFINITY, sum = 0;
        for (int64_t key = 0; key < s.keys; ++key) {
          if (!sees(s, b, t, key)) continue;
          double dot = 0;
          for (int64_t d = 0; d < D; ++d) dot += double(q[size_t(atQ + d)]) * double(k[size_t(atK(key) + d)]);
          p[size_t(key)] =
              dot * double(s.scale) -
              (s.alibiSlopes ? double(s.alibiSlopes[h]) * double(s.keys - s.queries + t - key) : 0.0);
          largest = std::fmax(largest, p[size_t(key)]);
        }
        if (largest == -INFINITY) continue;
        for (int64_t key = 0; key < s.keys; ++key) {
          p[size_t(key)] = sees(s, b, t, key) ? std::exp(p[size_t(key)] - largest) : 0;
          sum += p[size_t(key)];
        }
        n.lse[size_t((b * s.heads + h) * s.queries + t)] = largest + std::log(sum);
        double total = 0;
        for (int64_t key = 0; key < s.keys; ++key) {
          p[size_t(key)] /= sum;
          dp[size_t(key)] = 0;
          for (int64_t d = 0; d < D; ++d) {
            n.out[size_t(atQ + d)] += p[size_t(key)] * double(v[size_t(atK(key) + d)]);
            dp[size_t(key)] += double(grad[size_t(atQ + d)]) * double(v[size_t(atK(key) + d)]);
          }
          total += p[size_t(key)] * dp[size_t(key)];
        }
        for (int64_t key = 0; key < s.keys; ++key) {
          const double ds = p[size_t(key)] * (dp[size_t(key)] - total) * double(s.scale);
          for (int64_t d = 0; d < D; ++d) {
            n.gradQ[size_t(atQ + d)] += ds * double(k[size_t(atK(key) + d)]);
            n.gradK[size_t(atK(key) + d)] += ds * double(q[size_t(atQ + d)]);
            n.gradV[size_t(atK(key) + d)] += p[size_t(key)] * double(grad[size_t(atQ + d)]);
          }
        }
      }
    }
  }
  return n;
}

/**
 * Rounding to bf16 loses up to 2⁻⁹ of each number that is multiplied: more where scores are large, and in sums over many
 * queries.
 */
void compare(const char* what, const std::vector<float>& got, const std::vector<double>& want,
             const char* path, const Case& c) {
  const double scores = std::fmax(1, double(c.shape.scale) * std::sqrt(double(c.shape.headSize)));
  const double loss = c.shape.bf16 || c.shape.stored ? 3e-3 * scores : 2e-6;
  double size = 1e-3;
  for (double w : want) {
    if (std::isfinite(w)) size = std::fmax(size, std::fabs(w));
  }
  for (size_t i = 0; i < want.size(); ++i) {
    CHECK(near(double(got[i]), want[i], 10 * loss, loss * size + loss), "%s %s [%d of %d]: %g, want %g; %s", path,
          what, int(i), int(want.size()), double(got[i]), want[i], c.text().c_str());
  }
}

/** Rows of `own` numbers as a kernel finds them: `row` apart, f32 or bf16, junk between. */
struct Laid {
  int64_t own, row;
  bool bf16;
  std::vector<float> wide;
  std::vector<uint16_t> half;

  Laid(const std::vector<float>& numbers, int64_t own, int64_t row, bool bf16) : own(own), row(row ? row : own), bf16(bf16) {
    const size_t rows = numbers.size() / size_t(own);
    if (bf16) half.assign(rows * size_t(this->row), 0x4640);
    else wide.assign(rows * size_t(this->row), 12345);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (bf16) half[at(i)] = bf16Of(numbers[i]);
      else wide[at(i)] = numbers[i];
    }
    if (rows == 0) return;
    const size_t used = (rows - 1) * size_t(this->row) + size_t(own);  // a kernel that touches more is found out
    if (bf16) half.resize(used), half.shrink_to_fit();
    else wide.resize(used), wide.shrink_to_fit();
  }
  size_t at(size_t i) const { return i / size_t(own) * size_t(row) + i % size_t(own); }
  void* data() { return bf16 ? static_cast<void*>(half.data()) : wide.data(); }
  std::vector<float> numbers(size_t count) const {
    std::vector<float> all(count);
    for (size_t i = 0; i < count; ++i) all[i] = bf16 ? floatOf(half[at(i)]) : wide[at(i)];
    return all;
  }
  /** How many numbers between the rows are no longer what they were. */
  int64_t touched() const {
    int64_t count = 0;
    for (size_t i = 0; i < (bf16 ? half.size() : wide.size()); ++i) {
      if (int64_t(i) % row >= own && (bf16 ? half[i] != 0x4640 : wide[i] != 12345)) ++count;
    }
    return count;
  }
};

void check(Random& random, const Case& c) {
  const AttentionShape& s = c.shape;
  const int64_t ownQ = s.heads * s.headSize, ownK = s.kvHeads * s.headSize;
  const auto draw = [&](int64_t size) {
    auto numbers = randomFloats(random, size);
    for (float& x : numbers) x = s.stored ? floatOf(bf16Of(x)) : x;
    return numbers;
  };
  const auto q = draw(s.batch * s.queries * ownQ), k = draw(s.batch * s.keys * ownK), v = draw(s.batch * s.keys * ownK);
  const auto grad = draw(s.batch * s.queries * ownQ);
  const Naive want = naive(s, q, k, v, grad);
  const auto test = [&](const KernelTable& table, const char* path) {
    const float junk = 12345;
    const auto laidQ = [&](const std::vector<float>& x) { return Laid(x, ownQ, s.rowQ, s.stored); };
    const auto laidK = [&](const std::vector<float>& x) { return Laid(x, ownK, s.rowK, s.stored); };
    const auto laidOut = [&](const std::vector<float>& x) { return Laid(x, ownQ, 0, s.stored); };
    const std::vector<float> junkQ(q.size(), junk), junkK(k.size(), junk);
    Laid atQ = laidQ(q), atK = laidK(k), atV = laidK(v), out = laidOut(junkQ), atGrad = laidOut(grad);
    std::vector<float> lse(want.lse.size(), junk);
    table.attention(atQ.data(), atK.data(), atV.data(), out.data(), lse.data(), s);
    compare("out", out.numbers(q.size()), want.out, path, c);
    compare("lse", lse, want.lse, path, c);
    Laid gradQ = laidQ(junkQ), gradK = laidK(junkK), gradV = laidK(junkK);
    table.attentionGrad(atQ.data(), atK.data(), atV.data(), out.data(), lse.data(), atGrad.data(), gradQ.data(), gradK.data(),
                        gradV.data(), s);
    compare("gradQ", gradQ.numbers(q.size()), want.gradQ, path, c);
    compare("gradK", gradK.numbers(k.size()), want.gradK, path, c);
    compare("gradV", gradV.numbers(k.size()), want.gradV, path, c);
    CHECK(gradQ.touched() + gradK.touched() + gradV.touched() == 0, "%s wrote between the rows; %s", path, c.text().c_str());
  };
  forEachTable(test);
#if !defined(INKSTONE_OWN_PATHS)
  if (s.bf16 || s.stored) test(*wideBf16Table(), "wide-bf16"), test(*wideAmxTable(), "wide-amx");
#endif
}

/** Attention of T queries over S keys with every option drawn. */
Case draw(Random& random, int64_t mostQueries, int64_t mostKeys) {
  const int sizes[] = {1, 3, 8, 13, 16, 20, 24, 32, 33, 48, 64, 67, 80, 100, 128};
  const int groups[] = {1, 1, 2, 3};
  Case c;
  AttentionShape& s = c.shape;
  s.batch = 1 + random.below(2);
  s.queries = random.below(mostQueries + 1);
  s.keys = random.below(3) ? s.queries : random.below(mostKeys + 1);
  s.kvHeads = 1 + random.below(3);
  s.heads = s.kvHeads * groups[random.below(4)];
  s.headSize = sizes[random.below(15)];
  s.scale = 1 / std::sqrt(float(s.headSize)) * (random.below(4) ? 1.0f : 8.0f);
  s.causal = random.below(3) > 0;
  s.bf16 = random.below(2);
  s.stored = random.below(3) == 0;
  if (random.below(3) == 0) s.rowQ = s.rowK = (s.heads + 2 * s.kvHeads) * s.headSize;
  s.window = random.below(3) ? 0 : 1 + random.below(mostKeys);
  if (random.below(4) == 0) {
    for (int64_t h = 0; h < s.heads; ++h) c.slopes.push_back(std::pow(2.0f, -float(h + 1)));
  }
  const bool prefix = random.below(4) == 0, start = random.below(4) == 0, end = random.below(4) == 0;
  for (int64_t b = 0; b < s.batch; ++b) {
    if (prefix) c.prefix.push_back(int32_t(random.below(s.keys + 3)));
    if (start) c.start.push_back(int32_t(random.below(s.keys + 3)));
    if (end) c.end.push_back(int32_t(random.below(s.keys + 3)));
  }
  return c;
}

void link(Case& c) {
  c.shape.alibiSlopes = c.slopes.empty() ? nullptr : c.slopes.data();
  c.shape.prefixLengths = c.prefix.empty() ? nullptr : c.prefix.data();
  c.shape.keyStart = c.start.empty() ? nullptr : c.start.data();
  c.shape.keyEnd = c.end.empty() ? nullptr : c.end.data();
}

/**
 * The same bits for any number of threads (but for decoding, which cuts the keys), and scratch memory that
 * settles.
 */
void checkRepeats() {
  Random random;
  AttentionShape s;
  s.batch = 1, s.queries = 301, s.keys = 301, s.heads = 4, s.kvHeads = 2, s.headSize = 40, s.causal = true,
  s.scale = 0.2f;
  const auto q = randomFloats(random, 301 * 160), k = randomFloats(random, 301 * 80),
             v = randomFloats(random, 301 * 80);
  std::vector<float> first, lse(4 * 301), out(q.size()), gradQ(q.size()), gradK(k.size()), gradV(k.size());
  for (int count : {2, 2, 2, 1, 3}) {
    setThreads(count);
    int64_t before = 0;
    for (int round = 0; round < 30; ++round) {
      if (round == 29) before = nativeAllocations();
      kernels->attention(q.data(), k.data(), v.data(), out.data(), lse.data(), s);
      kernels->attentionGrad(q.data(), k.data(), v.data(), out.data(), lse.data(), q.data(), gradQ.data(),
                             gradK.data(), gradV.data(), s);
      std::vector<float> all = out;
      for (const auto* part : {&lse, &gradQ, &gradK, &gradV})
        all.insert(all.end(), part->begin(), part->end());
      if (first.empty()) first = all;
      CHECK(all == first, "other bits with %d threads, round %d", count, round);
    }
    if (count == 1) CHECK(nativeAllocations() == before, "scratch grows");
  }
  setThreads(2);
}

/** A NaN in q or k reaches every query that sees it, and no other. */
void checkNan() {
  Random random;
  AttentionShape s;
  s.batch = 1, s.queries = 50, s.keys = 50, s.heads = 1, s.kvHeads = 1, s.headSize = 16, s.causal = true;
  auto q = randomFloats(random, 800), k = randomFloats(random, 800), v = randomFloats(random, 800);
  k[30 * 16] = NAN;
  std::vector<float> out(800), lse(50);
  forEachTable([&](const KernelTable& table, const char* path) {
    table.attention(q.data(), k.data(), v.data(), out.data(), lse.data(), s);
    for (size_t t = 0; t < 50; ++t) CHECK(std::isnan(out[t * 16]) == (t >= 30), "%s query %d", path, int(t));
  });
}

/** Keys and values in pages give the same as in a row, for many sequences at once. */
void checkPages() {
  Random random;
  for (int round = 0; round < 60; ++round) {
    const int sizes[] = {1, 8, 20, 32, 64};
    PagedShape s;
    s.kvHeads = 1 + random.below(3);
    s.heads = s.kvHeads * (1 + random.below(3));
    s.headSize = sizes[random.below(5)];
    s.pageTokens = 8 << random.below(4);
    s.scale = 0.3f;
    s.window = random.below(3) ? 0 : 1 + random.below(40);
    s.count = 1 + random.below(6);
    const std::vector<float> slopes(static_cast<size_t>(s.heads), 0.25f);
    if (random.below(3) == 0) s.alibiSlopes = slopes.data();
    const int64_t held = 60 * s.count, stride = s.kvHeads * s.headSize, row = s.heads * s.headSize;
    auto k = randomFloats(random, held * s.pageTokens * stride), v = randomFloats(random, held * s.pageTokens * stride);
    // As bf16 they are the same numbers: those that bf16 has.
    s.bf16 = round % 2;
    s.rounds = random.below(2);
    std::vector<uint16_t> shortK, shortV;
    for (auto [from, to] : {std::pair{&k, &shortK}, std::pair{&v, &shortV}}) {
      for (float& x : *from) {
        uint32_t bits;
        std::memcpy(&bits, &x, 4);
        bits &= 0xffff0000u;
        if (s.bf16) std::memcpy(&x, &bits, 4);
        to->push_back(static_cast<uint16_t>(bits >> 16));
      }
      to->shrink_to_fit();
    }
    const void *keptK = k.data(), *keptV = v.data();
    if (s.bf16) keptK = shortK.data(), keptV = shortV.data();
    std::vector<PagedRequest> requests;
    std::vector<std::vector<int32_t>> pages;
    int64_t rows = 0, taken = 0;
    const bool backwards = random.below(2);
    for (int64_t i = 0; i < s.count; ++i) {
      PagedRequest request;
      request.queries = random.below(4) ? 1 + random.below(4) : 1 + random.below(40);
      request.keys = request.queries + random.below(random.below(3) ? 30 : 400);
      request.row = rows;
      rows += request.queries;
      std::vector<int32_t> list;
      for (int64_t j = 0; j * s.pageTokens < request.keys; ++j, ++taken) {
        list.push_back(int32_t(backwards ? held - 1 - taken : taken));
      }
      pages.push_back(list);
      requests.push_back(request);
    }
    for (size_t i = 0; i < requests.size(); ++i) requests[i].pages = pages[i].data();
    s.requests = requests.data();
    const auto q = randomFloats(random, rows * row);
    const auto test = [&](const KernelTable& table, const char* path) {
      const bool rounds = s.bf16 && s.rounds && (std::strstr(path, "bf16") || std::strstr(path, "amx"));
      std::vector<float> out(q.size(), 12345.0f);
      table.attentionPaged(q.data(), keptK, keptV, out.data(), s);
      for (const PagedRequest& request : requests) {
        AttentionShape one;
        one.batch = 1, one.queries = request.queries, one.keys = request.keys, one.heads = s.heads,
        one.kvHeads = s.kvHeads, one.headSize = s.headSize, one.scale = s.scale, one.causal = true,
        one.window = s.window, one.alibiSlopes = s.alibiSlopes;
        std::vector<float> keys, values, want(static_cast<size_t>(request.queries * row)),
            lse(static_cast<size_t>(s.heads * request.queries));
        for (int64_t key = 0; key < request.keys; ++key) {
          const int64_t from = (request.pages[key / s.pageTokens] * s.pageTokens + key % s.pageTokens) * stride;
          keys.insert(keys.end(), k.begin() + from, k.begin() + from + stride);
          values.insert(values.end(), v.begin() + from, v.begin() + from + stride);
        }
        table.attention(q.data() + request.row * row, keys.data(), values.data(), want.data(), lse.data(), one);
        const float slack = rounds && request.queries > 4 ? 0.01f : 2e-5f;
        for (size_t d = 0; d < want.size(); ++d) {
          const float got = out[static_cast<size_t>(request.row * row) + d];
          CHECK(std::fabs(got - want[d]) < slack, "%s paged, %d queries of %d keys [%d]: %g, want %g", path,
                int(request.queries), int(request.keys), int(d), double(got), double(want[d]));
        }
      }
    };
    forEachTable(test);
#if !defined(INKSTONE_OWN_PATHS)
    if (s.bf16) test(*wideBf16Table(), "wide-bf16"), test(*wideAmxTable(), "wide-amx");
#endif
  }
}

void checkRotary() {
  Random random;
  for (int round = 0; round < 60; ++round) {
    RotaryShape s;
    s.rows = random.below(40);
    s.positions = s.rows > 0 ? s.rows : 1;
    s.heads = 1 + random.below(4);
    s.turning = random.below(s.heads + 1);
    s.headSize = 1 + random.below(70);
    s.stored = random.below(3) == 0;
    s.rotarySize = 2 * random.below(s.headSize / 2 + 1);
    s.interleaved = random.below(2);
    s.inverse = random.below(2);
    const int64_t half = s.rotarySize / 2, places = 11;
    const Laid x(randomFloats(random, s.rows * s.heads * s.headSize), s.headSize, 0, s.stored);
    const auto before = x.numbers(size_t(s.rows * s.heads * s.headSize));
    const auto cos = randomFloats(random, places * half), sin = randomFloats(random, places * half);
    std::vector<int32_t> positions;
    s.positions = random.below(2) ? s.rows : 1 + random.below(s.rows + 1);
    for (int64_t i = 0; i < s.positions; ++i) positions.push_back(int32_t(random.below(places)));
    forEachTable([&](const KernelTable& table, const char* path) {
      for (bool inPlace : {false, true}) {
        Laid from = x, to = x;
        table.rotary(inPlace ? to.data() : from.data(), positions.data(), cos.data(), sin.data(), to.data(), s);
        const auto out = to.numbers(before.size());
        for (int64_t r = 0; r < s.rows * s.heads; ++r) {
          for (int64_t d = 0; d < s.headSize; ++d) {
            const auto at = [&](int64_t i) { return double(before[size_t(r * s.headSize + i)]); };
            double want = at(d);
            if (d < s.rotarySize && r % s.heads < s.turning) {
              const int64_t pair = s.interleaved ? d / 2 : d % half;
              const int64_t a = s.interleaved ? 2 * pair : pair, b = s.interleaved ? a + 1 : pair + half;
              const size_t angle = size_t(positions[size_t(r / s.heads % s.positions)] * half + pair);
              const double c = double(cos[angle]), si = double(sin[angle]) * (s.inverse ? -1 : 1);
              want = d == a ? at(a) * c - at(b) * si : at(b) * c + at(a) * si;
            }
            const double slack = s.stored ? 1.0 / 256 : 1e-6;  // bf16's half a unit
            CHECK(near(double(out[size_t(r * s.headSize + d)]), want, slack, slack), "%s rotary row %d feature %d", path, int(r),
                  int(d));
          }
        }
      }
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  setThreads(2);
#if defined(INKSTONE_OWN_PATHS)
  const int usual = 18;  // an emulated processor is slow
#else
  const int usual = 48;
#endif
  const int rounds = argc > 1 ? atoi(argv[1]) : usual;
  Random random;
  for (int round = 0; round < rounds; ++round) {
    // Mostly small; some with several tiles of queries and keys; some decoding over a long cache, some chunks of queries over one.
    const int kind = round % 6;
    Case c = kind == 0 ? draw(random, 170, 330) : kind == 1 ? draw(random, 4, 300) : draw(random, 40, 60);
    if (kind == 1) c.shape.keys = random.below(300);
    if (kind == 2) c.shape.keys = 257 + random.below(300), c.shape.window = 0;
    for (auto* list : {&c.prefix, &c.start, &c.end}) {
      for (int32_t& value : *list) value = int32_t(random.below(c.shape.keys + 3));
    }
    link(c);
    check(random, c);
  }
  for (bool stored : {false, true}) {
    for (const auto& [queries, keys] : {std::pair<int64_t, int64_t>{0, 5}, {5, 0}, {0, 0}}) {
      Case c;
      c.shape.batch = 2, c.shape.queries = queries, c.shape.keys = keys, c.shape.headSize = 16;
      c.shape.bf16 = true, c.shape.stored = stored;
      link(c);
      check(random, c);
    }
  }
  checkRepeats();
  checkNan();
  checkPages();
  checkRotary();
  return 0;
}
