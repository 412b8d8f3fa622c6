// Dot products of a few rows of a with the rows of b [n, k]. The time is that of reading b once, unpacked: it is fetched
// ahead in the order in which it lies, whatever the order of the tiles.

constexpr int dotRows = INKSTONE_VECTOR_BYTES == 64 ? 8 : 4;  // rows of a that share one reading of b
constexpr int dotColumns = 3;                                // rows of b at a time
constexpr int64_t dotShare = INKSTONE_VECTOR_BYTES == 64 ? 3 : 2;  // quarters of L1 for a group of rows of a
constexpr int64_t dotAhead = INKSTONE_VECTOR_BYTES == 64 ? 24 : 12;  // rows of b between the fetching and the use

/** f32 rows of a with rows of b as Read reads them; `step` elements of either make a vector. */
template <class Read>
struct DotsOf {
  typedef float A;
  typedef typename Read::Stored B;
  static constexpr int64_t step = lanes;
  static INKSTONE_MEMBER vf wideA(const A* p) { return load(p); }
  static INKSTONE_MEMBER vf wideB(const B* p) { return Read::wide(p); }
  static INKSTONE_MEMBER vf multiply(vf sum, vf a, vf b) { return sum + a * b; }
};

/** Rows of a as the tiles read them: in groups of `height`, of each group the vectors of one place of k side by side. */
template <class Dots>
struct DotGroups {
  typedef typename Dots::A A;
  int64_t m, k, count, height;
  const A* data = nullptr;

  DotGroups(int64_t m, int64_t k) : m(m), k(k), count((m + dotRows - 1) / dotRows), height((m + count - 1) / count) {}
  int64_t rows(int64_t i) const { return least(height, m - i); }
  const A* at(int64_t i, int64_t p) const { return data + i * roundUp(k, Dots::step) + p * rows(i); }

  /** How many elements are packed. */
  int64_t size() const { return m * roundUp(k, Dots::step); }

  /** take(i, p, count) gives the vector of elements p … p + count of row i, zeros behind them. */
  template <class Take>
  void pack(A* to, const Take& take) const {
    for (int64_t i0 = 0; i0 < m; i0 += height) {
      for (int64_t p = 0; p < k; p += Dots::step) {
        for (int64_t i = i0; i < i0 + rows(i0); ++i, to += Dots::step) {
          const auto v = take(i, p, least(Dots::step, k - p));
          __builtin_memcpy(to, &v, sizeof v);
        }
      }
    }
  }
};

/** body(groups, begin, end) on pieces of [0, count), of groups that lie already or are packed. */
template <class Dots, class Take, class Body>
static void withGroups(const DotGroups<Dots>& groups, const Take& take, int64_t count, int64_t grain, const Body& body) {
  if (groups.data) return parallelFor(count, grain, [&](int64_t begin, int64_t end) { body(groups, begin, end); });
  withCopies<typename Dots::A>(
      groups.size(), [&](auto* to) { groups.pack(to, take); }, count, grain,
      [&](const auto* copy, int64_t begin, int64_t end) {
        DotGroups<Dots> packed = groups;
        packed.data = copy;
        body(packed, begin, end);
      });
}

/** What a tile sums of k: it goes on from `partial` unless it is the first, and ends in out if it is the last. */
struct DotSpan {
  int64_t k;
  vf* partial;
  bool first, last, add;
  /** What is fetched meanwhile: so many bytes for each vector of k. */
  const char* coming;
  int64_t bytes;
};

/** out[i·ldo + j·step] (+)= a[i]·b[j] for M rows of a and R rows of b. */
template <class Dots, int M, int R>
INKSTONE_APART static void dotTile(const typename Dots::A* a, const typename Dots::B* b, int64_t ldb, const DotSpan& span,
                                   float* out, int64_t ldo, int64_t step) {
  constexpr int count = (M * R + 3) / 4 * 4;
  vf sum[count];
#pragma GCC unroll 24
  for (int i = 0; i < count; ++i) sum[i] = i >= M * R || span.first ? vf{} : span.partial[i];
  const auto multiply = [&](const auto& row) INKSTONE_FLAT {
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      auto x = Dots::wideA(a + i * Dots::step);
      hide(x);  // loaded once, not in each product
#pragma GCC unroll 4
      for (int j = 0; j < R; ++j) sum[i * R + j] = Dots::multiply(sum[i * R + j], x, row[j]);
    }
    a += M * Dots::step;
  };
  decltype(Dots::wideB(b)) row[R];
  constexpr int lines = (R * Dots::step * static_cast<int>(sizeof *b) + 63) / 64;  // lines that span.bytes can touch
  const char* coming = span.coming;
  int64_t p = 0;
  for (; p + Dots::step <= span.k; p += Dots::step, coming += span.bytes) {
#pragma GCC unroll 4
    for (int j = 0; j < R; ++j) {
      row[j] = Dots::wideB(b + j * ldb + p);
      if (j < lines) fetchEarly(coming + j * 64);
    }
    multiply(row);
  }
  if (p < span.k) {
    for (int j = 0; j < R; ++j) {
      typename Dots::B tail[Dots::step] = {};
      __builtin_memcpy(tail, b + j * ldb + p, sizeof *b * static_cast<size_t>(span.k - p));
      row[j] = Dots::wideB(tail);
    }
    multiply(row);
  }
  if (!span.last) {
#pragma GCC unroll 24
    for (int i = 0; i < M * R; ++i) span.partial[i] = sum[i];
    return;
  }
  float total[count];
