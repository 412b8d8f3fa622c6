// Moving elements: strided copies (slices, joins, transposes), fills, and casts between element types.

/** Element types as the adapter numbers them. */
enum ElementType { typeF32, typeBf16, typeF64, typeI32, typeU8, typeI8, typeQ8, typeQ4 };

/** For rows too short for a call of memcpy to pay. */
INKSTONE_INLINE void copyBytes(char* to, const char* from, int64_t n) {
  if (n >= 1024) {
    __builtin_memcpy(to, from, n);
  } else if (n >= 32) {
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) __builtin_memcpy(to + i, from + i, 32);
    if (i < n) __builtin_memcpy(to + n - 32, from + n - 32, 32);
  } else if (n >= 16) {
    __builtin_memcpy(to, from, 16);
    __builtin_memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 4) {
    for (int64_t i = 0; i + 4 <= n; i += 4) __builtin_memcpy(to + i, from + i, 4);
    __builtin_memcpy(to + n - 4, from + n - 4, 4);
  } else {
    for (int64_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

/** Past the caches. */
static void copyStreaming(char* to, const char* from, int64_t n) {
  int64_t i = -(int64_t)(uintptr_t)to & (INKSTONE_VECTOR_BYTES - 1);
  if (i > n) i = n;
  __builtin_memcpy(to, from, i);
  for (; i + INKSTONE_VECTOR_BYTES <= n; i += INKSTONE_VECTOR_BYTES) {
    vf v;
    __builtin_memcpy(&v, from + i, sizeof v);
    storeStreaming((float*)(to + i), v);
  }
  __builtin_memcpy(to + i, from + i, n - i);
}

/** Rows that lie together in both operands. */
static void copyRows(const char* x, char* out, const Walk& walk, int64_t elementBytes, bool streaming) {
  const int64_t stepX = rowStep(walk, 0) * elementBytes, stepOut = rowStep(walk, 1) * elementBytes;
  eachBlock(walk, 65536 / elementBytes, streaming, [=](int64_t, int64_t rows, int64_t n, const int64_t* at) {
    const int64_t bytes = n * elementBytes;
    const char* from = x + at[0] * elementBytes;
    char* to = out + at[1] * elementBytes;
    const bool past = streaming && bytes >= 256;
    for (int64_t row = 0; row < rows; ++row, from += stepX, to += stepOut) {
      if (past) copyStreaming(to, from, bytes);
      else copyBytes(to, from, bytes);
    }
  });
}

/** [a₀ b₀ a₁ b₁ …]: the lower and the upper half of two vectors, interleaved. */
INKSTONE_INLINE void interleave(vf a, vf b, vf& low, vf& high) {
#if INKSTONE_VECTOR_BYTES == 16
  low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
#elif INKSTONE_VECTOR_BYTES == 32
  low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#endif
}

/** A square of lanes × lanes floats; every round of interleaving halves with halves moves one bit of the place. */
INKSTONE_INLINE void transposeSquare(const float* x, int64_t stepX, float* out, int64_t stepOut) {
  vf r[lanes], t[lanes];
  for (int i = 0; i < lanes; ++i) r[i] = load(x + i * stepX);
  for (int round = 1; round < lanes; round *= 2) {
    for (int i = 0; i < lanes / 2; ++i) interleave(r[i], r[i + lanes / 2], t[2 * i], t[2 * i + 1]);
    for (int i = 0; i < lanes; ++i) r[i] = t[i];
  }
  for (int i = 0; i < lanes; ++i) store(out + i * stepOut, r[i]);
}

/** out[a·stepOut + b] = x[b·stepX + a] for a < countA, b < countB: a tile that fits in the caches. */
template <class T>
static void transposeTile(const T* x, int64_t stepX, T* out, int64_t stepOut, int64_t countA, int64_t countB) {
  int64_t a = 0;
  if (sizeof(T) == 4) {
    constexpr int64_t line = lanes > 16 ? lanes : 16;  // whole cache lines of both sides are finished together
    for (; a + lanes <= countA; a += line) {
      const int64_t endA = a + line <= countA ? a + line : a + (countA - a) / lanes * lanes;
      int64_t b = 0;
      for (; b + lanes <= countB; b += line) {
        const int64_t endB = b + line <= countB ? b + line : b + (countB - b) / lanes * lanes;
        for (int64_t i = a; i < endA; i += lanes) {
          for (int64_t j = b; j < endB; j += lanes) {
            transposeSquare((const float*)(x + j * stepX + i), stepX, (float*)(out + i * stepOut + j), stepOut);
          }
        }
        if (endB < b + line) {
          b = endB;
          break;
        }
      }
      for (; b < countB; ++b) {
        for (int64_t i = a; i < endA; ++i) out[i * stepOut + b] = x[b * stepX + i];
      }
      if (endA < a + line) {
        a = endA;
        break;
      }
    }
  }
  for (; a < countA; ++a) {
    for (int64_t b = 0; b < countB; ++b) out[a * stepOut + b] = x[b * stepX + a];
  }
}

/** The last axis is contiguous in out, `axisA` in x; tiles of 128 × 128, all other axes around. */
template <class T>
static void transposeWalk(const T* x, T* out, const Walk& walk, int axisA) {
  constexpr int64_t tile = 128;
  const int last = walk.axes - 1;
  const int64_t countA = walk.shape[axisA], countB = walk.shape[last];
  const int64_t stepX = walk.stride[0][last], stepOut = walk.stride[1][axisA];
  Walk around = walk;  // axis A taken out; the last axis stays as the one that WalkRows does not step through
  for (int axis = axisA; axis < last; ++axis) {
    around.shape[axis] = around.shape[axis + 1];
    for (int k = 0; k < 2; ++k) around.stride[k][axis] = around.stride[k][axis + 1];
  }
  --around.axes;
  const int64_t tilesA = (countA + tile - 1) / tile, tilesB = (countB + tile - 1) / tile;
  const int64_t tilesEach = tilesA * tilesB, outer = around.count() / countB;
  const int64_t work = (countA < tile ? countA : tile) * (countB < tile ? countB : tile);
  parallelFor(outer * tilesEach, work < moveGrain ? moveGrain / work : 1, [&](int64_t begin, int64_t end) {
    WalkRows place(around, begin / tilesEach);
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin && i % tilesEach == 0) place.advance(1);
      const int64_t a = i % tilesEach / tilesB * tile, b = i % tilesB * tile;
      transposeTile(x + place.at[0] + b * stepX + a, stepX, out + place.at[1] + a * stepOut + b, stepOut,
                    countA - a < tile ? countA - a : tile, countB - b < tile ? countB - b : tile);
    }
  });
}

