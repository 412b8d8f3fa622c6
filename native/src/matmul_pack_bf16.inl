// How a and b are packed for bf16 products: pairs of neighbours along k side by side, padded with zeros.

INKSTONE_INLINE int64_t clampToVector(int64_t n) { return most(0, least(n, lanes)); }

/** How an operand is read: 16 numbers rounded to bf16, 16 words of neighbours, 16 pairs of numbers at `low` and at `high`. */
struct RoundF32 {
  typedef float Stored;
  static INKSTONE_MEMBER uint16_t at(const float* p) { return toBf16(*p); }
  static INKSTONE_MEMBER vh wide(const float* p) { return roundBf16(load(p)); }
  static INKSTONE_MEMBER vf words(const float* p) { return (vf)neighbours(load(p), load(p + lanes)); }
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
  static INKSTONE_MEMBER vf words(const uint16_t* p) {
    vf v;
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

/** 16 words of a row that has `left` numbers more; zeros behind. */
template <class Read>
static vf someWords(const typename Read::Stored* from, int64_t left) {
  uint16_t row[2 * lanes] = {};
  for (int64_t p = 0; p < least(left, 2 * lanes); ++p) row[p] = Read::at(from + p);
  return TakeBf16::words(row);
}

/** One panel of C columns from b stored [n, k]: squares of 16 columns by 16 pairs are turned. */
template <class Read, int C>
static void packPairsOfColumns(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t padded, int width,
                               uint16_t* to) {
  for (int j = 0; j < C; j += lanes, from += lanes * ld, to += 2 * lanes) {
    for (int64_t p = 0; p < padded; p += 2 * lanes) {
      float* square = reinterpret_cast<float*>(to + p * C);
      if (width - j >= lanes && k - p >= 2 * lanes) {
        turnSquare([=](int i) INKSTONE_FLAT { return Read::words(from + i * ld + p); }, square, C);
        continue;
      }
      float aside[lanes * lanes];
      turnSquare([=](int i) { return j + i < width ? someWords<Read>(from + i * ld + p, k - p) : vf{}; }, aside, lanes);
      for (int64_t q = 0; q < least(lanes, (padded - p) / 2); ++q) store(square + q * C, load(aside + q * lanes));
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

/** Four pairs of rows for 12 columns, of which each row has 16: whole lines are written. */
template <class Read>
INKSTONE_INLINE void packFourPairsOfTwelve(const typename Read::Stored* from, int64_t ld, uint16_t* to) {
  const auto pairs = [=](int i) INKSTONE_FLAT { return (vf)Read::pairs(from + 2 * i * ld, from + (2 * i + 1) * ld); };
  float* line = reinterpret_cast<float*>(to);
  const vf a = pairs(0), b = pairs(1), c = pairs(2), d = pairs(3);
  store(line, shuffle<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19>(a, b));
  store(line + lanes, shuffle<4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23>(b, c));
  store(line + 2 * lanes, shuffle<8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27>(c, d));
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
      if constexpr (C == 12) {
        if (k - p >= together && left - j >= lanes) {
          packFourPairsOfTwelve<Read>(from + j, ld, panel);
          continue;
        }
      }
      for (int64_t q = 0; q < rows; q += 2) {
        const typename Read::Stored* low = from + q * ld + j;
        if (p + q < k) packPairOfRows<Read, C>(low, p + q + 1 < k ? low + ld : nullptr, left - j, panel + q * C);
        else __builtin_memset(panel + q * C, 0, 4 * C);
      }
    }
  }
}

// ---- the operands ------------------------------------------------------------------------------------------------------

/** Panels of C columns of op(b), `step` apart, pairs side by side, zeros up to `padded`. */
template <int C, class Read>
static void packPairs(const Matmul& s, const typename Read::Stored* b, int64_t p0, int64_t k, int64_t padded, Range columns,
                      uint16_t* to, int64_t step) {
  if (!s.transB) {
    const int64_t left = s.n - columns.begin;
    return packPairsOfRows<Read, C>(b + p0 * s.n + columns.begin, s.n, k, padded, columns.size(), left, to, step);
  }
  for (int64_t j = columns.begin; j < columns.end; j += C, to += step) {
    const int width = static_cast<int>(least(C, columns.end - j));
    packPairsOfColumns<Read, C>(b + j * s.k + p0, s.k, k, padded, width, to);
  }
}
template <int C>
static void packPairsOfB(const Matmul& s, int64_t p0, int64_t k, int64_t padded, Range columns, uint16_t* to,
                         int64_t step) {
  if (s.bIsBf16) packPairs<C, TakeBf16>(s, static_cast<const uint16_t*>(s.b), p0, k, padded, columns, to, step);
  else packPairs<C, RoundF32>(s, static_cast<const float*>(s.b), p0, k, padded, columns, to, step);
}