#pragma GCC unroll 6
  for (int i = 0; i < count; i += 4) sumFour(sum + i, total + i);
  for (int i = 0; i < M; ++i) {
    for (int j = 0; j < R; ++j) {
      float* at = out + i * ldo + j * step;
      *at = span.add ? *at + total[i * R + j] : total[i * R + j];
    }
  }
}

/** The tiles by rows of a − 1. */
template <class Dots, int R>
struct DotTiles {
  typedef void (*Tile)(const typename Dots::A* a, const typename Dots::B* b, int64_t ldb, const DotSpan& span, float* out,
                       int64_t ldo, int64_t step);
  Tile list[dotRows];
  constexpr DotTiles() : list{} { fill<dotRows>(); }
  template <int M>
  constexpr void fill() {
    list[M - 1] = dotTile<Dots, M, R>;
    if constexpr (M > 1) fill<M - 1>();
  }
};

/**
 * All rows of a with `count` rows of b: some of b at a time, which stay in L2 for every group of a; of k, as much as keeps
 * a group in its share of L1.
 */
template <class Dots, int R = dotColumns>
static void dotBlock(const DotGroups<Dots>& a, const typename Dots::B* b, int64_t count, float* out, int64_t ldo,
                     int64_t step, bool add) {
  static constexpr DotTiles<Dots, R> tiles;
  const int64_t k = a.k, whole = count / R * R;
  const int64_t longest = cacheSizes().l1 * dotShare / 4 / static_cast<int64_t>(sizeof(typename Dots::A)) / a.height;
  const int64_t passes = (k + longest - 1) / longest, kc = roundUp((k + passes - 1) / passes, Dots::step);
  const int64_t bytes = R * Dots::step * static_cast<int64_t>(sizeof *b) / a.count;
  vf partial[skinnyRows * dotAhead];
  for (int64_t j0 = 0; j0 < whole; j0 += dotAhead) {
    const int64_t j1 = least(j0 + dotAhead, whole);
    const char* coming = reinterpret_cast<const char*>(b + (j0 + dotAhead) * k);
    for (int64_t p = 0; p < k; p += kc) {
      DotSpan span{least(kc, k - p), partial, p == 0, p + kc >= k, add, nullptr, bytes};
      for (int64_t i = 0; i < a.m; i += a.height) {
        const auto tile = tiles.list[a.rows(i) - 1];
        for (int64_t j = j0; j < j1; j += R) {
          span.coming = coming;
          tile(a.at(i, p), b + j * k + p, k, span, out + i * ldo + j * step, ldo, step);
          coming += span.k / Dots::step * bytes;
          span.partial += a.rows(i) * R;
        }
      }
    }
  }
  if constexpr (R > 1) {
    if (whole < count) dotBlock<Dots, 1>(a, b + whole * k, count - whole, out + whole * step, ldo, step, add);
  }
}

/** out[m, n] = a·bᵀ, of the rows that `take` gives or `a` has. Sums go to `to` [m, n]: out, or a place beside it. */
template <class Dots, class Take>
static void dotProducts(const Matmul& s, const DotGroups<Dots>& a, const Take& take, float* to) {
  const auto* b = static_cast<const typename Dots::B*>(s.b);
  const int64_t grain = 1 + 65536 / (s.k * s.m);
  withGroups(a, take, s.n, (grain + 15) / 16 * 16, [&](const DotGroups<Dots>& rows, int64_t j0, int64_t j1) {
    dotBlock<Dots>(rows, b + j0 * s.k, j1 - j0, to + j0, s.n, 1, s.accumulate);
    finishRows(to + j0, s.n, s, j0, j0, s.m, j1 - j0);
  });
}
