// Attention of very few queries over many keys: the step of a decoder with a cache. The time is that of
// reading k and v once, so both are read in the order in which they lie: all heads of a few keys before the
// next few. Threads share the keys, and their partial softmaxes are joined at the end.

namespace flash {

constexpr int64_t decodeKeys = 64;  // keys of a stretch: between two looks at the running softmax
constexpr int decodeDots = 4;       // keys at a time
constexpr int64_t fetchAhead = 8;   // keys between the fetching and the use

/** Rows as floats, each filled up with zeros to `padded`: its own size, or a multiple of `lanes`. */
template <class Kept>
static void unpackRows(const Kept* from, int64_t stride, int64_t rows, int64_t size, int64_t padded, float* to) {
  for (int64_t r = 0; r < rows; ++r, from += stride, to += padded) {
    int64_t d = 0;
    for (; d + lanes <= size; d += lanes) store(to + d, loadKept(from + d));
    if (d < size) storeTail(to + d, loadKeptTail(from + d, size - d), least(lanes, padded - d)), d += lanes;
    for (; d < padded; d += lanes) store(to + d, splat(0));
  }
}

/**
 * scores[m, n] = q[m]·k[n] for M rows of q and decodeDots keys, of which `keys` exist. Of what is wanted soon as much is fetched
 * meanwhile as these keys have: in one burst it would wait. (Inlined, the sums would leave their registers.)
 */
template <int M, class Kept>
INKSTONE_APART static void dotKeys(const float* q, int64_t padded, const Kept* k, int64_t stride, int64_t keys, int64_t size,
                                   float* scores, int64_t ld, const Kept* coming, const Kept* later) {
  constexpr int N = decodeDots, line = 64 / static_cast<int>(sizeof(Kept));
  const int64_t whole = down(size, lanes);
  const Kept* row[N];
  for (int n = 0; n < N; ++n) row[n] = k + least(n, keys - 1) * stride;
  vf sum[M][N];
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = splat(0);
  }
  for (int64_t d = 0; d < whole; d += lanes) {
    vf right[N];
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) right[n] = loadKept(row[n] + d);
    INKSTONE_UNROLL for (int i = 0; i < N * lanes; i += line) {
      __builtin_prefetch(coming + N * d + i, 0, 2);
      __builtin_prefetch(later + N * d + i, 0, 2);
    }
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      const vf left = load(q + m * padded + d);
      INKSTONE_UNROLL for (int n = 0; n < N; ++n) sum[m][n] += left * right[n];
    }
  }
  if (whole < size) {
    INKSTONE_UNROLL for (int n = 0; n < N; ++n) {
      const vf right = loadKeptTail(row[n] + whole, size - whole);
      INKSTONE_UNROLL for (int m = 0; m < M; ++m) sum[m][n] += load(q + m * padded + whole) * right;
    }
  }
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) sumFour(sum[m], scores + m * ld);
}

/** out[m] (+)= Σ weights[m, s]·v[s] for `rows` rows and a few keys. Few rows: many columns at a time, so that sums do not wait. */
template <class Kept>
static void sumRows(int64_t rows, const float* weights, int64_t ld, const Kept* v, int64_t stride, int64_t keys, int64_t padded,
                    float* out, bool add) {
  constexpr int wide = lanes >= 16 ? 4 : 8;
  for (int64_t r = 0, count; r < rows; r += count) {
    count = rows - r > rowBlock ? least(rowBlock, (rows - r + 1) / 2) : rows - r;
    int64_t d = 0;
    const auto sum = [&](Micro<Kept> kernel, int64_t columns) {
      for (; d + columns <= padded; d += columns) {
        kernel(weights + r * ld, ld, 1, v + d, stride, out + r * padded + d, padded, keys, 1, add);
      }
    };
    if (count == 1) sum(micro<Exact, 1, wide, Kept>, wide * lanes);
    if (count <= 2) sum(count == 1 ? micro<Exact, 1, 4, Kept> : micro<Exact, 2, 4, Kept>, 4 * lanes);
    sum(microOf<Exact, 2, Kept>(count), 2 * lanes);
    sum(microOf<Exact, 1, Kept>(count), lanes);
  }
}

/** The same of values of any size. */
template <class Kept>
static void sumValues(int64_t rows, const float* weights, int64_t ld, const Kept* v, int64_t stride, int64_t keys, int64_t size,
                      int64_t padded, float* values, float* out, bool add) {
  if (padded == size) return sumRows(rows, weights, ld, v, stride, keys, padded, out, add);
  unpackRows(v, stride, keys, size, padded, values);
  sumRows(rows, weights, ld, values, padded, keys, padded, out, add);
}

/**
 * What one stretch of keys gives to each row (head, query): Σ 2^(score − largest)·v, and the running
 * softmax.
 */
struct Partial {
  float* sums;
  Running* running;
};

