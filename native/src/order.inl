// Sorting and the k largest, rows of n; stable, NaN last.

/** Falls into the order of unsigned integers as the floats fall into theirs; −0 is 0, NaN comes last either way. */
INKSTONE_INLINE uint32_t orderKey(float x, bool descending) {
  if (x != x) return 0xffffffffu;
  x += 0.0f;
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  const uint32_t rising = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
  return descending ? ~rising : rising;
}

/** Least significant digit first, 11 + 11 + 10 bits; each pass keeps the order of equal digits. */
static void sortRow(const float* x, float* values, int32_t* indices, int64_t n, int64_t keep, bool descending,
                    uint64_t* pairs, uint64_t* other) {
  constexpr int bits = 11, buckets = 1 << bits;
  uint32_t counts[3][buckets];
  __builtin_memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t key = orderKey(x[i], descending);
    pairs[i] = (uint64_t)key << 32 | (uint32_t)i;
    ++counts[0][key & (buckets - 1)];
    ++counts[1][key >> bits & (buckets - 1)];
    ++counts[2][key >> 2 * bits];
  }
  for (int pass = 0; pass < 3; ++pass) {
    uint32_t* count = counts[pass];
    uint32_t start = 0;
    bool single = false;
    for (int b = 0; b < buckets; ++b) {
      const uint32_t size = count[b];
      single |= size == n;
      count[b] = start;
      start += size;
    }
    if (single) continue;  // all keys share this digit
    const int shift = 32 + pass * bits;
    for (int64_t i = 0; i < n; ++i) other[count[pairs[i] >> shift & (buckets - 1)]++] = pairs[i];
    uint64_t* swapped = pairs;
    pairs = other;
    other = swapped;
  }
  for (int64_t i = 0; i < keep; ++i) {
    indices[i] = (int32_t)pairs[i];
    values[i] = x[indices[i]];
  }
}

/** Short rows: insertion. */
static void insertRow(const float* x, float* values, int32_t* indices, int64_t n, int64_t keep, bool descending) {
  uint64_t pairs[64];
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t pair = (uint64_t)orderKey(x[i], descending) << 32 | (uint32_t)i;
    int64_t place = i;
    for (; place > 0 && pairs[place - 1] > pair; --place) pairs[place] = pairs[place - 1];
    pairs[place] = pair;
  }
  for (int64_t i = 0; i < keep; ++i) {
    indices[i] = (int32_t)pairs[i];
    values[i] = x[indices[i]];
  }
}

/** The `keep` first of each row in order. */
static void sortRows(const float* x, float* values, int32_t* indices, int64_t rows, int64_t n, int64_t keep,
                     bool descending) {
  parallelFor(rows, 1024 / (n + 1) + 1, [=](int64_t begin, int64_t end) {
    Scratch scratch;
    uint64_t* pairs = n > 64 ? (uint64_t*)scratch.bytes(n * 16) : nullptr;
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * n;
      if (n > 64) sortRow(from, values + row * keep, indices + row * keep, n, keep, descending, pairs, pairs + n);
      else insertRow(from, values + row * keep, indices + row * keep, n, keep, descending);
    }
  });
}

static void sort(const float* x, float* values, int32_t* indices, int64_t rows, int64_t n, bool descending) {
  RAN("sort");
  sortRows(x, values, indices, rows, n, n, descending);
}

/** Puts `pair` where the largest (the last in order) of a heap was. */
static void sink(uint64_t* heap, int64_t k, int64_t place, uint64_t pair) {
  for (;;) {
    int64_t child = 2 * place + 1;
    if (child >= k) break;
    if (child + 1 < k && heap[child + 1] > heap[child]) ++child;
    if (heap[child] <= pair) break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = pair;
}

/** A heap of the k best so far, worst on top; only what beats the worst is looked at. */
static void topRow(const float* x, float* values, int32_t* indices, int64_t n, int64_t k, uint64_t* heap) {
  for (int64_t i = 0; i < k; ++i) heap[i] = (uint64_t)orderKey(x[i], true) << 32 | (uint32_t)i;
  for (int64_t i = k / 2 - 1; i >= 0; --i) sink(heap, k, i, heap[i]);
  // A later element enters only when it is larger: at equality the lower index stays. NaN on top lets anything in.
  float worst = x[(uint32_t)heap[0]];
  const auto offer = [&](int64_t i) {
    if (!(x[i] > worst) && !(worst != worst && x[i] == x[i])) return;
    sink(heap, k, 0, (uint64_t)orderKey(x[i], true) << 32 | (uint32_t)i);
    worst = x[(uint32_t)heap[0]];
  };
  int64_t i = k;
  while (i < n && worst != worst) offer(i++);
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const vf a = vmax(load(x + i), load(x + i + lanes)), b = vmax(load(x + i + 2 * lanes), load(x + i + 3 * lanes));
    const vi nan = (a != a) | (b != b);  // vmax may have hidden a number behind a NaN
    if (!any((a > worst) | (b > worst) | nan)) continue;
    for (int64_t j = i; j < i + 4 * lanes; ++j) offer(j);
  }
  for (; i < n; ++i) offer(i);
  for (int64_t size = k; size > 0; --size) {
    const uint64_t pair = heap[0];
    sink(heap, size - 1, 0, heap[size - 1]);
    indices[size - 1] = (int32_t)pair;
    values[size - 1] = x[(uint32_t)pair];
  }
}

static void topK(const float* x, float* values, int32_t* indices, int64_t rows, int64_t n, int64_t k) {
  RAN("topK");
  if (k == 0) return;
  if (k * 8 > n) return sortRows(x, values, indices, rows, n, k, true);
  parallelFor(rows, moveGrain / n + 1, [=](int64_t begin, int64_t end) {
    Scratch scratch;
    uint64_t* heap = (uint64_t*)scratch.bytes(k * 8);
    for (int64_t row = begin; row < end; ++row) topRow(x + row * n, values + row * k, indices + row * k, n, k, heap);
  });
}

static void fillOrder(KernelTable& table) {
  table.sort = sort;
  table.topK = topK;
}
