// What forward and backward of attention share: which keys a query sees, how the work is cut, rows of scores.

namespace flash {

#define INKSTONE_ALWAYS inline __attribute__((always_inline))
#define INKSTONE_UNROLL _Pragma("GCC unroll 16")

#if INKSTONE_BF16 == 2
constexpr int rowBlock = 32;           // rows of a micro tile: its sums fill the registers
constexpr int64_t mostQueries = 64;    // rows of a tile, at most
constexpr bool thinIsCheaper = false;  // whether a micro tile of few rows costs less
#else
constexpr int rowBlock = lanes >= 16 ? 12 : 6;
constexpr int64_t mostQueries = 72;
constexpr bool thinIsCheaper = true;
#endif
constexpr int panel = 2 * lanes;      // columns of a micro tile
constexpr int64_t decodeQueries = 4;  // up to here keys are read as they lie: attention_decode.inl
constexpr int64_t mostKeys = 256;     // columns of a tile, at most
constexpr int mostBlocks = mostKeys / rowBlock + 2;
constexpr float log2e = 1.44269504f, ln2 = 0.693147181f;

INKSTONE_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INKSTONE_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
INKSTONE_INLINE int64_t up(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }
INKSTONE_INLINE int64_t down(int64_t x, int64_t unit) { return x / unit * unit; }
INKSTONE_INLINE int64_t clamp(int64_t x, int64_t low, int64_t high) { return most(low, least(x, high)); }

/** A half-open range of keys or queries. */
struct Range {
  int64_t begin, end;
  bool empty() const { return begin >= end; }
  /** Counted from another zero. */
  Range from(int64_t zero) const { return {begin - zero, end - zero}; }
};
INKSTONE_INLINE Range overlap(Range a, Range b) { return {most(a.begin, b.begin), least(a.end, b.end)}; }

/** The overlap, counted from the tile's first; {0, 0} when there is none. */
INKSTONE_INLINE Range within(Range a, Range tile) {
  const Range both = overlap(a, tile);
  return both.empty() ? Range{0, 0} : both.from(tile.begin);
}

/**
 * The keys that a query sees are one range, and both ends grow with the query: so tiles see ranges as well.
 */
struct Sight {
  int64_t offset, window, prefix, start, end;
  bool causal;

  Sight(const AttentionShape& s, int64_t batch)
      : offset(s.keys - s.queries),
        window(s.window),
        prefix(s.prefixLengths ? s.prefixLengths[batch] : 0),
        start(s.keyStart ? clamp(s.keyStart[batch], 0, s.keys) : 0),
        end(s.keyEnd ? clamp(s.keyEnd[batch], 0, s.keys) : s.keys),
        causal(s.causal) {}

  int64_t last(int64_t query) const {
    return most(0, causal ? least(end, most(offset + query + 1, prefix)) : end);
  }
  /** Of one query; begin ≤ end. */
  Range of(int64_t query) const {
    const int64_t high = last(query);
    const int64_t low = window > 0 ? most(start, offset + query - window + 1) : start;
    return {least(low, high), high};
  }
  /** Of the queries of a range that is not empty. */
  Range of(Range queries) const { return {of(queries.begin).begin, last(queries.end - 1)}; }
};

/** Cuts `rows` into blocks of rowBlock that begin at even rows; the last two may share what is left, so that neither is thin. */
struct Blocks {
  int count = 0;
  int64_t start[mostBlocks + 1];

  explicit Blocks(int64_t rows) {
    int64_t at = 0;
    while (at < rows) {
      start[count++] = at;
      const int64_t left = rows - at;
      const bool share = thinIsCheaper && left > rowBlock && left < 2 * rowBlock;
      at += share ? up((left + 1) / 2, 2) : least(left, rowBlock);
    }
    start[count] = rows;
  }
  int rows(int block) const { return static_cast<int>(start[block + 1] - start[block]); }
};

// ---- rows of scores ---------------------------------------------------------------------------------------

/** 2^x for x ≤ 0 or barely above; 0 below −126.5; NaN stays NaN. Relative error 1.3e-7; 2^0 is 1. */
INKSTONE_INLINE vf exp2Below(vf x) {
  x = vmax(splat(-127.0f), x);
  const vf shifted = x + roundingMagic;
  const vf f = x - (shifted - roundingMagic);
  vf p = f * 0.00132647273f + 0.00967151276f;
  p = p * f + 0.0555073373f;
  p = p * f + 0.240222421f;
  p = p * f + 0.693146978f;
  p = p * f + 1.0f;
  return p * (vf)(((vi)shifted << 23) + 0x3f800000);
}
/** The same within 1.1e-4, for what is rounded to bf16 anyway. (A minimax fit.) */
INKSTONE_INLINE vf exp2BelowRough(vf x) {
  x = vmax(splat(-127.0f), x);
  const vf shifted = x + roundingMagic;
  const vf f = x - (shifted - roundingMagic);
  const vf p = ((f * 0.0550090578f + 0.242210975f) * f + 0.693282898f) * f + 1.0f;
  return p * (vf)(((vi)shifted << 23) + 0x3f800000);
}

/** `count` numbers, stored another way. */
template <class From, class To>
static void keep(const From* from, To* to, int64_t count) {
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) storeKept(to + i, loadKept(from + i));
  if (i < count) storeKeptTail(to + i, loadKeptTail(from + i, count - i), count - i);
}

INKSTONE_INLINE vf laneNumbers() {
  vf v;
  for (int i = 0; i < lanes; ++i) v[i] = static_cast<float>(i);
  return v;
}

