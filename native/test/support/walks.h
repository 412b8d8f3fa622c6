// Random walks for the tests, and a plain way through them.
#pragma once
#include "check.h"

namespace inkstone {

/** Places an operand needs so that every step of the walk (with strides ≥ 0) is inside. */
inline int64_t extent(const Walk& walk, int operand) {
  int64_t least, most;
  if (walk.count() == 0) return 0;
  walk.reach(operand, least, most);
  return most + 1;
}

/** body(i, at) for every place of the walk, in order. */
template <class Body>
void eachPlace(const Walk& walk, const Body& body) {
  std::vector<int64_t> index(Walk::maxAxes, 0);
  for (int64_t i = 0; i < walk.count(); ++i) {
    int64_t rest = i, at[Walk::maxOperands] = {};
    for (int axis = walk.axes - 1; axis >= 0; --axis) {
      const int64_t place = rest % walk.shape[axis];
      rest /= walk.shape[axis];
      for (int k = 0; k < walk.operands; ++k) at[k] += place * walk.stride[k][axis];
    }
    body(i, at);
  }
}

/** Contiguous operands of which each may repeat along some axes; now and then transposed, or empty. */
inline Walk broadcastWalk(Random& random, int operands) {
  static const int64_t sizes[] = {1, 2, 3, 5, 8, 17, 33, 64, 130};
  Walk walk;
  walk.axes = (int)random.below(5);
  walk.operands = operands;
  int64_t total = 1;
  for (int axis = 0; axis < walk.axes; ++axis) {
    int64_t size = sizes[random.below(9)];
    if (random.below(60) == 0) size = 0;
    if (total * size > 60000) size = 1;
    walk.shape[axis] = size;
    total *= size ? size : 1;
  }
  for (int k = 0; k < operands; ++k) {
    const bool repeats = random.below(2), swapped = walk.axes >= 2 && random.below(8) == 0;
    int order[Walk::maxAxes];
    for (int axis = 0; axis < walk.axes; ++axis) order[axis] = axis;
    if (swapped) order[walk.axes - 1] = walk.axes - 2, order[walk.axes - 2] = walk.axes - 1;
    int64_t stride = 1;
    for (int i = walk.axes - 1; i >= 0; --i) {
      const int axis = order[i];
      const bool same = repeats && random.below(2);
      walk.stride[k][axis] = same ? 0 : stride;
      if (!same) stride *= walk.shape[axis];
    }
  }
  return walk;
}

}  // namespace inkstone
