// Large products. A task owns a block of rows and columns of out and a range of k: it packs [kc, nb] of b into its L2
// cache and runs the tiles over it, reading rows of a where they lie or, where they do not suit, from panels packed beside
// (Goto & van de Geijn 2008 with the roles of the caches turned: b stays in L2, a panel of a in L1). Tasks share nothing,
// so there is no waiting within a product; what two of them pack both costs a hundredth or two.

/** How a product is cut. */
struct Plan {
  int64_t kc, nb, mb;  // depth and columns of b packed at a time; rows of a
  int64_t rowParts, colParts, depthParts;
};

template <class Kernel>
static Plan planOf(const Matmul& s) {
  constexpr int64_t R = Kernel::rows, C = Kernel::cols;
  Plan plan;
  plan.rowParts = plan.colParts = plan.depthParts = 1;
  const int64_t workers = inParallel() ? 1 : threads();
  if (workers > 1 && s.m * s.n * s.k >= 400000 && s.k >= most(s.m, s.n) && isBare(s)) {
    plan.depthParts = least(workers, s.k / 64);  // a small result of long sums: nothing is packed twice, and adding the parts costs little
  } else if (workers > 1 && s.m * s.n * s.k >= 400000) {
    // One side is cut, the other is packed by every part; packing a costs more. Some parts for each thread, so that one
    // that was held up does not hold up all, but none below a few hundred rows.
    const bool byRows = s.transA ? 2 * s.m >= s.n : s.m >= s.n;
    const int64_t side = byRows ? s.m : s.n, unit = byRows ? 2 * R : C;
    const int64_t wanted = least(4, most(1, s.m * s.n * s.k / (workers * 8000000)));
    const int64_t parts = workers * most(1, least(wanted, side / (workers * 400)));
    (byRows ? plan.rowParts : plan.colParts) = least(parts, most(1, side / unit));
  }
  const int64_t inL2 = Kernel::mostOfB();
  const int64_t width = roundUp((s.n + plan.colParts - 1) / plan.colParts, C);
  const int64_t depth = (s.k + plan.depthParts - 1) / plan.depthParts;
  const int64_t deepest = Kernel::depthMost(s, inL2 / width), passes = (depth + deepest - 1) / deepest;
  plan.kc = roundUp((depth + passes - 1) / passes, most(8, Kernel::kUnit));
  plan.mb = Kernel::rowsMost(s, plan.kc);
  const int64_t widest = most(C, inL2 / plan.kc / C * C);
  const int64_t blocks = (width + widest - 1) / widest;
  plan.nb = roundUp((width + blocks - 1) / blocks, C);
  return plan;
}

/** A piece of op(a) as the tiles read it. */
template <class Element>
struct PanelsOfA {
  const Element* data;
  /** Elements from row to row, or from one p to the next when k-major; and from one panel of rows to the next. */
  int64_t stride, panel;
  bool kMajor;
};

/** op(x)[rows, p0 … p0 + k) of a stored operand, or of bᵀ. */
static Coming comingOf(const void* x, int64_t bytes, bool turned, int64_t ld, Range rows, int64_t p0, int64_t k) {
  if (rows.size() <= 0 || k <= 0) return {};
  const int64_t first = turned ? p0 * ld + rows.begin : rows.begin * ld + p0;
  const int64_t runs = turned ? k : rows.size(), length = turned ? rows.size() : k;
  return {static_cast<const char*>(x) + first * bytes, runs, (length * bytes + 63) / 64, ld * bytes};
}
static Coming comingA(const Matmul& s, Range rows, int64_t p0, int64_t k) {
  if (s.aBf16) return comingOf(s.aBf16, 2, s.transA, s.transA ? s.m : s.k, rows, p0, k);
  return comingOf(s.a, 4, s.transA, s.transA ? s.m : s.k, rows, p0, k);
}
static Coming comingB(const Matmul& s, Range columns, int64_t p0, int64_t k) {
  return comingOf(s.b, s.bIsBf16 ? 2 : 4, !s.transB, s.transB ? s.k : s.n, columns, p0, k);
}

