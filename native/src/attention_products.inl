// The small matrix products of attention, and the packing of what they read. Operands lie in words of four bytes: one number,
// or two as bf16 that are neighbours along the sum. The kinds below say which, and nothing else knows.

namespace flash {

/** The first `left` numbers of a vector; zeros behind. */
template <class Element>
INKSTONE_INLINE vf some(const Element* x, int64_t left) {
  return left >= lanes ? loadKept(x) : left > 0 ? loadKeptTail(x, left) : splat(0);
}

/** out = (x + total·shrink)·factor; without `total`, x·factor. x and total are whole vectors. */
template <class Element>
INKSTONE_INLINE void writeRow(const float* x, const float* total, float shrink, float factor, Element* out, int64_t size) {
  for (int64_t d = 0; d < size; d += lanes) {
    const vf sum = (total ? load(total + d) * shrink + load(x + d) : load(x + d)) * factor;
    if (size - d >= lanes) storeKept(out + d, sum);
    else storeKeptTail(out + d, sum, size - d);
  }
}

/** Numbers as they are. */
struct Exact {
  /** Numbers of a word. */
  static constexpr int unit = 1;
  /** Products go so many rows and words at a time: rows beyond must exist, words beyond be zeros. */
  static constexpr int rows = 1, deep = 1;
  struct Session {};

  /** Numbers as products see them. */
  static INKSTONE_MEMBER vf seen(vf x) { return x; }
  /** 2^x of scores, as exactly as products see it. */
  static INKSTONE_MEMBER vf power(vf x) { return exp2Below(x); }
  /** A vector of words from a row that has `left` numbers more. */
  template <class Element>
  static INKSTONE_MEMBER vf words(const Element* x, int64_t left) {
    return some(x, left);
  }
  /** Words of which each holds a number of one row, and its neighbour of the row below, if there is one. */
  template <class Element>
  static INKSTONE_MEMBER vf joined(const Element* row, const Element*, int64_t left) {
    return some(row, left);
  }
  static INKSTONE_MEMBER vf join(vf row, vf) { return row; }
  /** Numbers become words of their row, where numbers [c, c + lanes) belong. */
  static INKSTONE_MEMBER void storeInRow(float* row, int64_t c, vf x) { store(row + c, x); }
  /** sum + left·right, the products of a word added up. */
  static INKSTONE_MEMBER vf multiply(vf sum, const float* left, vf right) { return sum + splat(*left) * right; }
  /** sum + x∘y, lane by lane, of words of x as they are and of y as products see it. */
  template <class Element>
  static INKSTONE_MEMBER vf dot(vf sum, const Element* x, const Element* y, int64_t left) {
    return sum + some(x, left) * some(y, left);
  }
};

/** Numbers rounded to bf16, for machines that multiply f32 only. */
struct Rounded : Exact {
  static INKSTONE_MEMBER vf seen(vf x) { return throughBf16(x); }
  static INKSTONE_MEMBER vf power(vf x) { return exp2BelowRough(x); }
  template <class Element>
  static INKSTONE_MEMBER vf words(const Element* x, int64_t left) {
    return seen(some(x, left));
  }
  template <class Element>
  static INKSTONE_MEMBER vf joined(const Element* row, const Element*, int64_t left) {
    return seen(some(row, left));
  }
  static INKSTONE_MEMBER vf join(vf row, vf) { return seen(row); }
  static INKSTONE_MEMBER void storeInRow(float* row, int64_t c, vf x) { store(row + c, seen(x)); }
  template <class Element>
  static INKSTONE_MEMBER vf dot(vf sum, const Element* x, const Element* y, int64_t left) {
    return sum + some(x, left) * seen(some(y, left));
  }
};

#if defined(INKSTONE_BF16)
/** Two numbers as bf16: half the bytes, and one instruction for both products. */
struct Pairs {
  static constexpr int unit = 2, rows = 1, deep = 1;
  struct Session {};

