#include "glue_walk.h"

#include <cmath>

namespace inkstone {

Walk readWalk(Args& args, int index, int operands) {
  Walk walk;
  walk.operands = operands;
  const double* packed = args.f64(index, 1);
  if (!args.ok()) return walk;
  const double axes = packed[0];
  if (!(axes >= 0 && axes <= Walk::maxAxes)) {
    args.fail("a walk has at most %d axes, got %g", Walk::maxAxes, axes);
    return walk;
  }
  walk.axes = static_cast<int>(axes);
  packed = args.f64(index, 1 + walk.axes * (1 + operands));
  if (!args.ok()) return walk;
  constexpr double most = 4503599627370496.0;  // 2⁵²
  int64_t count = 1;
  for (int axis = 0; axis < walk.axes; ++axis) {
    const double size = packed[1 + axis];
    walk.shape[axis] = size >= 0 && size <= most ? static_cast<int64_t>(size) : -1;
    count = sizeOf(count, walk.shape[axis]);
    if (count < 0) {
      args.fail("size %g of axis %d does not fit", size, axis);
      return walk;
    }
    for (int k = 0; k < operands; ++k) {
      const double stride = packed[1 + walk.axes * (1 + k) + axis];
      if (!(std::fabs(stride) <= most) || (size > 1 && std::fabs(stride) * size > most)) {
        args.fail("stride %g of axis %d does not fit", stride, axis);
        return walk;
      }
      walk.stride[k][axis] = static_cast<int64_t>(stride);
    }
  }
  return walk;
}

void checkReach(Args& args, const Walk& walk, int operand, int64_t offset, int64_t length, const char* name) {
  if (!args.ok() || walk.count() == 0) return;
  int64_t least, most;
  walk.reach(operand, least, most);
  if (offset + least < 0 || offset + most >= length) {
    args.fail("%s has %lld elements, places %lld to %lld are needed", name, static_cast<long long>(length),
              static_cast<long long>(offset + least), static_cast<long long>(offset + most));
  }
}

}  // namespace inkstone
