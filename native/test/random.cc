// Philox against a plain implementation with the published test vectors; uniform, normal and dropout from its words.
#include "support/check.h"

using namespace inkstone;

namespace {

void philox(uint32_t k0, uint32_t k1, const uint32_t* counter, uint32_t* out) {
  uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = (uint64_t)0xd2511f53u * c[0], b = (uint64_t)0xcd9e8d57u * c[2];
    const uint32_t next[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ c[3] ^ k1, (uint32_t)a};
    for (int i = 0; i < 4; ++i) c[i] = next[i];
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  for (int i = 0; i < 4; ++i) out[i] = c[i];
}

uint32_t word(const RandomStream& s, int64_t i) {
  const uint32_t counter[4] = {(uint32_t)(i / 4), (uint32_t)((uint64_t)(i / 4) >> 32), s.streamLow, s.streamHigh};
  uint32_t out[4];
  philox(s.seedLow, s.seedHigh, counter, out);
  return out[i % 4];
}

/** Known answers of the authors' library (Random123, kat_vectors: philox4x32 10). */
void testPublished() {
  const uint32_t zeros[4] = {}, ones[4] = {~0u, ~0u, ~0u, ~0u};
  uint32_t out[4];
  philox(0, 0, zeros, out);
  CHECK(out[0] == 0x6627e8d5u && out[1] == 0xe169c58du && out[2] == 0xbc57ac4cu && out[3] == 0x9b00dbd8u);
  philox(~0u, ~0u, ones, out);
  CHECK(out[0] == 0x408f276du && out[1] == 0x41c83b0eu && out[2] == 0xa20bc7c6u && out[3] == 0x6d5451fdu);
}

void test(const KernelTable& table, const char* path) {
  const RandomStream streams[] = {{0, 0, 0, 0}, {12345, 678, 9, 0xfffffffeu}, {~0u, ~0u, ~0u, ~0u}};
  for (const RandomStream& s : streams) {
    for (int64_t n : {0, 1, 3, 4, 17, 63, 64, 65, 4095, 9001, 300000}) {
      Random random;
      std::vector<float> u((size_t)n), z((size_t)n), kept((size_t)n);
      const auto x = randomFloats(random, n);
      const double p = 0.1;
      table.uniform(u.data(), n, s);
      table.normal(z.data(), n, s);
      table.dropout(x.data(), kept.data(), n, p, s);
      double sum = 0, squares = 0;
      for (int64_t i = 0; i < n; ++i) {
        const double want = (word(s, i) >> 8) / 16777216.0;
        CHECK(u[(size_t)i] == want, "%s uniform [%ld]: %.9g, not %.9g", path, (long)i, u[(size_t)i], want);
        CHECK(near(kept[(size_t)i], want >= p ? x[(size_t)i] / (1 - p) : 0, 2e-7, 0), "%s dropout [%ld]", path, (long)i);
        if (n > 10000 && i % 37) continue;
        const double radius = std::sqrt(-2 * std::log((word(s, 2 * i) + 1.0) / 4294967296.0));
        const double normal = radius * std::cos(2 * M_PI * word(s, 2 * i + 1) / 4294967296.0);
        CHECK(near(z[(size_t)i], normal, 1e-6, 1e-6), "%s normal [%ld]: %.9g, not %.9g", path, (long)i, z[(size_t)i], normal);
        sum += normal;
        squares += normal * normal;
      }
      if (n == 300000) CHECK(std::fabs(sum) < 400 && std::fabs(squares / 8109 - 1) < 0.1, "%s", path);
    }
  }
}

}  // namespace

int main() {
  testPublished();
  forEachTable(test);
}
