// Threads and scratch memory. One caller (the JavaScript thread) plus workers that spin briefly, then sleep.
#pragma once
#include <cstddef>
#include <cstdint>

namespace inkstone {

/** INKSTONE_THREADS, else the physical cores. The caller is one of them. */
int threads();
/** Ends the workers and starts `count` − 1 new ones at the next parallel call. */
void setThreads(int count);
/** 0 … threads() − 1: which thread runs this. */
int threadIndex();
/** Whether this runs inside a parallel call (what it calls in turn stays on this thread). */
bool inParallel();
/** While true the last worker takes no part, not even in what has begun: its core is somebody else's. */
void spareOne(bool spare);
/** The caller takes the last worker's place until `over` says so. */
void helpUntil(bool (*over)(const void* context), const void* context);

namespace detail {
void run(int64_t chunks, void (*function)(void* context, int64_t chunk), void* context);
/** How many pieces a range is cut into: a function of its arguments and of threads() only. */
int64_t pieces(int64_t count, int64_t grain);
}  // namespace detail

/**
 * Calls fn(i) for every i < count, each on some thread. Who runs what varies; results must not depend on it.
 * Inside a parallel call it runs on the same thread.
 */
template <class F>
static inline void parallelTasks(int64_t count, const F& fn) {
  detail::run(
      count, [](void* context, int64_t chunk) { (*static_cast<const F*>(context))(chunk); },
      const_cast<void*>(static_cast<const void*>(&fn)));
}

/**
 * Calls fn(begin, end) on pieces that cover [0, count) once; pieces have at least `grain` items (give the number that
 * makes a few microseconds of work) and, but for the last, a multiple of `grain`.
 */
template <class F>
static inline void parallelFor(int64_t count, int64_t grain, const F& fn) {
  if (count <= 0) return;
  const int64_t pieces = detail::pieces(count, grain);
  if (pieces <= 1) {
    fn(int64_t(0), count);
    return;
  }
  const int64_t units = (count + grain - 1) / grain;
  parallelTasks(pieces, [&](int64_t i) {
    const int64_t begin = units * i / pieces * grain, end = units * (i + 1) / pieces * grain;
    fn(begin, end < count ? end : count);
  });
}

/**
 * Memory of this thread until the end of the scope, 64-byte aligned, not zeroed. Scopes nest. In steady state it
 * allocates nothing.
 */
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void* bytes(int64_t count);
  template <class T>
  T* take(int64_t count) {
    return static_cast<T*>(bytes(count * static_cast<int64_t>(sizeof(T))));
  }
  float* floats(int64_t count) { return take<float>(count); }

 private:
  void* mark_;
  int64_t used_, below_;
};

/** How often any thread's scratch memory had to grow since the start. */
int64_t nativeAllocations();

}  // namespace inkstone
