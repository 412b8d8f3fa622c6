// How a and b are packed for bf16 products: pairs of neighbours along k side by side, padded with zeros.

/** The pairs in as many bf16 numbers as a vector has lanes. */
typedef uint32_t vuHalf __attribute__((vector_size(INKSTONE_VECTOR_BYTES / 2)));

INKSTONE_INLINE int64_t clampToVector(int64_t n) { return most(0, least(n, lanes)); }

/** How an operand is read: 16 numbers rounded to bf16, or 16 pairs of numbers at `low` and at `high`. */
struct RoundF32 {
  typedef float Stored;
  static INKSTONE_MEMBER uint16_t at(const float* p) { return toBf16(*p); }
  static INKSTONE_MEMBER vh wide(const float* p) { return roundBf16(load(p)); }
  static INKSTONE_MEMBER vu pairs(const float* low, const float* high) { return pairsOf(load(low), load(high)); }
  static INKSTONE_MEMBER vu somePairs(const float* low, const float* high, int64_t n) {
    n = clampToVector(n);
    return pairsOf(loadTail(low, n), high ? loadTail(high, n) : vf{});
  }
};
struct TakeBf16 {
  typedef uint16_t Stored;
  static INKSTONE_MEMBER uint16_t at(const uint16_t* p) { return *p; }
  static INKSTONE_MEMBER vh wide(const uint16_t* p) {
    vh v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static INKSTONE_MEMBER vu pairs(const uint16_t* low, const uint16_t* high) { return pairsOf(wide(low), wide(high)); }
  static INKSTONE_MEMBER vu somePairs(const uint16_t* low, const uint16_t* high, int64_t n) {
    uint16_t rows[2][lanes] = {};
    for (int64_t j = 0; j < clampToVector(n); ++j) {
      rows[0][j] = low[j];
      rows[1][j] = high ? high[j] : 0;
    }
    return pairs(rows[0], rows[1]);
  }
};

// ---- from rows of k: pairs lie side by side ----------------------------------------------------------------------------

/** Rows of k numbers at a distance of ld → rows of `padded` at a distance of `stride`, and rows of zeros up to `all`. */
template <class Read>
static void packRowsOfA(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int64_t rows, int64_t all,
                        uint16_t* to, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i, from += ld, to += stride) {
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) {
      const vh numbers = Read::wide(from + p);
      __builtin_memcpy(to + p, &numbers, sizeof numbers);
    }
    for (; p < padded; ++p) to[p] = p < k ? Read::at(from + p) : 0;
  }
  for (int64_t i = rows; i < all; ++i, to += stride) __builtin_memset(to, 0, static_cast<size_t>(padded) * 2);
}

/** One panel of C columns from b stored [n, k]: four rows by four pairs are turned at a time. */
template <class Read, int C>
static void packPairsOfColumns(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int width,
                               uint16_t* to) {
  int j = 0;
  for (; j + 4 <= width; j += 4) {
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) {
      vuHalf pairs[4];
      for (int i = 0; i < 4; ++i) pairs[i] = (vuHalf)Read::wide(from + (j + i) * ld + p);
      transpose4(pairs[0], pairs[1], pairs[2], pairs[3]);
#pragma GCC unroll 4
      for (int q = 0; q < lanes / 8; ++q) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) storeFour<16>(to + ((p / 2 + 4 * q + i) * C + j) * 2, pairs[i], q);
      }
    }
    for (; p < padded; ++p) {
      for (int i = 0; i < 4; ++i) to[(p / 2 * C + j + i) * 2 + (p & 1)] = p < k ? Read::at(from + (j + i) * ld + p) : 0;
    }
  }
  for (; j < C; ++j) {
    for (int64_t p = 0; p < padded; ++p) {
      to[(p / 2 * C + j) * 2 + (p & 1)] = j < width && p < k ? Read::at(from + j * ld + p) : 0;
    }
  }
}

// ---- from rows of columns: two rows make pairs -------------------------------------------------------------------------

/**
 * C columns of the rows `low` and `high`, zeros beyond the `left` that there are; without `high`, zeros in its place.
 * NOTE writes whole vectors: what follows `to` is written later, or is the room between panels.
 */
template <class Read, int C>
INKSTONE_INLINE void packPairOfRows(const typename Read::Stored* low, const typename Read::Stored* high, int64_t left,
                                    uint16_t* to) {
#pragma GCC unroll 2
  for (int j = 0; j < C; j += lanes) {
    const bool whole = left >= j + lanes && high;
    const vu pairs = whole ? Read::pairs(low + j, high + j) : Read::somePairs(low + j, high ? high + j : high, left - j);
    __builtin_memcpy(to + 2 * j, &pairs, sizeof pairs);
  }
}

/**
 * `width` columns of rows that have `left` more, in panels of C, `step` apart: panel[(p/2·C + j)·2 + p%2] = from[p·ld + j].
 * Zeros fill k to `padded`, and the last panel up where the rows end. Some rows at a time, the next ones fetched ahead:
 * hardware does not follow such strides.
 */
