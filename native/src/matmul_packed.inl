// Large products (Goto & van de Geijn 2008, with operands that may change their roles). The smaller side is packed for a round of
// passes over k, as many as the last cache is sure to keep; the other is cut into blocks that threads take in turn. A block runs
// through the passes of a round by itself: what it packs and its sums stay in L2. Nothing large is packed twice; a thread that is
// held up holds up one block.

/** How a product is cut: `passes` of kc, `together` in a round; blocks of the side that does not stay. */
struct Plan {
  int64_t kc, passes, together, blocks;
  bool aStays;
  int workers;
};

/** The longest sums that a result in bf16 takes in one pass. */
constexpr int64_t mostAtOnce = 3072;
/** Bytes of the smaller side that are packed at once. */
constexpr int64_t mostStaying = 5 << 19;

/** How many blocks a side of so many rows or columns is cut into: measured. Wide tiles read rows of columns in longer runs. */
static int64_t blocksOf(const Matmul& s, bool a, int64_t size, int workers) {
  const bool turned = a ? s.transA : !s.transB;
  const int64_t longest = INKSTONE_VECTOR_BYTES < 64 ? 48 : turned ? 192 : 96;
  const int64_t fewest = INKSTONE_VECTOR_BYTES < 64 && workers > 1 ? 16 : 1;
  return roundUp(most(partsOf(size, longest), fewest * workers), workers);
}

/** How much of k passes of at most `deepest` take at once, the last one less: a matter of k alone, as the order of its sums is. */
template <class Kernel>
static int64_t depthOf(int64_t k, int64_t deepest) {
  return roundUp(partsOf(k, partsOf(k, deepest)), most(8, Kernel::kUnit));
}

