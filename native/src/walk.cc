#include "walk.h"

namespace inkstone {

int64_t Walk::count() const {
  int64_t product = 1;
  for (int k = 0; k < axes; ++k) product *= shape[k];
  return product;
}

void Walk::merge() {
  int kept = 0;
  for (int axis = 0; axis < axes; ++axis) {
    if (shape[axis] == 1) continue;
    bool follows = kept > 0;
    for (int k = 0; k < operands && follows; ++k) {
      follows = stride[k][kept - 1] == stride[k][axis] * shape[axis];
    }
    const int to = follows ? kept - 1 : kept++;
    shape[to] = follows ? shape[to] * shape[axis] : shape[axis];
    for (int k = 0; k < operands; ++k) stride[k][to] = stride[k][axis];
  }
  if (kept == 0) {
    kept = 1;
    shape[0] = 1;
    for (int k = 0; k < operands; ++k) stride[k][0] = 0;
  }
  axes = kept;
}

void Walk::orderBy(int operand) {
  const auto size = [&](int axis) { return stride[operand][axis] < 0 ? -stride[operand][axis] : stride[operand][axis]; };
  const auto swap = [](int64_t& a, int64_t& b) {
    const int64_t c = a;
    a = b;
    b = c;
  };
  for (int i = 1; i < axes; ++i) {
    for (int j = i; j > 0 && size(j) > size(j - 1); --j) {
      swap(shape[j], shape[j - 1]);
      for (int k = 0; k < operands; ++k) swap(stride[k][j], stride[k][j - 1]);
    }
  }
}

void Walk::reach(int operand, int64_t& least, int64_t& most) const {
  least = most = 0;
  for (int axis = 0; axis < axes; ++axis) {
    const int64_t span = (shape[axis] - 1) * stride[operand][axis];
    (span < 0 ? least : most) += span;
  }
}

WalkRows::WalkRows(const Walk& w, int64_t row) : walk(w), at{} {
  for (int axis = w.axes - 2; axis >= 0; --axis) {
    index[axis] = row % w.shape[axis];
    row /= w.shape[axis];
    for (int k = 0; k < w.operands; ++k) at[k] += index[axis] * w.stride[k][axis];
  }
}

void WalkRows::carry() {
  for (int axis = walk.axes - 2; axis >= 0; --axis) {
    const bool carries = index[axis] == walk.shape[axis];
    if (!carries) return;
    index[axis] = 0;
    for (int k = 0; k < walk.operands; ++k) at[k] -= walk.stride[k][axis] * walk.shape[axis];
    if (axis == 0) return;
    ++index[axis - 1];
    for (int k = 0; k < walk.operands; ++k) at[k] += walk.stride[k][axis - 1];
  }
}

}  // namespace inkstone
