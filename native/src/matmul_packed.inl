// Large products. A task owns a block of columns of out and a range of its rows: it packs [kc, nb] of b into its L2
// cache and streams its rows of a over it, tile by tile (the order of Goto & van de Geijn 2008 with the roles of the
// caches turned: b stays in L2, a panel of a in L1). Tasks share nothing, so there is no waiting within a product.

/** How a product is cut. */
struct Plan {
  int64_t kc;            // of k at a time
  int64_t mb, kb;        // of a packed at a time, when it is packed
  int64_t rowParts, colParts;
};

template <class Kernel>
static Plan planOf(const Matmul& s) {
  constexpr int64_t packedBytes = sizeof(typename Kernel::Packed);
  Plan plan;
  const int64_t passes = (s.k + Kernel::kMost - 1) / Kernel::kMost;
  plan.kc = roundUp((s.k + passes - 1) / passes, Kernel::kUnit > 8 ? Kernel::kUnit : 8);
  const bool packed = Kernel::packsA(s);
  plan.kb = packed ? plan.kc * most(1, 2048 / plan.kc) : s.k;
  const int64_t budget = 8 << 20;
  plan.mb = packed ? most(16 * Kernel::rows, budget / (plan.kb * packedBytes) / Kernel::rows * Kernel::rows) : s.m;
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

/** A piece of op(a) as the tiles read it: in place or packed. */
template <class Element>
struct PanelsOfA {
  const Element* data;
  /** Elements from row to row, or from one p to the next when k-major; and from one panel of rows to the next. */
  int64_t stride, panel;
  bool kMajor;

  const Element* at(int64_t index, int64_t p) const { return data + index * panel + p * (kMajor ? stride : 1); }
};

/** The panel of a that comes next, as `count` runs of `length` elements; fetched bit by bit while the tiles work. */
template <class Element>
struct NextPanel {
  const Element* data;
  int64_t count, length, stride;

  INKSTONE_MEMBER void prefetch(int64_t part, int64_t parts) const {
    constexpr int64_t line = 64 / static_cast<int64_t>(sizeof(Element));
    const int64_t lines = (length + line - 1) / line, all = lines * count;
    int64_t row = all * part / parts / lines, at = all * part / parts % lines;
    for (int64_t left = all * (part + 1) / parts - all * part / parts; left > 0; --left) {
      __builtin_prefetch(data + row * stride + at * line);
      if (++at == lines) {
        at = 0;
        ++row;
      }
    }
  }
};

/** out[rows, columns] = (out +) op(a)[rows, depth]·op(b)[depth, columns] on one thread; `a` begins at rows m0 and depth. */
template <class Kernel>
static void multiplyPart(const Matmul& s, int64_t kc, const PanelsOfA<typename Kernel::Packed>& a, int64_t m0,
                         Range depth, Range rows, Range columns) {
  typedef typename Kernel::Packed Packed;
  constexpr int R = Kernel::rows, C = Kernel::cols;
  constexpr int64_t bytes = sizeof(Packed);
  [[maybe_unused]] typename Kernel::Session session;
  Scratch scratch;
  const int64_t panels = (columns.size() + C - 1) / C;
  Packed* b = static_cast<Packed*>(scratch.bytes(panels * panelSize<Packed>(roundUp(kc, Kernel::kUnit), C) * bytes));
  for (int64_t p0 = depth.begin; p0 < depth.end; p0 += kc) {
    const int64_t k = least(kc, depth.end - p0), padded = roundUp(k, Kernel::kUnit);
    const int64_t panelOfB = panelSize<Packed>(padded, C);
    const bool add = s.accumulate || p0 > 0, last = p0 + k == s.k;
    packB(Kernel{}, s, p0, k, columns, b);
    for (int64_t i = rows.begin; i < rows.end; i += R) {
      const int mr = static_cast<int>(least(R, rows.end - i));
      const Packed* x = a.at(i / R, p0 - depth.begin);
      const NextPanel<Packed> next{x + a.panel, a.kMajor ? 1 : least(R, rows.end - i - R),
                                   a.kMajor ? padded * R : padded, a.stride};
      const int64_t at = (m0 + i) * s.n + columns.begin;
      for (int64_t t = 0; t < panels; ++t) {
        if (i + R < rows.end) next.prefetch(t, panels);
        const int width = static_cast<int>(least(C, columns.size() - t * C));
        Kernel::tile(mr, width, padded, x, a.stride, a.kMajor, b + t * panelOfB, s.out + at + t * C, s.n, add);
      }
      if (last) {
        finishRows(s.out + at, s.preActivation ? s.preActivation + at : nullptr,
                   s.bias ? s.bias + columns.begin : nullptr, s.activation, mr, columns.size(), s.n);
      }
    }
  }
}

template <class Kernel>
static void multiply(const Matmul& s) {
  const Plan plan = planOf<Kernel>(s);
  for (int64_t k0 = 0; k0 < s.k; k0 += plan.kb) {
    const Range depth{k0, least(k0 + plan.kb, s.k)};
    for (int64_t m0 = 0; m0 < s.m; m0 += plan.mb) {
      Scratch scratch;
      const Range height{m0, least(m0 + plan.mb, s.m)};
      const auto a = panelsOfA(Kernel{}, s, height, depth, scratch);
      const auto task = [&](int64_t index) {
        const Range columns = part(s.n, plan.colParts, index % plan.colParts, Kernel::cols);
        const Range rows = part(height.size(), plan.rowParts, index / plan.colParts, Kernel::rows);
        if (columns.size() > 0 && rows.size() > 0) multiplyPart<Kernel>(s, plan.kc, a, m0, depth, rows, columns);
      };
      const int64_t tasks = plan.rowParts * plan.colParts;
      if (tasks == 1) task(0);
      else parallelTasks(tasks, task);
    }
  }
}