template <class Kernel>
static Plan planOf(const Matmul& s) {
  Plan plan;
  plan.workers = inParallel() || s.m * s.n * s.k < 400000 ? 1 : threads();
  plan.aStays = s.m < s.n;
  // A result in bf16 cannot hold the sums of a part of k: rather all of k at once.
  plan.kc = depthOf<Kernel>(s.k, s.outBf16 ? most(Kernel::depth, least(s.k, mostAtOnce)) : Kernel::depth);
  plan.passes = partsOf(s.k, plan.kc);
  const int64_t bytes = least(s.m, s.n) * plan.kc * static_cast<int64_t>(sizeof(typename Kernel::Packed));
  plan.together = partsOf(plan.passes, partsOf(plan.passes, most(1, mostStaying / bytes)));
  const int64_t side = plan.aStays ? s.n : s.m, panel = plan.aStays ? Kernel::cols : Kernel::rows;
  plan.blocks = least(partsOf(side, panel), blocksOf(s, !plan.aStays, side, plan.workers));
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

/** Some passes over k. Rows and columns are counted in panels. */
template <class Kernel>
struct Round {
  typedef typename Kernel::Packed Packed;
  static constexpr int64_t R = Kernel::rows, C = Kernel::cols;
  const Matmul& s;
  const Plan& plan;
  Range passes;
  float* to;  // where sums go; nullptr: they are finished at once
  Packed* staying;
  /** Of each thread: whether it has packed a copy of its own; nullptr: all share one. */
  bool* hasPacked;

  Range depth(int64_t pass) const { return {pass * plan.kc, least((pass + 1) * plan.kc, s.k)}; }
  int64_t padded(int64_t pass) const { return roundUp(depth(pass).size(), Kernel::kUnit); }
  int64_t panels(bool a) const { return a ? partsOf(s.m, R) : partsOf(s.n, C); }
  int64_t sizeOfPanel(bool a, int64_t pass) const {
    return a ? Kernel::packedA(s, depth(pass).size(), nullptr).panel : panelSize<Packed>(padded(pass), C);
  }
  /** Of the staying side in one pass: nothing where it is read as it lies. */
  int64_t sizeOfStaying() const {
    return plan.aStays && inPlace<Kernel>(s, plan) ? 0 : panels(plan.aStays) * sizeOfPanel(plan.aStays, 0);
  }
  /** Of a whole round. */
  int64_t sizeOfRound() const { return plan.together * sizeOfStaying(); }
  Range rows(Range panels) const { return {panels.begin * R, least(panels.end * R, s.m)}; }
  Range columns(Range panels) const { return {firstColumn<Kernel>(s.n, panels.begin), firstColumn<Kernel>(s.n, panels.end)}; }

  /** The i-th part of either side when it is cut into as many as there are blocks. */
  Range block(bool a, int64_t i) const { return part(panels(a), plan.blocks, i, 1); }
  /** Panels of the side that passes, in a pass. */
  Coming coming(Range panels, int64_t pass) const {
    const Range k = depth(pass);
    Coming some = plan.aStays ? comingB(s, columns(panels), k.begin, k.size()) : comingA(s, rows(panels), k.begin, k.size());
    some.spread(panels.size() * this->panels(plan.aStays));
    return some;
  }
  void pack(bool a, Range panels, int64_t pass, Packed* to) const {
    const Range k = depth(pass);
    if (!a) Kernel::packB(s, k.begin, k.size(), columns(panels), to);
    else if (!inPlace<Kernel>(s, plan)) Kernel::packA(s, rows(panels), k.begin, k.size(), to);
  }
  /** The i-th of `parts` of what stays in a pass. */
  void packStaying(int64_t pass, int64_t parts, int64_t i, Packed* to) const {
    const Range some = part(panels(plan.aStays), parts, i, 1);
    if (some.size() <= 0) return;
    pack(plan.aStays, some, pass, to + (pass - passes.begin) * sizeOfStaying() + some.begin * sizeOfPanel(plan.aStays, pass));
  }
  const Packed* stayingHere() const {
    if (!hasPacked) return staying;
    const int thread = threadIndex();
    Packed* own = staying + thread * sizeOfRound();
    for (int64_t pass = passes.begin; !hasPacked[thread] && pass < passes.end; ++pass) packStaying(pass, 1, 0, own);
    hasPacked[thread] = true;
    return own;
  }
  Ends ends(int64_t pass) const {
    const bool inTile = endsInTile(s), add = pass > 0 || s.accumulate, last = pass + 1 == plan.passes;
    Ends some{add ? to : inTile ? s.residual : nullptr, last && inTile ? s.beside : nullptr, nullptr, 4, last && !inTile && !isBare(s)};
    // Rows of bf16 are whole lines: where they are only written, fetching them would cost more than it saves.
    if (s.residual && (inTile ? !add : last)) some.beside = s.residual;
    else if (last && s.beside) some.beside = s.beside;
    else if (last && s.role == Beside::factor) some.beside = s.besideBf16, some.bytes = 2;
    return some;
  }
  void multiplyBlock(int64_t index) const;
  void multiplyPass(Range passing, int64_t pass, const Packed* stayed, const Packed* packed, Ahead& ahead) const;
};

template <class Kernel>
void Round<Kernel>::multiplyBlock(int64_t index) const {
  Scratch scratch;
  const bool aStays = plan.aStays;
  const Range passing = block(!aStays, index);
  const Packed* here = stayingHere();
  auto* packed = scratch.take<Packed>(passing.size() * sizeOfPanel(!aStays, 0));
  // Meanwhile comes the next pass, or the next block.
  Ahead ahead;
  Coming& soon = aStays ? ahead.b : ahead.a;
  for (int64_t pass = passes.begin; pass < passes.end; ++pass) {
    if (pass + 1 < passes.end) soon = coming(passing, pass + 1);
    else if (index + 1 < plan.blocks) soon = coming(block(!aStays, index + 1), passes.begin);
    pack(!aStays, passing, pass, packed);
    multiplyPass(passing, pass, here + (pass - passes.begin) * sizeOfStaying(), packed, ahead);
  }
}

template <class Kernel>
void Round<Kernel>::multiplyPass(Range passing, int64_t pass, const Packed* stayed, const Packed* packed, Ahead& ahead) const {
  const bool aStays = plan.aStays;
  const int64_t rowPanel = aStays ? 0 : passing.begin, columnPanel = aStays ? passing.begin : 0;
  const Packed* b = aStays ? packed : stayed;
  const Range k = depth(pass);
  const PanelsOfA<Packed> a = inPlace<Kernel>(s, plan) ? Kernel::lyingA(s, rowPanel * R, k.begin)
                                                       : Kernel::packedA(s, k.size(), aStays ? stayed : packed);
  alignas(64) float aside[R * C];
  // A tile takes but some hundred cycles: what is the same for all is not asked again.
  const Ends ends = this->ends(pass);
  const int64_t deep = padded(pass), m = s.m, n = s.n, ldc = to ? n : C, sizeOfB = sizeOfPanel(false, pass);
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
  const int64_t stays = panels(aStays), height = aStays ? stays : passing.size(), width = aStays ? passing.size() : stays;
  for (int64_t outer = 0; outer < (aPasses ? width : height); ++outer) {
    for (int64_t inner = 0; inner < (aPasses ? height : width); ++inner) {
      multiplyTile(aPasses ? inner : outer, aPasses ? outer : inner);
    }
  }
}

/**
 * Whether each thread packs what stays, of so many bytes, for itself: all that it then reads comes from its own caches, and no thread
 * waits before it multiplies. Up to which size it pays was measured with two threads; the other side must be long for each more.
 */
static bool packsAlone(const Matmul& s, const Plan& plan, int64_t bytes) {
  if (plan.workers == 1 || plan.together < plan.passes) return false;
  const int64_t l2 = cacheSizes().l2;
  return bytes <= l2 / 4 || (bytes <= 2 * l2 && most(s.m, s.n) >= 384 * plan.workers);
}

template <class Kernel>
static void multiplyPacked(const Matmul& s) {
  typedef typename Kernel::Packed Packed;
  const Plan plan = planOf<Kernel>(s);
  Scratch scratch;
  // Sums of several passes need a place.
  float* to = !s.outBf16 ? s.out : plan.passes > 1 ? scratch.floats(s.m * s.n) : nullptr;
  Round<Kernel> round{s, plan, {0, 0}, to, nullptr, nullptr};
  const int64_t size = round.sizeOfRound();
  const bool alone = size > 0 && packsAlone(s, plan, size * static_cast<int64_t>(sizeof(Packed)));
  if (size > 0) round.staying = scratch.take<Packed>(alone ? plan.workers * size : size);
  if (alone) {
    round.hasPacked = scratch.take<bool>(plan.workers);
    for (int i = 0; i < plan.workers; ++i) round.hasPacked[i] = false;
  }
  const auto each = [&](int64_t count, const auto& run) {
    if (plan.workers > 1) return parallelTasks(count, run);
    for (int64_t i = 0; i < count; ++i) run(i);
  };
  for (int64_t first = 0; first < plan.passes; first = round.passes.end) {
    round.passes = {first, least(first + plan.together, plan.passes)};
    if (size > 0 && !alone) {
      const int64_t count = round.passes.size(), parts = plan.workers == 1 ? 1 : partsOf(8 * plan.workers, count);
      each(count * parts, [&](int64_t i) { round.packStaying(first + i / parts, parts, i % parts, round.staying); });
    }
    each(plan.blocks, [&](int64_t index) { round.multiplyBlock(index); });
  }
}
