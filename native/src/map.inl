// Loops over flat arrays and over the rows of strided walks, on all threads, past the caches when outputs are large.

/** Outputs of at least this size do not fit beside their inputs in the last cache: write past it. */
static int64_t streamingBytes() {
  static const int64_t bytes = cacheSizes().l3 / 2;
  return bytes;
}

/** out[begin … end) = f(i, part), vector by vector; streaming stores need `streamingFence` afterwards. */
template <class F>
INKSTONE_INLINE void mapSpan(float* out, int64_t begin, int64_t end, bool streaming, const F& f) {
  int64_t i = begin;
  int64_t ragged = streaming ? -(int64_t)((uintptr_t)(out + i) / sizeof(float)) & (lanes - 1) : 0;
  for (;;) {  // up to a vector's boundary, then whole vectors, then what is left
    if (ragged > end - i) ragged = end - i;
    if (ragged > 0) storeTail(out + i, f(i, Rest{ragged}), ragged);
    i += ragged;
    if (i + lanes > end) {
      if (i == end) return;
      ragged = end - i;
      continue;
    }
    for (; i + lanes <= end; i += lanes) {
      const vf y = f(i, Whole{});
      if (streaming) storeStreaming(out + i, y);
      else store(out + i, y);
    }
    ragged = end - i;
  }
}

/** mapSpan over all of a flat array, on all threads. `fresh`: out is none of the inputs. */
template <class F>
static void mapFlat(float* out, int64_t n, int64_t grain, bool fresh, const F& f) {
  const bool streaming = fresh && n * 4 >= streamingBytes();
  parallelFor(n, grain, [&](int64_t begin, int64_t end) {
    mapSpan(out, begin, end, streaming, f);
    if (streaming) streamingFence();
  });
}

/** Elements that make some microseconds of work: moving floats, and computing an exponential or two. */
constexpr int64_t moveGrain = 16384, mathGrain = 4096;

/**
 * A walk over all threads, in stretches of one row: body(start, n, at) where `start` places of the walk came before
 * and operand k goes on from at[k]. Fences when asked.
 */
template <class Body>
static void eachStretch(const Walk& walk, int64_t grain, bool streaming, const Body& body) {
  const int last = walk.axes - 1;
  const int64_t row = walk.shape[last];
  parallelFor(walk.count(), grain, [&](int64_t begin, int64_t end) {
    WalkRows rows(walk, begin / row);
    int64_t at[Walk::maxOperands], skip = begin % row;
    for (int64_t start = begin; start < end; rows.next(), skip = 0) {
      const int64_t n = row - skip < end - start ? row - skip : end - start;
      for (int k = 0; k < walk.operands; ++k) at[k] = rows.at[k] + skip * walk.stride[k][last];
      body(start, n, at);
      start += n;
    }
    if (streaming) streamingFence();
  });
}
