// Attention of very few queries over many keys: the step of a decoder with a cache. The time is that of reading k and v
// once, so both are read where they lie, all heads of a stretch of keys before the next; threads share the keys, and
// their partial softmaxes are joined at the end.

namespace flash {

constexpr int64_t decodeQueries = 4;  // up to here this way is the faster one
constexpr int64_t decodeKeys = 32;    // keys of a stretch

/** scores[m, s] = q[m]·k[s] for M rows of q. */
template <int M>
static void dotKeys(const float* q, int64_t padded, const float* k, int64_t stride, int64_t keys, int64_t size, float* scores,
                    int64_t ld) {
  constexpr int N = 4;
  const int64_t whole = down(size, lanes);
  for (int64_t s = 0; s < keys; s += N) {
    const float* row[N];
    for (int n = 0; n < N; ++n) row[n] = k + least(s + n, keys - 1) * stride;
    vf sum[M][N] = {};
    for (int64_t d = 0; d < whole; d += lanes) {
      vf right[N];
      for (int n = 0; n < N; ++n) right[n] = load(row[n] + d);
      for (int m = 0; m < M; ++m) {
        const vf left = load(q + m * padded + d);
        for (int n = 0; n < N; ++n) sum[m][n] += left * right[n];
      }
    }
    if (whole < size) {
      for (int n = 0; n < N; ++n) {
        const vf right = loadTail(row[n] + whole, size - whole);
        for (int m = 0; m < M; ++m) sum[m][n] += load(q + m * padded + whole) * right;
      }
    }
    for (int m = 0; m < M; ++m) {
      for (int n = 0; n < N; ++n) scores[m * ld + s + n] = sumLanes(sum[m][n]);
    }
  }
}

/** What one stretch of keys gives to each row (head, query): Σ 2^(score − largest)·v, and the running softmax. */
struct Partial {
  float* sums;
  Running* running;
};

static void decodePart(const Plan& plan, const float* q, const float* k, const float* v, int64_t batch, Range keys,
                       const Partial& partial) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded, T = plan.shape.queries, rows = plan.group * T;
  constexpr int64_t ld = decodeKeys + lanes;

  Scratch scratch;
  float* queries = scratch.floats(plan.shape.heads * T * padded);
  float* scores = scratch.floats(rows * ld);
  float* product = scratch.floats(rows * padded);
  float* values = scratch.floats(decodeKeys * padded);
  float* shrink = scratch.floats(rows);
  for (int64_t head = 0; head < plan.shape.heads; ++head) {
    packRows(q + plan.atQ(batch, 0, head), plan.strideQ, T, size, padded, plan.shape.scale * log2e,
             queries + head * T * padded);
  }
  for (int64_t r = 0; r < plan.shape.heads * T; ++r) {
    partial.running[r] = {-__builtin_inff(), 0};
    for (int64_t d = 0; d < padded; d += lanes) store(partial.sums + r * padded + d, splat(0));
  }

