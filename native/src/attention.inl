// Attention, forward. Flash style (Dao et al. 2022; Milakov & Gimelshein 2018 for the running softmax):
// scores exist for one tile of queries × keys at a time. Scores are kept in units of log 2, so that 2^x does
// for e^x.

namespace flash {

constexpr int64_t forwardKeys = mostKeys;  // columns of a tile, at most

/** The running softmax of one row: largest score, and the sum of 2^(score − largest). */
struct Running {
  float largest, sum;
};

/**
 * Scores of M rows become words of 2^(score − largest) over their chunks (0 where hidden). Updates the running values;
 * `shrink` receives the exponents by which earlier sums and outputs shrink. Several rows at a time hide each
 * other's waits.
 */
template <class Kind, int M>
static void softenRows(float* rows, int64_t ld, const Chunks& chunks, const Range* seen, Running* running,
                       float* shrink) {
  const Range some = chunks.some;
  vf top[M], sum[M], largest[M];
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    hide(rows + m * ld, chunks, seen[m]);
    top[m] = splat(running[m].largest);
    sum[m] = splat(0);
  }
  for (int64_t c = some.begin; c < some.end; c += lanes) {
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) top[m] = vmax(load(rows + m * ld + c), top[m]);
  }
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    const float before = running[m].largest, now = maxLanes(top[m]);
    shrink[m] = before == now ? 0 : before - now;
    running[m].largest = now;
    largest[m] = splat(now == -__builtin_inff() ? 0 : now);  // nothing seen so far
  }
  for (int64_t c = some.begin; c < some.end; c += lanes) {
    INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
      const vf p = Kind::power(load(rows + m * ld + c) - largest[m]);
      sum[m] += p;
      Kind::storeInRow(rows + m * ld, c, p);
    }
  }
  INKSTONE_UNROLL for (int m = 0; m < M; ++m) {
    float& total = running[m].sum;
    total = (total == 0 ? 0 : total * exp2Below(splat(shrink[m]))[0]) + sumLanes(sum[m]);
  }
}

/** The same for any number of rows. */
template <class Kind>
static void soften(int64_t count, float* rows, int64_t ld, const Chunks& chunks, const Range* seen,
                   Running* running, float* shrink) {
  int64_t r = 0;
  for (; r + 3 <= count; r += 3) softenRows<Kind, 3>(rows + r * ld, ld, chunks, seen + r, running + r, shrink + r);
  if (count - r == 2) softenRows<Kind, 2>(rows + r * ld, ld, chunks, seen + r, running + r, shrink + r);
  if (count - r == 1) softenRows<Kind, 1>(rows + r * ld, ld, chunks, seen + r, running + r, shrink + r);
}

