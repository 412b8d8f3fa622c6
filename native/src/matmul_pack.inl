// Copies of a and b in the order in which the tiles read them, rounded to bf16 on the way when asked.

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};
INKSTONE_INLINE Range part(int64_t count, int64_t parts, int64_t index, int64_t unit) {
  const int64_t units = (count + unit - 1) / unit;
  const int64_t begin = units * index / parts * unit, end = units * (index + 1) / parts * unit;
  return {begin, end < count ? end : count};
}
/** How many parts of at most `limit`. */
INKSTONE_INLINE int64_t partsOf(int64_t count, int64_t limit) { return (count + limit - 1) / limit; }
INKSTONE_INLINE int64_t roundUp(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }
INKSTONE_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INKSTONE_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

typedef float vf4 __attribute__((vector_size(16)));
typedef uint32_t vu4 __attribute__((vector_size(16)));
typedef uint16_t vh4 __attribute__((vector_size(8)));

/** In every four lanes: numbers a, b, c, d of the four of x (0 … 3) and the four of y (4 … 7). */
template <int a, int b, int c, int d, class V, int... I>
INKSTONE_INLINE V pickLanes(V x, V y, std::integer_sequence<int, I...>) {
  constexpr int which[4] = {a, b, c, d}, count = sizeof...(I);
  constexpr auto place = [](int i, const int* w) { return w[i % 4] + i / 4 * 4 + (w[i % 4] < 4 ? 0 : count - 4); };
#if defined(__clang__)
  return __builtin_shufflevector(x, y, place(I, which)...);
#else
  typedef int32_t Places __attribute__((vector_size(sizeof(V))));
  return __builtin_shuffle(x, y, Places{place(I, which)...});
#endif
}
template <int a, int b, int c, int d, class V>
INKSTONE_INLINE V pick(V x, V y) {
  return pickLanes<a, b, c, d>(x, y, std::make_integer_sequence<int, sizeof(V) / 4>{});
}

/** In every four lanes: four rows of four become four columns. */
template <class V>
INKSTONE_INLINE void transpose4(V& a, V& b, V& c, V& d) {
  const V ab01 = pick<0, 4, 1, 5>(a, b), ab23 = pick<2, 6, 3, 7>(a, b);
  const V cd01 = pick<0, 4, 1, 5>(c, d), cd23 = pick<2, 6, 3, 7>(c, d);
  a = pick<0, 1, 4, 5>(ab01, cd01);
  b = pick<2, 3, 6, 7>(ab01, cd01);
  c = pick<0, 1, 4, 5>(ab23, cd23);
  d = pick<2, 3, 6, 7>(ab23, cd23);
}

/** Lanes 4·i … 4·i + 3 to memory (the first `bytes` of their 16): not by way of the stack, which would stall. */
template <int bytes, class V>
INKSTONE_INLINE void storeFour(void* to, V v, int i) {
#if defined(INKSTONE_AVX512)
  if constexpr (sizeof(V) == 64) {
    const __m512i x = (__m512i)v;
    const __m128i four = i == 0   ? _mm512_castsi512_si128(x)
                         : i == 1 ? _mm512_extracti32x4_epi32(x, 1)
                         : i == 2 ? _mm512_extracti32x4_epi32(x, 2)
                                  : _mm512_extracti32x4_epi32(x, 3);
    __builtin_memcpy(to, &four, bytes);
    return;
  }
#endif
#if defined(__x86_64__) && INKSTONE_VECTOR_BYTES >= 32
  if constexpr (sizeof(V) == 32) {
    const __m256i x = (__m256i)v;
    const __m128i four = i == 0 ? _mm256_castsi256_si128(x) : _mm256_extracti128_si256(x, 1);
    __builtin_memcpy(to, &four, bytes);
    return;
  }
#endif
  __builtin_memcpy(to, reinterpret_cast<const char*>(&v) + 16 * i, bytes);
}

// How an operand is read: as it is, rounded to bf16, or stored as bf16. `at` is one element, `wide` and `four` vectors.
struct ReadF32 {
  typedef float Stored;
  static INKSTONE_MEMBER float at(const float* p) { return *p; }
  static INKSTONE_MEMBER vf wide(const float* p) { return load(p); }
  static INKSTONE_MEMBER vf4 four(const float* p) {
    vf4 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
};
struct ReadRounded {
  typedef float Stored;
  static INKSTONE_MEMBER float at(const float* p) { return fromBf16(toBf16(*p)); }
  static INKSTONE_MEMBER vf wide(const float* p) { return throughBf16(load(p)); }
  static INKSTONE_MEMBER vf4 four(const float* p) { return throughBf16<vu4>(ReadF32::four(p)); }
};
struct ReadBf16 {
  typedef uint16_t Stored;
  static INKSTONE_MEMBER float at(const uint16_t* p) { return fromBf16(*p); }
  static INKSTONE_MEMBER vf wide(const uint16_t* p) { return loadBf16(p); }
  static INKSTONE_MEMBER vf4 four(const uint16_t* p) {
    vh4 v;
    __builtin_memcpy(&v, p, sizeof v);
    return (vf4)(__builtin_convertvector(v, vu4) << 16);
  }
};

/** Elements from one panel to the next: 64 bytes more than it holds, else equal places of all would share a cache set. */
template <class Element>
INKSTONE_INLINE int64_t panelSize(int64_t k, int64_t cols) {
  return roundUp(k * cols, 16) + 64 / static_cast<int64_t>(sizeof(Element));
}

/** The first `rows` of four rows of k become columns of `to`. */
template <class Read, int cols, int rows>
INKSTONE_INLINE void packFour(const typename Read::Stored* from, int64_t ld, int64_t k, float* to) {
  const typename Read::Stored* row[4];
  for (int i = 0; i < 4; ++i) row[i] = from + (i < rows ? i : 0) * ld;
  int64_t p = 0;
  for (; p + lanes <= k; p += lanes) {
    vf x[4] = {Read::wide(row[0] + p), Read::wide(row[1] + p), Read::wide(row[2] + p), Read::wide(row[3] + p)};
    transpose4(x[0], x[1], x[2], x[3]);
#pragma GCC unroll 4
    for (int i = 0; i < lanes / 4; ++i) {
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) storeFour<4 * rows>(to + (p + 4 * i + q) * cols, x[q], i);
    }
  }
  for (; p < k; ++p) {
    for (int i = 0; i < rows; ++i) to[p * cols + i] = Read::at(row[i] + p);
  }
}

