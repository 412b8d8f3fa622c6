// Large products. A task owns a block of columns of out and a range of its rows: it packs [kc, nb] of b into its L2
// cache and streams its rows of a over it, tile by tile (the order of Goto & van de Geijn 2008 with the roles of the
// caches turned: b stays in L2, a panel of a in L1). Tasks share nothing, so there is no waiting within a product.

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

/** How a product is cut. */
struct Plan {
  int64_t kc;            // of k at a time
  int64_t mb, kb;        // of a packed at a time, when it is packed
  int64_t rowParts, colParts;
  bool packA;
};

template <class Kernel>
static Plan planOf(const Matmul& s) {
  constexpr int64_t packedBytes = sizeof(typename Kernel::Packed);
  Plan plan;
  const int64_t passes = (s.k + Kernel::kMost - 1) / Kernel::kMost;
  plan.kc = roundUp((s.k + passes - 1) / passes, Kernel::kUnit > 8 ? Kernel::kUnit : 8);
  plan.packA = Kernel::packsA || s.transA || s.bf16;
  plan.kb = plan.packA ? plan.kc * most(1, 2048 / plan.kc) : s.k;
  const int64_t budget = 8 << 20;
  plan.mb = plan.packA ? most(16 * Kernel::rows, budget / (plan.kb * packedBytes) / Kernel::rows * Kernel::rows) : s.m;
  if (plan.mb < s.m) {  // equal pieces
    const int64_t pieces = (s.m + plan.mb - 1) / plan.mb;
    plan.mb = roundUp((s.m + pieces - 1) / pieces, Kernel::rows);
  }
  // Columns: half of L2 for b.
  const int64_t colUnits = (s.n + Kernel::cols - 1) / Kernel::cols;
  const int64_t unitsInL2 = most(2, cacheSizes().l2 / 2 / (plan.kc * packedBytes * Kernel::cols));
  plan.colParts = (colUnits + unitsInL2 - 1) / unitsInL2;
  plan.rowParts = 1;
  const int64_t workers = inParallel() ? 1 : threads();
  if (workers == 1 || s.m * s.n * s.k < 400000) return plan;
  const int64_t wanted = workers * 2;
  if (plan.colParts < wanted) {
    plan.colParts = least(wanted, most(1, colUnits / 4));
    if (plan.colParts > workers) plan.colParts = plan.colParts / workers * workers;
  } else if (plan.colParts < 8 * workers) {
    plan.colParts = least(colUnits, roundUp(plan.colParts, workers));
  }
  const int64_t rows = least(s.m, plan.mb);
  if (plan.colParts < workers) plan.rowParts = least(roundUp((wanted + plan.colParts - 1) / plan.colParts, workers), rows / (2 * Kernel::rows));
  else if (plan.colParts < wanted && rows >= 1024) plan.rowParts = 2;
  plan.rowParts = most(1, plan.rowParts);
  return plan;
}

/** a[m0 … m0 + rows, p0 … p0 + k) as the tiles want it; `stride` and `kMajor` say how. */
template <class Kernel>
struct PackedA {
  typename Kernel::Packed* data;
  int64_t stride, panel;  // panel: elements from one panel of rows to the next
  bool kMajor;
};

static PackedA<KernelF32> packA(KernelF32, const Matmul& s, int64_t m0, int64_t rows, int64_t p0, int64_t k,
                                Scratch& scratch) {
  if (!s.transA) {  // rounded rows
    float* to = scratch.floats(rows * k);
    parallelFor(rows, 1 + 16384 / k, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float* from = s.a + (m0 + i) * s.k + p0;
        float* at = to + i * k;
        int64_t p = 0;
        for (; p + lanes <= k; p += lanes) store(at + p, ReadRounded::wide(from + p));
        for (; p < k; ++p) at[p] = ReadRounded::at(from + p);
      }
    });
    return {to, k, tileRows * k, false};
  }
  const int64_t panels = (rows + tileRows - 1) / tileRows;
  float* to = scratch.floats(panels * tileRows * k);
  parallelFor(panels, 8, [&](int64_t begin, int64_t end) {
    const int64_t i0 = begin * tileRows, width = least(end * tileRows, rows) - i0;
    Scratch inner;
    float* rounded = s.bf16 ? inner.floats(width) : nullptr;
    for (int64_t p = 0; p < k; ++p) {
      const float* from = s.a + (p0 + p) * s.m + m0 + i0;
      if (rounded) {
        packRows<ReadRounded, 0>(from, 0, 1, static_cast<int>(width), rounded);
        from = rounded;
      }
      float* at = to + i0 * k + p * tileRows;
      int64_t i = 0;
      for (; i + tileRows <= width; i += tileRows, at += k * tileRows) __builtin_memcpy(at, from + i, tileRows * 4);
      for (; i < width; ++i) *at++ = from[i];
    }
  });
  return {to, tileRows, tileRows * k, true};
}