/** The queries `rows` of the heads that share one key/value head. */
template <class Kind, class Element>
static void forwardRows(const Plan& plan, const Element* q, const Element* k, const Element* v, Element* out,
                        float* lse, int64_t batch, int64_t kvHead, Range rows) {
  const Sight sight(plan.shape, batch);
  const int64_t size = plan.size, padded = plan.padded;
  // Tiles of keys are cut for all queries, so that the result does not depend on how queries are shared.
  Range keys = sight.of(Range{0, plan.shape.queries});
  keys.begin = down(keys.begin, lanes);
  const int64_t keyTile = tileOf(keys.end - keys.begin, forwardKeys, panel), ld = up(keyTile, panel) + 16;
  const int64_t queryTile = tileOf(rows.end - rows.begin, mostQueries, 1);

  [[maybe_unused]] typename Kind::Session session;
  Scratch scratch;
  const int64_t room = up(queryTile, Kind::rows);
  float* keysT = scratch.floats(up(keyTile, panel) * rowOf<Kind>(size));
  float* values = scratch.floats(inWords<Kind>(keyTile) * up(padded, panel));
  float* queries = scratch.floats(room * rowOf<Kind>(size));
  float* scores = scratch.floats(room * ld);
  float* product = scratch.floats(room * padded);
  const int64_t count = rows.end - rows.begin;
  float* sums = keyTile < keys.end - keys.begin ? scratch.floats(plan.group * count * padded) : nullptr;
  Running* running =
      static_cast<Running*>(scratch.bytes(plan.group * count * static_cast<int64_t>(sizeof(Running))));
  for (int64_t i = 0; i < plan.group * count; ++i) running[i] = {-__builtin_inff(), 0};

  Pair following;
  for (int64_t k0 = keys.begin; k0 < keys.end; k0 += keyTile) {
    const Range tile{k0, least(k0 + keyTile, keys.end)};
    if (overlap(sight.of(rows), tile).empty()) continue;
    const int64_t length = tile.end - tile.begin;
    const int64_t at = plan.atK(batch, k0, kvHead);
    const Right rightK{keysT, rowOf<Kind>(size) * panel, panel}, rightV{values, inWords<Kind>(keyTile) * panel, panel};
    packTransposed<Kind>(k + at, plan.strideK, length, size, keysT);
    packJoined<Kind>(v + at, plan.strideK, length, size, values, rightV);

    for (int64_t member = 0; member < plan.group; ++member) {
      const int64_t head = kvHead * plan.group + member;
      const float slope = plan.slope(head);
      for (int64_t t0 = rows.begin; t0 < rows.end; t0 += queryTile) {
        const Range some{t0, least(t0 + queryTile, rows.end)};
        const Range union_ = sight.of(some);
        if (overlap(union_, tile).empty()) continue;
        const bool first = union_.begin >= tile.begin, last = union_.end <= tile.end;
        const Blocks blocks(some.end - some.begin);
        Range seen[mostBlocks], mine[mostQueries];
        for (int64_t r = 0; r < some.end - some.begin; ++r) mine[r] = sight.of(t0 + r).from(k0);
        for (int b = 0; b < blocks.count; ++b) {
          seen[b] = within(sight.of(Range{t0 + blocks.start[b], t0 + blocks.start[b + 1]}), tile);
        }

        const Left rowsQ = leftOf<Kind>(q + plan.atQ(batch, t0, head), plan.strideQ, some.end - some.begin, size, queries);
        Ahead ahead(plan);
        if (last) ahead.add(out + plan.atOut(batch, t0, head), plan.strideOut, some.end - some.begin);
        if (some.end < rows.end) {
          const int64_t next = least(queryTile, rows.end - some.end);
          ahead.add(q + plan.atQ(batch, some.end, head), plan.strideQ, next);
        } else if (tile.end < keys.end) {
          const int64_t next = least(keyTile, keys.end - tile.end);
          ahead.add(k + plan.atK(batch, tile.end, kvHead), plan.strideK, next);
          ahead.add(v + plan.atK(batch, tile.end, kvHead), plan.strideK, next);
        } else if (plan.next(batch, kvHead, following)) {
          const int64_t at = plan.atK(following.batch, keys.begin, following.kvHead);
          ahead.add(k + at, plan.strideK, keyTile);
          ahead.add(v + at, plan.strideK, keyTile);
          ahead.add(q + plan.atQ(following.batch, rows.begin, following.kvHead * plan.group), plan.strideQ,
                    queryTile);
        }
        ahead.spread(blocks.count * (length / 2 + padded) / panel);
        multiplySeen<Kind>(blocks, seen, rowsQ, size, rightK, length, plan.shape.scale * log2e, scores, ld,
                           ahead);

        float shrink[mostQueries];
        Running* state = running + member * count + (t0 - rows.begin);
        for (int b = 0; b < blocks.count; ++b) {
          const int64_t r = blocks.start[b], end = blocks.start[b + 1];
          const Chunks chunks(seen[b], mine[r], mine[end - 1]);
          for (int64_t i = r; slope != 0 && i < end; ++i) {
            addDistance(scores + i * ld, chunks.some, slope, sight.offset + t0 + i - k0);
          }
          soften<Kind>(end - r, scores + r * ld, ld, chunks, mine + r, state + r, shrink + r);
          for (int64_t i = r; i < end; ++i) clearAround<Kind>(scores + i * ld, chunks.some);
        }

        for (int64_t j = 0; j * panel < padded; ++j) {
          for (int b = 0; b < blocks.count; ++b) {
            const int64_t r = blocks.start[b];
            const Range deep = inWords<Kind>(seen[b]);
            multiply<Kind>(blocks.rows(b), scores + r * ld + deep.begin, ld, 1, rightV, j, deep.begin,
                           product + r * padded, padded, padded, deep.end - deep.begin, false);
            ahead.step();
          }
        }

        for (int64_t r = 0; r < some.end - some.begin; ++r) {
          float* total = sums + (member * count + t0 + r - rows.begin) * padded;
          const float* before = first ? nullptr : total;
          const float old = first ? 0 : exp2Below(splat(shrink[r]))[0], sum = state[r].sum;
          if (!last) writeRow(product + r * padded, before, old, 1, total, padded);
          else writeRow(product + r * padded, before, old, sum == 0 ? 0 : 1 / sum, out + plan.atOut(batch, t0 + r, head), size);
        }
      }
    }
  }

  for (int64_t member = 0; member < plan.group; ++member) {
    const int64_t head = kvHead * plan.group + member;
    for (int64_t t = rows.begin; t < rows.end; ++t) {
      const Running& state = running[member * count + t - rows.begin];
      const bool blind = sight.of(t).empty();
      lse[plan.atLse(batch, head, t)] =
          blind ? -__builtin_inff() : (state.largest + __builtin_log2f(state.sum)) * ln2;
      if (!blind) continue;
      Element* row = out + plan.atOut(batch, t, head);
      for (int64_t d = 0; d < size; ++d) row[d] = 0;
    }
  }
}

/** All queries of all heads; all but lse is stored as Element. */
template <class Kind, class Element>
static void forward(const AttentionShape& shape, const void* q, const void* k, const void* v, void* out, float* lse) {
  const Plan plan(shape);
  const int64_t pairs = shape.batch * shape.kvHeads;
  if (pairs * shape.queries == 0) return;
  // Few pairs: queries are cut as well. Late queries see more keys than early ones, so early and late take
  // turns.
  const int64_t wanted = pairs >= 2 * threads() ? 1 : (4 * threads() + pairs - 1) / pairs;
  const int64_t piece = up((shape.queries + wanted - 1) / wanted, mostQueries);
  const int64_t pieces = (shape.queries + piece - 1) / piece;
  parallelTasks(pairs * pieces, [&](int64_t i) {
    const int64_t pair = i / pieces, turn = i % pieces;
    const int64_t at = turn % 2 ? pieces - 1 - turn / 2 : turn / 2;
    forwardRows<Kind>(plan, (const Element*)q, (const Element*)k, (const Element*)v, (Element*)out, lse, pair / shape.kvHeads,
                      pair % shape.kvHeads, {at * piece, least((at + 1) * piece, shape.queries)});
  });
}

}  // namespace flash
