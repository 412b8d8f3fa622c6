// Few rows times a matrix stored [n, k]: a prompt, or many texts at once, times weights. Packing the weights would cost as
// much as multiplying them, so the product is turned: outᵀ = b·aᵀ. The tiles read rows of b where they lie; a, which is
// small, is packed once for all threads; blocks of outᵀ are turned back while they are in the cache.

/** Measured: beyond so many rows packing b pays. (Where panels of b are what stays, fewer rows stand in lanes.) */
constexpr int64_t mostTurned = 256;

template <class Kernel>
static bool suitsTurning(const Matmul& s) {
  return s.transB && !s.transA && !s.accumulate && s.m <= mostTurned && s.m < s.n && Kernel::canLie(turned(s));
}

/** to[j·ldt + i] = from[i·ldf + j] for i < rows, j < cols. */
static void turnBack(const float* from, int64_t ldf, int64_t rows, int64_t cols, float* to, int64_t ldt) {
  const int64_t wholeRows = rows / 4 * 4, wholeCols = cols / lanes * lanes;
  for (int64_t j = 0; j < wholeCols; j += lanes) {
    for (int64_t i = 0; i < wholeRows; i += 4) {
      const float* at = from + i * ldf + j;
      vf x[4] = {load(at), load(at + ldf), load(at + 2 * ldf), load(at + 3 * ldf)};
      transpose4(x[0], x[1], x[2], x[3]);
#pragma GCC unroll 4
      for (int part = 0; part < lanes / 4; ++part) {
#pragma GCC unroll 4
        for (int q = 0; q < 4; ++q) storeFour<16>(to + (j + 4 * part + q) * ldt + i, x[q], part);
      }
    }
  }
  for (int64_t j = 0; j < cols; ++j) {
    for (int64_t i = j < wholeCols ? wholeRows : 0; i < rows; ++i) to[j * ldt + i] = from[i * ldf + j];
  }
}

/** How deep a is packed at a time. */
constexpr int64_t turnedDepth = 1024;

/** How a turned product is cut: a in `passes` of kc, each in `panels` of columns. */
struct TurnedPlan {
  int64_t kc, passes, panels, panelSize;
};

template <class Kernel>
static TurnedPlan turnedPlanOf(const Matmul& t) {
  const int64_t kc = depthOf<Kernel>(t.k, turnedDepth);
  TurnedPlan plan{kc, partsOf(t.k, kc), partsOf(t.n, Kernel::cols), 0};
  plan.panelSize = panelSize<typename Kernel::Packed>(roundUp(plan.kc, Kernel::kUnit), Kernel::cols);
  return plan;
}

/** Rows [rows.begin, rows.end) of outᵀ, turned back into columns of out. */
template <class Kernel>
static void multiplyTurnedBlock(const Matmul& s, const Matmul& t, const TurnedPlan& plan, Range rows,
                                const typename Kernel::Packed* packed) {
  constexpr int64_t R = Kernel::rows, C = Kernel::cols;
  Scratch scratch;
  const int64_t ld = plan.panels * C + lanes, height = rows.size(), groups = (height + R - 1) / R;
  float* sums = scratch.floats(height * ld);
  Ahead ahead;
  ahead.b = comingOf(s.out, 4, false, s.n, {0, s.m}, rows.begin, height);
  ahead.b.spread(plan.passes * plan.panels * groups);
  for (int64_t pass = 0; pass < plan.passes; ++pass) {
    const int64_t p0 = pass * plan.kc, k = least(plan.kc, t.k - p0), padded = roundUp(k, Kernel::kUnit), after = t.k - p0 - k;
    ahead.a = after > 0 ? comingA(t, rows, p0 + k, least(plan.kc, after))
                        : comingA(t, {rows.end, least(rows.end + height, t.m)}, 0, plan.kc);
    ahead.a.spread(groups * plan.panels);
    const auto* panels = packed + pass * plan.panels * plan.panelSize;
    for (int64_t group = 0; group < groups; ++group) {
      const int64_t row = group * R;
      const auto x = Kernel::lyingA(t, rows.begin + row, p0);
      for (int64_t panel = 0; panel < plan.panels; ++panel) {
        const int64_t column = firstColumn<Kernel>(t.n, panel);
        float* c = sums + row * ld + column;
        Kernel::tile(static_cast<int>(least(R, height - row)), static_cast<int>(Kernel::panelWidth(t.n - column)), padded, x.data,
                     x.stride, x.kMajor, panels + panel * plan.panelSize, c, ld, {pass > 0 ? c : nullptr, nullptr}, ahead);
      }
    }
  }
  if (isBare(s)) return turnBack(sums, ld, height, s.m, s.out + rows.begin, s.n);
  float* back = scratch.floats(lanes * height);
  for (int64_t j = 0; j < s.m; j += lanes) {
    const int64_t some = least(lanes, s.m - j);
    turnBack(sums + j, ld, height, some, back, height);
    finishRows(back, height, s, j * s.n + rows.begin, rows.begin, some, height);
  }
}

template <class Kernel>
static void multiplyTurned(const Matmul& s) {
  typedef typename Kernel::Packed Packed;
  const Matmul t = turned(s);
  const TurnedPlan plan = turnedPlanOf<Kernel>(t);
  Scratch scratch;
  auto* packed = scratch.take<Packed>(plan.passes * plan.panels * plan.panelSize);
  const auto pack = [&](int64_t index) {
    const int64_t p0 = index / plan.panels * plan.kc, panel = index % plan.panels;
    const Range columns{firstColumn<Kernel>(t.n, panel), firstColumn<Kernel>(t.n, panel + 1)};
    Kernel::packB(t, p0, least(plan.kc, t.k - p0), columns, packed + index * plan.panelSize);
  };
  const int64_t block = 4 * Kernel::rows, blocks = partsOf(t.m, block);
  const auto multiply = [&](int64_t index) {
    multiplyTurnedBlock<Kernel>(s, t, plan, {index * block, least(t.m, (index + 1) * block)}, packed);
  };
  parallelTasks(plan.passes * plan.panels, pack);
  parallelTasks(blocks, multiply);
}

/** How large products of this shape are made. */
template <class Kernel>
static auto largeProduct(const Matmul& s) -> void (*)(const Matmul&) {
  if constexpr (!Kernel::keepsB) {
    if (suitsTurning<Kernel>(s)) return multiplyTurned<Kernel>;
  }
  return multiplyPacked<Kernel>;
}
