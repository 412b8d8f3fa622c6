#include "stream.h"

#include "pool.h"
#include "spin.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace inkstone {
namespace stream {
namespace {

/** As many tasks as can wait: a step of the deepest model has some thousand. A full line is run before it goes on. */
constexpr uint64_t places = 1 << 15;
/** Some hundred microseconds of looking for the end, or for what comes next, before a thread sleeps. */
constexpr int spins = 20000;
constexpr size_t blockBytes = 256 << 10;

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
  /** JavaScript puts tasks in line, and whether they run meanwhile. */
  bool isOpen = false;
  std::atomic<bool> isEarly{false};
  Blocks memory;
  Task* tasks[places];
  /** Tasks put in line, those of them that may run, and those that have run, since the start. */
  uint64_t pushed = 0;
  alignas(64) std::atomic<uint64_t> released{0};
  alignas(64) std::atomic<uint64_t> done{0};
  /** The line's thread sleeps until a task may run; JavaScript's thread sleeps until the end. */
  std::atomic<bool> idle{false}, waiting{false};
  std::mutex mutex;
  std::condition_variable wake, ended;

  bool busy() const { return done.load(std::memory_order_acquire) != pushed; }

  void open() {
    isOpen = true;
    setEarly(threads() > 1);
  }

  void close() {
    isOpen = false;
    setEarly(false);
    release();
  }

  /** Tasks run while JavaScript puts others in line, on the threads that are left when it has one. */
  void setEarly(bool early) {
    isEarly.store(early);
    spareOne(early);
  }

  void push(Task* task) {
    if (pushed - done.load(std::memory_order_acquire) == places) drain();
    tasks[pushed++ % places] = task;
    if (isEarly.load(std::memory_order_relaxed)) release();
  }

  void release() {
    released.store(pushed);  // sequentially consistent with `idle`: the sleeper is seen, or it sees the task
    if (!idle.load()) return;
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_one();
  }

  /** JavaScript waits, and has its place among the threads meanwhile; the only thread is the line's. */
  void drain() {
    release();
    if (threads() > 1) {
      spareOne(true);
      helpUntil([](const void* self) { return !static_cast<const Line*>(self)->busy(); }, this);
      return spareOne(isEarly.load());
    }
    for (int looks = 0; looks < spins; ++looks) {
      if (!busy()) return;
      restOrYield(looks);
    }
    std::unique_lock<std::mutex> lock(mutex);
    waiting.store(true);  // sequentially consistent with `done`
    ended.wait(lock, [&] { return done.load() == pushed; });
    waiting.store(false);
  }

  void waitForTask(uint64_t at) {
    for (int looks = 0; looks < spins && isEarly.load(std::memory_order_relaxed); ++looks) {
      if (released.load(std::memory_order_acquire) != at) return;
      restOrYield(looks);
    }
    std::unique_lock<std::mutex> lock(mutex);
    idle.store(true);
    wake.wait(lock, [&] { return released.load() != at; });
    idle.store(false);
  }

  void work() {
    uint64_t until = 0;
    for (uint64_t at = 0;; ++at) {
      if (at == until) {
        waitForTask(at);
        until = released.load(std::memory_order_acquire);
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
  line->open();
}

void close() { line->close(); }

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