template <class T>
static void copyWalk(const T* x, T* out, const Walk& walk) {
  const int last = walk.axes - 1;
  if (walk.stride[1][last] == 1 && walk.stride[0][last] != 1) {
    for (int axis = 0; axis < last; ++axis) {
      if (walk.stride[0][axis] == 1) return transposeWalk(x, out, walk, axis);
    }
  }
  const int64_t stepX = walk.stride[0][last], stepOut = walk.stride[1][last];
  const int64_t rowX = rowStep(walk, 0), rowOut = rowStep(walk, 1);
  eachBlock(walk, moveGrain, false, [=](int64_t, int64_t rows, int64_t n, const int64_t* at) {
    for (int64_t row = 0; row < rows; ++row) {
      const T* from = x + at[0] + row * rowX;
      T* to = out + at[1] + row * rowOut;
      if (stepX == 0 && stepOut == 1) {
        const T value = *from;
        for (int64_t i = 0; i < n; ++i) to[i] = value;
      } else {
        for (int64_t i = 0; i < n; ++i) to[i * stepOut] = from[i * stepX];
      }
    }
  });
}

/** out[walk(1)] = x[walk(0)] for elements of 1, 2, 4 or 8 bytes. */
static void copyStrided(const void* x, void* out, int64_t elementBytes, const Walk& given) {
  RAN("copyStrided");
  Walk walk = given;
  if (walk.count() == 0) return;
  walk.merge();
  walk.orderBy(1);
  walk.merge();
  const int last = walk.axes - 1;
  if (walk.stride[0][last] == 1 && walk.stride[1][last] == 1) {
    const bool streaming = walk.count() * elementBytes >= streamingBytes();
    return copyRows((const char*)x, (char*)out, walk, elementBytes, streaming);
  }
  switch (elementBytes) {
    case 1: return copyWalk((const uint8_t*)x, (uint8_t*)out, walk);
    case 2: return copyWalk((const uint16_t*)x, (uint16_t*)out, walk);
    case 4: return copyWalk((const uint32_t*)x, (uint32_t*)out, walk);
    case 8: return copyWalk((const uint64_t*)x, (uint64_t*)out, walk);
  }
}

/** `pattern` is the element, repeated to 8 bytes. */
static void fill(void* out, int64_t bytes, uint64_t pattern) {
  RAN("fill");
  const bool streaming = bytes >= streamingBytes();
  parallelFor(bytes, 65536, [=](int64_t begin, int64_t end) {
    uint64_t block[INKSTONE_VECTOR_BYTES / 8];
    for (uint64_t& word : block) word = pattern;
    char* to = (char*)out + begin;
    const int64_t n = end - begin;
    // The pattern starts anew at every multiple of the element, so also at every vector's boundary of `out`.
    int64_t i = streaming ? -(int64_t)(uintptr_t)to & (INKSTONE_VECTOR_BYTES - 1) : 0;
    if (i > n) i = n;
    __builtin_memcpy(to, block, i);
    vf v;
    __builtin_memcpy(&v, block, sizeof v);
    if (streaming) {
      for (; i + INKSTONE_VECTOR_BYTES <= n; i += INKSTONE_VECTOR_BYTES) storeStreaming((float*)(to + i), v);
      streamingFence();
    } else {
      for (; i + INKSTONE_VECTOR_BYTES <= n; i += INKSTONE_VECTOR_BYTES) __builtin_memcpy(to + i, &v, sizeof v);
    }
    __builtin_memcpy(to + i, block, n - i);
  });
}