  for (int64_t k0 = keys.begin; k0 < keys.end; k0 += decodeKeys) {
    const int64_t length = least(decodeKeys, keys.end - k0);
    const Range chunks{0, up(length, lanes)};
    for (int64_t kvHead = 0; kvHead < plan.shape.kvHeads; ++kvHead) {
      const int64_t at = plan.atK(batch, k0, kvHead), firstRow = kvHead * rows;
      const float* mine = queries + firstRow * padded;
      int64_t r = 0;
      for (; r + 2 <= rows; r += 2) dotKeys<2>(mine + r * padded, padded, k + at, plan.strideK, length, size, scores + r * ld, ld);
      for (; r < rows; ++r) dotKeys<1>(mine + r * padded, padded, k + at, plan.strideK, length, size, scores + r * ld, ld);

      for (r = 0; r < rows; ++r) {
        const int64_t head = kvHead * plan.group + r / T, t = r % T;
        const float slope = plan.slope(head);
        const Range seen = sight.of(t);
        if (slope != 0) addDistance(scores + r * ld, chunks, slope, sight.offset + t - k0);
        shrink[r] = softenRow(scores + r * ld, chunks, overlap({seen.begin - k0, seen.end - k0}, {0, length}),
                              partial.running[firstRow + r]);
      }

      Right right{v + at, panel, plan.strideK};
      if (padded != size) {
        packRows(v + at, plan.strideK, length, size, padded, 1, values);
        right = {values, panel, padded};
      }
      for (r = 0; r < rows; r += rowBlock) {
        const int count = static_cast<int>(least(rowBlock, rows - r));
        int64_t j = 0;
        for (; count == 1 && (j + 2) * panel <= padded; j += 2) {
          micro<1, 4>(scores + r * ld, ld, 1, right.data + j * panel, right.rowStride, product + r * padded + j * panel,
                      padded, length, false);
        }
        for (; j * panel < padded; ++j) {
          multiply(count, scores + r * ld, ld, 1, right, j, 0, product + r * padded, padded, padded, length, false);
        }
      }
      for (r = 0; r < rows; ++r) {
        const float old = exp2Below(splat(shrink[r]))[0];
        mergeRow(product + r * padded, partial.sums + (firstRow + r) * padded, padded, false, old, 1);
      }
    }
  }
}

/** Joins the parts of one row: all are brought to the largest score. Returns the log-sum-exp. */
static float joinParts(const Partial* parts, int64_t count, int64_t row, int64_t padded, int64_t size, float* out) {
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
  const int64_t count = clamp(shape.keys / (2 * decodeKeys), 1, wanted);

  Scratch scratch;
  Partial* parts = static_cast<Partial*>(scratch.bytes(shape.batch * count * static_cast<int64_t>(sizeof(Partial))));
  for (int64_t i = 0; i < shape.batch * count; ++i) {
    parts[i].sums = scratch.floats(rows * plan.padded);
    parts[i].running = static_cast<Running*>(scratch.bytes(rows * static_cast<int64_t>(sizeof(Running))));
  }
  parallelTasks(shape.batch * count, [&](int64_t i) {
    const int64_t batch = i / count, part = i % count;
    const Range all = Sight(shape, batch).of(Range{0, T});
    const int64_t length = up((all.end - all.begin + count - 1) / count, decodeKeys);
    const int64_t begin = all.begin + part * length;
    decodePart(plan, q, k, v, batch, {begin, least(begin + length, all.end)}, parts[i]);
  });
  for (int64_t batch = 0; batch < shape.batch; ++batch) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t head = row / T, t = row % T;
      lse[plan.atLse(batch, head, t)] =
          joinParts(parts + batch * count, count, row, plan.padded, plan.size, out + plan.atQ(batch, t, head));
    }
  }
}

}  // namespace flash

static void attention(const float* q, const float* k, const float* v, float* out, float* lse, const AttentionShape& shape) {
  RAN("attention");
  using namespace flash;
  const Plan plan(shape);
  const int64_t pairs = shape.batch * shape.kvHeads;
  if (pairs == 0 || shape.queries == 0) return;
  if (shape.queries <= decodeQueries) return decode(plan, q, k, v, out, lse);
  // Few pairs: queries are cut as well. Late queries see more keys than early ones, so early and late take turns.
  const int64_t wanted = pairs >= 2 * threads() ? 1 : (4 * threads() + pairs - 1) / pairs;
  const int64_t piece = up((shape.queries + wanted - 1) / wanted, mostQueries);
  const int64_t pieces = (shape.queries + piece - 1) / piece;
  parallelTasks(pairs * pieces, [&](int64_t i) {
    const int64_t pair = i / pieces, turn = i % pieces;
    const int64_t at = turn % 2 ? pieces - 1 - turn / 2 : turn / 2;
    forwardRows(plan, q, k, v, out, lse, pair / shape.kvHeads, pair % shape.kvHeads,
                {at * piece, least((at + 1) * piece, shape.queries)});
  });
}
