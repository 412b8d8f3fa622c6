// Large products, in passes over k. Of each pass the smaller side is packed once for all threads and stays in the caches;
// the other is cut into blocks that threads take in turn, pack into their L2 and run the tiles over (Goto & van de Geijn
// 2008, with operands that may change their roles). Nothing large is packed twice; a thread held up holds up one block.

/** How a product is cut: threads with a part of k each, passes of kc, blocks of the side that does not stay. */
struct Plan {
  int64_t kc, depthParts, blocks;
  bool aStays, parallel;
};

/** The longest sums that a result in bf16 takes in one pass. */
constexpr int64_t mostAtOnce = 3072;
/** The longest sums at once where each thread has a part of k to itself, and packs all that it multiplies. */
constexpr int64_t deepAtOnce = 768;

/** Rows or columns of a block: measured. What lies in rows of columns is read in longer runs; narrow tiles take half as long. */
static int64_t longestBlock(const Matmul& s, bool a) {
  const int64_t longest = (a ? s.transA : !s.transB) ? 192 : 96;
  return INKSTONE_VECTOR_BYTES == 64 ? longest : longest / 2;
}

template <class Kernel>
static Plan planOf(const Matmul& s) {
  Plan plan;
  const int64_t workers = inParallel() ? 1 : threads();
  plan.aStays = s.m < s.n;
  plan.parallel = workers > 1 && s.m * s.n * s.k >= 400000;
  // A small result of long sums: adding the parts costs less than meeting after each pass.
  const bool deep = plan.parallel && isBare(s) && s.k >= 2 * most(s.m, s.n);
  plan.depthParts = deep ? least(workers, s.k / 64) : 1;
  // A result in bf16 cannot hold the sums of a part of k: rather all of k at once.
  const int64_t deepest = deep        ? least(Kernel::depth, deepAtOnce)
                          : s.outBf16 ? most(Kernel::depth, least(s.k, mostAtOnce))
                                      : Kernel::depth;
  const int64_t depth = (s.k + plan.depthParts - 1) / plan.depthParts, passes = (depth + deepest - 1) / deepest;
  plan.kc = roundUp((depth + passes - 1) / passes, most(8, Kernel::kUnit));
  const int64_t side = plan.aStays ? s.n : s.m, panel = plan.aStays ? Kernel::cols : Kernel::rows;
  const int64_t longest = longestBlock(s, !plan.aStays), blocks = (side + longest - 1) / longest;
  plan.blocks = least((side + panel - 1) / panel, plan.parallel && !deep ? roundUp(blocks, workers) : blocks);
  return plan;
}

/**
 * Whether a panel of b is what stays in the first cache while panels of a pass, whichever side stays for all blocks: measured, it
 * pays where a panel of b is so much the larger one (Kernel::keepsB).
 */
template <class Kernel>
static bool passesA(const Plan& plan) {
  return Kernel::keepsB || !plan.aStays;
}

/**
 * Whether rows of a are read where they lie. Rows whole pages apart would share one set of the first cache; rows that pass again
 * and again are read faster from panels.
 */
template <class Kernel>
static bool inPlace(const Matmul& s, const Plan& plan) {
  const bool passAgain = plan.aStays && passesA<Kernel>(plan);
  return Kernel::canLie(s) && !passAgain && s.k * (s.aBf16 ? 2 : 4) % 4096 != 0;
}

/** Panels of op(a) as the tiles read them. */
template <class Element>
struct PanelsOfA {
  const Element* data;
  /** Elements from row to row, or from one p to the next when k-major; and from one panel of rows to the next. */
  int64_t stride, panel;
  bool kMajor;
};

