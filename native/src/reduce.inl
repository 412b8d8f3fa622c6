// Reductions over the middle axis of [outer, size, inner]. Sums go in f32 over short blocks and in double over the
// blocks; blocks depend on the shape only, so any number of threads gives the same bits.

struct SumOf {
  static constexpr float start = 0;
  static INKSTONE_MEMBER vf combine(vf a, vf x) { return a + x; }
  static float lanesOf(vf v) { return sumLanes(v); }
  static double join(double a, double b) { return a + b; }
};
/** NaN wins over everything. */
struct MaxOf {
  static constexpr float start = -__builtin_inff();
  static INKSTONE_MEMBER vf combine(vf a, vf x) { return ((x > a) | (x != x)) ? x : a; }
  static float lanesOf(vf v) { return any(v != v) ? __builtin_nanf("") : maxLanes(v); }
  static double join(double a, double b) { return b > a || b != b ? b : a; }
};
struct MinOf {
  static constexpr float start = __builtin_inff();
  static INKSTONE_MEMBER vf combine(vf a, vf x) { return ((x < a) | (x != x)) ? x : a; }
  static float lanesOf(vf v) { return any(v != v) ? __builtin_nanf("") : minLanes(v); }
  static double join(double a, double b) { return b < a || b != b ? b : a; }
};

/** n consecutive floats. */
template <class Op>
static double reduceSpan(const float* x, int64_t n) {
  constexpr int64_t block = 1024;
  double total = Op::start;
  for (int64_t at = 0; at < n; at += block) {
    vf sums[4] = {splat(Op::start), splat(Op::start), splat(Op::start), splat(Op::start)};
    sweep4(n - at < block ? n - at : block, [&](int64_t i, int k, auto part) INKSTONE_FLAT {
      sums[k] = Op::combine(sums[k], part.get(x + at + i, Op::start));
    });
    const vf joined = Op::combine(Op::combine(sums[0], sums[1]), Op::combine(sums[2], sums[3]));
    total = Op::join(total, Op::lanesOf(joined));
  }
  return total;
}

/** Rows of `size`; long ones in pieces. */
template <class Op>
static void reduceRows(const float* x, float* out, int64_t outer, int64_t size, double scale) {
  constexpr int64_t piece = 32768;
  const int64_t pieces = (size + piece - 1) / piece;
  if (pieces <= 1) {
    parallelFor(outer, moveGrain / (size + 1) + 1, [=](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) out[o] = (float)(reduceSpan<Op>(x + o * size, size) * scale);
    });
    return;
  }
  Scratch scratch;
  double* parts = (double*)scratch.bytes(outer * pieces * 8);
  parallelFor(outer * pieces, 1, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i % pieces * piece;
      parts[i] = reduceSpan<Op>(x + i / pieces * size + at, size - at < piece ? size - at : piece);
    }
  });
  for (int64_t o = 0; o < outer; ++o) {
    double total = Op::start;
    for (int64_t i = 0; i < pieces; ++i) total = Op::join(total, parts[o * pieces + i]);
    out[o] = (float)(total * scale);
  }
}

/** into[i] = `rows` floats below each other, for i < n; eight rows at a time, in f32 over 64 rows, then joined. */
template <class Op>
static void reduceDown(const float* x, float* into, float* block, int64_t rows, int64_t n, int64_t step) {
  constexpr int64_t blockRows = 64;
  for (int64_t row = 0; row < rows; row += blockRows) {
    const int64_t last = row + blockRows < rows ? row + blockRows : rows;
    float* to = row == 0 ? into : block;
    for (int64_t i = 0; i < n; ++i) to[i] = Op::start;
    int64_t r = row;
    for (; r + 8 <= last; r += 8) {
      const float* p = x + r * step;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        const float* q = p + i;
        const vf a = Op::combine(part.get(q), part.get(q + step)), b = Op::combine(part.get(q + 2 * step), part.get(q + 3 * step));
        const vf c = Op::combine(part.get(q + 4 * step), part.get(q + 5 * step));
        const vf d = Op::combine(part.get(q + 6 * step), part.get(q + 7 * step));
        part.put(to + i, Op::combine(part.get(to + i), Op::combine(Op::combine(a, b), Op::combine(c, d))));
      });
    }
    for (; r < last; ++r) {
      const float* p = x + r * step;
      sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT {
        part.put(to + i, Op::combine(part.get(to + i), part.get(p + i)));
      });
    }
    if (row == 0) continue;
    sweep(n, [=](int64_t j, auto part) INKSTONE_FLAT {
      part.put(into + j, Op::combine(part.get(into + j), part.get(block + j)));
    });
  }
}

/** Columns: cut along `inner`, and along `size` when that does not make enough pieces. */
template <class Op>
static void reduceColumns(const float* x, float* out, int64_t outer, int64_t size, int64_t inner, float scale) {
  constexpr int64_t width = 512;
  const int64_t widths = (inner + width - 1) / width;
  const int64_t most = 65536 / (inner < width ? inner : width);  // rows of one piece
  const int64_t pieces = outer * widths >= 64 ? 1 : (size + most - 1) / most;
  const int64_t depth = (size + pieces - 1) / pieces;
  Scratch scratch;
  float* parts = pieces > 1 ? scratch.floats(outer * pieces * inner) : out;
  const int64_t work = (inner < width ? inner : width) * depth;
  parallelFor(outer * pieces * widths, moveGrain / work + 1, [=](int64_t begin, int64_t end) {
    float block[width];
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = i % widths * width, p = i / widths % pieces, o = i / widths / pieces;
      const int64_t first = p * depth, last = first + depth < size ? first + depth : size;
      const int64_t n = inner - at < width ? inner - at : width;
      float* to = parts + (o * pieces + p) * inner + at;
      if (first < last) reduceDown<Op>(x + (o * size + first) * inner + at, to, block, last - first, n, inner);
      else for (int64_t j = 0; j < n; ++j) to[j] = Op::start;
      if (pieces == 1 && scale != 1.0f) {
        for (int64_t j = 0; j < n; ++j) to[j] *= scale;
      }
    }
  });
  if (pieces == 1) return;
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t j = 0; j < inner; ++j) {
      double total = Op::start;
      for (int64_t p = 0; p < pieces; ++p) total = Op::join(total, parts[(o * pieces + p) * inner + j]);
      out[o * inner + j] = (float)(total * scale);
    }
  }
}

