#include "stream.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace inkstone {
namespace stream {
namespace {

/** As many tasks as can wait: a step of the deepest model has some thousand. A full line makes the caller wait. */
constexpr uint64_t places = 1 << 15;
/** Some hundred microseconds of looking for the next task, or for the last one's end, before a thread sleeps. */
constexpr int spins = 20000;
constexpr size_t blockBytes = 256 << 10;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/** Blocks that are filled one behind the other and, when nobody needs them any more, from the start again. */
struct Blocks {
  std::vector<std::unique_ptr<char[]>> blocks;
  size_t block = 0, used = 0;

  void* take(size_t bytes) {
    constexpr size_t unit = alignof(std::max_align_t);
    bytes = (bytes + unit - 1) / unit * unit;
    if (used + bytes > blockBytes) {
      ++block;
      used = 0;
    }
    if (block == blocks.size()) blocks.emplace_back(new char[blockBytes]);
    void* memory = blocks[block].get() + used;
    used += bytes;
    return memory;
  }
  void restart() { block = used = 0; }
};

struct Line {
  bool isOpen = false;
  Blocks memory;
  Task* tasks[places];
  alignas(64) std::atomic<uint64_t> pushed{0};
  alignas(64) std::atomic<uint64_t> done{0};
  /** Who sleeps: the line's thread for work, JavaScript's for the end. */
  alignas(64) std::atomic<bool> idle{false};
  std::atomic<bool> waiting{false};
  std::mutex mutex;
  std::condition_variable wake, ended;

  bool busy() const { return done.load(std::memory_order_acquire) != pushed.load(std::memory_order_relaxed); }

  void push(Task* task) {
    const uint64_t at = pushed.load(std::memory_order_relaxed);
    if (at - done.load(std::memory_order_acquire) == places) drain();
    tasks[at % places] = task;
    pushed.store(at + 1);  // sequentially consistent with `idle`: the sleeper is seen, or it sees the task
    if (!idle.load()) return;
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_one();
  }

  void drain() {
    for (int spin = 0; spin < spins; ++spin) {
      if (!busy()) return;
      relax();
    }
    std::unique_lock<std::mutex> lock(mutex);
    waiting.store(true);  // sequentially consistent with `done`
    ended.wait(lock, [&] { return done.load() == pushed.load(); });
    waiting.store(false);
  }

  void work() {
    for (uint64_t at = 0;; ++at) {
      for (int spin = 0; spin < spins && pushed.load(std::memory_order_acquire) == at; ++spin) relax();
      if (pushed.load() == at) {
        std::unique_lock<std::mutex> lock(mutex);
        idle.store(true);
        wake.wait(lock, [&] { return pushed.load() != at; });
        idle.store(false);
      }
      Task* task = tasks[at % places];
      task->run(task);
      done.store(at + 1);
      if (!waiting.load()) continue;
      std::lock_guard<std::mutex> lock(mutex);
      ended.notify_one();
    }
  }
};

// Left alive at exit, like the pool: the system ends its thread with the process.
Line* line = nullptr;

}  // namespace

void open() {
  if (!line) {
    line = new Line;
    std::thread([] { line->work(); }).detach();
  }
  line->isOpen = true;
}

void close() {
  if (line) line->isOpen = false;
}

bool isOpen() { return line && line->isOpen; }
bool busy() { return line && line->busy(); }
void drain() {
  if (busy()) line->drain();
}

void* room(size_t bytes) {
  if (!line->busy()) line->memory.restart();
  return line->memory.take(bytes);
}

void push(Task* task) { line->push(task); }

}  // namespace stream
}  // namespace inkstone
