// How a and b are packed for the f32 tiles: in panels, each row p of a panel contiguous.

/** One panel: to[p·cols + j] = from[p·ld + j], p < k, j < width ≤ cols; columns up to a whole vector become 0. */
template <class Read, int cols>
static void packPanel(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t width, float* to) {
  const int64_t whole = width / lanes * lanes, padded = least(cols, roundUp(width, lanes));
  for (int64_t p = 0; p < k; ++p, from += ld, to += cols) {
    int64_t j = 0;
    for (; j < whole; j += lanes) store(to + j, Read::wide(from + j));
    for (; j < padded; ++j) to[j] = j < width ? Read::at(from + j) : 0;
  }
}

/**
 * Many whole panels of `cols` columns from rows that lie as they should: to[panel·step + p·cols + j] = from[p·ld +
 * panel·cols + j]. Some rows at a time, the next ones fetched ahead: hardware does not follow such strides.
 */
template <class Read, int cols>
static void packWholePanels(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t panels, int64_t step,
                            float* to) {
  constexpr int64_t together = 8, line = 64 / static_cast<int64_t>(sizeof(typename Read::Stored));
  for (int64_t p = 0; p < k; p += together, from += together * ld, to += together * cols) {
    const int64_t rows = least(together, k - p), coming = least(together, k - p - rows);
    for (int64_t q = 0; q < coming; ++q) {
      const typename Read::Stored* next = from + (together + q) * ld;
      for (int64_t j = 0; j < panels * cols; j += line) __builtin_prefetch(next + j);
    }
    for (int64_t t = 0; t < panels; ++t) {
      const typename Read::Stored* at = from + t * cols;
      float* out = to + t * step;
      for (int64_t q = 0; q < rows; ++q, at += ld, out += cols) {
        if constexpr (cols % lanes == 0) {
#pragma GCC unroll 4
          for (int j = 0; j < cols; j += lanes) store(out + j, Read::wide(at + j));
        } else if constexpr (cols % 4 == 0) {
#pragma GCC unroll 4
          for (int j = 0; j < cols; j += 4) {
            const vf4 four = Read::four(at + j);
            __builtin_memcpy(out + j, &four, 16);
          }
        } else {
          for (int j = 0; j < cols; ++j) out[j] = Read::at(at + j);
        }
      }
    }
  }
}

/** How many of the columns that are left the next panel of b takes: rather two panels of two vectors than three and one. */
INKSTONE_INLINE int64_t panelWidth(int64_t left) {
  if (tileVectors > 2 && left > tileCols && left <= tileCols + lanes) return 2 * lanes;
  return least(tileCols, left);
}

/** Rows p0 … p0 + k, columns j0 … j0 + width of op(b). */
template <class Read>
static void packPanelsOfB(const typename Read::Stored* b, int64_t ld, bool transposed, int64_t p0, int64_t k, int64_t j0,
                          int64_t width, float* to) {
  const int64_t step = panelSize<float>(k, tileCols);
  int64_t j = 0;
  if (!transposed) {
    int64_t whole = width / tileCols;
    if (whole > 0 && panelWidth(width - (whole - 1) * tileCols) < tileCols) --whole;
    packWholePanels<Read, tileCols>(b + p0 * ld + j0, ld, k, whole, step, to);
    j = whole * tileCols;
    to += whole * step;
  }
  for (; j < width; to += step) {
    const int64_t cols = panelWidth(width - j);
    if (transposed) packColumns<Read, tileCols>(b + (j0 + j) * ld + p0, ld, k, static_cast<int>(cols), to);
    else packPanel<Read, tileCols>(b + p0 * ld + j0 + j, ld, k, cols, to);
    j += cols;
  }
}
static void packB(const Matmul& s, int64_t p0, int64_t k, Range columns, float* to) {
  const int64_t ld = s.transB ? s.k : s.n, j = columns.begin, width = columns.size();
  if (s.bIsBf16) packPanelsOfB<ReadBf16>((const uint16_t*)s.b, ld, s.transB, p0, k, j, width, to);
  else if (s.bf16) packPanelsOfB<ReadRounded>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
  else packPanelsOfB<ReadF32>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
}

/** Rows of op(a) and k of its columns from p0 on, in panels of tileRows; rows of the last panel beyond them are 0. */
template <class Read>
static void packA(const Matmul& s, Range rows, int64_t p0, int64_t k, float* to) {
  const int64_t step = panelSize<float>(k, tileRows);
  int64_t i = rows.begin;
  if (s.transA) {
    const int64_t whole = rows.size() / tileRows;
    packWholePanels<Read, tileRows>(s.a + p0 * s.m + i, s.m, k, whole, step, to);
    i += whole * tileRows;
    to += whole * step;
    if (i == rows.end) return;
    const float* from = s.a + p0 * s.m + i;
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < tileRows; ++j) to[p * tileRows + j] = j < rows.end - i ? Read::at(from + p * s.m + j) : 0;
    }
    return;
  }
  for (; i < rows.end; i += tileRows, to += step) {
    const int64_t height = least(tileRows, rows.end - i);
    packColumns<Read, tileRows>(s.a + i * s.k + p0, s.k, k, static_cast<int>(height), to);
  }
}

// ---- what the packed product needs to know -----------------------------------------------------------------------------

struct KernelF32 {
  typedef float Packed;
  static constexpr int rows = tileRows, cols = tileCols, kUnit = 1;
  /** A panel of b is so much the larger one that it should not pass: measured with vectors of 32 bytes. */
  static constexpr bool keepsB = INKSTONE_VECTOR_BYTES == 32;
  /** A panel of a and one of b share L1; where b's comes again and again, it may come from L2 (measured). */
  static constexpr int64_t depth = keepsB ? 768 : 512;
  /** Rows of a are read where they lie. */
  static bool canLie(const Matmul& s) { return s.a && !s.transA && !s.bf16; }
  static PanelsOfA<float> lyingA(const Matmul& s, int64_t row, int64_t p0) {
    return {s.a + row * s.k + p0, s.k, tileRows * s.k, false};
  }
  static PanelsOfA<float> packedA(const Matmul&, int64_t k, const float* packed) {
    return {packed, tileRows, panelSize<float>(k, tileRows), true};
  }
  static void packA(const Matmul& s, Range rows, int64_t p0, int64_t k, float* to) {
    if (s.bf16) gemm::packA<ReadRounded>(s, rows, p0, k, to);
    else gemm::packA<ReadF32>(s, rows, p0, k, to);
  }
  static void packB(const Matmul& s, int64_t p0, int64_t k, Range columns, float* to) {
    gemm::packB(s, p0, k, columns, to);
  }
  static int64_t panelWidth(int64_t left) { return gemm::panelWidth(left); }
  static void tile(int mr, int width, int64_t k, const float* a, int64_t stride, bool kMajor, const float* b, float* c,
                   int64_t ldc, const Ending& ending, Ahead& ahead) {
    runTile(mr, width, k, a, stride, kMajor, b, c, ldc, ending, ahead);
  }
};