/** op(x)[rows, p0 … p0 + k) of a stored operand, or of bᵀ. */
static Coming comingOf(const void* x, int64_t bytes, bool turned, int64_t ld, Range rows, int64_t p0, int64_t k) {
  if (!x || rows.size() <= 0 || k <= 0) return {};
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

/** The first of n columns in a panel, which is where the panel before it ends. */
template <class Kernel>
static int64_t firstColumn(int64_t n, int64_t panel) {
  const int64_t before = (panel - 1) * Kernel::cols;
  return panel == 0 ? 0 : before + Kernel::panelWidth(n - before);
}

/** How the tiles of a pass end. All these arrays lie as out does; or are null. */
struct Ends {
  const float *plus, *times;
  /** What a tile or its finish touches besides, and the bytes of an element. */
  const void* beside;
  int64_t bytes;
  /** Whether something follows where the sums are stored. */
  bool finishes;
};

/** One pass over a part of k. Rows and columns are counted in panels. */
template <class Kernel>
struct Pass {
  typedef typename Kernel::Packed Packed;
  static constexpr int64_t R = Kernel::rows, C = Kernel::cols;
  const Matmul& s;
  const Plan& plan;
  int64_t p0, k, next;  // and how much of k follows
  float* to;            // where sums go; nullptr: they are finished at once
  bool add, last;
  Packed* staying;
  /** Of each thread: for which p0 it has packed a copy of its own, of so many elements; nullptr: all share one. */
  int64_t *packedFor, copy;

  int64_t padded() const { return roundUp(k, Kernel::kUnit); }
  int64_t panels(bool a) const { return a ? (s.m + R - 1) / R : (s.n + C - 1) / C; }
  int64_t sizeOfPanel(bool a) const { return a ? Kernel::packedA(s, k, nullptr).panel : panelSize<Packed>(padded(), C); }
  Range rows(Range panels) const { return {panels.begin * R, least(panels.end * R, s.m)}; }
  Range columns(Range panels) const { return {firstColumn<Kernel>(s.n, panels.begin), firstColumn<Kernel>(s.n, panels.end)}; }

  /** The i-th part of either side when it is cut into as many as there are blocks. */
  Range block(bool a, int64_t i) const { return part(panels(a), plan.blocks, i, 1); }
  Coming coming(bool a, Range panels, int64_t p, int64_t count, int64_t tiles) const {
    if (panels.size() <= 0) return {};
    Coming some = a ? comingA(s, rows(panels), p, count) : comingB(s, columns(panels), p, count);
    some.spread(tiles);
    return some;
  }
  void pack(bool a, Range panels, Packed* to) const {
    if (panels.size() <= 0) return;
    if (!a) Kernel::packB(s, p0, k, columns(panels), to);
    else if (!inPlace<Kernel>(s, plan)) Kernel::packA(s, rows(panels), p0, k, to);
  }
  void packStaying(int64_t begin, int64_t end) const {
    pack(plan.aStays, {begin, end}, staying + begin * sizeOfPanel(plan.aStays));
  }
  const Packed* stayingHere() const {
    if (!packedFor) return staying;
    const int thread = threadIndex();
    Packed* own = staying + thread * copy;
    if (packedFor[thread] != p0) pack(plan.aStays, {0, panels(plan.aStays)}, own);
    packedFor[thread] = p0;
    return own;
  }
  Ends ends() const {
    const bool inTile = endsInTile(s);
    Ends some{add ? to : inTile ? s.residual : nullptr, last && inTile ? s.beside : nullptr, nullptr, 4, last && !inTile && !isBare(s)};
    // Rows of bf16 are whole lines: where they are only written, fetching them would cost more than it saves.
    if (s.residual && (inTile ? !add : last)) some.beside = s.residual;
    else if (last && s.beside) some.beside = s.beside;
    else if (last && s.role == Beside::factor) some.beside = s.besideBf16, some.bytes = 2;
    return some;
  }
  void multiplyBlock(int64_t index) const;
};

template <class Kernel>
void Pass<Kernel>::multiplyBlock(int64_t index) const {
  Scratch scratch;
  const bool aStays = plan.aStays, more = index + 1 < plan.blocks;
  const Range passing = block(!aStays, index);
  const int64_t stays = panels(aStays), tiles = passing.size() * stays;
  auto* packed = scratch.take<Packed>(passing.size() * sizeOfPanel(!aStays));
  pack(!aStays, passing, packed);
  const int64_t rowPanel = aStays ? 0 : passing.begin, columnPanel = aStays ? passing.begin : 0;
  const Packed *here = stayingHere(), *b = aStays ? packed : here;
  const PanelsOfA<Packed> a =
      inPlace<Kernel>(s, plan) ? Kernel::lyingA(s, rowPanel * R, p0) : Kernel::packedA(s, k, aStays ? here : packed);

  // Meanwhile comes the next block, and a part of what stays in the next pass.
  Ahead ahead;
  (aStays ? ahead.b : ahead.a) = more ? coming(!aStays, block(!aStays, index + 1), p0, k, tiles)
                                      : coming(!aStays, block(!aStays, 0), p0 + k, next, tiles);
  (aStays ? ahead.a : ahead.b) = coming(aStays, block(aStays, index), p0 + k, next, tiles);
  alignas(64) float aside[R * C];
  // A tile takes but some hundred cycles: what is the same for all is not asked again.
  const Ends ends = this->ends();
  const int64_t deep = padded(), m = s.m, n = s.n, ldc = to ? n : C, sizeOfB = sizeOfPanel(false);
  const auto multiplyTile = [&](int64_t i, int64_t j) INKSTONE_FLAT {
    const int64_t row = (rowPanel + i) * R, column = firstColumn<Kernel>(n, columnPanel + j), at = row * n + column;
    const int64_t height = least(R, m - row), width = Kernel::panelWidth(n - column);
    const auto touched = [=](const void* x, int64_t bytes) {
      return x ? Touched{static_cast<const char*>(x) + at * bytes, n * bytes, width * bytes} : Touched{};
    };
    ahead.out = touched(to, 4);
    ahead.beside = touched(ends.beside, ends.bytes);
    float* c = to ? to + at : aside;
    const Ending ending{ends.plus ? ends.plus + at : nullptr, ends.times ? ends.times + at : nullptr};
    Kernel::tile(static_cast<int>(height), static_cast<int>(width), deep, a.data + i * a.panel, a.stride, a.kMajor,
                 b + j * sizeOfB, c, ldc, ending, ahead);
    if (ends.finishes) finishRows(c, ldc, s, at, column, height, width);
  };
  const bool aPasses = passesA<Kernel>(plan);
  const int64_t height = aStays ? stays : passing.size(), width = aStays ? passing.size() : stays;
  for (int64_t outer = 0; outer < (aPasses ? width : height); ++outer) {
    for (int64_t inner = 0; inner < (aPasses ? height : width); ++inner) {
      multiplyTile(aPasses ? inner : outer, aPasses ? outer : inner);
    }
  }
}

/** Sums over `depth` of k, added to or written into `to` [m, n]. */
template <class Kernel>
static void multiplyDepth(const Matmul& s, const Plan& plan, Range depth, float* to, bool accumulate) {
  Scratch scratch;
  typedef typename Kernel::Packed Packed;
  Pass<Kernel> pass{s, plan, depth.begin, plan.kc, 0, to, accumulate, false, nullptr, nullptr, 0};
  const bool packs = !plan.aStays || !inPlace<Kernel>(s, plan);
  const int64_t stays = pass.panels(plan.aStays), size = stays * pass.sizeOfPanel(plan.aStays);
  // Packing little twice costs less than meeting.
  const bool apart = packs && plan.parallel && plan.depthParts == 1 && size * int64_t(sizeof(Packed)) <= cacheSizes().l2 / 4;
  if (packs) pass.staying = scratch.take<Packed>(apart ? threads() * size : size);
  if (apart) {
    pass.copy = size;
    pass.packedFor = scratch.take<int64_t>(threads());
    for (int i = 0; i < threads(); ++i) pass.packedFor[i] = -1;
  }
  for (; pass.p0 < depth.end; pass.p0 += pass.k, pass.add = true) {
    pass.k = least(plan.kc, depth.end - pass.p0);
    pass.next = least(plan.kc, depth.end - pass.p0 - pass.k);
    pass.last = pass.p0 + pass.k == s.k;
    const auto pack = [&](int64_t begin, int64_t end) { pass.packStaying(begin, end); };
    const auto multiply = [&](int64_t index) { pass.multiplyBlock(index); };
    if (packs && !apart) plan.parallel ? parallelFor(stays, 1, pack) : pack(0, stays);
    if (plan.parallel) {
      parallelTasks(plan.blocks, multiply);
    } else {
      for (int64_t i = 0; i < plan.blocks; ++i) multiply(i);
    }
  }
}

template <class Kernel>
static void multiplyPacked(const Matmul& s) {
  const Plan plan = planOf<Kernel>(s);
  Scratch scratch;
  const int64_t size = s.m * s.n;
  float* whole = s.outBf16 && plan.kc < s.k ? scratch.floats(size) : s.out;  // sums of several passes need a place
  if (plan.depthParts == 1) return multiplyDepth<Kernel>(s, plan, {0, s.k}, whole, s.accumulate);
  float* sums = scratch.floats((plan.depthParts - 1) * size);
  parallelTasks(plan.depthParts, [&](int64_t index) {
    const Range depth = part(s.k, plan.depthParts, index, most(8, Kernel::kUnit));
    multiplyDepth<Kernel>(s, plan, depth, index == 0 ? s.out : sums + (index - 1) * size, s.accumulate && index == 0);
  });
  parallelFor(size, 16384, [&](int64_t begin, int64_t end) {
    for (int64_t deep = 0; deep + 1 < plan.depthParts; ++deep) {
      for (int64_t i = begin; i < end; ++i) s.out[i] += sums[deep * size + i];
    }
  });
}
