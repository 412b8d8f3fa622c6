// A matmul as its parts: the ways there are, the products of a batch.

constexpr int fewRows = 8;      // at most so many rows of a with b [k, n]
constexpr int skinnyRows = 16;  // and with b [n, k]

/** The way of one product; a function of the shape alone. */
enum class Way { skinny, lanes, slim, packed };

/** Measured with vectors of 32 bytes only. */
constexpr bool hasLanes = INKSTONE_VECTOR_BYTES == 32;
/** Do the rows of a stand in lanes? Rows of b that are not read as they lie cost more. */
static bool standsInLanes(const Matmul& s) {
  const bool lies = !s.bf16 && !s.bIsBf16;
  const int64_t fewest = lies ? 13 : 17, most = lies ? 96 : 64;
  return hasLanes && s.transB && !s.transA && !s.accumulate && s.m >= fewest && s.m <= most && s.m < s.n;
}

static Way wayOf(const Matmul& s) {
  if (standsInLanes(s)) return Way::lanes;
  if (s.m <= (s.transB ? skinnyRows : fewRows)) return Way::skinny;
  if (s.n <= 4 && !s.transA) return Way::slim;
  return Way::packed;
}

/** Is out more than one product can add to in place, or nothing to multiply? */
static bool plain(const Matmul& s) {
  return s.k > 0 && !(s.accumulate && (s.activation != Activation::none || s.residual || s.beside || s.besideBf16 || s.outBf16));
}

/** The i-th product of the batch. */
static Matmul item(const Matmul& s, int64_t i) {
  Matmul one = s;
  one.batch = 1;
  if (s.aBf16) one.aBf16 = s.aBf16 + i * s.aBatchStride;
  else one.a = s.a + i * s.aBatchStride;
  if (s.bIsBf16) one.b = static_cast<const uint16_t*>(s.b) + i * s.bBatchStride;
  else one.b = static_cast<const float*>(s.b) + i * s.bBatchStride;
  if (s.outBf16) one.outBf16 = s.outBf16 + i * s.m * s.n;
  else one.out = s.out + i * s.m * s.n;
  if (s.residual) one.residual = s.residual + i * s.m * s.n;
  if (s.besideBf16) one.besideBf16 = s.besideBf16 + i * s.m * s.n;
  if (s.beside) one.beside = s.beside + i * s.m * s.n;
  return one;
}

/** outᵀ = b·aᵀ: a product with b stored [n, k] with its sides exchanged; what follows the sums stays with the original. */
[[maybe_unused]] static Matmul turned(const Matmul& s) {
  Matmul t{};
  if (s.bIsBf16) t.aBf16 = static_cast<const uint16_t*>(s.b);
  else t.a = static_cast<const float*>(s.b);
  t.bIsBf16 = s.aBf16;
  t.b = s.aBf16 ? static_cast<const void*>(s.aBf16) : s.a;
  t.batch = 1;
  t.m = s.n;
  t.n = s.m;
  t.k = s.k;
  t.transB = true;
  t.bf16 = s.bf16;
  return t;
}

/** Small products side by side on the threads, large ones one after the other on all of them. */
static void eachProduct(const Matmul& s, void (*multiply)(const Matmul& product)) {
  if (s.batch >= threads() && s.m * s.n * s.k < int64_t(1) << 24) {
    const int64_t grain = 1 + 65536 / (s.m * s.n * s.k);
    parallelFor(s.batch, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) multiply(item(s, i));
    });
    return;
  }
  for (int64_t i = 0; i < s.batch; ++i) multiply(item(s, i));
}

/**
 * body(copy, begin, end) on pieces of [0, count); pack(copy) comes first. Each thread packs for itself: from another's cache it would
 * take longer.
 */
template <class Element, class Pack, class Body>
[[maybe_unused]] static void withCopies(int64_t size, const Pack& pack, int64_t count, int64_t grain, const Body& body) {
  const int64_t workers = inParallel() ? 1 : threads();
  Scratch scratch;
  auto* copies = scratch.take<Element>(workers * size);
  bool* hasPacked = scratch.take<bool>(workers);
  for (int64_t i = 0; i < workers; ++i) hasPacked[i] = false;
  parallelFor(count, grain, [&](int64_t begin, int64_t end) {
    const int64_t self = workers == 1 ? 0 : threadIndex();
    Element* own = copies + self * size;
    if (!hasPacked[self]) pack(own);
    hasPacked[self] = true;
    body(own, begin, end);
  });
}
