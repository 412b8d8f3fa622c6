// The gradient of attention. With P = softmax(S), S = scale·QKᵀ (+ bias), dP = dO·Vᵀ and D = rowsum(O∘dO):
//   dV = Pᵀ·dO,  dS = P∘(dP − D),  dQ = scale·dS·K,  dK = scale·dSᵀ·Q
// P is made again per tile from the saved log-sum-exp (Dao et al. 2022).

namespace flash {

constexpr int64_t backwardKeys = 128;  // columns of a tile, at most

/** Scores and dP of M rows become P and dS; zeros over the rest of `wide`. */
template <int M>
static void slopeRows(float* scores, float* slopes, int64_t ld, Range wide, const Chunks& chunks,
                      const Range* seen, const float* lse2, const float* dots) {
  const auto clear = [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c += lanes) {
      INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
        store(scores + m * ld + c, splat(0));
        store(slopes + m * ld + c, splat(0));
      }
    }
  };
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) hide(scores + m * ld, chunks, seen[m]);
  clear(wide.begin, chunks.some.begin);
  for (int64_t c = chunks.some.begin; c < chunks.some.end; c += lanes) {
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      float *score = scores + m * ld + c, *slope = slopes + m * ld + c;
      const vf p = exp2Below(load(score) - lse2[m]);
      store(score, p);
      store(slope, p * (load(slope) - dots[m]));
    }
  }
  clear(chunks.some.end, wide.end);
}

/** The same for any number of rows. */
static void slope(int64_t count, float* scores, float* slopes, int64_t ld, Range wide, const Chunks& chunks,
                  const Range* seen, const float* lse2, const float* dots) {
  int64_t r = 0;
  for (; r + 3 <= count; r += 3) {
    slopeRows<3>(scores + r * ld, slopes + r * ld, ld, wide, chunks, seen + r, lse2 + r, dots + r);
  }
  for (; r < count; ++r) {
    slopeRows<1>(scores + r * ld, slopes + r * ld, ld, wide, chunks, seen + r, lse2 + r, dots + r);
  }
}

/** out (= | +=) x·factor. */
INKSTONE_INLINE void addRow(const float* x, float* out, int64_t size, bool first, float factor) {
  int64_t d = 0;
  for (; d + lanes <= size; d += lanes) {
    const vf now = load(x + d) * factor;
    store(out + d, first ? now : load(out + d) + now);
  }
  for (; d < size; ++d) out[d] = first ? x[d] * factor : out[d] + x[d] * factor;
}

INKSTONE_INLINE float dotRow(const float* x, const float* y, int64_t size) {
  vf sum = splat(0);
  int64_t d = 0;
  for (; d + lanes <= size; d += lanes) sum += load(x + d) * load(y + d);
  float rest = 0;
  for (; d < size; ++d) rest += x[d] * y[d];
  return sumLanes(sum) + rest;
}

struct Gradients {
  const float *q, *k, *v, *out, *lse, *grad;
  float *gradQ, *gradK, *gradV;
};

