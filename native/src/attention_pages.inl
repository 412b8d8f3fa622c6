// Attention of many sequences in one call, over keys and values that lie in pages (Kwon et al. 2023).

namespace flash {

/** Keys that some query of the request sees; the beginning of a page is where they begin. */
static Range keysOf(const AttentionShape& shape) {
  const Range all = Sight(shape, 0).of(Range{0, shape.queries});
  return {down(all.begin, shape.pageTokens), all.end};
}

/**
 * Keys of one task. Short texts are cut finely, for several threads; all are cut alike in any batch and with any number of
 * threads, so that their results are the same.
 */
static int64_t partOf(Range keys) { return clamp(up((keys.end - keys.begin) / 8, decodeKeys), decodeKeys, 4 * decodeKeys); }
static int64_t partsOf(Range keys) { return most(1, (keys.end - keys.begin + partOf(keys) - 1) / partOf(keys)); }

/** Requests of few queries: all their parts at once. */
template <class Kept>
static void decodePaged(const float* q, const Kept* k, const Kept* v, float* out, const PagedShape& s,
                        const PagedRequest* requests, int64_t count) {
  struct Task {
    int64_t request, part;
  };
  Scratch scratch;
  int64_t tasks = 0;
  int64_t* first = static_cast<int64_t*>(scratch.bytes((count + 1) * 8));
  for (int64_t i = 0; i < count; ++i) {
    first[i] = tasks;
    tasks += partsOf(keysOf(shapeOf(s, requests[i])));
  }
  first[count] = tasks;
  Task* work = static_cast<Task*>(scratch.bytes(tasks * static_cast<int64_t>(sizeof(Task))));
  Partial* parts = static_cast<Partial*>(scratch.bytes(tasks * static_cast<int64_t>(sizeof(Partial))));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t rows = s.heads * requests[i].queries;
    for (int64_t at = first[i]; at < first[i + 1]; ++at) {
      work[at] = {i, at - first[i]};
      parts[at].sums = scratch.floats(rows * up(s.headSize, lanes));
      parts[at].running = static_cast<Running*>(scratch.bytes(rows * static_cast<int64_t>(sizeof(Running))));
    }
  }
  const int64_t row = s.heads * s.headSize;
  const auto join = [&](int64_t i) {
    const AttentionShape shape = shapeOf(s, requests[i]);
    const Plan plan(shape);
    for (int64_t r = 0; r < s.heads * shape.queries; ++r) {
      joinParts(parts + first[i], first[i + 1] - first[i], r, plan.padded, plan.size,
                out + requests[i].row * row + plan.atQ(0, r % shape.queries, r / shape.queries));
    }
  };
  parallelTasks(tasks, [&](int64_t at) {
    const int64_t i = work[at].request;
    const AttentionShape shape = shapeOf(s, requests[i]);
    const Range keys = keysOf(shape);
    const int64_t length = partOf(keys), begin = keys.begin + work[at].part * length;
    decodePart(Plan(shape), q + requests[i].row * row, k, v, 0, {begin, least(begin + length, keys.end)}, parts[at]);
    if (first[i + 1] - first[i] == 1) join(i);
  });
  for (int64_t i = 0; i < count; ++i) {
    if (first[i + 1] - first[i] > 1) join(i);
  }
}

/** Many queries: the pages are laid in a row first. */
template <class Kept>
static void readPaged(const float* q, const Kept* k, const Kept* v, float* out, const PagedShape& s,
                      const PagedRequest& request) {
  Scratch scratch;
  const float *keys = inRow<float>(k, s, request, scratch), *values = inRow<float>(v, s, request, scratch);
  AttentionShape shape = shapeOf(s, request);
  shape.pages = nullptr;
  const int64_t row = s.heads * s.headSize;
  attention(q + request.row * row, keys, values, out + request.row * row, scratch.floats(s.heads * request.queries),
            shape);
}

template <class Kept>
static void attentionOver(const float* q, const Kept* k, const Kept* v, float* out, const PagedShape& s) {
  Scratch scratch;
  PagedRequest* few =
      static_cast<PagedRequest*>(scratch.bytes(s.count * static_cast<int64_t>(sizeof(PagedRequest))));
  int64_t count = 0;
  for (int64_t i = 0; i < s.count; ++i) {
    const PagedRequest& request = s.requests[i];
    if (request.queries <= decodeQueries) {
      few[count++] = request;
    } else {
      readPaged(q, k, v, out, s, request);
    }
  }
  if (count > 0) decodePaged(q, k, v, out, s, few, count);
}

}  // namespace flash

static void attentionPaged(const float* q, const void* k, const void* v, float* out, const PagedShape& s) {
  RAN("attentionPaged");
  if (s.bf16) {
    flash::attentionOver(q, (const uint16_t*)k, (const uint16_t*)v, out, s);
  } else {
    flash::attentionOver(q, (const float*)k, (const float*)v, out, s);
  }
}