/** One panel: to[p·cols + j] = from[j·ld + p], p < k, j < width; columns up to `cols` become 0. */
template <class Read, int cols>
static void packColumns(const typename Read::Stored* from, int64_t ld, int64_t k, int width, float* to) {
  int j = 0;
  for (; j + 4 <= width; j += 4) packFour<Read, cols, 4>(from + j * ld, ld, k, to + j);
  for (; j + 2 <= width; j += 2) packFour<Read, cols, 2>(from + j * ld, ld, k, to + j);
  for (; j < width; ++j) packFour<Read, cols, 1>(from + j * ld, ld, k, to + j);
  for (; j < cols; ++j) {
    for (int64_t p = 0; p < k; ++p) to[p * cols + j] = 0;
  }
}

/**
 * A tile fetches what comes in so many parts: in one burst it would wait for free miss buffers. Narrow tiles are over in half the
 * time and fetch less: they would rather not be interrupted.
 */
constexpr int64_t tileParts = INKSTONE_VECTOR_BYTES == 64 ? 8 : 1;

/** Runs of memory that are wanted soon: hardware does not see them coming. */
struct Coming {
  const char* data = nullptr;
  int64_t runs = 0, lines = 0, stride = 0;
  /** Lines to fetch in each part of a tile, and those of this run that have been. */
  int64_t share = 0, done = 0;

  void spread(int64_t tiles) { share = (runs * lines + tiles * tileParts - 1) / (tiles * tileParts); }
  INKSTONE_MEMBER void fetch() {
    if (runs <= 0) return;
    int64_t line = done;  // in a register: each tile does this anew
    for (int64_t i = share; i > 0; --i) {
      __builtin_prefetch(data + line * 64, 0, 3);
      if (++line < lines) continue;
      line = 0;
      data += stride;
      if (--runs == 0) break;
    }
    done = line;
  }
};
/** Some bytes of each row of a tile, which it or its finish touches. */
struct Touched {
  const char* data = nullptr;
  int64_t stride = 0, bytes = 0;

  /** What falls to one part of a tile of M rows. */
  template <int M>
  INKSTONE_MEMBER void fetch(int64_t part) const {
    if (!data) return;
    const int64_t end = M * (part + 1) / tileParts;
#pragma GCC unroll 16
    for (int64_t row = M * part / tileParts; row < end; ++row) {
      for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(data + row * stride + at, 0, 3);
    }
  }
};
/** What is packed next of both operands, and what is touched now. */
struct Ahead {
  Coming a, b;
  Touched beside, out;

  template <int M>
  INKSTONE_MEMBER void fetch(int64_t part) {
    a.fetch();
    b.fetch();
    beside.fetch<M>(part);
    out.fetch<M>(part);
  }
};

/** What becomes of a tile's sums where they are stored: (plus + sum)·times. Both lie as c does, and may be c; or are null. */
struct Ending {
  const float *plus, *times;
};

template <int M, int V>
INKSTONE_INLINE void endTile(vf (&sum)[M][V], float* c, int64_t ldc, const Ending& ending) {
  const auto each = [=](const auto& use) INKSTONE_FLAT {
#pragma GCC unroll 16
    for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < V; ++j) use(i, j, i * ldc + j * lanes);
    }
  };
  if (ending.plus) each([&](int i, int j, int64_t at) INKSTONE_FLAT { sum[i][j] += load(ending.plus + at); });
  if (ending.times) each([&](int i, int j, int64_t at) INKSTONE_FLAT { sum[i][j] *= load(ending.times + at); });
  each([&](int i, int j, int64_t at) INKSTONE_FLAT { store(c + at, sum[i][j]); });
}

/** The same of sums [mr, width] that lie aside. */
[[maybe_unused]] static void endAside(const float* sums, int64_t lds, float* c, int64_t ldc, int mr, int width,
                                      const Ending& ending) {
  for (int i = 0; i < mr; ++i) {
    for (int j = 0; j < width; ++j) {
      const int64_t at = i * ldc + j;
      const float sum = ending.plus ? ending.plus[at] + sums[i * lds + j] : sums[i * lds + j];
      c[at] = ending.times ? sum * ending.times[at] : sum;
    }
  }
}
