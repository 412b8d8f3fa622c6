// What attention and rotary embedding are told: the C++ side of AttentionArgs and RotaryArgs
// (src/tensor/kernels.ts).
#pragma once
#include <cstdint>

namespace inkstone {

/**
 * q, out [batch, queries, heads, headSize]; k, v [batch, keys, kvHeads, headSize]; lse [batch, heads,
 * queries].
 */
struct AttentionShape {
  int64_t batch = 1, queries = 0, keys = 0, heads = 1, kvHeads = 1, headSize = 1;
  float scale = 1;
  bool causal = false;
  /** 0: no window. */
  int64_t window = 0;
  /** Each null, or: slopes [heads], the others [batch]. */
  const float* alibiSlopes = nullptr;
  const int32_t* prefixLengths = nullptr;
  const int32_t* keyStart = nullptr;
  const int32_t* keyEnd = nullptr;
};

/** x, out [rows, heads, headSize]; cos, sin [positions, rotarySize/2]. */
struct RotaryShape {
  int64_t rows = 0, heads = 1, headSize = 1, rotarySize = 0;
  bool interleaved = false, inverse = false;
};

}  // namespace inkstone
