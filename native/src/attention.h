// What attention and rotary embedding are told: the C++ side of AttentionArgs and RotaryArgs
// (src/tensor/kernels.ts).
#pragma once
#include <cstdint>

namespace inkstone {

/**
 * q, out [batch, queries, heads, headSize]; k, v [batch, keys, kvHeads, headSize]; lse [batch, heads,
 * queries]. All but lse are f32, or all are bf16.
 */
struct AttentionShape {
  int64_t batch = 1, queries = 0, keys = 0, heads = 1, kvHeads = 1, headSize = 1;
  /** From one token to the next in q, and in k and v, in numbers; their gradients lie the same way. 0: nothing lies between. */
  int64_t rowQ = 0, rowK = 0;
  /** The arrays are bf16. */
  bool stored = false;
  float scale = 1;
  bool causal = false;
  /** What is multiplied (scaled queries, keys, values, weights, gradients) is rounded to bf16 first; sums stay f32. */
  bool bf16 = false;
  /** 0: no window. */
  int64_t window = 0;
  /** Each null, or: slopes [heads], the others [batch]. */
  const float* alibiSlopes = nullptr;
  const int32_t* prefixLengths = nullptr;
  const int32_t* keyStart = nullptr;
  const int32_t* keyEnd = nullptr;
  /** For decoding: pages[i] is where keys i·pageTokens … lie, counted in pages; null where all lie in a row. */
  const int32_t* pages = nullptr;
  int64_t pageTokens = 0;
};

/** One sequence of a batch: its queries are `queries` rows of q from `row` on, the last of its keys. */
struct PagedRequest {
  int64_t row = 0, queries = 0, keys = 0;
  const int32_t* pages = nullptr;
};

/**
 * Causal attention of many sequences. q, out [rows, heads, headSize]; k, v [pages, pageTokens, kvHeads, headSize]
 * with 8, 16, 32 or 64 pageTokens.
 */
struct PagedShape {
  int64_t heads = 1, kvHeads = 1, headSize = 1, pageTokens = 8;
  float scale = 1;
  /** Keys and values are bf16, not f32. */
  bool bf16 = false;
  /** Then queries, weights and results may be rounded to bf16 too. */
  bool rounds = false;
  int64_t window = 0;
  const float* alibiSlopes = nullptr;
  int64_t count = 0;
  const PagedRequest* requests = nullptr;
};

/**
 * x, out [rows, heads, headSize], both f32 or both bf16; cos, sin [places, rotarySize/2]. The positions repeat where there are
 * fewer than rows. The first `turning` heads turn.
 */
struct RotaryShape {
  int64_t rows = 0, positions = 1, heads = 1, turning = 1, headSize = 1, rotarySize = 0;
  bool interleaved = false, inverse = false, stored = false;
};

}  // namespace inkstone
