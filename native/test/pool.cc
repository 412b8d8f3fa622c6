// The pool: every item once, nested calls, many tiny calls, scratch memory that settles.
#include "support/check.h"

#include <atomic>

using namespace inkstone;

int main() {
  for (int count : {1, 2, 3, 7}) {
    setThreads(count);
    for (int64_t n : {0, 1, 2, 31, 1000, 65537}) {
      for (int64_t grain : {1, 3, 64, 100000}) {
        std::vector<int> seen(static_cast<size_t>(n) + 1, 0);
        parallelFor(n, grain, [&](int64_t begin, int64_t end) {
          CHECK(begin < end && (begin % grain) == 0, "piece [%ld, %ld)", long(begin), long(end));
          for (int64_t i = begin; i < end; ++i) ++seen[static_cast<size_t>(i)];
        });
        for (int64_t i = 0; i < n; ++i) CHECK(seen[static_cast<size_t>(i)] == 1, "item %ld", long(i));
      }
    }
    std::atomic<int64_t> sum{0};
    for (int round = 0; round < 5000; ++round) {
      parallelTasks(5, [&](int64_t i) { sum += i; });
    }
    CHECK(sum == 50000);
    std::atomic<int> inner{0};
    parallelTasks(6, [&](int64_t) { parallelTasks(4, [&](int64_t) { ++inner; }); });
    CHECK(inner == 24);
  }

  setThreads(2);
  int64_t before = 0;
  for (int round = 0; round < 4; ++round) {
    if (round == 3) before = nativeAllocations();
    Scratch outer;
    char* a = static_cast<char*>(outer.bytes(100000));
    a[0] = a[99999] = 1;
    {
      Scratch innerScope;
      char* b = static_cast<char*>(innerScope.bytes(3000000));
      CHECK(reinterpret_cast<uintptr_t>(b) % 64 == 0);
      b[2999999] = 1;
    }
    char* c = static_cast<char*>(outer.bytes(70001));
    c[70000] = 1;
    CHECK(a[99999] == 1);
  }
  CHECK(nativeAllocations() == before, "scratch still grows");
  for (int round = 0; round < 4; ++round) {
    if (round == 3) before = nativeAllocations();
    Scratch outer;
    outer.bytes(1000);
    Scratch innerScope;
    static_cast<char*>(innerScope.bytes(20000000))[19999999] = 1;
  }
  CHECK(nativeAllocations() == before, "an inner scope allocates anew each time");

  // The example kernel on every path.
  forEachTable([](const KernelTable& table, const char* name) {
    Random random;
    for (int64_t n : {0, 1, 7, 16, 33, 100003}) {
      const auto x = randomFloats(random, n), y = randomFloats(random, n);
      auto out = y;
      table.axpy(x.data(), out.data(), n, 0.5f);
      for (int64_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(i);
        CHECK(near(out[at], y[at] + 0.5 * x[at]), "%s [%ld]", name, long(i));
      }
    }
  });
}
