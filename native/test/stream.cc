// The stream: tasks in their order, the threads that take part while JavaScript puts in line, ends of life, a line that is
// full, parallel tasks.
#include "support/check.h"
#include "stream.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

using namespace inkstone;

namespace {

/** Whether `true` comes within ten seconds. */
bool comes(const std::atomic<bool>& flag) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!flag.load() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return flag.load();
}

/** Tasks run while the stream is open, without its last thread; that one comes when `let` lets it, in the middle of a kernel. */
template <class F>
void lastThreadComesWith(const F& let) {
  std::atomic<bool> ran{false}, last{false}, begun{false};
  stream::open();
  launch([&] {
    parallelTasks(200, [&](int64_t) {
      if (threadIndex() == 2) last.store(true);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    });
    ran.store(true);
  });
  CHECK(comes(ran), "nothing ran while JavaScript put in line");
  CHECK(!last.load(), "JavaScript's thread was taken from it");
  launch([&] {
    parallelTasks(200, [&](int64_t) {
      begun.store(true);
      if (threadIndex() == 2) last.store(true);
      comes(last);
    });
  });
  CHECK(comes(begun));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(!last.load(), "JavaScript's thread was taken from it");
  let();
  CHECK(comes(last), "JavaScript's thread did not come back");
  stream::drain();
}

}  // namespace

int main() {
  setThreads(1);
  std::vector<int> order;
  launch([&] { order.push_back(0); });
  CHECK(order.size() == 1 && !stream::busy(), "a closed stream runs at once");

  // Order, and memory of tasks that is used again: captured values of many sizes must arrive whole.
  Random random;
  for (int round = 0; round < 200; ++round) {
    order.clear();
    int64_t sum = 0, wanted = 0;
    stream::open();
    const int count = static_cast<int>(random.below(300)) + 1;
    for (int i = 0; i < count; ++i) {
      struct Large {
        int64_t values[70];
      } large;
      for (int64_t& value : large.values) value = i;
      if (i % 3 == 0) launch([=, &order, &sum] { order.push_back(i); sum += large.values[i % 70] + large.values[69]; });
      else launch([=, &order, &sum] { order.push_back(i); sum += 2 * i; });
      wanted += 2 * i;
    }
    CHECK(order.empty(), "the only thread is JavaScript's while it puts in line");
    stream::close();
    if (round % 2) stream::drain();
    else launch([&] { order.push_back(-1); });  // at once, after the line
    if (round % 2 == 0) {
      CHECK(order.back() == -1, "it ran too early");
      order.pop_back();
    }
    CHECK(order.size() == static_cast<size_t>(count) && sum == wanted, "round %d", round);
    for (int i = 0; i < count; ++i) CHECK(order[static_cast<size_t>(i)] == i, "place %d", i);
  }

  // What a task owns is given back once, when it has run.
  const auto owned = std::make_shared<int>(1);
  stream::open();
  for (int i = 0; i < 10; ++i) launch([owned] { ++*owned; });
  CHECK(owned.use_count() == 11);
  stream::close();
  stream::drain();
  CHECK(*owned == 11 && owned.use_count() == 1, "%ld are left", owned.use_count());

  // More than the line holds; waiting while it is open runs what is there.
  int64_t ran = 0;
  stream::open();
  for (int i = 0; i < 100000; ++i) launch([&] { ++ran; });
  stream::drain();
  CHECK(ran == 100000 && stream::isOpen());
  launch([&] { ++ran; });
  CHECK(ran == 100000);
  stream::close();
  stream::drain();
  CHECK(ran == 100001);

  setThreads(3);
  for (int round = 0; round < 20; ++round) {
    lastThreadComesWith([] { stream::close(); });  // a worker
    lastThreadComesWith([] { stream::drain(); });  // JavaScript's own
    stream::close();
  }

  // Kernels in line use all threads, and calls outside use them afterwards.
  for (int round = 0; round < 300; ++round) {
    std::vector<int> seen(1000, 0);
    stream::open();
    for (int i = 0; i < 5; ++i) {
      launch([&] { parallelFor(1000, 10, [&](int64_t begin, int64_t end) { while (begin < end) ++seen[begin++]; }); });
    }
    stream::close();
    launch([&] { parallelFor(1000, 10, [&](int64_t begin, int64_t end) { while (begin < end) ++seen[begin++]; }); });
    for (int count : seen) CHECK(count == 6, "%d", count);
  }
}