/** What the rows of one block have in common: whole vectors of keys, counted from the tile's first. */
struct Chunks {
  /** Keys that some row sees, and keys that every row sees. */
  Range some, sure;

  /** `first` and `last`: what the first and the last row see, also beyond the tile. */
  Chunks(Range seen, Range first, Range last)
      : some{down(seen.begin, lanes), up(seen.end, lanes)},
        sure{clamp(up(last.begin, lanes), some.begin, some.end), 0} {
    sure.end = clamp(down(first.end, lanes), sure.begin, some.end);
  }
};

/** −∞ outside `seen`. Every row of a block takes the same steps, so that branches are foreseen. */
INKSTONE_INLINE void hide(float* row, const Chunks& chunks, Range seen) {
  const vf low = splat(static_cast<float>(seen.begin)), high = splat(static_cast<float>(seen.end));
  const vf numbers = laneNumbers(), never = splat(-__builtin_inff());
  const auto hideIn = [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c += lanes) {
      const vf place = numbers + static_cast<float>(c);
      store(row + c, ((place >= low) & (place < high)) ? load(row + c) : never);
    }
  };
  hideIn(chunks.some.begin, chunks.sure.begin);
  hideIn(chunks.sure.end, chunks.some.end);
}

/** row[s] += slope·(s − origin): the bias of ALiBi. */
INKSTONE_INLINE void addDistance(float* row, Range chunks, float slope, int64_t origin) {
  const vf numbers = laneNumbers();
  for (int64_t c = chunks.begin; c < chunks.end; c += lanes) {
    store(row + c, load(row + c) + slope * (numbers + static_cast<float>(c - origin)));
  }
}

/** One key/value head of one sequence, with the query heads that share it. */
struct Pair {
  int64_t batch, kvHead;
};

/** Sizes that every step needs, and where heads begin. */
struct Plan {
  const AttentionShape& shape;
  int64_t group, size, padded, strideQ, strideK, strideOut;
  /** The arrays are larger than what a core keeps near. */
  bool large;

  explicit Plan(const AttentionShape& s)
      : shape(s),
        group(s.heads / s.kvHeads),
        size(s.headSize),
        padded(up(s.headSize, lanes)),
        strideQ(s.rowQ ? s.rowQ : s.heads * s.headSize),
        strideK(s.rowK ? s.rowK : s.kvHeads * s.headSize),
        strideOut(s.heads * s.headSize),
        large((s.stored ? 4 : 8) * s.batch * s.headSize * (s.queries * s.heads + s.keys * s.kvHeads) > cacheSizes().l2) {}

  int64_t atQ(int64_t batch, int64_t query, int64_t head) const {
    return (batch * shape.queries + query) * strideQ + head * size;
  }
  int64_t atOut(int64_t batch, int64_t query, int64_t head) const {
    return (batch * shape.queries + query) * strideOut + head * size;
  }
  int64_t atK(int64_t batch, int64_t key, int64_t kvHead) const {
    const int64_t place = shape.pages ? shape.pages[key / shape.pageTokens] * shape.pageTokens + key % shape.pageTokens
                                      : batch * shape.keys + key;
    return place * strideK + kvHead * size;
  }
  int64_t atLse(int64_t batch, int64_t head, int64_t query) const {
    return (batch * shape.heads + head) * shape.queries + query;
  }
  /** The pair after this one; false behind the last. */
  bool next(int64_t batch, int64_t kvHead, Pair& pair) const {
    pair = kvHead + 1 < shape.kvHeads ? Pair{batch, kvHead + 1} : Pair{batch + 1, 0};
    return pair.batch < shape.batch;
  }
  float slope(int64_t head) const { return shape.alibiSlopes ? shape.alibiSlopes[head] * log2e : 0.0f; }
};

/** Cuts `count` into tiles of at most `limit`, as equal as multiples of `unit` allow. */
INKSTONE_INLINE int64_t tileOf(int64_t count, int64_t limit, int64_t unit) {
  if (count <= limit) return most(count, 1);
  const int64_t tiles = (count + limit - 1) / limit;
  return least(limit, up((count + tiles - 1) / tiles, unit));
}

/**
 * Rows that will be wanted soon, fetched into the cache a few at a time between micro products: heads lie
 * at a stride that hardware prefetchers do not follow.
 */
class Ahead {
 public:
  explicit Ahead(const Plan& plan) : bytes_(plan.size * (plan.shape.stored ? 2 : 4)), wanted_(plan.large) {}

  template <class Element>
  void add(const Element* at, int64_t stride, int64_t rows) {
    if (!wanted_ || rows <= 0 || count_ == mostLists) return;
    lists_[count_++] = {reinterpret_cast<const char*>(at), stride * (int64_t)sizeof(Element), rows};
    total_ += rows;
  }
  /** Spreads what was added over about `steps` calls of step(). */
  void spread(int64_t steps) { each_ = static_cast<int>((total_ + steps) / most(steps, 1)); }

  INKSTONE_ALWAYS void step() {
    for (int i = 0; i < each_ && current_ < count_; ++i) {
      Rows& rows = lists_[current_];
      for (int64_t b = 0; b < bytes_; b += 64) __builtin_prefetch(rows.at + b, 0, 3);
      rows.at += rows.stride;
      if (--rows.left == 0) ++current_;
    }
  }

 private:
  struct Rows {
    const char* at;
    int64_t stride, left;
  };
  static constexpr int mostLists = 8;
  Rows lists_[mostLists];
  int64_t bytes_, total_ = 0;
  bool wanted_;
  int count_ = 0, current_ = 0, each_ = 1;
};

#undef INKSTONE_ALWAYS
}  // namespace flash
