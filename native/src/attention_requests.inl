// One request of many over keys and values that lie in pages: as attention by itself.

namespace flash {

static AttentionShape shapeOf(const PagedShape& s, const PagedRequest& request) {
  AttentionShape shape;
  shape.queries = request.queries, shape.keys = request.keys;
  shape.heads = s.heads, shape.kvHeads = s.kvHeads, shape.headSize = s.headSize;
  shape.scale = s.scale, shape.causal = true, shape.window = s.window, shape.alibiSlopes = s.alibiSlopes;
  shape.pages = request.pages, shape.pageTokens = s.pageTokens;
  return shape;
}

/** The pages of a request in a row: where they lie so already, or laid so in `room`. */
template <class To, class Kept>
static const To* inRow(const Kept* pages, const PagedShape& s, const PagedRequest& request, Scratch& room) {
  const int64_t page = s.pageTokens * s.kvHeads * s.headSize, count = (request.keys + s.pageTokens - 1) / s.pageTokens;
  bool inOrder = true;
  for (int64_t i = 1; i < count; ++i) inOrder = inOrder && request.pages[i] == request.pages[0] + i;
  if constexpr (sizeof(Kept) == sizeof(To)) {
    if (inOrder) return pages + request.pages[0] * page;
  }
  To* row = room.take<To>(count * page);
  parallelFor(count, most(1, (int64_t(1) << 15) / page), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) keep(pages + request.pages[i] * page, row + i * page, page);
  });
  return row;
}

}  // namespace flash
