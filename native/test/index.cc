// Reading and adding by index against plain loops; sums do not depend on the number of threads.
#include "support/check.h"

#include <cstring>

using namespace inkstone;

namespace {

void testRows(const KernelTable& table, const char* path) {
  Random random;
  for (int64_t size : {1, 2, 3, 7, 16, 33, 64, 65, 256, 300}) {
    for (int64_t count : {0, 1, 5, 700}) {
      const int64_t vocab = 97;
      const auto x = randomFloats(random, count * size), rows = randomFloats(random, vocab * size);
      std::vector<int32_t> ids((size_t)count);
      for (int32_t& id : ids) id = (int32_t)(random.below(2) ? random.below(vocab) : random.below(3));
      std::vector<float> out(x.size());
      table.gatherRows(rows.data(), ids.data(), out.data(), count, size * 4);
      std::vector<uint8_t> bytes(reinterpret_cast<const uint8_t*>(rows.data()), reinterpret_cast<const uint8_t*>(rows.data()) + vocab * size), picked((size_t)(count * size));
      table.gatherRows(bytes.data(), ids.data(), picked.data(), count, size);
      std::vector<float> put(rows.size()), back(rows.size());
      std::vector<uint16_t> rounded(rows.size());
      std::vector<int32_t> places((size_t)count);
      for (int64_t i = 0; i < count; ++i) places[(size_t)i] = (int32_t)((i * 31 + 7) % vocab);
      const int64_t apart = count < vocab ? count : vocab;  // no two to one place
      table.scatterRows(x.data(), places.data(), put.data(), apart, size * 4, false);
      table.scatterRows(x.data(), places.data(), rounded.data(), apart, size, true);
      for (int64_t i = 0; i < apart * size; ++i) back[(size_t)(places[(size_t)(i / size)] * size + i % size)] = x[(size_t)i];
      for (size_t at = 0; at < put.size(); ++at) {
        CHECK(put[at] == back[at] && rounded[at] == bf16Of(back[at]), "%s scatterRows", path);
      }
      auto want = rows;
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t j = 0; j < size; ++j) {
          const size_t from = (size_t)(ids[(size_t)i] * size + j), at = (size_t)(i * size + j);
          CHECK(out[at] == rows[from] && picked[at] == bytes[from], "%s gatherRows", path);
          want[from] += x[at];
        }
      }
      for (int count_ : {1, 2, 3}) {
        setThreads(count_);
        auto sum = rows;
        table.scatterAddRows(x.data(), ids.data(), sum.data(), count, size);
        CHECK(std::memcmp(sum.data(), want.data(), sum.size() * 4) == 0, "%s scatterAddRows %ld x %ld", path, (long)count, (long)size);
      }
      setThreads(2);
    }
  }
}

void testAlongAxis(const KernelTable& table, const char* path) {
  Random random;
  const int64_t shapes[][4] = {{1, 5, 7, 1}, {3, 4, 2, 5}, {200, 65, 1, 1}, {1, 30, 40, 77}, {2, 3, 0, 4}, {7, 9, 11, 13}, {1, 1000, 5000, 1}};
  for (const auto& s : shapes) {
    const int64_t outer = s[0], size = s[1], count = s[2], inner = s[3];
    const auto x = randomFloats(random, outer * size * inner), terms = randomFloats(random, outer * count * inner);
    std::vector<int32_t> index(terms.size());
    for (int32_t& i : index) i = (int32_t)random.below(size);
    std::vector<float> out(terms.size());
    if (count > 0) table.gather(x.data(), index.data(), out.data(), outer, size, count, inner);
    auto want = x, sum = x;
    if (count > 0) table.scatterAdd(terms.data(), index.data(), sum.data(), outer, size, count, inner);
    for (size_t at = 0; at < terms.size(); ++at) {
      const int64_t o = (int64_t)at / (count * inner), i = (int64_t)at % inner;
      const size_t place = (size_t)((o * size + index[at]) * inner + i);
      CHECK(out[at] == x[place], "%s gather", path);
      want[place] += terms[at];
    }
    CHECK(std::memcmp(sum.data(), want.data(), sum.size() * 4) == 0, "%s scatterAdd", path);
  }
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testRows(table, path);
    testAlongAxis(table, path);
  });
}
