// How a and b are packed for bf16 products: pairs of neighbours along k side by side, padded with zeros.

/** Rows and depth of op(a) as bf16 rows, padded with zeros: the rows to whole panels, k to kUnit. */
static PanelsOfA<uint16_t> panelsOfA(KernelBf16, const Matmul& s, Range rows, Range depth, Scratch& scratch) {
  constexpr int64_t R = KernelBf16::rows;
  const int64_t k = depth.size(), padded = roundUp(k, KernelBf16::kUnit), panels = (rows.size() + R - 1) / R;
  // Rows a power of two apart would fall into the same few sets of the cache.
  const int64_t stride = padded % 256 == 0 ? padded + 32 : padded;
  auto* to = static_cast<uint16_t*>(scratch.bytes(panels * R * stride * 2));
  parallelFor(panels, 1 + 512 / k, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t i0 = panel * R, height = least(R, rows.size() - i0);
      uint16_t* at = to + i0 * stride;
      if (!s.transA) {
        for (int64_t i = 0; i < height; ++i) {
          const float* from = s.a + (rows.begin + i0 + i) * s.k + depth.begin;
          int64_t p = 0;
          for (; p + lanes <= k; p += lanes) storeBf16(at + i * stride + p, load(from + p));
          for (; p < k; ++p) at[i * stride + p] = toBf16(from[p]);
        }
      } else {
        for (int64_t q = 0; q < k; q += lanes) {  // blocks of 16 columns of k: rows of a side by side, then turned
          const int64_t some = least(lanes, k - q);
          float block[R * lanes];
          const float* from = s.a + (depth.begin + q) * s.m + rows.begin + i0;
          packColumns<ReadF32, lanes>(from, s.m, height, static_cast<int>(some), block);
          for (int64_t i = 0; i < height; ++i) {
            const vu bits = bf16Bits(load(block + i * lanes));
            const vh row = __builtin_convertvector(bits, vh);
            __builtin_memcpy(at + i * stride + q, &row, static_cast<size_t>(some) * 2);
          }
        }
      }
      for (int64_t i = 0; i < height; ++i) __builtin_memset(at + i * stride + k, 0, static_cast<size_t>(padded - k) * 2);
      __builtin_memset(at + height * stride, 0, static_cast<size_t>((R - height) * stride) * 2);
    }
  });
  return {to, stride, R * stride, false};
}

/**
 * `width` columns in panels: pairs of rows p, p + 1 of op(b) side by side, panel[(p/2·cols + j)·2 + p%2]; zeros fill
 * the last panel up, and k to kUnit.
 */
template <class Read>
static void packPairsOfRows(const typename Read::Stored* from, int64_t ld, int64_t k, int64_t width, uint16_t* to) {
  constexpr int C = KernelBf16::cols;
  const int64_t padded = roundUp(k, KernelBf16::kUnit), step = panelSize<uint16_t>(padded, C);
  for (int64_t p = 0; p < padded; p += 2, from += 2 * ld, to += 2 * C) {
    uint16_t* panel = to;
    for (int64_t j0 = 0; j0 < width; j0 += C, panel += step) {
      int j = 0;
      for (; j < C && j0 + j + lanes <= width && p + 1 < k; j += lanes) {
        const vu low = bf16Bits(Read::wide(from + j0 + j)), high = bf16Bits(Read::wide(from + ld + j0 + j));
        const vu pair = low | (high << 16);
        __builtin_memcpy(panel + 2 * j, &pair, sizeof pair);
      }
      for (; j < C; ++j) {
        const bool inside = j0 + j < width;
        panel[2 * j] = inside && p < k ? toBf16(Read::at(from + j0 + j)) : 0;
        panel[2 * j + 1] = inside && p + 1 < k ? toBf16(Read::at(from + ld + j0 + j)) : 0;
      }
    }
  }
}

/** The same, one panel, from b stored [n, k]: pairs lie side by side already, four rows by four pairs are turned at a time. */
template <class Read>
static void packPairsOfColumns(const typename Read::Stored* from, int64_t ld, int64_t k, int width, uint16_t* to) {
  constexpr int C = KernelBf16::cols;
  const int64_t padded = roundUp(k, KernelBf16::kUnit);
  int j = 0;
  for (; j + 4 <= width; j += 4) {
    int64_t p = 0;
    for (; p + lanes <= k; p += lanes) {
      vu4 pairs[4][lanes / 8];
      for (int i = 0; i < 4; ++i) {
        const vh row = __builtin_convertvector(bf16Bits(Read::wide(from + (j + i) * ld + p)), vh);
        __builtin_memcpy(pairs[i], &row, sizeof row);
      }
      for (int q = 0; q < lanes / 8; ++q) {
        transpose4(pairs[0][q], pairs[1][q], pairs[2][q], pairs[3][q]);
        for (int i = 0; i < 4; ++i) __builtin_memcpy(to + ((p / 2 + 4 * q + i) * C + j) * 2, &pairs[i][q], 16);
      }
    }
    for (; p < padded; ++p) {
      for (int i = 0; i < 4; ++i) {
        to[(p / 2 * C + j + i) * 2 + (p & 1)] = p < k ? toBf16(Read::at(from + (j + i) * ld + p)) : 0;
      }
    }
  }
  for (; j < C; ++j) {
    for (int64_t p = 0; p < padded; ++p) {
      to[(p / 2 * C + j) * 2 + (p & 1)] = j < width && p < k ? toBf16(Read::at(from + j * ld + p)) : 0;
    }
  }
}

template <class Read>
static void packPairs(const Matmul& s, int64_t p0, int64_t k, Range columns, uint16_t* to) {
  const auto* b = static_cast<const typename Read::Stored*>(s.b);
  if (!s.transB) return packPairsOfRows<Read>(b + p0 * s.n + columns.begin, s.n, k, columns.size(), to);
  const int64_t step = panelSize<uint16_t>(roundUp(k, KernelBf16::kUnit), KernelBf16::cols);
  for (int64_t j = columns.begin; j < columns.end; j += KernelBf16::cols, to += step) {
    const int width = static_cast<int>(least(KernelBf16::cols, columns.end - j));
    packPairsOfColumns<Read>(b + j * s.k + p0, s.k, k, width, to);
  }
}

static void packB(KernelBf16, const Matmul& s, int64_t p0, int64_t k, Range columns, uint16_t* to) {
  if (s.bIsBf16) packPairs<ReadBf16>(s, p0, k, columns, to);
  else packPairs<ReadF32>(s, p0, k, columns, to);
}
