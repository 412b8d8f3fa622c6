// Strided copies, fills and casts: random slices, permutations and repeats of every element size.
#include "support/check.h"
#include "support/walks.h"

#include <cstring>

using namespace inkstone;

namespace {

/** A region of a larger array: axes in any order, some repeated, some run backwards. */
Walk regionWalk(Random& random, bool large) {
  static const int64_t small[] = {1, 2, 3, 4, 7, 8, 9, 16, 31, 40}, big[] = {127, 128, 129, 200, 300};
  Walk walk;
  walk.operands = 2;
  walk.axes = large ? 2 + (int)random.below(2) : (int)random.below(5);
  for (int axis = 0; axis < walk.axes; ++axis) {
    walk.shape[axis] = large && axis < 2 ? big[random.below(5)] : small[random.below(large ? 3 : 10)];
  }
  if (walk.count() > 100000) walk.axes = walk.axes > 2 ? 2 : walk.axes;
  for (int k = 0; k < 2; ++k) {
    int order[Walk::maxAxes];
    for (int axis = 0; axis < walk.axes; ++axis) order[axis] = axis;
    for (int i = walk.axes - 1; i > 0; --i) {
      const int j = (int)random.below(i + 1), keep = order[i];
      order[i] = order[j];
      order[j] = keep;
    }
    int64_t stride = 1;
    for (int i = 0; i < walk.axes; ++i) {
      const int axis = order[i];
      walk.stride[k][axis] = stride;
      stride *= walk.shape[axis] + random.below(3);
      if (k == 0 && random.below(10) == 0) walk.stride[k][axis] = 0;
    }
  }
  return walk;
}

template <class T>
void testCopies(const KernelTable& table, const char* path) {
  Random random;
  for (int round = 0; round < 160; ++round) {
    Walk walk = regionWalk(random, round % 8 == 0);
    const int64_t sizeX = extent(walk, 0), sizeOut = extent(walk, 1);
    int64_t offset = 0;  // one axis of x backwards
    if (walk.axes > 0 && random.below(4) == 0) {
      const int axis = (int)random.below(walk.axes);
      offset = (walk.shape[axis] - 1) * walk.stride[0][axis];
      walk.stride[0][axis] = -walk.stride[0][axis];
    }
    std::vector<T> x((size_t)sizeX), out((size_t)sizeOut, (T)77);
    for (T& v : x) v = (T)random.next();
    auto want = out;
    eachPlace(walk, [&](int64_t, const int64_t* at) { want[(size_t)at[1]] = x[(size_t)(at[0] + offset)]; });
    table.copyStrided(x.data() + offset, out.data(), sizeof(T), walk);
    CHECK(std::memcmp(out.data(), want.data(), out.size() * sizeof(T)) == 0, "%s round %d, %d bytes", path, round, (int)sizeof(T));
  }
}

/** Past the caches: one long row, and long rows at odd places. */
void testStreaming(const KernelTable& table, const char* path) {
  const int64_t columns = 5003, rows = cacheSizes().l3 / columns + 1;
  std::vector<uint8_t> x((size_t)(rows * columns)), out(x.size() + 64, 1), joined((size_t)(rows * (columns + 3)), 1);
  for (size_t i = 0; i < x.size(); ++i) x[i] = (uint8_t)(i * 31 >> 3);
  Walk walk;
  walk.axes = 1;
  walk.operands = 2;
  walk.shape[0] = rows * columns;
  walk.stride[0][0] = walk.stride[1][0] = 1;
  table.copyStrided(x.data(), out.data() + 3, 1, walk);
  CHECK(out[2] == 1 && std::memcmp(out.data() + 3, x.data(), x.size()) == 0 && out[x.size() + 3] == 1, "%s", path);
  walk.axes = 2;
  walk.shape[0] = rows;
  walk.shape[1] = columns;
  walk.stride[0][0] = columns;
  walk.stride[1][0] = columns + 3;
  walk.stride[0][1] = walk.stride[1][1] = 1;
  table.copyStrided(x.data(), joined.data(), 1, walk);
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* row = joined.data() + r * (columns + 3);
    CHECK(std::memcmp(row, x.data() + r * columns, (size_t)columns) == 0 && row[columns] == 1, "%s row %ld", path, (long)r);
  }
}