/** The product op(a)[rows, depth]·op(b)[depth, columns] on one thread, added to or written into `to` [m, n]. */
template <class Kernel>
static void multiplyPart(const Matmul& s, const Plan& plan, Range rows, Range columns, Range depth, float* to,
                         bool accumulate) {
  typedef typename Kernel::Packed Packed;
  constexpr int64_t R = Kernel::rows, C = Kernel::cols;
  [[maybe_unused]] typename Kernel::Session session;
  Scratch scratch;
  const auto take = [&](int64_t count) { return static_cast<Packed*>(scratch.bytes(count * (int64_t)sizeof(Packed))); };
  Packed* b = take((plan.nb / C + 1) * panelSize<Packed>(plan.kc, C));
  const bool inPlace = Kernel::inPlace(s);
  Packed* a = inPlace ? nullptr : take(plan.mb / R * Kernel::sizeOfA(plan.kc));
  float* aside = to ? nullptr : scratch.floats(R * plan.nb);
  const bool once = rows.size() <= plan.mb;  // then a is packed once for all columns
  PanelsOfA<Packed> panelsOfA{};
  for (int64_t p0 = depth.begin; p0 < depth.end; p0 += plan.kc) {
    const int64_t k = least(plan.kc, depth.end - p0), padded = roundUp(k, Kernel::kUnit);
    const int64_t panelOfB = panelSize<Packed>(padded, C);
    const bool add = accumulate || p0 > depth.begin, last = p0 + k == s.k;
    for (int64_t j0 = columns.begin; j0 < columns.end; j0 += plan.nb) {
      const Range wide{j0, least(j0 + plan.nb, columns.end)};
      const int64_t panels = (wide.size() + C - 1) / C;
      Kernel::packB(s, p0, k, wide, b);
      const int64_t allTiles = (rows.size() + R - 1) / R * panels;
      Ahead ahead;
      if (wide.end < columns.end) ahead.b = comingB(s, {wide.end, least(wide.end + plan.nb, columns.end)}, p0, k);
      else ahead.b = comingB(s, {columns.begin, least(columns.begin + plan.nb, columns.end)}, p0 + k, least(plan.kc, depth.end - p0 - k));
      ahead.b.spread(allTiles);
      for (int64_t i0 = rows.begin; i0 < rows.end; i0 += plan.mb) {
        const Range high{i0, least(i0 + plan.mb, rows.end)};
        if (inPlace) panelsOfA = Kernel::lyingA(s, i0, p0);
        else if (!once || j0 == columns.begin) panelsOfA = Kernel::packA(s, high, p0, k, a);
        if (!inPlace) {  // the next rows, or the first ones of the next part of k
          const bool more = high.end < rows.end;
          const int64_t next = more ? high.end : rows.begin, p = more ? p0 : p0 + k;
          ahead.a = comingA(s, {next, least(next + plan.mb, rows.end)}, p, least(plan.kc, depth.end - p));
          ahead.a.spread((high.size() + R - 1) / R * panels);
        }
        for (int64_t i = high.begin; i < high.end; i += R) {
          const int mr = static_cast<int>(least(R, high.end - i));
          const Packed* x = panelsOfA.data + (i - i0) / R * panelsOfA.panel;
          float* out = to ? to + i * s.n + j0 : aside;
          const int64_t ld = to ? s.n : plan.nb;
          if (inPlace) {
            ahead.a = comingA(s, {i + R, least(i + 2 * R, rows.end)}, p0, k);
            ahead.a.spread(panels);
          }
          if (last) {
            const Range tall{i, i + mr};
            if (s.preBf16) ahead.pre = comingOf(s.preBf16, 2, false, s.n, tall, j0, wide.size());
            else if (s.preActivation) ahead.pre = comingOf(s.preActivation, 4, false, s.n, tall, j0, wide.size());
            else if (s.residual) ahead.pre = comingOf(s.residual, 4, false, s.n, tall, j0, wide.size());
            if (s.outBf16) ahead.out = comingOf(s.outBf16, 2, false, s.n, tall, j0, wide.size());
            ahead.pre.spread(panels);
            ahead.out.spread(panels);
          }
          for (int64_t t = 0, j = 0; t < panels; ++t) {
            const int64_t left = Kernel::panelWidth(wide.size() - j);
            Kernel::tile(mr, static_cast<int>(left), padded, x, panelsOfA.stride, panelsOfA.kMajor, b + t * panelOfB,
                         out + j, ld, add, ahead);
            j += left;
          }
          if (last) finishRows(out, ld, s, i * s.n + j0, j0, mr, wide.size());
        }
      }
    }
  }
}

template <class Kernel>
static void multiplyPacked(const Matmul& s) {
  const Plan plan = planOf<Kernel>(s);
  Scratch scratch;
  const int64_t size = s.m * s.n;
  float* sums = plan.depthParts > 1 ? scratch.floats((plan.depthParts - 1) * size) : nullptr;
  float* whole = s.outBf16 && plan.kc < s.k ? scratch.floats(size) : s.out;  // sums of several passes need a place
  const auto task = [&](int64_t index) {
    const int64_t deep = index / (plan.colParts * plan.rowParts);
    const Range columns = part(s.n, plan.colParts, index % plan.colParts, Kernel::colUnit);
    const Range rows = part(s.m, plan.rowParts, index / plan.colParts % plan.rowParts, Kernel::rows);
    const Range depth = part(s.k, plan.depthParts, deep, most(8, Kernel::kUnit));
    if (columns.size() <= 0 || rows.size() <= 0) return;
    float* out = deep == 0 ? whole : sums + (deep - 1) * size;
    multiplyPart<Kernel>(s, plan, rows, columns, depth, out, s.accumulate && deep == 0);
  };
  const int64_t tasks = plan.rowParts * plan.colParts * plan.depthParts;
  if (tasks == 1) task(0);
  else parallelTasks(tasks, task);
  if (!sums) return;
  parallelFor(size, 16384, [&](int64_t begin, int64_t end) {
    for (int64_t deep = 0; deep + 1 < plan.depthParts; ++deep) {
      for (int64_t i = begin; i < end; ++i) s.out[i] += sums[deep * size + i];
    }
  });
}
