// A strided walk over an n-d array with up to three operands: how kernels see broadcasting, slices and transposes.
#pragma once
#include <cstdint>

namespace inkstone {

struct Walk {
  static constexpr int maxAxes = 16, maxOperands = 3;

  int axes = 0, operands = 0;
  int64_t shape[maxAxes];
  /** stride[operand][axis], in elements. */
  int64_t stride[maxOperands][maxAxes] = {};

  int64_t count() const;
  /** Drops axes of size 1 and joins axes that lie one behind the other for every operand. */
  void merge();
  /** Orders the axes by falling stride of one operand; only for walks whose order does not matter (copies). */
  void orderBy(int operand);
  /** The least and the largest place that an operand reaches, from 0. */
  void reach(int operand, int64_t& least, int64_t& most) const;
};

/** Steps through the rows (all axes but the last) of a walk; `at` says where each operand's row starts. */
class WalkRows {
 public:
  const Walk& walk;
  int64_t index[Walk::maxAxes];
  int64_t at[Walk::maxOperands];

  WalkRows(const Walk& w, int64_t row);
  /** How many rows from here lie at even steps: along the last axis but one. */
  int64_t left() const { return walk.axes < 2 ? 1 : walk.shape[walk.axes - 2] - index[walk.axes - 2]; }
  /** Goes on by at most left() rows. */
  void advance(int64_t rows) {
    const int axis = walk.axes - 2;
    if (axis < 0) return;
    for (int k = 0; k < walk.operands; ++k) at[k] += rows * walk.stride[k][axis];
    index[axis] += rows;
    if (index[axis] == walk.shape[axis]) carry();
  }

 private:
  void carry();
};

}  // namespace inkstone
