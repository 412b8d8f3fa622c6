#include "pool.h"

#include "spin.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace inkstone {
namespace {

constexpr int maxThreads = 256;
/** Pieces per thread: small enough to be cheap, large enough that a thread that was held up does not hold up all. */
constexpr int64_t piecesPerThread = 4;
/**
 * Some tens of microseconds of looking for work before a worker sleeps: longer than what JavaScript does between kernels, not
 * so long that it keeps a core from a server beside it for as long as JavaScript does something else.
 */
constexpr int spins = 2000;

/** Cores, not hyper-threads: distinct (package, core) pairs that Linux lists; else what the standard library says. */
int physicalCores() {
  const int logical = static_cast<int>(std::thread::hardware_concurrency());
  std::set<std::string> cores;
#if defined(__linux__)
  for (int cpu = 0; cpu < logical; ++cpu) {
    char path[128], line[64];
    std::string key;
    for (const char* part : {"physical_package_id", "core_id"}) {
      snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, part);
      FILE* file = fopen(path, "r");
      if (!file) continue;
      if (fgets(line, sizeof line, file)) key += line;
      fclose(file);
    }
    if (!key.empty()) cores.insert(key);
  }
#endif
  const int count = cores.empty() ? logical : static_cast<int>(cores.size());
  return count > 0 ? count : 1;
}

int initialThreads() {
  const char* wanted = std::getenv("INKSTONE_THREADS");
  if (wanted) {
    const long count = std::strtol(wanted, nullptr, 10);
    if (count >= 1 && count <= maxThreads) return static_cast<int>(count);
  }
  const int cores = physicalCores();
  return cores < maxThreads ? cores : maxThreads;
}

thread_local int indexOfThread = 0;
thread_local bool insideParallel = false;

std::atomic<bool> lastIsSpared{false};

/** The chunks that one thread takes first; the others help when they are done with theirs. */
struct alignas(64) Share {
  std::atomic<int64_t> next{0};
  int64_t end = 0;
};

/** Workers that sleep until there is work for them. */
struct Sleepers {
  std::atomic<int> count{0};
  std::condition_variable wake;
};

class Pool {
 public:
  explicit Pool(int count) : count_(count), shares_(new Share[count]) {
    for (int i = 1; i < count; ++i) workers_.emplace_back([this, i] { work(i); });
  }

  ~Pool() {
    stop_.store(true);
    announce();
    for (auto& worker : workers_) worker.join();
    delete[] shares_;
  }

  int count() const { return count_; }

  /** The last worker may take part again, in what has begun as well; what begins later calls it itself. */
  void callLast() {
    if (open_.load()) rouse(last_);
  }

  /** What the last worker does, once: takes part in what has begun since `seen`. */
  void help(uint64_t& seen) {
    if (round_.load(std::memory_order_acquire) == seen) return;
    indexOfThread = count_ - 1;
    insideParallel = true;
    join(count_ - 1, seen);
    insideParallel = false;
    indexOfThread = 0;
  }

  void run(int64_t chunks, void (*function)(void*, int64_t), void* context) {
    function_ = function;
    context_ = context;
    for (int i = 0; i < count_; ++i) {
      shares_[i].end = chunks * (i + 1) / count_;
      shares_[i].next.store(chunks * i / count_, std::memory_order_relaxed);
    }
    open_.store(true);
    announce();
    insideParallel = true;
    take(0);
    insideParallel = false;
    // Nothing is left to take: whoever has not come by now (its core may be another process's) is not waited for.
    open_.store(false);
    for (int looks = 0; busy_.load() != 0; ++looks) {
      if (looks > spins) std::this_thread::yield();
      else rest();
    }
  }

 private:
  void announce() {
    round_.fetch_add(1);  // sequentially consistent with `count` of sleepers: one is seen, or it sees the round
    rouse(others_);
    if (!lastIsSpared.load() || stop_.load()) rouse(last_);
  }

  void rouse(Sleepers& sleepers) {
    if (sleepers.count.load() == 0) return;
    std::lock_guard<std::mutex> lock(mutex_);
    sleepers.wake.notify_all();
  }

  /** Whether there is something new for this worker. */
  bool called(int self, uint64_t seen) const {
    if (round_.load() == seen) return false;
    return self != count_ - 1 || !lastIsSpared.load() || stop_.load();
  }

  void take(int self) {
    for (int k = 0; k < count_; ++k) {
      Share& share = shares_[(self + k) % count_];
      for (;;) {
        if (share.next.load(std::memory_order_relaxed) >= share.end) break;
        const int64_t chunk = share.next.fetch_add(1, std::memory_order_relaxed);
        if (chunk >= share.end) break;
        function_(context_, chunk);
      }
    }
  }

  void work(int self) {
    indexOfThread = self;
    insideParallel = true;
    uint64_t seen = 0;
    for (;;) {
      for (int looks = 0; looks < spins && !called(self, seen); ++looks) restOrYield(looks);
      if (!called(self, seen)) {
        Sleepers& sleepers = self == count_ - 1 ? last_ : others_;
        std::unique_lock<std::mutex> lock(mutex_);
        sleepers.count.fetch_add(1);
        sleepers.wake.wait(lock, [&] { return called(self, seen); });
        sleepers.count.fetch_sub(1);
      }
      if (stop_.load()) return;
      join(self, seen);
    }
  }

