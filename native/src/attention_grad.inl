// The gradient of attention. With P = softmax(S), S = scale·QKᵀ (+ bias), dP = dO·Vᵀ and D = rowsum(O∘dO):
//   dV = Pᵀ·dO,  dS = P∘(dP − D),  dQ = scale·dS·K,  dK = scale·dSᵀ·Q
// P is made again per tile from the saved log-sum-exp (Dao et al. 2022).

namespace flash {

constexpr int64_t backwardKeys = 128;  // columns of a tile, at most

/** What the rows of a block know: the log-sum-exp of their scores, in units of log 2, and D. */
struct Known {
  const float *lse2, *dots;
};

/**
 * Scores and dP of M rows become P and dS, words that join rows; dS also words of its rows in `inRows`. Zeros over the rest of
 * `wide`.
 */
template <class Kind, int M>
static void slopeRows(float* scores, float* slopes, float* inRows, int64_t ld, Range wide, const Chunks& chunks,
                      const Range* seen, const Known& known) {
  const auto join = [&](float* to, const vf* x) INKSTONE_FLAT {
    INKSTONE_UNROLL for (int m = 0; m < M; m += Kind::unit) {
      store(to + m * ld, Kind::join(x[m], Kind::unit > 1 && m + 1 < M ? x[m + 1] : splat(0)));
    }
  };
  const auto keep = [&](int64_t c, const vf* p, const vf* slope) INKSTONE_FLAT {
    join(scores + c, p);
    join(slopes + c, slope);
    if (Kind::unit == 1) return;  // then inRows is slopes
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) Kind::storeInRow(inRows + m * ld / Kind::unit, c, slope[m]);
  };
  const auto clear = [&](int64_t begin, int64_t end) {
    const vf zeros[M] = {};
    for (int64_t c = begin; c < end; c += lanes) keep(c, zeros, zeros);
  };
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) hide(scores + m * ld, chunks, seen[m]);
  clear(wide.begin, chunks.some.begin);
  for (int64_t c = chunks.some.begin; c < chunks.some.end; c += lanes) {
    vf p[M], slope[M];
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      p[m] = exp2Below(load(scores + m * ld + c) - known.lse2[m]);
      slope[m] = p[m] * (load(slopes + m * ld + c) - known.dots[m]);
    }
    keep(c, p, slope);
  }
  clear(chunks.some.end, wide.end);
}