// ---- casts --------------------------------------------------------------------------------------------------------------

/** A float truncated to an integer; beyond 32 bits the low ones are kept, NaN and ±∞ give 0 (as typed arrays do). */
INKSTONE_INLINE int32_t truncated(double x) {
  if (x > -9e18 && x < 9e18) return (int32_t)(int64_t)x;
  if (!(x - x == 0)) return 0;
  return (int32_t)(int64_t)fmod(x, 4294967296.0);
}

struct Bf16 {
  uint16_t bits;
};
template <class T>
INKSTONE_INLINE double asNumber(T x) {
  return x;
}
INKSTONE_INLINE double asNumber(Bf16 x) { return fromBf16(x.bits); }

INKSTONE_INLINE void assign(float& to, double x) { to = (float)x; }
INKSTONE_INLINE void assign(double& to, double x) { to = x; }
INKSTONE_INLINE void assign(Bf16& to, double x) { to.bits = toBf16((float)x); }
INKSTONE_INLINE void assign(int32_t& to, double x) { to = truncated(x); }
INKSTONE_INLINE void assign(uint8_t& to, double x) { to = (uint8_t)truncated(x); }
INKSTONE_INLINE void assign(int8_t& to, double x) { to = (int8_t)truncated(x); }

template <class From, class To>
static void castSpan(const From* x, To* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) assign(out[i], asNumber(x[i]));
}
static void castSpan(const float* x, Bf16* out, int64_t n) {
  uint16_t* to = (uint16_t*)out;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) storeBf16(to + i, load(x + i));
  for (; i < n; ++i) to[i] = toBf16(x[i]);
}
static void castSpan(const Bf16* x, float* out, int64_t n) {
  const uint16_t* from = (const uint16_t*)x;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) store(out + i, loadBf16(from + i));
  for (; i < n; ++i) out[i] = fromBf16(from[i]);
}
static void castSpan(const uint8_t* x, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i];
}
static void castSpan(const int32_t* x, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = (float)x[i];
}
static void castSpan(const float* x, double* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i];
}
static void castSpan(const double* x, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = (float)x[i];
}

template <class From, class To>
static void castAll(const From* x, To* out, int64_t n) {
  parallelFor(n, moveGrain, [=](int64_t begin, int64_t end) { castSpan(x + begin, out + begin, end - begin); });
}

template <class From>
static void castFrom(const From* x, void* out, int to, int64_t n) {
  switch (to) {
    case typeF32: return castAll(x, (float*)out, n);
    case typeBf16: return castAll(x, (Bf16*)out, n);
    case typeF64: return castAll(x, (double*)out, n);
    case typeI32: return castAll(x, (int32_t*)out, n);
    case typeU8: return castAll(x, (uint8_t*)out, n);
    case typeI8: return castAll(x, (int8_t*)out, n);
  }
}

/** n is a multiple of 32; Number is float or, as bf16, uint16_t. */
template <class Block, class Number>
static void castFromBlocks(const void* x, Number* out, int64_t n) {
  parallelFor(n / blockSize, moveGrain / blockSize, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      vf row[blockVectors];
      readBlock(((const Block*)x)[i], row);
#pragma GCC unroll 8
      for (int v = 0; v < blockVectors; ++v) storeKept(out + i * blockSize + v * lanes, row[v]);
    }
  });
}
template <class Block>
static void castToBlocks(const void* x, void* out, int64_t n) {
  parallelFor(n / blockSize, moveGrain / blockSize, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) writeBlock((const float*)x + i * blockSize, ((Block*)out)[i]);
  });
}

static void cast(const void* x, int from, void* out, int to, int64_t n) {
  RAN("cast");
  if (to == typeQ8) return castToBlocks<Q8Block>(x, out, n);
  if (to == typeQ4) return castToBlocks<Q4Block>(x, out, n);
  switch (from) {
    case typeF32: return castFrom((const float*)x, out, to, n);
    case typeBf16: return castFrom((const Bf16*)x, out, to, n);
    case typeF64: return castFrom((const double*)x, out, to, n);
    case typeI32: return castFrom((const int32_t*)x, out, to, n);
    case typeU8: return castFrom((const uint8_t*)x, out, to, n);
    case typeI8: return castFrom((const int8_t*)x, out, to, n);
    case typeQ8: return castFromBlocks<Q8Block>(x, (float*)out, n);
    case typeQ4: return castFromBlocks<Q4Block>(x, (float*)out, n);
  }
}

static void fillCopy(KernelTable& table) {
  table.copyStrided = copyStrided;
  table.fill = fill;
  table.cast = cast;
}
