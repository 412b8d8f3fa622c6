// What the machine can do at most, for `doctor` and the benchmarks: arithmetic in registers, reading of memory.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "kernel_table.h"
#include "napi.h"
#include "pool.h"
#include "stream.h"

namespace inkstone {
namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** measurePeak(bf16) → floating-point operations per second of all threads on this path; the best of several rounds. */
napi_value measurePeak(napi_env env, napi_callback_info info) {
  Args args(env, info, "measurePeak");
  const bool bf16 = args.boolean(0);
  if (!args.ok()) return nothing();
  stream::drain();
  double best = 0;
  for (int round = 0; round < 9; ++round) {
    std::vector<double> done(static_cast<size_t>(threads()));
    const double start = seconds();
    parallelTasks(threads(), [&](int64_t i) { done[static_cast<size_t>(i)] = kernels->peakLoop(bf16); });
    const double time = seconds() - start;
    double sum = 0;
    for (double operations : done) sum += operations;
    if (sum / time > best) best = sum / time;
  }
  return toJs(env, best);
}

/** measureBandwidth() → bytes per second that all threads read from memory beyond the caches. */
napi_value measureBandwidth(napi_env env, napi_callback_info) {
  const int64_t wanted = 4 * cacheSizes().l3, least = 64 << 20, most = 512 << 20;
  const int64_t bytes = wanted < least ? least : wanted > most ? most : wanted, words = bytes / 8;
  auto* memory = static_cast<uint64_t*>(std::malloc(static_cast<size_t>(bytes)));
  if (!memory) return toJs(env, 0.0);
  stream::drain();
  parallelFor(words, 1 << 16, [&](int64_t begin, int64_t end) {
    std::memset(memory + begin, 1, static_cast<size_t>(end - begin) * 8);
  });
  double best = 0;
  volatile uint64_t sink = 0;
  for (int round = 0; round < 5; ++round) {
    const double start = seconds();
    parallelFor(words, 1 << 16, [&](int64_t begin, int64_t end) {
      uint64_t sum[8] = {};
      for (int64_t i = begin; i + 8 <= end; i += 8) {
        for (int lane = 0; lane < 8; ++lane) sum[lane] += memory[i + lane];
      }
      uint64_t total = 0;
      for (uint64_t part : sum) total += part;
      if (total == 1) sink = total;  // never so; the sums must be made
    });
    const double speed = static_cast<double>(bytes) / (seconds() - start);
    if (speed > best) best = speed;
  }
  std::free(memory);
  return toJs(env, best);
}

}  // namespace

extern const Glue measureGlue[] = {
    {"measurePeak", measurePeak}, {"measureBandwidth", measureBandwidth}, {nullptr, nullptr}};

}  // namespace inkstone
