// Reads strided walks from JavaScript and checks that every step stays inside the arrays.
#pragma once
#include "napi.h"
#include "walk.h"

namespace inkstone {

/**
 * A Float64Array of [axes, shape…, strides of operand 0…, strides of operand 1…, …], as `packWalk` of
 * src/tensor/native/walk.ts makes it.
 */
Walk readWalk(Args& args, int index, int operands);
/** Fails unless operand k, starting at `offset`, stays within `length` elements. */
void checkReach(Args& args, const Walk& walk, int operand, int64_t offset, int64_t length, const char* name);

}  // namespace inkstone