template <class Kept>
static void decodePart(const Plan& plan, const float* q, const Kept* k, const Kept* v, int64_t batch,
                       Range keys, const Partial& partial) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded, T = plan.shape.queries, group = plan.group * T;
  const int64_t rows = plan.shape.heads * T;  // row = head·T + query; `group` of them read the same keys
  // Values at a time: more would leave the order; they lie in one page.
  const int64_t few = plan.shape.pages ? plan.shape.pageTokens : clamp(down(8192 / plan.strideK, 8), 8, decodeKeys);
  constexpr int64_t ld = decodeKeys + lanes;

  Scratch scratch;
  float* queries = scratch.floats(rows * padded);
  float* scores = scratch.floats(rows * ld);
  float* product = scratch.floats(rows * padded);
  float* values = scratch.floats(few * padded);
  float* shrink = scratch.floats(rows);
  Range* seen = static_cast<Range*>(scratch.bytes(rows * static_cast<int64_t>(sizeof(Range))));
  for (int64_t head = 0; head < plan.shape.heads; ++head) {
    packRows<Exact>(q + plan.atQ(batch, 0, head), plan.strideQ, T, size, queries + head * T * padded);
  }
  for (int64_t d = 0; d < rows * padded; d += lanes) store(queries + d, load(queries + d) * (plan.shape.scale * log2e));
  for (int64_t r = 0; r < rows; ++r) partial.running[r] = {-__builtin_inff(), 0};
  for (int64_t d = 0; d < rows * padded; d += lanes) store(partial.sums + d, splat(0));

  for (int64_t k0 = keys.begin; k0 < keys.end; k0 += decodeKeys) {
    const Range tile{k0, least(k0 + decodeKeys, keys.end)};
    const int64_t length = tile.end - tile.begin;
    for (int64_t s = 0; s < length; s += decodeDots) {
      const int64_t ahead = k0 + s + fetchAhead;
      const Kept* someKeys = k + plan.atK(batch, k0 + s, 0);
      const Kept* nextKeys = ahead < keys.end ? k + plan.atK(batch, ahead, 0) : someKeys;
      const Kept* someValues = v + plan.atK(batch, k0 + s, 0);  // for the end of this stretch
      for (int64_t kvHead = 0; kvHead < plan.shape.kvHeads; ++kvHead) {
        const int64_t end = (kvHead + 1) * group, share = kvHead * decodeDots * size;
        const auto dots = [&](auto kernel, int64_t r) {
          kernel(queries + r * padded, padded, someKeys + kvHead * size, plan.strideK, length - s, size, scores + r * ld + s, ld,
                 nextKeys + share, someValues + share);
        };
        int64_t r = kvHead * group;
        for (; r + 2 <= end; r += 2) dots(dotKeys<2, Kept>, r);
        if (r < end) dots(dotKeys<1, Kept>, r);
      }
    }

    const Chunks chunks({0, length}, sight.of(int64_t(0)).from(k0), sight.of(T - 1).from(k0));
    for (int64_t r = 0; r < rows; ++r) {
      seen[r] = within(sight.of(r % T), tile);
      const float slope = plan.slope(r / T);
      if (slope != 0) addDistance(scores + r * ld, chunks.some, slope, sight.offset + r % T - k0);
    }
    soften<Exact>(rows, scores, ld, chunks, seen, partial.running, shrink);

    for (int64_t s = 0; s < length; s += few) {
      const Kept* someValues = v + plan.atK(batch, k0 + s, 0);
      for (int64_t kvHead = 0; kvHead < plan.shape.kvHeads; ++kvHead) {
        const int64_t r = kvHead * group;
        sumValues(group, scores + r * ld + s, ld, someValues + kvHead * size, plan.strideK,
                  least(few, length - s), size, padded, values, product + r * padded, s > 0);
      }
    }
    for (int64_t r = 0; r < rows; ++r) {
      const float old = exp2Below(splat(shrink[r]))[0];
      writeRow(product + r * padded, partial.sums + r * padded, old, 1, partial.sums + r * padded, padded);
    }
  }
}

/** Joins the parts of one row: all are brought to the largest score. Returns the log-sum-exp. */
static float joinParts(const Partial* parts, int64_t count, int64_t row, int64_t padded, int64_t size,
                       float* out) {
  float largest = -__builtin_inff(), sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const Running& part = parts[i].running[row];
    if (part.sum != 0 && !(part.largest <= largest)) largest = part.largest;
  }
  for (int64_t d = 0; d < size; ++d) out[d] = 0;
  for (int64_t i = 0; i < count; ++i) {
    const Running& part = parts[i].running[row];
    if (part.sum == 0) continue;
    const float factor = exp2Below(splat(part.largest - largest))[0];
    sum += part.sum * factor;
    const float* x = parts[i].sums + row * padded;
    for (int64_t d = 0; d < size; ++d) out[d] += x[d] * factor;
  }
  if (sum == 0) return -__builtin_inff();
  for (int64_t d = 0; d < size; ++d) out[d] /= sum;
  return (largest + __builtin_log2f(sum)) * ln2;
}

static void decode(const Plan& plan, const float* q, const float* k, const float* v, float* out, float* lse) {
  const AttentionShape& shape = plan.shape;
  const int64_t T = shape.queries, rows = shape.heads * T;
  const int64_t wanted = shape.batch >= 2 * threads() ? 1 : (4 * threads() + shape.batch - 1) / shape.batch;
  const int64_t count = clamp(shape.keys / 64, 1, wanted);

  Scratch scratch;
  Partial* parts =
      static_cast<Partial*>(scratch.bytes(shape.batch * count * static_cast<int64_t>(sizeof(Partial))));
  for (int64_t i = 0; i < shape.batch * count; ++i) {
    parts[i].sums = scratch.floats(rows * plan.padded);
    parts[i].running = static_cast<Running*>(scratch.bytes(rows * static_cast<int64_t>(sizeof(Running))));
  }
  parallelTasks(shape.batch * count, [&](int64_t i) {
    const int64_t batch = i / count, part = i % count;
    const Range all = Sight(shape, batch).of(Range{0, T});
    const int64_t length = up((all.end - all.begin + count - 1) / count, 16);
    const int64_t begin = all.begin + part * length;
    decodePart(plan, q, k, v, batch, {begin, least(begin + length, all.end)}, parts[i]);
  });
  for (int64_t batch = 0; batch < shape.batch; ++batch) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t head = row / T, t = row % T;
      lse[plan.atLse(batch, head, t)] = joinParts(parts + batch * count, count, row, plan.padded, plan.size,
                                                  out + plan.atOut(batch, t, head));
    }
  }
}

}  // namespace flash
