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
      p[m] = Kind::power(load(scores + m * ld + c) - known.lse2[m]);
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

/** x·y with y as products see it: so that what cancels against such products does. */
template <class Kind, class Element>
INKSTONE_INLINE float dotRow(const Element* x, const Element* y, int64_t size) {
  vf sum = splat(0);
  for (int64_t d = 0; d < size; d += Kind::unit * lanes) sum = Kind::dot(sum, x + d, y + d, size - d);
  return sumLanes(sum);
}

template <class Element>
struct Gradients {
  const Element *q, *k, *v, *out;
  const float* lse;
  const Element* grad;
  Element *gradQ, *gradK, *gradV;
};

/** The heads that share one key/value head of one sequence: nobody else adds to its gradK and gradV. */
template <class Kind, class Element>
static void backwardPair(const Plan& plan, const Gradients<Element>& g, int64_t batch, int64_t kvHead) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded, T = plan.shape.queries, S = plan.shape.keys;
  const int64_t keyTile = tileOf(S, backwardKeys, panel), ld = up(keyTile, panel) + 16;
  const int64_t queryTile = tileOf(T, mostQueries, 1), queryTiles = (T + queryTile - 1) / queryTile;

  [[maybe_unused]] typename Kind::Session session;
  Scratch scratch;
  const int64_t words = rowOf<Kind>(size), room = up(queryTile, Kind::rows), keyRoom = up(keyTile, Kind::rows);
  float* keysT = scratch.floats(up(keyTile, panel) * words);
  float* valuesT = scratch.floats(up(keyTile, panel) * words);
  float* keysN = scratch.floats(inWords<Kind>(keyTile) * up(padded, panel));
  float* queries = scratch.floats(room * words);
  float* grads = scratch.floats(room * words);
  float* scores = scratch.floats(up(room, Kind::unit) * ld);
  float* slopes = scratch.floats(up(room, Kind::unit) * ld);
  // The same numbers in words of other neighbours; where a word is one number, the same words.
  constexpr bool twice = Kind::unit > 1;
  float* queriesN = twice ? scratch.floats(inWords<Kind>(queryTile) * padded) : queries;
  float* gradsN = twice ? scratch.floats(inWords<Kind>(queryTile) * padded) : grads;
  float* slopesInRows = twice ? scratch.floats(room * ld / Kind::unit) : slopes;
  // Where products want words of a row side by side, rows of keys are made of those that join queries.
  constexpr bool turns = Kind::deep > 1;
  const int64_t ldT = inWords<Kind>(queryTile);
  float* weightsT = turns ? scratch.floats(keyRoom * ldT) : nullptr;
  float* slopesT = turns ? scratch.floats(keyRoom * ldT) : nullptr;
  const Right rightK{keysT, words * panel, panel}, rightV{valuesT, words * panel, panel};
  const Right rightKeysN{keysN, inWords<Kind>(keyTile) * panel, panel};
  const Right rightQ{queriesN, panel, padded}, rightGrad{gradsN, panel, padded};
  float* product = scratch.floats(room * padded);
  float* sumK = scratch.floats(keyRoom * padded);
  float* sumV = scratch.floats(keyRoom * padded);
  float* sumQ = keyTile < S ? scratch.floats(plan.group * T * padded) : nullptr;
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
        const Range union_ = sight.of(some);
        if (overlap(union_, tile).empty()) continue;
        const bool last = union_.end <= tile.end;
        if (!packed) {
          packTransposed<Kind>(g.k + at, plan.strideK, length, size, keysT);
          packTransposed<Kind>(g.v + at, plan.strideK, length, size, valuesT);
          packJoined<Kind>(g.k + at, plan.strideK, length, size, keysN, rightKeysN);
          for (int64_t d = 0; d < length * padded; d += lanes)
            store(sumK + d, splat(0)), store(sumV + d, splat(0));
          packed = true;
        }
        const int64_t rows = some.end - some.begin;
        const int64_t atQ = plan.atQ(batch, t0, head), atOut = plan.atOut(batch, t0, head);
        float *dot = dots + member * T + t0, *logSum = lse2 + member * T + t0;
        bool& before = touched[member * queryTiles + i];
        for (int64_t r = 0; !before && r < rows; ++r) {
          dot[r] = dotRow<Kind>(g.out + atOut + r * plan.strideOut, g.grad + atOut + r * plan.strideOut, size);
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
        if (last) ahead.add(g.gradQ + atQ, plan.strideQ, rows);
        const auto addQueries = [&](int64_t sequence, int64_t query, int64_t ofHead) {
          const int64_t count = least(queryTile, T - query), out = plan.atOut(sequence, query, ofHead);
          ahead.add(g.out + out, plan.strideOut, count);
          ahead.add(g.grad + out, plan.strideOut, count);
          ahead.add(g.q + plan.atQ(sequence, query, ofHead), plan.strideQ, count);
        };
        if (some.end < T) {
          addQueries(batch, some.end, head);
        } else if (member + 1 < plan.group) {
          addQueries(batch, 0, head + 1);
        } else {
          ahead.add(g.gradK + at, plan.strideK, length);
          ahead.add(g.gradV + at, plan.strideK, length);
          if (tile.end < S) {
            ahead.add(g.k + at + length * plan.strideK, plan.strideK, least(keyTile, S - tile.end));
            ahead.add(g.v + at + length * plan.strideK, plan.strideK, least(keyTile, S - tile.end));
          } else if (plan.next(batch, kvHead, following)) {
            ahead.add(g.k + plan.atK(following.batch, 0, following.kvHead), plan.strideK, keyTile);
            ahead.add(g.v + plan.atK(following.batch, 0, following.kvHead), plan.strideK, keyTile);
            addQueries(following.batch, 0, following.kvHead * plan.group);
          }
        }
        // About half of all that could be multiplied is seen.
        ahead.spread((blocks.count * (length + padded) + 2 * keyBlocks.count * padded) / panel / 2);

        const Left rowsQ = leftOf<Kind>(g.q + atQ, plan.strideQ, rows, size, queries);
        const Left rowsGrad = leftOf<Kind>(g.grad + atOut, plan.strideOut, rows, size, grads);
        if (twice) {
          packJoined<Kind>(g.q + atQ, plan.strideQ, rows, size, queriesN, rightQ);
          packJoined<Kind>(g.grad + atOut, plan.strideOut, rows, size, gradsN, rightGrad);
        }
        const float scale = plan.shape.scale;
        multiplySeen<Kind>(blocks, seen, rowsQ, size, rightK, length, scale * log2e, scores, ld, ahead);
        multiplySeen<Kind>(blocks, seen, rowsGrad, size, rightV, length, 1, slopes, ld, ahead);

        for (int b = 0; b < blocks.count; ++b) {
          const int64_t r = blocks.start[b], end = blocks.start[b + 1];
          const Chunks chunks(seen[b], mine[r], mine[end - 1]);
          // A block of keys reads the words of rows that see any of it: up to rowBlock places beside what a row sees.
          Range wide{least(down(clamp(mine[r].begin - rowBlock, 0, length), lanes), chunks.some.begin),
                     most(up(clamp(mine[end - 1].end + rowBlock, 0, length), lanes), chunks.some.end)};
          if (turns) wide = {0, up(length, panel)};
          for (int64_t i = r; bias != 0 && i < end; ++i) {
            addDistance(scores + i * ld, chunks.some, bias, sight.offset + t0 + i - k0);
          }
          slope<Kind>(end - r, scores + r * ld, slopes + r * ld, slopesInRows + r * ld / Kind::unit, ld, wide, chunks,
                      mine + r, {logSum + r, dot + r});
        }

        if (turns) {
          turnJoined<Kind>(scores, Kind::unit * ld, rows, length, weightsT, ldT);
          turnJoined<Kind>(slopes, Kind::unit * ld, rows, length, slopesT, ldT);
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
          const int64_t rowStride = turns ? ldT : 1, step = turns ? 1 : Kind::unit * ld;
          const int64_t at = s * rowStride + deep.begin * step, depth = deep.end - deep.begin;
          const float *weights = turns ? weightsT : scores, *ofSlopes = turns ? slopesT : slopes;
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply<Kind>(keyBlocks.rows(b), weights + at, rowStride, step, rightGrad, j, deep.begin, sumV + s * padded,
                           padded, padded, depth, true);
            ahead.step();
          }
          for (int64_t j = 0; j * panel < padded; ++j) {
            multiply<Kind>(keyBlocks.rows(b), ofSlopes + at, rowStride, step, rightQ, j, deep.begin, sumK + s * padded,
                           padded, padded, depth, true);
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
          float* total = sumQ + (member * T + t0 + r) * padded;
          const float* earlier = before ? total : nullptr;
          if (!last) writeRow(product + r * padded, earlier, 1, 1, total, padded);
          else writeRow(product + r * padded, earlier, 1, scale, g.gradQ + atQ + r * plan.strideQ, size);
        }
        before = true;
      }
    }

    for (int64_t s = 0; s < length; ++s) {
      Element *gradK = g.gradK + at + s * plan.strideK, *gradV = g.gradV + at + s * plan.strideK;
      if (packed) {
        writeRow(sumK + s * padded, nullptr, 0, plan.shape.scale, gradK, size);
        writeRow(sumV + s * padded, nullptr, 0, 1, gradV, size);
      } else {
        for (int64_t d = 0; d < size; ++d) gradK[d] = gradV[d] = 0;
      }
    }
  }

  for (int64_t member = 0; member < plan.group; ++member) {
    for (int64_t t = 0; t < T; ++t) {
      if (touched[member * queryTiles + t / queryTile]) continue;
      Element* row = g.gradQ + plan.atQ(batch, t, kvHead * plan.group + member);
      for (int64_t d = 0; d < size; ++d) row[d] = 0;
    }
  }
}

/** All heads; all but lse is stored as Element. */
template <class Kind, class Element>
static void backward(const AttentionShape& shape, const void* q, const void* k, const void* v, const void* out,
                     const float* lse, const void* grad, void* gradQ, void* gradK, void* gradV) {
  if (shape.queries + shape.keys == 0) return;
  const Plan plan(shape);
  const Gradients<Element> g{(const Element*)q,    (const Element*)k, (const Element*)v, (const Element*)out, lse,
                             (const Element*)grad, (Element*)gradQ,   (Element*)gradK,   (Element*)gradV};
  parallelTasks(shape.batch * shape.kvHeads,
                [&](int64_t pair) { backwardPair<Kind>(plan, g, pair / shape.kvHeads, pair % shape.kvHeads); });
}

}  // namespace flash
