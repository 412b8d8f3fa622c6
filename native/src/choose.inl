// The next token of each row of logits: scaled, filtered, drawn. Sums run in double, in an order of their own: where another
// order could choose another id, and where a row is not finite, the answer is `undecided`, and who asked looks for himself.

constexpr int32_t undecided = -1;
/** Shares of the whole that are nearer than this are not told apart. Sums of a million terms err less. */
constexpr double doubt = 1e-10;

typedef uint64_t vul __attribute__((vector_size(INKSTONE_VECTOR_BYTES)));
constexpr int doubles = lanes / 2;
/** Rows of doubles are filled up to whole groups. */
constexpr int64_t group = 4 * doubles;

INKSTONE_INLINE vd loadDoubles(const double* p) {
  vd v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

/** e^x for x ≤ 0: 2ⁿ·e^r, |r| ≤ ½·log 2, by Taylor's series to r¹⁰. Within 1e-12; below −700 it is 0. */
INKSTONE_INLINE vd expNegative(vd x) {
  constexpr double magic = 6755399441055744.0;  // 1.5·2⁵²: adding it rounds to an integer, which stands in the low bits
  const vd shifted = x * 1.4426950408889634 + magic, n = shifted - magic;
  const vd r = (x - n * 0.693147180369123816) - n * 1.90821492927058770e-10;
  vd p = r * (1.0 / 3628800) + 1.0 / 362880;
  constexpr double rest[] = {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
#pragma GCC unroll 9
  for (const double term : rest) p = p * r + term;
  return x < -700.0 ? vd{} : (vd)((vul)p + ((vul)shifted << 52));
}

/** Bits that rise with the float; and back. */
INKSTONE_INLINE uint32_t risingBits(float x) { return orderKey(x, false); }
INKSTONE_INLINE float fromRisingBits(uint32_t key) {
  const uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}

/** The scaled logits of a row and their weights, e^(logit − largest). */
struct WeighedRow {
  const double *logits, *weights;
  int64_t n;

  /** Sums over the logits ≥ `least`: of their weights, or of ones. */
  template <bool counted>
  INKSTONE_MEMBER double sum(double least) const {
    vd sums[4] = {};
    for (int64_t i = 0; i < n; i += group) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) sums[k] += kept<counted>(i + k * doubles, least);
    }
    return sumLanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
  template <bool counted = false>
  INKSTONE_MEMBER vd kept(int64_t i, double least) const {
    return loadDoubles(logits + i) >= least ? (counted ? vd{} + 1.0 : loadDoubles(weights + i)) : vd{};
  }
};

/** The greatest logit such that it and all above sum up to `target`; −∞ when there is none. */
template <bool counted>
INKSTONE_INLINE float borderAt(const WeighedRow& row, float largest, double target) {
  uint32_t low = risingBits(-INFINITY), high = risingBits(largest) + 1;
  while (high - low > 1) {
    const uint32_t middle = low + (high - low) / 2;
    (row.sum<counted>(fromRisingBits(middle)) >= target ? low : high) = middle;
  }
  return fromRisingBits(low);
}

/** The border of the nucleus among the logits ≥ `least`; NaN when it is too close to call, or shared. */
INKSTONE_INLINE double nucleusBorder(const WeighedRow& row, float largest, double least, double topP) {
  const double total = row.sum<false>(least), target = topP * total;
  const float border = borderAt<false>(row, largest, target);
  const float next = fromRisingBits(risingBits(border) + 1);
  const double within = row.sum<false>(border), above = row.sum<false>(next);
  const bool isShared = row.sum<true>(border) - row.sum<true>(next) > 1;
  const bool isClear = within - target > doubt * total && target - above > doubt * total;
  return isClear && !isShared ? border : (double)__builtin_nanf("");
}

/** The id at which the cumulative weight of the logits ≥ `least` passes draw·total. */
INKSTONE_INLINE int32_t drawnId(const WeighedRow& row, double least, double draw) {
  const double total = row.sum<false>(least), target = draw * total;
  double before = 0;
  for (int64_t i = 0; i < row.n; i += doubles) {
    const vd weights = row.kept(i, least);
    const double after = before + sumLanes(weights);
    if (after <= target) {
      before = after;
      continue;
    }
    for (int k = 0; k < doubles; before += weights[k++]) {
      if (before + weights[k] <= target) continue;
      const bool isClear = target - before > doubt * total && before + weights[k] - target > doubt * total;
      return isClear ? (int32_t)(i + k) : undecided;
    }
    return undecided;
  }
  return undecided;
}

/** Scales n logits and weighs them; the last group is filled up with logits of −∞. */
INKSTONE_INLINE void weigh(const float* x, int64_t n, double temperature, double largest, double* logits,
                           double* weights) {
  for (int64_t i = 0; i < n; i += group) {
    float part[group];
    for (int64_t k = 0; k < group; ++k) part[k] = i + k < n ? x[i + k] : -INFINITY;
#pragma GCC unroll 4
    for (int k = 0; k < group; k += doubles) {
      const vfHalf rounded = __builtin_convertvector(loadDouble(part + k) / temperature, vfHalf);
      const vd logit = __builtin_convertvector(rounded, vd), weight = expNegative(logit - largest);
      __builtin_memcpy(logits + i + k, &logit, sizeof logit);
      __builtin_memcpy(weights + i + k, &weight, sizeof weight);
    }
  }
}

/** The greatest of n; NaN where one of them is not finite. */
INKSTONE_INLINE float finiteMax(const float* x, int64_t n) {
  vf largest[4] = {splat(-INFINITY), splat(-INFINITY), splat(-INFINITY), splat(-INFINITY)}, odd[4] = {};
  sweep4(n, [&](int64_t i, int k, auto part) INKSTONE_FLAT {
    const vf v = part.get(x + i, x[0]);
    largest[k] = vmax(largest[k], v);
    odd[k] += v - v;
  });
  const vf a = vmax(vmax(largest[0], largest[1]), vmax(largest[2], largest[3]));
  const vf b = (odd[0] + odd[1]) + (odd[2] + odd[3]);
  return any(b != b) ? __builtin_nanf("") : maxLanes(a);
}

static int32_t chooseToken(const float* x, const Choice& choice) {
  const int64_t n = (int64_t)choice.size;
  const float top = finiteMax(x, n);
  if (n == 0 || top != top) return undecided;
  if (choice.temperature == 0) {
    int64_t first = 0;
    while (first + lanes <= n && !any(load(x + first) == top)) first += lanes;
    while (x[first] != top) ++first;
    return (int32_t)first;
  }
  const float largest = (float)(top / choice.temperature);
  if (largest - largest != 0) return undecided;
  Scratch scratch;
  const int64_t filled = (n + group - 1) / group * group;
  double* logits = (double*)scratch.bytes(filled * 8);
  double* weights = (double*)scratch.bytes(filled * 8);
  weigh(x, n, choice.temperature, largest, logits, weights);
  const WeighedRow row{logits, weights, filled};
  double least = -INFINITY;
  if (choice.topK > 0 && choice.topK < n) least = borderAt<true>(row, largest, choice.topK);
  if (choice.topP < 1) {
    const double border = nucleusBorder(row, largest, least, choice.topP);
    if (border != border) return undecided;
    least = border > least ? border : least;
  }
  if (largest + choice.minP > least) least = largest + choice.minP;
  return drawnId(row, least, choice.draw);
}

static void chooseTokens(const float* logits, const Choice* choices, int32_t* ids, int64_t rows, int64_t n) {
  RAN("chooseTokens");
  parallelFor(rows, rowGrain(n, mathGrain), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) ids[row] = chooseToken(logits + row * n, choices[row]);
  });
}

static void fillChoose(KernelTable& table) { table.chooseTokens = chooseTokens; }
