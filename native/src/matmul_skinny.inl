// Few rows or few columns: every element of the large operand is used only a few times, so the time is that of reading
// it once.

constexpr int skinnyGroup = 4;  // rows of a that share one reading of b [k, n] from registers

// ---- b stored [k, n]: rows of b added up -----------------------------------------------------------------------------

/** out[i, 0 … n) += Σ_p a[i·lda + p]·b[p, 0 … n), U rows of b at once, V vectors of columns at a time. */
template <class Read, int M, int U, int V>
INKSTONE_INLINE void axpyColumns(const float* a, int64_t lda, const typename Read::Stored* b, int64_t ldb, float* out,
                                 int64_t ldo) {
  vf row[U][V];
#pragma GCC unroll 4
  for (int u = 0; u < U; ++u) {
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) row[u][v] = Read::wide(b + u * ldb + v * lanes);
    __builtin_prefetch(b + (u + U) * ldb);
  }
#pragma GCC unroll 4
  for (int i = 0; i < M; ++i) {
    vf sum[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sum[v] = load(out + i * ldo + v * lanes);
#pragma GCC unroll 4
    for (int u = 0; u < U; ++u) {
      const float x = a[i * lda + u];
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sum[v] += x * row[u][v];
    }
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) store(out + i * ldo + v * lanes, sum[v]);
  }
}
template <class Read, int M, int U>
INKSTONE_APART static void axpyTile(const float* a, int64_t lda, const typename Read::Stored* b, int64_t ldb, int64_t n, float* out,
                     int64_t ldo) {
  int64_t j = 0;
  for (; j + 2 * lanes <= n; j += 2 * lanes) axpyColumns<Read, M, U, 2>(a, lda, b + j, ldb, out + j, ldo);
  if (j + lanes <= n) {
    axpyColumns<Read, M, U, 1>(a, lda, b + j, ldb, out + j, ldo);
    j += lanes;
  }
  for (; j < n; ++j) {
    for (int i = 0; i < M; ++i) {
      float sum = out[i * ldo + j];
      for (int u = 0; u < U; ++u) sum += a[i * lda + u] * Read::at(b + u * ldb + j);
      out[i * ldo + j] = sum;
    }
  }
}

template <class Read, int U>
static void axpyRows(const float* a, int64_t m, int64_t lda, const typename Read::Stored* b, int64_t ldb, int64_t n,
                     float* out, int64_t ldo) {
  for (int64_t i = 0; i < m; i += skinnyGroup) {
    const float* x = a + i * lda;
    float* to = out + i * ldo;
    switch (m - i) {
      case 1: axpyTile<Read, 1, U>(x, lda, b, ldb, n, to, ldo); break;
      case 2: axpyTile<Read, 2, U>(x, lda, b, ldb, n, to, ldo); break;
      case 3: axpyTile<Read, 3, U>(x, lda, b, ldb, n, to, ldo); break;
      default: axpyTile<Read, 4, U>(x, lda, b, ldb, n, to, ldo); break;
    }
  }
}

/** out[m, n] += a[m, k]·b[k, n]. */
template <class Read>
static void axpyBlock(const float* a, int64_t m, int64_t lda, const typename Read::Stored* b, int64_t ldb, int64_t k,
                      int64_t n, float* out, int64_t ldo) {
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) axpyRows<Read, 4>(a + p, m, lda, b + p * ldb, ldb, n, out, ldo);
  for (; p < k; ++p) axpyRows<Read, 1>(a + p, m, lda, b + p * ldb, ldb, n, out, ldo);
}

// ---- the two, over threads -------------------------------------------------------------------------------------------

/** Elements p … p + count of row i of op(a), rounded when asked; zeros behind them. */
INKSTONE_INLINE vf partOfRow(const Matmul& s, int64_t i, int64_t p, int64_t count) {
  const float* from = s.transA ? s.a + p * s.m + i : s.a + i * s.k + p;
  if (!s.transA && count == lanes) return s.bf16 ? ReadRounded::wide(from) : load(from);
  const int64_t step = s.transA ? s.m : 1;
  float part[lanes] = {};
  for (int64_t q = 0; q < count; ++q) part[q] = s.bf16 ? ReadRounded::at(from + q * step) : from[q * step];
  return load(part);
}

/** a as [m, k] rows: the operand itself, or a copy in `scratch`. */
static const float* plainRows(const Matmul& s, Scratch& scratch) {
  if (!s.transA && !s.bf16) return s.a;
  float* copy = scratch.floats(s.m * s.k);
  for (int64_t i = 0; i < s.m; ++i) {
    for (int64_t p = 0; p < s.k; p += lanes) {
      const int64_t count = least(lanes, s.k - p);
      storeTail(copy + i * s.k + p, partOfRow(s, i, p, count), count);
    }
  }
  return copy;
}