  static INKSTONE_MEMBER vf seen(vf x) { return Rounded::seen(x); }
  static INKSTONE_MEMBER vf power(vf x) { return exp2BelowRough(x); }
  static INKSTONE_MEMBER vf words(const float* x, int64_t left) {
    return (vf)neighbours(some(x, left), some(x + lanes, left - lanes));
  }
  static INKSTONE_MEMBER vf words(const uint16_t* x, int64_t left) {
    if (left < 2 * lanes) return (vf)neighbours(some(x, left), some(x + lanes, left - lanes));
    vf both;
    __builtin_memcpy(&both, x, sizeof both);
    return both;
  }
  static INKSTONE_MEMBER vf joined(const float* row, const float* below, int64_t left) {
    return join(some(row, left), below ? some(below, left) : splat(0));
  }
  static INKSTONE_MEMBER vf joined(const uint16_t* row, const uint16_t* below, int64_t left) {
    if (left < lanes || !below) return join(some(row, left), below ? some(below, left) : splat(0));
    vh halves[2];
    __builtin_memcpy(&halves[0], row, sizeof halves[0]);
    __builtin_memcpy(&halves[1], below, sizeof halves[1]);
    return (vf)pairsOf(halves[0], halves[1]);
  }
  static INKSTONE_MEMBER vf join(vf row, vf below) { return (vf)pairsOf(row, below); }
  static INKSTONE_MEMBER void storeInRow(float* row, int64_t c, vf x) {
    storeBf16(reinterpret_cast<uint16_t*>(row) + c, x);
  }
  static INKSTONE_MEMBER vf multiply(vf sum, const float* left, vf right) {
    int32_t pair;
    __builtin_memcpy(&pair, left, 4);
    return dotPairs(sum, splatInt(pair), (vi)right);
  }
  static INKSTONE_MEMBER vf dot(vf sum, const float* x, const float* y, int64_t left) {
    return Rounded::dot(Rounded::dot(sum, x, y, left), x + lanes, y + lanes, left - lanes);
  }
  static INKSTONE_MEMBER vf dot(vf sum, const uint16_t* x, const uint16_t* y, int64_t left) {
    return dotPairs(sum, (vi)words(x, left), (vi)words(y, left));
  }
};
#endif

#if INKSTONE_BF16 == 2
/** The same words in the tiles of AMX. */
struct Tiles : Pairs {
  static constexpr int rows = rowBlock, deep = 16;
  typedef TileSession Session;
};
#endif

/** Words that hold so many numbers, or a range of them, as deep as products go. */
template <class Kind>
INKSTONE_INLINE int64_t inWords(int64_t numbers) {
  return up((numbers + Kind::unit - 1) / Kind::unit, Kind::deep);
}
template <class Kind>
INKSTONE_INLINE Range inWords(Range numbers) {
  return {down(numbers.begin / Kind::unit, Kind::deep), inWords<Kind>(numbers.end)};
}
/** Words of a packed row: whole vectors. */
template <class Kind>
INKSTONE_INLINE int64_t rowOf(int64_t numbers) {
  return up(inWords<Kind>(numbers), lanes);
}
/** Zeros for the words that products read beyond those of a range of numbers, whole words. */
template <class Kind>
INKSTONE_INLINE void clearAround(float* row, Range numbers) {
  const Range read = inWords<Kind>(numbers);
  for (int64_t w = read.begin; w < numbers.begin / Kind::unit; ++w) row[w] = 0;
  for (int64_t w = numbers.end / Kind::unit; w < read.end; ++w) row[w] = 0;
}

// ---- products ---------------------------------------------------------------------------------------------------------

/** A left operand: row r begins at data + r·stride. In words. */
struct Left {
  const float* data;
  int64_t stride;
};
/** A right operand: row r of panel j begins at data + j·panelStride + r·rowStride. All in words. */
struct Right {
  const float* data;
  int64_t panelStride, rowStride;
};

/** c = factor·a·b (+ c) for M rows and N vectors of columns; word [m, i] of a lies at a + m·rowStride + i·step. */
template <class Kind, int M, int N, class Element = float>
static void micro(const float* a, int64_t rowStride, int64_t step, const Element* b, int64_t ldb, float* c,
                  int64_t ldc, int64_t depth, float factor, bool add) {
  vf sum[M][N];
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = splat(0);
  }
  for (int64_t i = 0; i < depth; ++i) {
    vf right[N];
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) right[n] = loadKept(b + n * lanes);
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = Kind::multiply(sum[m][n], a + m * rowStride, right[n]);
    }
    a += step;
    b += ldb;
  }
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) {
      float* to = c + m * ldc + n * lanes;
      store(to, add ? load(to) + sum[m][n] * factor : sum[m][n] * factor);
    }
  }
}

template <class Element>
using Micro = void (*)(const float*, int64_t, int64_t, const Element*, int64_t, float*, int64_t, int64_t, float, bool);