  void join(int self, uint64_t& seen) {
    seen = round_.load();
    if (self == count_ - 1 && lastIsThere_.exchange(true)) return;
    busy_.fetch_add(1);  // sequentially consistent with `open_`: the caller waits, or this sees it closed
    if (open_.load()) take(self);
    busy_.fetch_sub(1);
    if (self == count_ - 1) lastIsThere_.store(false);
  }

  const int count_;
  Share* shares_;
  std::vector<std::thread> workers_;
  void (*function_)(void*, int64_t) = nullptr;
  void* context_ = nullptr;
  alignas(64) std::atomic<uint64_t> round_{0};
  /** Whether there is work to take, and how many workers look at it. */
  alignas(64) std::atomic<bool> open_{false};
  alignas(64) std::atomic<int> busy_{0};
  /** The last worker, or who has taken its place: one of them at a time. */
  std::atomic<bool> lastIsThere_{false};
  alignas(64) std::atomic<bool> stop_{false};
  std::mutex mutex_;
  Sleepers others_, last_;
};

int wantedThreads = 0;
// Left alive at exit: the system ends sleeping workers with the process.
std::atomic<Pool*> pool{nullptr};

// ---- scratch -----------------------------------------------------------------------------------------------------

std::atomic<int64_t> allocations{0};

struct Block {
  Block* previous;
  int64_t capacity;
  char* data;
};

Block* newBlock(int64_t capacity, Block* previous) {
  constexpr int64_t hugePage = 2 << 20;
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = nullptr;
  const int64_t alignment = capacity >= hugePage ? hugePage : 4096;
  if (posix_memalign(&memory, static_cast<size_t>(alignment), static_cast<size_t>(capacity)) != 0) {
    fprintf(stderr, "inkstone: no memory for %lld bytes of scratch\n", static_cast<long long>(capacity));
    abort();
  }
#if defined(__linux__)
  if (capacity >= hugePage) madvise(memory, static_cast<size_t>(capacity), MADV_HUGEPAGE);
#endif
  return new Block{previous, capacity, static_cast<char*>(memory)};
}

/** A stack of blocks; once all is given back, one block is left that holds the most that was ever needed at once. */
struct Arena {
  Block* top = nullptr;
  int64_t used = 0;   // of the top block
  int64_t below = 0;  // of the others
  int64_t peak = 0;
  int depth = 0;

  ~Arena() { freeDownTo(nullptr); }

  void freeDownTo(Block* mark) {
    while (top != mark) {
      Block* block = top;
      top = block->previous;
      free(block->data);
      delete block;
    }
  }

  void* take(int64_t count) {
    count = (count + 63) & ~int64_t(63);
    if (!top || used + count > top->capacity) {
      int64_t capacity = int64_t(1) << 16;
      while (capacity < count) capacity *= 2;
      below += used;
      top = newBlock(capacity, top);
      used = 0;
    }
    void* memory = top->data + used;
    used += count;
    if (below + used > peak) peak = below + used;
    return memory;
  }
};

thread_local Arena arena;

}  // namespace

int threads() {
  if (wantedThreads == 0) wantedThreads = initialThreads();
  return wantedThreads;
}

void setThreads(int count) {
  wantedThreads = count < 1 ? 1 : count > maxThreads ? maxThreads : count;
  delete pool.exchange(nullptr);
}

int threadIndex() { return indexOfThread; }

bool inParallel() { return insideParallel; }

void spareOne(bool spare) {
  lastIsSpared.store(spare);
  if (spare) return;
  if (Pool* made = pool.load()) made->callLast();
}

void helpUntil(bool (*over)(const void*), const void* context) {
  uint64_t seen = 0;
  for (int looks = 0; !over(context); ++looks) {
    if (Pool* made = pool.load()) made->help(seen);
    restOrYield(looks);
  }
}

namespace detail {

int64_t pieces(int64_t count, int64_t grain) {
  const int64_t units = (count + grain - 1) / grain, count_ = threads();
  if (units <= 1 || count_ == 1) return 1;
  const int64_t most = count_ * piecesPerThread;
  return units < most ? units : most;
}

void run(int64_t chunks, void (*function)(void*, int64_t), void* context) {
  if (chunks <= 1 || threads() == 1 || insideParallel) {
    for (int64_t i = 0; i < chunks; ++i) function(context, i);
    return;
  }
  Pool* made = pool.load();
  if (!made) pool.store(made = new Pool(threads()));
  made->run(chunks, function, context);
}

}  // namespace detail

Scratch::Scratch() : mark_(arena.top), used_(arena.used), below_(arena.below) { ++arena.depth; }

Scratch::~Scratch() {
  arena.freeDownTo(static_cast<Block*>(mark_));
  arena.used = used_;
  arena.below = below_;
  if (--arena.depth > 0 || (arena.top && arena.top->capacity >= arena.peak)) return;
  // All is given back, and one block was not enough: from now on it is.
  int64_t capacity = int64_t(1) << 16;
  while (capacity < arena.peak) capacity *= 2;
  arena.freeDownTo(nullptr);
  arena.top = newBlock(capacity, nullptr);
  arena.used = arena.below = 0;
}

void* Scratch::bytes(int64_t count) { return arena.take(count); }

int64_t nativeAllocations() { return allocations.load(std::memory_order_relaxed); }

}  // namespace inkstone