/** The same for any number of rows. */
template <class Kind>
static void slope(int64_t count, float* scores, float* slopes, float* inRows, int64_t ld, Range wide,
                  const Chunks& chunks, const Range* seen, const Known& known) {
  constexpr int M = Kind::unit == 1 ? 3 : 4;
  const auto rows = [&](int64_t r, auto slopeSome) {
    slopeSome(scores + r * ld, slopes + r * ld, inRows + r * ld / Kind::unit, ld, wide, chunks, seen + r,
              Known{known.lse2 + r, known.dots + r});
  };
  int64_t r = 0;
  for (; r + M <= count; r += M) rows(r, slopeRows<Kind, M>);
  if (Kind::unit > 1 && r + 2 <= count) rows(r, slopeRows<Kind, 2>), r += 2;
  for (; r < count; ++r) rows(r, slopeRows<Kind, 1>);
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

/** x·y with y as products see it: so that what cancels against such products does. */
template <class Kind>
INKSTONE_INLINE float dotRow(const float* x, const float* y, int64_t size) {
  vf sum = splat(0);
  for (int64_t d = 0; d < size; d += lanes) sum += some(x + d, size - d, 1) * Kind::seen(some(y + d, size - d, 1));
  return sumLanes(sum);
}

struct Gradients {
  const float *q, *k, *v, *out, *lse, *grad;
  float *gradQ, *gradK, *gradV;
};

/** The heads that share one key/value head of one sequence: nobody else adds to its gradK and gradV. */
template <class Kind>
static void backwardPair(const Plan& plan, const Gradients& g, int64_t batch, int64_t kvHead) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded, T = plan.shape.queries, S = plan.shape.keys;
  const int64_t keyTile = tileOf(S, backwardKeys, panel), ld = up(keyTile, panel) + 16;
  const int64_t queryTile = tileOf(T, mostQueries, 1), queryTiles = (T + queryTile - 1) / queryTile;

  Scratch scratch;
  const int64_t words = rowOf<Kind>(size);
  float* keysT = scratch.floats(up(keyTile, panel) * words);
  float* valuesT = scratch.floats(up(keyTile, panel) * words);
  float* keysN = scratch.floats(inWords<Kind>(keyTile) * up(padded, panel));
  float* queries = scratch.floats(queryTile * words);
  float* grads = scratch.floats(queryTile * words);
  float* scores = scratch.floats(up(queryTile, Kind::unit) * ld);
  float* slopes = scratch.floats(up(queryTile, Kind::unit) * ld);
  // The same numbers in words of other neighbours; where a word is one number, the same words.
  constexpr bool twice = Kind::unit > 1;
  float* queriesN = twice ? scratch.floats(inWords<Kind>(queryTile) * padded) : queries;
  float* gradsN = twice ? scratch.floats(inWords<Kind>(queryTile) * padded) : grads;
  float* slopesInRows = twice ? scratch.floats(queryTile * ld / Kind::unit) : slopes;
  const Right rightK{keysT, words * panel, panel}, rightV{valuesT, words * panel, panel};
  const Right rightKeysN{keysN, inWords<Kind>(keyTile) * panel, panel};
  const Right rightQ{queriesN, panel, padded}, rightGrad{gradsN, panel, padded};
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
          packTransposed<Kind>(g.k + at, plan.strideK, length, size, keysT);
          packTransposed<Kind>(g.v + at, plan.strideK, length, size, valuesT);
          packJoined<Kind>(g.k + at, plan.strideK, length, size, 1, keysN, rightKeysN);
          for (int64_t d = 0; d < length * padded; d += lanes)
            store(sumK + d, splat(0)), store(sumV + d, splat(0));
          packed = true;
        }
        const int64_t rows = some.end - some.begin, atQ = plan.atQ(batch, t0, head);
        float *dot = dots + member * T + t0, *logSum = lse2 + member * T + t0;
        bool& before = touched[member * queryTiles + i];
        for (int64_t r = 0; !before && r < rows; ++r) {
          dot[r] = dotRow<Kind>(g.out + atQ + r * plan.strideQ, g.grad + atQ + r * plan.strideQ, size);
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

        const float scale = plan.shape.scale * log2e;
        packRows<Kind>(g.q + atQ, plan.strideQ, rows, size, scale, queries);
        packRows<Kind>(g.grad + atQ, plan.strideQ, rows, size, 1, grads);
        if (twice) {
          packJoined<Kind>(g.q + atQ, plan.strideQ, rows, size, scale, queriesN, rightQ);
          packJoined<Kind>(g.grad + atQ, plan.strideQ, rows, size, 1, gradsN, rightGrad);
        }
        multiplySeen<Kind>(blocks, seen, queries, size, rightK, length, scores, ld, ahead);
        multiplySeen<Kind>(blocks, seen, grads, size, rightV, length, slopes, ld, ahead);

        for (int b = 0; b < blocks.count; ++b) {
          const int64_t r = blocks.start[b], end = blocks.start[b + 1];
          const Chunks chunks(seen[b], mine[r], mine[end - 1]);
          // A block of keys reads the words of rows that see any of it: up to rowBlock places beside what a row sees.
          const Range wide{least(down(clamp(mine[r].begin - rowBlock, 0, length), lanes), chunks.some.begin),
                           most(up(clamp(mine[end - 1].end + rowBlock, 0, length), lanes), chunks.some.end)};
          for (int64_t i = r; bias != 0 && i < end; ++i) {
            addDistance(scores + i * ld, chunks.some, bias, sight.offset + t0 + i - k0);
          }
          slope<Kind>(end - r, scores + r * ld, slopes + r * ld, slopesInRows + r * ld / Kind::unit, ld, wide, chunks,
                      mine + r, {logSum + r, dot + r});
        }

        // gradV += Pᵀ·grad, gradK += dSᵀ·q: a block of keys meets the queries that see any of it.
        int64_t from = 0, to = 0;
        for (int b = 0; b < keyBlocks.count; ++b) {
          const int64_t s = keyBlocks.start[b], next = keyBlocks.start[b + 1];
          while (from < rows && mine[from].end <= s) ++from;
          if (to < from) to = from;
          while (to < rows && mine[to].begin < next) ++to;
          if (from >= to) continue;
          const Range deep = inWords<Kind>(Range{from, to});
          const int64_t at = deep.begin * Kind::unit * ld + s, depth = deep.end - deep.begin;
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply<Kind>(keyBlocks.rows(b), scores + at, 1, Kind::unit * ld, rightGrad, j, deep.begin,
                           sumV + s * padded, padded, padded, depth, true);
            ahead.step();
          }
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply<Kind>(keyBlocks.rows(b), slopes + at, 1, Kind::unit * ld, rightQ, j, deep.begin,
                           sumK + s * padded, padded, padded, depth, true);
            ahead.step();
          }
        }

        for (int64_t j = 0; j * panel < padded; ++j) {
          for (int b = 0; b < blocks.count; ++b) {
            const int64_t r = blocks.start[b];
            const Range deep = inWords<Kind>(seen[b]);
            multiply<Kind>(blocks.rows(b), slopesInRows + r * ld / Kind::unit + deep.begin, ld / Kind::unit, 1, rightKeysN,
                           j, deep.begin, product + r * padded, padded, padded, deep.end - deep.begin, false);
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

/** All heads. */
template <class Kind>
static void backward(const AttentionShape& shape, const Gradients& g) {
  if (shape.queries + shape.keys == 0) return;
  const Plan plan(shape);
  parallelTasks(shape.batch * shape.kvHeads,
                [&](int64_t pair) { backwardPair<Kind>(plan, g, pair / shape.kvHeads, pair % shape.kvHeads); });
}

}  // namespace flash