/** Packs columns j0 … j1 of rows p0 … p0 + k of op(b), panel after panel. */
static void packB(KernelF32, const Matmul& s, int64_t p0, int64_t k, Range columns, float* to) {
  const int64_t ld = s.transB ? s.k : s.n;
  for (int64_t j = columns.begin; j < columns.end; j += tileCols, to += k * tileCols) {
    const int width = static_cast<int>(least(tileCols, columns.end - j));
    if (s.bIsBf16) packPanel<ReadBf16, tileCols>((const uint16_t*)s.b, ld, s.transB, p0, k, j, width, to);
    else if (s.bf16) packPanel<ReadRounded, tileCols>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
    else packPanel<ReadF32, tileCols>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
  }
}

template <class Kernel>
static void multiply(const Matmul& s) {
  typedef typename Kernel::Packed Packed;
  constexpr int R = Kernel::rows, C = Kernel::cols;
  const Plan plan = planOf<Kernel>(s);
  for (int64_t k0 = 0; k0 < s.k; k0 += plan.kb) {
    const int64_t kb = least(plan.kb, s.k - k0);
    for (int64_t m0 = 0; m0 < s.m; m0 += plan.mb) {
      const int64_t mb = least(plan.mb, s.m - m0);
      Scratch shared;
      PackedA<Kernel> a{};
      if (plan.packA) a = packA(Kernel{}, s, m0, mb, k0, kb, shared);
      const auto task = [&](int64_t index) {
        const Range columns = part(s.n, plan.colParts, index % plan.colParts, C);
        const Range rows = part(mb, plan.rowParts, index / plan.colParts, R);
        if (columns.size() <= 0 || rows.size() <= 0) return;
        Scratch scratch;
        [[maybe_unused]] typename Kernel::Session session;
        const int64_t depth = roundUp(plan.kc, Kernel::kUnit);
        Packed* b = static_cast<Packed*>(
            scratch.bytes(roundUp(columns.size(), C) * depth * static_cast<int64_t>(sizeof(Packed))));
        for (int64_t p0 = 0; p0 < kb; p0 += plan.kc) {
          const int64_t k = least(plan.kc, kb - p0), padded = roundUp(k, Kernel::kUnit);
          const bool add = s.accumulate || k0 + p0 > 0, last = k0 + p0 + k == s.k;
          packB(Kernel{}, s, k0 + p0, k, columns, b);
          for (int64_t i = rows.begin; i < rows.end; i += R) {
            const int mr = static_cast<int>(least(R, rows.end - i));
            const Packed* x;
            if (plan.packA) x = a.data + i / R * a.panel + p0 * (a.kMajor ? a.stride : 1);
            else x = reinterpret_cast<const Packed*>(s.a + (m0 + i) * s.k + p0);
            const int64_t stride = plan.packA ? a.stride : s.k;
            float* out = s.out + (m0 + i) * s.n;
            const Packed* panel = b;
            for (int64_t j = columns.begin; j < columns.end; j += C, panel += padded * C) {
              const int width = static_cast<int>(least(C, columns.end - j));
              Kernel::tile(mr, width, padded, x, stride, a.kMajor, panel, out + j, s.n, add);
            }
            if (last) {
              const int64_t j = columns.begin;
              finishRows(out + j, s.preActivation ? s.preActivation + (m0 + i) * s.n + j : nullptr,
                         s.bias ? s.bias + j : nullptr, s.activation, mr, columns.size(), s.n);
            }
          }
        }
      };
      const int64_t tasks = plan.rowParts * plan.colParts;
      if (tasks == 1) task(0);
      else parallelTasks(tasks, task);
    }
  }
}