template <class Op>
static void reduceAny(const float* x, float* out, int64_t outer, int64_t size, int64_t inner, double scale) {
  if (inner == 1) reduceRows<Op>(x, out, outer, size, scale);
  else if (size == 0) for (int64_t i = 0; i < outer * inner; ++i) out[i] = (float)(Op::start * scale);
  else reduceColumns<Op>(x, out, outer, size, inner, (float)scale);
}

/** Codes: sum, mean, max, min. */
static void reduce(int code, const float* x, float* out, int64_t outer, int64_t size, int64_t inner) {
  RAN("reduce");
  if (outer == 0 || inner == 0) return;
  switch (code) {
    case 0: return reduceAny<SumOf>(x, out, outer, size, inner, 1);
    case 1: return reduceAny<SumOf>(x, out, outer, size, inner, 1.0 / (double)size);
    case 2: return reduceAny<MaxOf>(x, out, outer, size, inner, 1);
    case 3: return reduceAny<MinOf>(x, out, outer, size, inner, 1);
  }
}

/** The place of the first largest; of the first NaN if there is one. */
static int32_t argmaxRow(const float* x, int64_t n) {
  const float largest = (float)reduceSpan<MaxOf>(x, n);
  const bool nan = largest != largest;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const vf v = load(x + i);
    if (any(nan ? v != v : v == largest)) break;
  }
  for (; i < n; ++i) {
    if (nan ? x[i] != x[i] : x[i] == largest) return (int32_t)i;
  }
  return 0;
}

static void argmax(const float* x, int32_t* out, int64_t outer, int64_t size, int64_t inner) {
  RAN("argmax");
  if (inner == 1) {
    parallelFor(outer, moveGrain / (size + 1) + 1, [=](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) out[o] = argmaxRow(x + o * size, size);
    });
    return;
  }
  parallelFor(outer, moveGrain / (size * inner + 1) + 1, [=](int64_t begin, int64_t end) {
    Scratch scratch;
    float* best = scratch.floats(inner);
    for (int64_t o = begin; o < end; ++o) {
      const float* p = x + o * size * inner;
      int32_t* to = out + o * inner;
      for (int64_t i = 0; i < inner; ++i) {
        best[i] = p[i];
        to[i] = 0;
      }
      for (int64_t j = 1; j < size; ++j) {
        p += inner;
        for (int64_t i = 0; i < inner; ++i) {
          const bool better = (p[i] > best[i]) | ((p[i] != p[i]) & (best[i] == best[i]));
          best[i] = better ? p[i] : best[i];
          to[i] = better ? (int32_t)j : to[i];
        }
      }
    }
  });
}

/** Running sums, kept in double. */
static void cumsum(const float* x, float* out, int64_t outer, int64_t size, int64_t inner, bool reverse) {
  RAN("cumsum");
  parallelFor(outer, moveGrain / (size * inner + 1) + 1, [=](int64_t begin, int64_t end) {
    Scratch scratch;
    double* sums = (double*)scratch.bytes(inner * 8);
    for (int64_t o = begin; o < end; ++o) {
      for (int64_t i = 0; i < inner; ++i) sums[i] = 0;
      for (int64_t j = 0; j < size; ++j) {
        const int64_t at = (o * size + (reverse ? size - 1 - j : j)) * inner;
        for (int64_t i = 0; i < inner; ++i) out[at + i] = (float)(sums[i] += x[at + i]);
      }
    }
  });
}

/** Σ x² in double: squares of floats are exact there. */
static double sumSquares(const float* x, int64_t n) {
  RAN("sumSquares");
  constexpr int64_t piece = 32768, half = lanes / 2;
  const int64_t pieces = (n + piece - 1) / piece;
  Scratch scratch;
  double* parts = (double*)scratch.bytes(pieces * 8);
  parallelFor(pieces, 1, [=](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t last = (p + 1) * piece < n ? (p + 1) * piece : n;
      int64_t i = p * piece;
      vd a{}, b{}, c{}, d{};
      for (; i + 4 * half <= last; i += 4 * half) {
        const vd s = loadDouble(x + i), t = loadDouble(x + i + half);
        const vd u = loadDouble(x + i + 2 * half), v = loadDouble(x + i + 3 * half);
        a += s * s;
        b += t * t;
        c += u * u;
        d += v * v;
      }
      double sum = sumLanes((a + b) + (c + d));
      for (; i < last; ++i) sum += (double)x[i] * (double)x[i];
      parts[p] = sum;
    }
  });
  double total = 0;
  for (int64_t p = 0; p < pieces; ++p) total += parts[p];
  return total;
}

static void fillReduce(KernelTable& table) {
  table.reduce = reduce;
  table.argmax = argmax;
  table.cumsum = cumsum;
  table.sumSquares = sumSquares;
}
