// Large products in f32. A task owns a block of rows and columns of out and all of k: it packs [kc, nb] of b into its L2
// cache and runs the tiles over it, reading rows of a where they lie or, where they do not suit, from panels packed beside
// (Goto & van de Geijn 2008 with the roles of the caches turned: b stays in L2, a panel of a in L1). Tasks share nothing,
// so there is no waiting within a product; what two of them pack both costs a hundredth or two.

/** How a product is cut. */
struct PlanF32 {
  int64_t kc, nb, mb;  // depth and columns of b packed at a time; rows of a
  int64_t rowParts, colParts, depthParts;
  bool inPlace;  // the tiles read a where it lies
};

static PlanF32 planF32(const Matmul& s) {
  constexpr int64_t depthMost = 320;  // a panel of a and one of b share L1, so that a's stays while those of b pass
  PlanF32 plan;
  plan.inPlace = !s.transA && !s.bf16;
  plan.mb = roundUp(96, 4 * tileRows);
  plan.rowParts = plan.colParts = plan.depthParts = 1;
  const int64_t workers = inParallel() ? 1 : threads();
  const bool bare = !s.bias && s.activation == Activation::none;
  if (workers > 1 && s.m * s.n * s.k >= 400000 && s.k >= most(s.m, s.n) && bare) {
    plan.depthParts = least(workers, s.k / 64);  // a small result of long sums: nothing is packed twice, and adding the parts costs little
  } else if (workers > 1 && s.m * s.n * s.k >= 400000) {
    // One side is cut, the other is packed by every part; packing a costs more. Some parts for each thread, so that one
    // that was held up does not hold up all, but none below a few hundred rows.
    const bool byRows = s.transA ? 2 * s.m >= s.n : s.m >= s.n;
    const int64_t side = byRows ? s.m : s.n, unit = byRows ? 2 * tileRows : tileCols;
    const int64_t wanted = least(4, most(1, s.m * s.n * s.k / (workers * 8000000)));
    const int64_t parts = workers * most(1, least(wanted, side / (workers * 400)));
    (byRows ? plan.rowParts : plan.colParts) = least(parts, most(1, side / unit));
  }
  const int64_t depth = (s.k + plan.depthParts - 1) / plan.depthParts, passes = (depth + depthMost - 1) / depthMost;
  plan.kc = roundUp((depth + passes - 1) / passes, 8);
  const int64_t width = (s.n + plan.colParts - 1) / plan.colParts;
  const int64_t widest = most(tileCols, cacheSizes().l2 / 2 / (plan.kc * 4) / tileCols * tileCols);
  const int64_t blocks = (width + widest - 1) / widest;
  plan.nb = roundUp((width + blocks - 1) / blocks, tileCols);
  return plan;
}

/** The panel of rows that comes next, fetched bit by bit while the tiles work: hardware does not see it coming. */
INKSTONE_INLINE void fetchRows(const float* rows, int64_t ld, int64_t k, int64_t part, int64_t parts) {
  const int64_t lines = (k + 15) / 16, all = lines * tileRows, end = all * (part + 1) / parts;
  for (int64_t at = all * part / parts; at < end; ++at) __builtin_prefetch(rows + at / lines * ld + at % lines * 16);
}

/** out[rows, columns] = (out +) op(a)[rows, depth]·op(b)[depth, columns] on one thread. */
template <class ReadA>
static void multiplyPart(const Matmul& s, const PlanF32& plan, Range rows, Range columns, Range depth, float* to,
                         bool accumulate) {
  constexpr int64_t R = tileRows, C = tileCols;
  Scratch scratch;
  float* b = scratch.floats((plan.nb / C + 1) * panelSize<float>(plan.kc, C));
  float* a = plan.inPlace ? nullptr : scratch.floats(plan.mb / R * panelSize<float>(plan.kc, R));
  const bool once = rows.size() <= plan.mb;  // then a is packed once for all columns
  for (int64_t p0 = depth.begin; p0 < depth.end; p0 += plan.kc) {
    const int64_t k = least(plan.kc, depth.end - p0), panelOfA = panelSize<float>(k, R), panelOfB = panelSize<float>(k, C);
    const bool add = accumulate || p0 > depth.begin, last = p0 + k == s.k;
    for (int64_t j0 = columns.begin; j0 < columns.end; j0 += plan.nb) {
      const Range wide{j0, least(j0 + plan.nb, columns.end)};
      const int64_t panels = (wide.size() + C - 1) / C;
      packB(s, p0, k, wide, b);
      for (int64_t i0 = rows.begin; i0 < rows.end; i0 += plan.mb) {
        const Range high{i0, least(i0 + plan.mb, rows.end)};
        if (!plan.inPlace && (!once || j0 == columns.begin)) packA<ReadA>(s, high, p0, k, a);
        for (int64_t i = high.begin; i < high.end; i += R) {
          const int mr = static_cast<int>(least(R, high.end - i));
          const float* x = plan.inPlace ? s.a + i * s.k + p0 : a + (i - i0) / R * panelOfA;
          const bool fetch = plan.inPlace && i + 2 * R <= rows.end;
          float* out = to + i * s.n;
          for (int64_t t = 0, j = wide.begin; t < panels; ++t) {
            if (fetch) fetchRows(x + R * s.k, s.k, k, t, panels);
            const int64_t width = panelWidth(wide.end - j);
            runTile(mr, static_cast<int>(width), k, x, plan.inPlace ? s.k : R, !plan.inPlace, b + t * panelOfB, out + j,
                    s.n, add);
            j += width;
          }
          if (last) {
            finishRows(out + j0, s.preActivation ? s.preActivation + i * s.n + j0 : nullptr,
                       s.bias ? s.bias + j0 : nullptr, s.activation, mr, wide.size(), s.n);
          }
        }
      }
    }
  }
}

static void multiplyF32(const Matmul& s) {
  const PlanF32 plan = planF32(s);
  Scratch scratch;
  const int64_t size = s.m * s.n;
  float* sums = plan.depthParts > 1 ? scratch.floats((plan.depthParts - 1) * size) : nullptr;
  const auto task = [&](int64_t index) {
    const int64_t deep = index / (plan.colParts * plan.rowParts);
    const Range columns = part(s.n, plan.colParts, index % plan.colParts, lanes);
    const Range rows = part(s.m, plan.rowParts, index / plan.colParts % plan.rowParts, tileRows);
    const Range depth = part(s.k, plan.depthParts, deep, 8);
    float* out = deep == 0 ? s.out : sums + (deep - 1) * size;
    if (columns.size() <= 0 || rows.size() <= 0) return;
    if (s.bf16) multiplyPart<ReadRounded>(s, plan, rows, columns, depth, out, s.accumulate && deep == 0);
    else multiplyPart<ReadF32>(s, plan, rows, columns, depth, out, s.accumulate && deep == 0);
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