/** Dot products of the rows of a, rounded when asked. */
template <class Read>
static void skinnyDots(const Matmul& s) {
  DotGroups<DotsOf<Read>> a(s.m, s.k);
  if (s.m == 1 && s.k % lanes == 0 && !s.bf16) a.data = s.a;
  const auto take = [&](int64_t i, int64_t p, int64_t count) INKSTONE_FLAT { return partOfRow(s, i, p, count); };
  dotProducts(s, a, take, s.out);
}

template <class Read>
static void skinny(const Matmul& s) {
  if (s.transB) return skinnyDots<Read>(s);
  Scratch scratch;
  const float* a = plainRows(s, scratch);
  const auto* b = static_cast<const typename Read::Stored*>(s.b);
  const auto finish = [&](int64_t j0, int64_t j1) {
    finishRows(s.out + j0, s.n, s, j0, j0, s.m, j1 - j0);
  };
  // Blocks of columns whose part of out stays in L1. Few blocks: k is split as well, and the partial sums are added.
  const int64_t widest = least(4096 / s.m, 2048), blocks = (s.n + widest - 1) / widest;
  const bool worthThreads = s.m * s.n * s.k > 131072;
  const int64_t wanted = worthThreads && !inParallel() && threads() > 1 ? threads() * 4 : 1;
  const int64_t splits = blocks >= wanted ? 1 : s.k < 64 ? 1 : (wanted + blocks - 1) / blocks;
  float* parts = splits > 1 ? scratch.floats(splits * s.m * s.n) : nullptr;
  const auto columns = [&](int64_t block, int64_t& j0, int64_t& j1) {
    const int64_t vectors = (s.n + lanes - 1) / lanes;
    j0 = vectors * block / blocks * lanes;
    j1 = vectors * (block + 1) / blocks * lanes;
    if (j1 > s.n) j1 = s.n;
  };
  const auto task = [&](int64_t index) {
    const int64_t block = index % blocks, split = index / blocks;
    int64_t j0, j1;
    columns(block, j0, j1);
    const int64_t p0 = s.k * split / splits, p1 = s.k * (split + 1) / splits;
    float* out = parts ? parts + split * s.m * s.n : s.out;
    if (parts || !s.accumulate) {
      for (int64_t i = 0; i < s.m; ++i) __builtin_memset(out + i * s.n + j0, 0, static_cast<size_t>(j1 - j0) * 4);
    }
    axpyBlock<Read>(a + p0, s.m, s.k, b + p0 * s.n + j0, s.n, p1 - p0, j1 - j0, out + j0, s.n);
    if (!parts) finish(j0, j1);
  };
  if (wanted == 1) {
    for (int64_t i = 0; i < blocks; ++i) task(i);
    return;
  }
  parallelTasks(blocks * splits, task);
  if (!parts) return;
  parallelFor(s.n, (16384 / s.m + 15) / 16 * 16, [&](int64_t j0, int64_t j1) {
    for (int64_t i = 0; i < s.m; ++i) {
      float* out = s.out + i * s.n;
      for (int64_t j = j0; j < j1; ++j) {
        float sum = s.accumulate ? out[j] : 0;
        for (int64_t split = 0; split < splits; ++split) sum += parts[(split * s.m + i) * s.n + j];
        out[j] = sum;
      }
    }
    finish(j0, j1);
  });
}

/** Few columns: the same dot products with a read once, and b's columns as the rows that stay. */
template <class Read>
static void slim(const Matmul& s) {
  const auto* b = static_cast<const typename Read::Stored*>(s.b);
  const auto rows = [&](auto read) {
    typedef DotsOf<decltype(read)> Dots;
    const auto take = [&](int64_t j, int64_t p, int64_t count) {
      float part[lanes] = {};
      for (int64_t q = 0; q < count; ++q) part[q] = Read::at(s.transB ? b + j * s.k + p + q : b + (p + q) * s.n + j);
      return load(part);
    };
    const DotGroups<Dots> plain(s.n, s.k);
    withGroups(plain, take, s.m, 1 + 65536 / (s.k * s.n), [&](const DotGroups<Dots>& columns, int64_t i0, int64_t i1) {
      dotBlock<Dots>(columns, s.a + i0 * s.k, i1 - i0, s.out + i0 * s.n, 1, s.n, s.accumulate);
      finishRows(s.out + i0 * s.n, s.n, s, i0 * s.n, 0, i1 - i0, s.n);
    });
  };
  if (s.bf16) rows(ReadRounded{});
  else rows(ReadF32{});
}