template <class Kind, int N, class Element = float>
static inline Micro<Element> microOf(int rows) {
  static constexpr Micro<Element> of[] = {
      nullptr,
      micro<Kind, 1, N, Element>,
      micro<Kind, 2, N, Element>,
      micro<Kind, 3, N, Element>,
      micro<Kind, 4, N, Element>,
      micro<Kind, 5, N, Element>,
      micro<Kind, 6, N, Element>,
#if INKSTONE_VECTOR_BYTES >= 64
      micro<Kind, 7, N, Element>,
      micro<Kind, 8, N, Element>,
      micro<Kind, 9, N, Element>,
      micro<Kind, 10, N, Element>,
      micro<Kind, 11, N, Element>,
      micro<Kind, 12, N, Element>,
#endif
  };
  return of[rows];
}

#if INKSTONE_BF16 == 2
/** micro for up to 32 rows, with what lies beyond them, and one or two vectors of columns; a's words lie side by side. */
template <bool Tall, bool Wide>
static void microTiles(const float* a, int64_t rowStride, const float* b, int64_t ldb, float* c, int64_t ldc,
                       int64_t depth, float factor, bool add) {
  const int64_t aBytes = rowStride * 4, bBytes = ldb * 4, bytes = ldc * 4;
  float* lower = c + 16 * ldc;
  if (add) {
    TILE_LOAD_SUM(0, c, bytes);
    if (Wide) TILE_LOAD_SUM(1, c + 16, bytes);
    if (Tall) TILE_LOAD_SUM(2, lower, bytes);
    if (Tall && Wide) TILE_LOAD_SUM(3, lower + 16, bytes);
  } else {
    TILE_ZERO(0);
    TILE_ZERO(1);
    TILE_ZERO(2);
    TILE_ZERO(3);
  }
  for (int64_t i = 0; i < depth; i += 16, a += 16, b += 16 * ldb) {
    TILE_LOAD(6, b, bBytes);
    TILE_LOAD(4, a, aBytes);
    TILE_DOT(0, 4, 6);
    if (Wide) {
      TILE_LOAD(7, b + 16, bBytes);
      TILE_DOT(1, 4, 7);
    }
    if (Tall) {
      TILE_LOAD(5, a + 16 * rowStride, aBytes);
      TILE_DOT(2, 5, 6);
    }
    if (Tall && Wide) TILE_DOT(3, 5, 7);
  }
  TILE_STORE_SUM(0, c, bytes);
  if (Wide) TILE_STORE_SUM(1, c + 16, bytes);
  if (Tall) TILE_STORE_SUM(2, lower, bytes);
  if (Tall && Wide) TILE_STORE_SUM(3, lower + 16, bytes);
  if (factor == 1) return;
  for (int r = 0; r < (Tall ? 32 : 16); ++r, c += ldc) {
    store(c, load(c) * factor);
    if (Wide) store(c + 16, load(c + 16) * factor);
  }
}
#endif

/** One block of rows times `columns` columns, panel `j` of b. The columns beyond are padding of c. */
template <class Kind>
INKSTONE_INLINE void multiply(int rows, const float* a, int64_t rowStride, int64_t step, const Right& b,
                              int64_t j, int64_t firstRow, float* c, int64_t ldc, int64_t columns,
                              int64_t depth, bool add, float factor = 1) {
  const bool wide = columns - j * panel > lanes;
  const float* right = b.data + j * b.panelStride + firstRow * b.rowStride;
  c += j * panel;
#if INKSTONE_BF16 == 2
  if constexpr (Kind::rows > 1) {
    const auto run = rows > 16 ? (wide ? microTiles<true, true> : microTiles<true, false>)
                               : (wide ? microTiles<false, true> : microTiles<false, false>);
    return run(a, rowStride, right, b.rowStride, c, ldc, depth, factor, add);
  }
#endif
  const Micro<float> kernel = wide ? microOf<Kind, 2>(rows) : microOf<Kind, 1>(rows);
  kernel(a, rowStride, step, right, b.rowStride, c, ldc, depth, factor, add);
}

/**
 * Scores of a tile, times `factor`: for each block of rows, the panels of keys that it sees. Keys count from the tile's first;
 * `rows` and `transposed` are as leftOf and packTransposed leave them.
 */
