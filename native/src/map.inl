// Loops over flat arrays and over the rows of strided walks, on all threads, past the caches when outputs are large.

/** Numbers as they are stored. */
struct Given {
  const float* p;
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part) const {
    return part.get(p + i);
  }
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part, float beyond) const {
    return part.get(p + i, beyond);
  }
  INKSTONE_MEMBER float operator[](int64_t i) const { return p[i]; }
  INKSTONE_MEMBER Given from(int64_t place) const { return {p + place}; }
};
struct GivenBf16 {
  const uint16_t* p;
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part) const {
    return getBf16(p + i, part);
  }
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part, float beyond) const {
    return getBf16(p + i, part, beyond);
  }
  INKSTONE_MEMBER float operator[](int64_t i) const { return fromBf16(p[i]); }
  INKSTONE_MEMBER GivenBf16 from(int64_t place) const { return {p + place}; }
};

/** Outputs of at least this size do not stay in the last cache: they are written past it. */
static int64_t streamingBytes() {
  static const int64_t bytes = cacheSizes().l3;
  return bytes;
}

/** Whether rows of n floats, written once, are written past the caches. */
INKSTONE_INLINE bool streamsRows(const float* x, const float* out, int64_t rows, int64_t n) {
  return x != out && rows * n * 4 >= streamingBytes() && n >= 8 * lanes;
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
    if (streaming) {
      for (; i + lanes <= end; i += lanes) storeStreaming(out + i, f(i, Whole{}));
    } else {
      for (; i + lanes <= end; i += lanes) store(out + i, f(i, Whole{}));
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
 * A walk over all threads, in blocks: body(start, rows, n, at) where `start` places of the walk came before and operand
 * k's rows of n start at at[k], at[k] + rowStep(walk, k), … Pieces of rows come as blocks of one row. Fences when asked.
 */
template <class Body>
static void eachBlock(const Walk& walk, int64_t grain, bool streaming, const Body& body) {
  const int last = walk.axes - 1;
  const int64_t row = walk.shape[last];
  parallelFor(walk.count(), grain, [&](int64_t begin, int64_t end) {
    WalkRows place(walk, begin / row);
    int64_t start = begin, skip = begin % row;
    if (skip > 0) {
      const int64_t n = row - skip < end - begin ? row - skip : end - begin;
      int64_t at[Walk::maxOperands];
      for (int k = 0; k < walk.operands; ++k) at[k] = place.at[k] + skip * walk.stride[k][last];
      body(start, int64_t(1), n, at);
      start += n;
      place.advance(1);
    }
    while (end - start >= row) {
      const int64_t whole = (end - start) / row, rows = whole < place.left() ? whole : place.left();
      body(start, rows, row, place.at);
      start += rows * row;
      place.advance(rows);
    }
    if (start < end) body(start, int64_t(1), end - start, place.at);
    if (streaming) streamingFence();
  });
}
INKSTONE_INLINE int64_t rowStep(const Walk& walk, int operand) {
  return walk.axes < 2 ? 0 : walk.stride[operand][walk.axes - 2];
}