template <class Read, int C>
static void packPairsOfRows(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int64_t width,
                            int64_t left, uint16_t* to, int64_t step) {
  constexpr int64_t together = 8, line = 64 / static_cast<int64_t>(sizeof(typename Read::Stored));
  for (int64_t p = 0; p < padded; p += together, from += together * ld, to += together * C) {
    const int64_t rows = least(together, padded - p);
    for (int64_t q = together; q < least(2 * together, k - p); ++q) {
      for (int64_t j = 0; j < width; j += line) __builtin_prefetch(from + q * ld + j);
    }
    uint16_t* panel = to;
    for (int64_t j = 0; j < width; j += C, panel += step) {
      for (int64_t q = 0; q < rows; q += 2) {
        const typename Read::Stored* low = from + q * ld + j;
        if (p + q < k) packPairOfRows<Read, C>(low, p + q + 1 < k ? low + ld : nullptr, left - j, panel + q * C);
        else __builtin_memset(panel + q * C, 0, 4 * C);
      }
    }
  }
}

// ---- the operands ------------------------------------------------------------------------------------------------------

template <class Kernel>
struct PackBf16 : Kernel {
  static constexpr int R = Kernel::rows, C = Kernel::cols;

  static int64_t paddedK(int64_t k) { return roundUp(k, Kernel::kUnit); }
  /** An odd number of lines: rows a power of two apart would fall into the same few sets of the cache. */
  static int64_t strideOfA(int64_t k) { return ((paddedK(k) + 31) / 32 | 1) * 32; }
  static int64_t panelWidth(int64_t left) { return least(C, left); }
  static PanelsOfA<uint16_t> lyingA(const Matmul& s, int64_t row, int64_t p0) {
    return {s.aBf16 + row * s.k + p0, s.k, R * s.k, false};
  }

  /** As packA leaves them. */
  static PanelsOfA<uint16_t> packedA(const Matmul& s, int64_t k, const uint16_t* packed) {
    if (Kernel::turnsA && s.transA) return {packed, 2 * R, panelSize<uint16_t>(paddedK(k), R), true};
    return {packed, strideOfA(k), R * strideOfA(k), false};
  }
  static void packA(const Matmul& s, Range rows, int64_t p0, int64_t k, uint16_t* to) {
    if (s.aBf16) packRows<TakeBf16>(s, s.aBf16, rows, p0, k, to);
    else packRows<RoundF32>(s, s.a, rows, p0, k, to);
  }
  static void packB(const Matmul& s, int64_t p0, int64_t k, Range columns, uint16_t* to) {
    if (s.bIsBf16) packColumns<TakeBf16>(s, static_cast<const uint16_t*>(s.b), p0, k, columns, to);
    else packColumns<RoundF32>(s, static_cast<const float*>(s.b), p0, k, columns, to);
  }

 private:
  template <class Read>
  static void packRows(const Matmul& s, const typename Read::Stored* a, Range rows, int64_t p0, int64_t k, uint16_t* to) {
    const PanelsOfA<uint16_t> as = packedA(s, k, to);
    const int64_t padded = paddedK(k);
    if (!s.transA) {
      const int64_t all = roundUp(rows.size(), R);
      return packRowsOfA<Read>(a + rows.begin * s.k + p0, s.k, k, padded, rows.size(), all, to, as.stride);
    }
    const typename Read::Stored* from = a + p0 * s.m + rows.begin;
    if constexpr (Kernel::turnsA) packPairsOfRows<Read, R>(from, s.m, k, padded, rows.size(), s.m - rows.begin, to, as.panel);
    else turnRows<Read>(from, s.m, k, padded, rows.size(), to, as.stride);
  }

  /** Columns of `from` become rows. */
  template <class Read>
  static void turnRows(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int64_t rows,
                       uint16_t* to, int64_t stride) {
    for (int64_t i = 0; i < roundUp(rows, R); ++i) {
      for (int64_t p = 0; p < padded; ++p) to[i * stride + p] = i < rows && p < k ? Read::at(from + p * ld + i) : 0;
    }
  }

  template <class Read>
  static void packColumns(const Matmul& s, const typename Read::Stored* b, int64_t p0, int64_t k, Range columns,
                          uint16_t* to) {
    const int64_t padded = paddedK(k), step = panelSize<uint16_t>(padded, C);
    if (!s.transB) {
      const int64_t left = s.n - columns.begin;
      return packPairsOfRows<Read, C>(b + p0 * s.n + columns.begin, s.n, k, padded, columns.size(), left, to, step);
    }
    for (int64_t j = columns.begin; j < columns.end; j += C, to += step) {
      const int width = static_cast<int>(least(C, columns.end - j));
      packPairsOfColumns<Read, C>(b + j * s.k + p0, s.k, k, padded, width, to);
    }
  }
};