template <class Kind>
static void multiplySeen(const Blocks& blocks, const Range* seen, const Left& rows, int64_t size,
                         const Right& transposed, int64_t keys, float factor, float* scores, int64_t ld, Ahead& ahead) {
  for (int64_t j = 0; j * panel < keys; ++j) {
    for (int b = 0; b < blocks.count; ++b) {
      if (seen[b].begin >= (j + 1) * panel || seen[b].end <= j * panel) continue;
      const int64_t r = blocks.start[b];
      multiply<Kind>(blocks.rows(b), rows.data + r * rows.stride, rows.stride, 1, transposed, j, 0, scores + r * ld, ld,
                     seen[b].end, inWords<Kind>(size), false, factor);
      ahead.step();
    }
  }
}

// ---- packing ----------------------------------------------------------------------------------------------------------

/** Rows of `size` at a stride → rows of words, zeros behind. */
template <class Kind, class Element>
static void packRows(const Element* x, int64_t stride, int64_t rows, int64_t size, float* out) {
  const int64_t words = rowOf<Kind>(size);
  for (int64_t r = 0; r < rows; ++r, x += stride, out += words) {
    for (int64_t w = 0, d = 0; w < words; w += lanes, d += Kind::unit * lanes) {
      store(out + w, Kind::words(x + d, size - d));
    }
  }
}

/** Rows of `size` at a stride as a left operand: where they lie, if products can read them so, else packed into `room`. */
template <class Kind, class Element>
static Left leftOf(const Element* x, int64_t stride, int64_t rows, int64_t size, float* room) {
  constexpr int unit = Kind::unit;
  if constexpr (unit > 1 && sizeof(Element) * unit == sizeof(float)) {
    const bool whole = size % (unit * Kind::deep) == 0 && rows % Kind::rows == 0;
    if (whole && stride % unit == 0) return {reinterpret_cast<const float*>(x), stride / unit};
  }
  packRows<Kind>(x, stride, rows, size, room);
  return {room, rowOf<Kind>(size)};
}

/** Rows of `size` at a stride → a right operand at `out` whose words join rows, zeros behind. */
template <class Kind, class Element>
static void packJoined(const Element* x, int64_t stride, int64_t rows, int64_t size, float* out, const Right& layout) {
  for (int64_t d = 0; d < size; d += lanes, x += lanes) {
    float* to = out + d / panel * layout.panelStride + d % panel;
    const Element* row = x;
    int64_t r = 0;
    for (; r < rows; r += Kind::unit, row += Kind::unit * stride, to += layout.rowStride) {
      store(to, Kind::joined(row, r + 1 < rows ? row + stride : nullptr, size - d));
    }
    for (; r < Kind::unit * inWords<Kind>(rows); r += Kind::unit, to += layout.rowStride) store(to, splat(0));
  }
}

/** The words of `count` rows, column by column: out[j·ld + i] = word j of row i, for i, j < lanes. */
template <class Kind, class Element>
INKSTONE_INLINE void transposeBlock(const Element* x, int64_t stride, int64_t count, int64_t size, float* out, int64_t ld) {
  turnSquare([=](int i) INKSTONE_FLAT { return i < count ? Kind::words(x + i * stride, size) : splat(0); }, out, ld);
}

/** Words that join rows, at a stride for each word's rows → rows of such words: out[j·ld + i] = word j of row i; zeros behind. */
template <class Kind>
static void turnJoined(const float* x, int64_t stride, int64_t rows, int64_t columns, float* out, int64_t ld) {
  for (int64_t i = 0; i < inWords<Kind>(rows); i += lanes) {
    for (int64_t j = 0; j < columns; j += lanes) {
      const auto row = [=](int r) INKSTONE_FLAT {
        return (i + r) * Kind::unit < rows ? load(x + (i + r) * stride + j) : splat(0);
      };
      turnSquare(row, out + j * ld + i, ld);
    }
  }
}

/** Rows of `size` at a stride → the transpose of their words in panels [rows/panel, rowOf(size), panel], zeros behind. */
template <class Kind, class Element>
static void packTransposed(const Element* x, int64_t stride, int64_t rows, int64_t size, float* out) {
  const int64_t words = rowOf<Kind>(size);
  for (int64_t r = 0; r < up(rows, panel); r += lanes) {
    float* to = out + r / panel * (words * panel) + r % panel;
    for (int64_t w = 0, d = 0; w < words; w += lanes, d += Kind::unit * lanes) {
      transposeBlock<Kind>(x + r * stride + d, stride, rows - r, size - d, to + w * panel, panel);
    }
  }
}

}  // namespace flash