/** The heads that share one key/value head of one sequence: nobody else adds to its gradK and gradV. */
static void backwardPair(const Plan& plan, const Gradients& g, int64_t batch, int64_t kvHead) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded, T = plan.shape.queries, S = plan.shape.keys;
  const int64_t keyTile = tileOf(S, backwardKeys, panel), ld = up(keyTile, panel) + 16;
  const int64_t queryTile = tileOf(T, mostQueries, 1), queryTiles = (T + queryTile - 1) / queryTile;

  Scratch scratch;
  float* keysT = scratch.floats(up(keyTile, panel) * size);
  float* valuesT = scratch.floats(up(keyTile, panel) * size);
  float* keysN = scratch.floats(keyTile * up(padded, panel));
  float* queries = scratch.floats(queryTile * padded);
  float* grads = scratch.floats(queryTile * padded);
  float* scores = scratch.floats(queryTile * ld);
  float* slopes = scratch.floats(queryTile * ld);
  float* product = scratch.floats(queryTile * padded);
  float* sumK = scratch.floats(keyTile * padded);
  float* sumV = scratch.floats(keyTile * padded);
  float* dots = scratch.floats(plan.group * T);
  float* lse2 = scratch.floats(plan.group * T);
  bool* touched = static_cast<bool*>(scratch.bytes(plan.group * queryTiles));

  for (int64_t i = 0; i < plan.group * queryTiles; ++i) touched[i] = false;

  Pair following;
  for (int64_t k0 = 0; k0 < S; k0 += keyTile) {
    const Range tile{k0, least(k0 + keyTile, S)};
    const int64_t length = tile.end - tile.begin, at = plan.atK(batch, k0, kvHead);
    const Blocks keyBlocks(length);
    bool packed = false;

    for (int64_t member = 0; member < plan.group; ++member) {
      const int64_t head = kvHead * plan.group + member;
      const float bias = plan.slope(head);
      for (int64_t i = 0; i < queryTiles; ++i) {
        const int64_t t0 = i * queryTile;
        const Range some{t0, least(t0 + queryTile, T)};
        if (overlap(sight.of(some), tile).empty()) continue;
        if (!packed) {
          packTransposed(g.k + at, plan.strideK, length, size, keysT);
          packTransposed(g.v + at, plan.strideK, length, size, valuesT);
          packPanels(g.k + at, plan.strideK, length, size, padded, keyTile, keysN);
          for (int64_t d = 0; d < length * padded; d += lanes)
            store(sumK + d, splat(0)), store(sumV + d, splat(0));
          packed = true;
        }
        const int64_t rows = some.end - some.begin, atQ = plan.atQ(batch, t0, head);
        float *dot = dots + member * T + t0, *logSum = lse2 + member * T + t0;
        bool& before = touched[member * queryTiles + i];
        for (int64_t r = 0; !before && r < rows; ++r) {
          dot[r] = dotRow(g.out + atQ + r * plan.strideQ, g.grad + atQ + r * plan.strideQ, size);
          logSum[r] = sight.of(t0 + r).empty() ? 0 : g.lse[plan.atLse(batch, head, t0 + r)] * log2e;
        }
        const Blocks blocks(rows);
        Range seen[mostBlocks], mine[mostQueries];
        for (int b = 0; b < blocks.count; ++b) {
          seen[b] = within(sight.of(Range{t0 + blocks.start[b], t0 + blocks.start[b + 1]}), tile);
        }
        for (int64_t r = 0; r < rows; ++r) {
          mine[r] = sight.of(t0 + r).from(k0);
        }

        Ahead ahead(plan);
        if (!before) ahead.add(g.gradQ + atQ, plan.strideQ, rows);
        const auto addQueries = [&](int64_t at, int64_t count) {
          ahead.add(g.out + at, plan.strideQ, count);
          ahead.add(g.grad + at, plan.strideQ, count);
          ahead.add(g.q + at, plan.strideQ, count);
        };
        if (some.end < T) {
          addQueries(plan.atQ(batch, some.end, head), least(queryTile, T - some.end));
        } else if (member + 1 < plan.group) {
          addQueries(plan.atQ(batch, 0, head + 1), queryTile);
        } else {
          ahead.add(g.gradK + at, plan.strideK, length);
          ahead.add(g.gradV + at, plan.strideK, length);
          if (tile.end < S) {
            ahead.add(g.k + at + length * plan.strideK, plan.strideK, least(keyTile, S - tile.end));
            ahead.add(g.v + at + length * plan.strideK, plan.strideK, least(keyTile, S - tile.end));
          } else if (plan.next(batch, kvHead, following)) {
            ahead.add(g.k + plan.atK(following.batch, 0, following.kvHead), plan.strideK, keyTile);
            ahead.add(g.v + plan.atK(following.batch, 0, following.kvHead), plan.strideK, keyTile);
            addQueries(plan.atQ(following.batch, 0, following.kvHead * plan.group), queryTile);
          }
        }
        ahead.spread((blocks.count * (length + padded) + 2 * keyBlocks.count * padded) / panel);

        packRows(g.q + atQ, plan.strideQ, rows, size, padded, plan.shape.scale * log2e, queries);
        packRows(g.grad + atQ, plan.strideQ, rows, size, padded, 1, grads);
        multiplySeen(blocks, seen, queries, padded, size, {keysT, size * panel, panel}, length, scores, ld,
                     ahead);
        multiplySeen(blocks, seen, grads, padded, size, {valuesT, size * panel, panel}, length, slopes, ld,
                     ahead);

        for (int b = 0; b < blocks.count; ++b) {
          const int64_t r = blocks.start[b], end = blocks.start[b + 1];
          const Chunks chunks(seen[b], mine[r], mine[end - 1]);
          // A block of keys reads the rows that see any of it: up to rowBlock − 1 places beside what a row
          // sees.
          const Range wide{
              least(down(clamp(mine[r].begin - rowBlock + 1, 0, length), lanes), chunks.some.begin),
              most(up(clamp(mine[end - 1].end + rowBlock - 1, 0, length), lanes), chunks.some.end)};
          for (int64_t i = r; bias != 0 && i < end; ++i) {
            addDistance(scores + i * ld, chunks.some, bias, sight.offset + t0 + i - k0);
          }
          slope(end - r, scores + r * ld, slopes + r * ld, ld, wide, chunks, mine + r, logSum + r, dot + r);
        }

        // gradV += Pᵀ·grad, gradK += dSᵀ·q: a block of keys meets the queries that see any of it.
        int64_t from = 0, to = 0;
        for (int b = 0; b < keyBlocks.count; ++b) {
          const int64_t s = keyBlocks.start[b], next = keyBlocks.start[b + 1];
          while (from < rows && mine[from].end <= s) ++from;
          if (to < from) to = from;
          while (to < rows && mine[to].begin < next) ++to;
          if (from >= to) continue;
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply(keyBlocks.rows(b), scores + from * ld + s, 1, ld, {grads, panel, padded}, j, from,
                     sumV + s * padded, padded, padded, to - from, true);
            ahead.step();
          }
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply(keyBlocks.rows(b), slopes + from * ld + s, 1, ld, {queries, panel, padded}, j, from,
                     sumK + s * padded, padded, padded, to - from, true);
            ahead.step();
          }
        }

        for (int64_t j = 0; j * panel < padded; ++j) {
          for (int b = 0; b < blocks.count; ++b) {
            const int64_t r = blocks.start[b];
            multiply(blocks.rows(b), slopes + r * ld + seen[b].begin, ld, 1, {keysN, keyTile * panel, panel},
                     j, seen[b].begin, product + r * padded, padded, padded, seen[b].end - seen[b].begin,
                     false);
            ahead.step();
          }
        }
        for (int64_t r = 0; r < rows; ++r) {
          addRow(product + r * padded, g.gradQ + atQ + r * plan.strideQ, size, !before, plan.shape.scale);
        }
        before = true;
      }
    }

    for (int64_t s = 0; s < length; ++s) {
      float *gradK = g.gradK + at + s * plan.strideK, *gradV = g.gradV + at + s * plan.strideK;
      if (packed) {
        addRow(sumK + s * padded, gradK, size, true, ln2);  // the packed queries carry scale·log₂e
        addRow(sumV + s * padded, gradV, size, true, 1);
      } else {
        for (int64_t d = 0; d < size; ++d) gradK[d] = gradV[d] = 0;
      }
    }
  }

  for (int64_t member = 0; member < plan.group; ++member) {
    for (int64_t t = 0; t < T; ++t) {
      if (touched[member * queryTiles + t / queryTile]) continue;
      float* row = g.gradQ + plan.atQ(batch, t, kvHead * plan.group + member);
      for (int64_t d = 0; d < size; ++d) row[d] = 0;
    }
  }
}

}  // namespace flash

static void attentionGrad(const float* q, const float* k, const float* v, const float* out, const float* lse,
                          const float* grad, float* gradQ, float* gradK, float* gradV,
                          const AttentionShape& shape) {
  RAN("attentionGrad");
  using namespace flash;
  if (shape.queries + shape.keys == 0) return;
  const Plan plan(shape);
  const Gradients g{q, k, v, out, lse, grad, gradQ, gradK, gradV};
  parallelTasks(shape.batch * shape.kvHeads,
                [&](int64_t pair) { backwardPair(plan, g, pair / shape.kvHeads, pair % shape.kvHeads); });
}
