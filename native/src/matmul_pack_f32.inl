// How a and b are packed for the f32 tiles.

/** Rows and depth of op(a): in place, or k-major in panels of tileRows. */
template <class Read>
static PanelsOfA<float> packPanelsOfA(const Matmul& s, Range rows, Range depth, Scratch& scratch) {
  const int64_t panels = (rows.size() + tileRows - 1) / tileRows, panel = panelSize<float>(depth.size(), tileRows);
  const int64_t ld = s.transA ? s.m : s.k;
  float* to = scratch.floats(panels * panel);
  parallelFor(panels, most(4, least(64, panels / (2 * threads()))), [&](int64_t begin, int64_t end) {
    const int64_t i = rows.begin + begin * tileRows, width = least(rows.begin + end * tileRows, rows.end) - i;
    // The columns of aᵀ are rows of a: what is transposed for b is not for a.
    packPanels<Read, tileRows>(s.a, ld, !s.transA, depth.begin, depth.size(), i, width, to + begin * panel);
  });
  return {to, tileRows, panel, true};
}
static PanelsOfA<float> panelsOfA(KernelF32, const Matmul& s, Range rows, Range depth, Scratch& scratch) {
  if (!KernelF32::packsA(s)) return {s.a + rows.begin * s.k + depth.begin, s.k, tileRows * s.k, false};
  if (s.bf16) return packPanelsOfA<ReadRounded>(s, rows, depth, scratch);
  return packPanelsOfA<ReadF32>(s, rows, depth, scratch);
}

/** Packs some columns of rows p0 … p0 + k of op(b). */
static void packB(KernelF32, const Matmul& s, int64_t p0, int64_t k, Range columns, float* to) {
  const int64_t ld = s.transB ? s.k : s.n, j = columns.begin, width = columns.size();
  if (s.bIsBf16) packPanels<ReadBf16, tileCols>((const uint16_t*)s.b, ld, s.transB, p0, k, j, width, to);
  else if (s.bf16) packPanels<ReadRounded, tileCols>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
  else packPanels<ReadF32, tileCols>((const float*)s.b, ld, s.transB, p0, k, j, width, to);
}
