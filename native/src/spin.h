// Between two looks at what another thread is about to do.
#pragma once
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace inkstone {

inline void rest() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/** After every 64 looks whoever else wants the core has a turn: a server beside the kernels answers in half the time. */
inline void restOrYield(int looks) {
  if (looks % 64 == 63) std::this_thread::yield();
  else rest();
}

}  // namespace inkstone
