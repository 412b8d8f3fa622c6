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
INKSTONE_INLINE int64_t roundUp(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }
INKSTONE_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INKSTONE_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

typedef float vf4 __attribute__((vector_size(16)));
typedef int32_t vi4 __attribute__((vector_size(16)));
typedef uint32_t vu4 __attribute__((vector_size(16)));
typedef uint16_t vh4 __attribute__((vector_size(8)));

#if defined(__clang__)
#define INKSTONE_PICK(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d)
#else
#define INKSTONE_PICK(x, y, a, b, c, d) __builtin_shuffle(x, y, vi4{a, b, c, d})
#endif

/** Four rows of four become four columns. */
template <class V>
INKSTONE_INLINE void transpose4(V& a, V& b, V& c, V& d) {
  const V ab01 = INKSTONE_PICK(a, b, 0, 4, 1, 5), ab23 = INKSTONE_PICK(a, b, 2, 6, 3, 7);
  const V cd01 = INKSTONE_PICK(c, d, 0, 4, 1, 5), cd23 = INKSTONE_PICK(c, d, 2, 6, 3, 7);
  a = INKSTONE_PICK(ab01, cd01, 0, 1, 4, 5);
  b = INKSTONE_PICK(ab01, cd01, 2, 3, 6, 7);
  c = INKSTONE_PICK(ab23, cd23, 0, 1, 4, 5);
  d = INKSTONE_PICK(ab23, cd23, 2, 3, 6, 7);
}

/** Inlining these into their few callers costs minutes of compiling and gains nothing. */
#define INKSTONE_APART __attribute__((noinline))

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
  static INKSTONE_MEMBER vf wide(const float* p) { return (vf)(bf16Bits(load(p)) << 16); }
  static INKSTONE_MEMBER vf4 four(const float* p) {
    const vf4 x = ReadF32::four(p);
    const vu4 bits = (vu4)x;
    const vu4 rounded = bits + 0x7fff + ((bits >> 16) & 1);
    return (vf4)((x == x ? rounded : bits | 0x400000) & 0xffff0000u);
  }
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
  for (; p + 4 <= k; p += 4) {
    vf4 a = Read::four(row[0] + p), b = Read::four(row[1] + p), c = Read::four(row[2] + p), d = Read::four(row[3] + p);
    transpose4(a, b, c, d);
    float* at = to + p * cols;
    __builtin_memcpy(at, &a, 4 * rows);
    __builtin_memcpy(at + cols, &b, 4 * rows);
    __builtin_memcpy(at + 2 * cols, &c, 4 * rows);
    __builtin_memcpy(at + 3 * cols, &d, 4 * rows);
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

/** Runs of memory that are wanted soon: hardware does not see them coming. */
struct Coming {
  const char* data = nullptr;
  int64_t runs = 0, lines = 0, stride = 0;
  /** Lines to fetch beside each tile. */
  int64_t share = 0, line = 0;

  void spread(int64_t tiles) { share = (runs * lines + tiles - 1) / tiles; }
  INKSTONE_MEMBER void fetch(int64_t count) {
    for (; count > 0 && runs > 0; --count) {
      __builtin_prefetch(data + line * 64, 0, 2);
      if (++line < lines) continue;
      line = 0;
      data += stride;
      --runs;
    }
  }
};
/** What is packed next of both operands, and what finishing these rows touches; fetched bit by bit while the tiles work. */
struct Ahead {
  Coming a, b, pre, out;
  /** One part of what goes with a tile. */
  INKSTONE_MEMBER void fetch(int64_t parts) {
    a.fetch((a.share + parts - 1) / parts);
    b.fetch((b.share + parts - 1) / parts);
    if (pre.runs > 0) pre.fetch((pre.share + parts - 1) / parts);
    if (out.runs > 0) out.fetch((out.share + parts - 1) / parts);
  }
};

/** c[mr, width] = (c +) a tile computed aside. */
static void addTile(const float* tile, int ldt, float* c, int64_t ldc, int mr, int width, bool add) {
  for (int i = 0; i < mr; ++i, tile += ldt, c += ldc) {
    for (int j = 0; j < width; ++j) c[j] = add ? c[j] + tile[j] : tile[j];
  }
}