void testFill(const KernelTable& table, const char* path) {
  for (int64_t n : {int64_t(0), int64_t(1), int64_t(3), int64_t(70), int64_t(100001), cacheSizes().l3 / 4 + 13}) {
    std::vector<float> out((size_t)n + 2, 5.0f);
    const float value = 1.25f;
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    table.fill(out.data() + 1, n * 4, (uint64_t)bits << 32 | bits);
    CHECK(out[0] == 5 && out[(size_t)n + 1] == 5, "%s", path);
    for (int64_t i = 1; i <= n; ++i) CHECK(out[(size_t)i] == value, "%s [%ld]", path, (long)i);
  }
  std::vector<uint8_t> bytes(1003, 1);
  table.fill(bytes.data() + 1, 1001, 0x0909090909090909u);
  CHECK(bytes[0] == 1 && bytes[1] == 9 && bytes[1001] == 9 && bytes[1002] == 1, "%s", path);
}

void testCasts(const KernelTable& table, const char* path) {
  enum { f32, bf16, f64, i32, u8, i8 };
  const float ends[] = {0.0f, -0.0f, 1.5f, -1.5f, 255.9f, 256.0f, -129.0f, 2147483648.0f, 4294967297.0f, -3e9f, 1e30f, INFINITY,
                        -INFINITY, NAN, 1.00390625f, 1.01171875f, 3.4e38f, 1e-40f};
  const int64_t n = 18 + 1000;
  Random random;
  std::vector<float> x = randomFloats(random, n);
  for (size_t i = 0; i < x.size(); ++i) x[i] = i < 18 ? ends[i] : x[i] * 300;
  std::vector<uint16_t> half((size_t)n);
  table.cast(x.data(), f32, half.data(), bf16, n);
  std::vector<float> back((size_t)n);
  table.cast(half.data(), bf16, back.data(), f32, n);
  std::vector<int32_t> ints((size_t)n);
  table.cast(x.data(), f32, ints.data(), i32, n);
  std::vector<uint8_t> bytes((size_t)n);
  table.cast(x.data(), f32, bytes.data(), u8, n);
  std::vector<int8_t> chars((size_t)n);
  table.cast(x.data(), f32, chars.data(), i8, n);
  std::vector<double> doubles((size_t)n);
  table.cast(x.data(), f32, doubles.data(), f64, n);
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i])) {
      CHECK(std::isnan(back[i]) && std::isnan(doubles[i]) && ints[i] == 0, "%s NaN", path);
      continue;
    }
    CHECK(doubles[i] == x[i], "%s f64", path);
    // The nearest of the two neighbours whose low half is zero; ties go to the even one.
    uint32_t bits;
    std::memcpy(&bits, &x[i], 4);
    const uint32_t low = bits & 0xffff, up = bits >> 16;
    const uint16_t want = (uint16_t)(low > 0x8000 || (low == 0x8000 && (up & 1)) ? up + 1 : up);
    CHECK(half[i] == want, "%s bf16 of %g", path, x[i]);
    const double whole = std::isinf(x[i]) ? 0 : std::fmod(std::trunc((double)x[i]), 4294967296.0);
    const uint32_t wrapped = (uint32_t)(int64_t)whole;
    CHECK(ints[i] == (int32_t)wrapped, "%s i32 of %g: %d", path, x[i], ints[i]);
    CHECK(bytes[i] == (uint8_t)wrapped && chars[i] == (int8_t)wrapped, "%s bytes of %g", path, x[i]);
  }
  table.cast(ints.data(), i32, back.data(), f32, n);
  for (size_t i = 0; i < x.size(); ++i) CHECK(back[i] == (float)ints[i], "%s i32 to f32", path);
  table.cast(bytes.data(), u8, back.data(), f32, n);
  for (size_t i = 0; i < x.size(); ++i) CHECK(back[i] == bytes[i], "%s u8 to f32", path);
  table.cast(chars.data(), i8, half.data(), bf16, n);
  table.cast(half.data(), bf16, doubles.data(), f64, n);
  for (size_t i = 0; i < x.size(); ++i) CHECK(doubles[i] == chars[i], "%s i8 to bf16 to f64", path);
  for (int64_t few : {0, 1, 9}) table.cast(x.data(), f32, half.data(), bf16, few);
}

}  // namespace

int main() {
  forEachTable([](const KernelTable& table, const char* path) {
    testCopies<uint8_t>(table, path);
    testCopies<uint16_t>(table, path);
    testCopies<uint32_t>(table, path);
    testCopies<uint64_t>(table, path);
    testStreaming(table, path);
    testFill(table, path);
    testCasts(table, path);
  });
}
