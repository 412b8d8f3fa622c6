// Elementwise kernels: f32 in, f32 out (comparisons give bytes). Codes are places in the lists of src/tensor/kernels.ts.

// ---- one input --------------------------------------------------------------------------------------------------------

INKSTONE_INLINE vf perLane(vf x, float (*f)(float)) {
  for (int i = 0; i < lanes; ++i) x[i] = f(x[i]);
  return x;
}

static void unary(int code, const float* x, float* out, int64_t n) {
  RAN("unary");
  const bool fresh = x != out;
#define INKSTONE_UNARY(PLACE, GRAIN, FORMULA)                                    \
  case PLACE:                                                                    \
    return mapFlat(out, n, GRAIN, fresh, [=](int64_t i, auto part) INKSTONE_FLAT { \
      const vf v = part.get(x + i);                                              \
      return FORMULA;                                                            \
    });
  switch (code) {
    INKSTONE_UNARY(0, moveGrain, -v)
    INKSTONE_UNARY(1, moveGrain, vabs(v))
    INKSTONE_UNARY(2, moveGrain, v > 0.0f ? splat(1) : (v < 0.0f ? splat(-1) : splat(0)))
    INKSTONE_UNARY(3, mathGrain, vexp(v))
    INKSTONE_UNARY(4, mathGrain, vlog(v))
    INKSTONE_UNARY(5, moveGrain, vsqrt(v))
    INKSTONE_UNARY(6, moveGrain, 1.0f / vsqrt(v))
    INKSTONE_UNARY(7, moveGrain, 1.0f / v)
    INKSTONE_UNARY(8, moveGrain, v * v)
    INKSTONE_UNARY(9, mathGrain, perLane(v, sinf))
    INKSTONE_UNARY(10, mathGrain, perLane(v, cosf))
    INKSTONE_UNARY(11, mathGrain, vtanh(v))
    INKSTONE_UNARY(12, mathGrain, verf(v))
    INKSTONE_UNARY(13, mathGrain, sigmoid(v))
    INKSTONE_UNARY(14, mathGrain, softplus(v))
    INKSTONE_UNARY(15, moveGrain, relu(v))
    INKSTONE_UNARY(16, mathGrain, gelu(v))
    INKSTONE_UNARY(17, mathGrain, geluTanh(v))
    INKSTONE_UNARY(18, mathGrain, silu(v))
  }
#undef INKSTONE_UNARY
}

static void affine(const float* x, float* out, int64_t n, float scale, float shift) {
  RAN("affine");
  mapFlat(out, n, moveGrain, x != out,
          [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(x + i) * scale + shift; });
}

/** out += alpha·x. */
static void axpy(const float* x, float* out, int64_t n, float alpha) {
  RAN("axpy");
  mapFlat(out, n, moveGrain, false,
          [=](int64_t i, auto part) INKSTONE_FLAT { return part.get(out + i) + alpha * part.get(x + i); });
}

// ---- two inputs, broadcast ----------------------------------------------------------------------------------------------

/** How an operand of a row is read: every element, one for all, or every stride-th. */
struct Along {
  const float* p;
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part) const {
    return part.get(p + i);
  }
};
struct Same {
  vf value;
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t, Part) const {
    return value;
  }
};
struct Strided {
  const float* p;
  int64_t stride;
  template <class Part>
  INKSTONE_MEMBER vf at(int64_t i, Part part) const {
    float lane[lanes] = {};
    for (int64_t k = 0; k < part.count; ++k) lane[k] = p[(i + k) * stride];
    return load(lane);
  }
};

/** body(x reader, y reader) with the readers that these strides allow. */
template <class Body>
INKSTONE_INLINE void withReaders(const float* x, int64_t stepX, const float* y, int64_t stepY, const Body& body) {
  if (stepX == 1 && stepY == 1) body(Along{x}, Along{y});
  else if (stepX == 1 && stepY == 0) body(Along{x}, Same{splat(*y)});
  else if (stepX == 0 && stepY == 1) body(Same{splat(*x)}, Along{y});
  else body(Strided{x, stepX}, Strided{y, stepY});
}

template <class F>
static void mapWalk(const float* x, const float* y, float* out, Walk walk, int64_t grain, const F& f) {
  walk.merge();
  const int last = walk.axes - 1;
  const int64_t stepX = walk.stride[0][last], stepY = walk.stride[1][last];
  const bool streaming = x != out && y != out && walk.count() * 4 >= streamingBytes() && walk.shape[last] >= 8 * lanes;
  const int64_t rowX = rowStep(walk, 0), rowY = rowStep(walk, 1);
  eachBlock(walk, grain, streaming, [=](int64_t start, int64_t rows, int64_t n, const int64_t* at) {
    for (int64_t row = 0; row < rows; ++row) {
      withReaders(x + at[0] + row * rowX, stepX, y + at[1] + row * rowY, stepY, [&](auto readX, auto readY) INKSTONE_FLAT {
        mapSpan(out + start + row * n, 0, n, streaming,
                [=](int64_t i, auto part) INKSTONE_FLAT { return f(readX.at(i, part), readY.at(i, part)); });
      });
    }
  });
}

INKSTONE_INLINE vf power(vf x, vf y) {
  for (int i = 0; i < lanes; ++i) x[i] = powf(x[i], y[i]);
  return x;
}

static void binary(int code, const float* x, const float* y, float* out, const Walk& walk) {
  RAN("binary");
#define INKSTONE_BINARY(PLACE, GRAIN, FORMULA) \
  case PLACE:                                  \
    return mapWalk(x, y, out, walk, GRAIN, [](vf a, vf b) INKSTONE_FLAT -> vf { return FORMULA; });
  switch (code) {
    INKSTONE_BINARY(0, moveGrain, a + b)
    INKSTONE_BINARY(1, moveGrain, a - b)
    INKSTONE_BINARY(2, moveGrain, a * b)
    INKSTONE_BINARY(3, moveGrain, a / b)
    INKSTONE_BINARY(4, mathGrain / 4, power(a, b))
    INKSTONE_BINARY(5, moveGrain, ((a > b) | (a != a)) ? a : b)  // NaN wins
    INKSTONE_BINARY(6, moveGrain, ((a < b) | (a != a)) ? a : b)
    INKSTONE_BINARY(7, moveGrain, a > 0.0f ? b : splat(0))
    INKSTONE_BINARY(8, mathGrain, b * geluSlope(a))
    INKSTONE_BINARY(9, mathGrain, b * geluTanhSlope(a))
    INKSTONE_BINARY(10, mathGrain, b * siluSlope(a))
  }
#undef INKSTONE_BINARY
}

/** The row loops of comparisons and selections: steps of 0 and 1 as constants, so that the compiler makes vectors of them. */
template <class T, class F>
static void compareWalk(const T* x, const T* y, uint8_t* out, Walk walk, const F& f) {
  walk.merge();
  if (walk.count() == 0) return;
  const int last = walk.axes - 1;
  const int64_t stepX = walk.stride[0][last], stepY = walk.stride[1][last];
  const int64_t rowX = rowStep(walk, 0), rowY = rowStep(walk, 1);
  eachBlock(walk, moveGrain, false, [=](int64_t start, int64_t rows, int64_t n, const int64_t* at) {
    for (int64_t row = 0; row < rows; ++row) {
      const T *a = x + at[0] + row * rowX, *b = y + at[1] + row * rowY;
      uint8_t* to = out + start + row * n;
      if (stepX == 1 && stepY == 1) {
        for (int64_t i = 0; i < n; ++i) to[i] = f(a[i], b[i]);
      } else if (stepX == 1 && stepY == 0) {
        for (int64_t i = 0; i < n; ++i) to[i] = f(a[i], *b);
      } else {
        for (int64_t i = 0; i < n; ++i) to[i] = f(a[i * stepX], b[i * stepY]);
      }
    }
  });
}

template <class T>
static void compareCodes(int code, const T* x, const T* y, uint8_t* out, const Walk& walk) {
  switch (code) {
    case 0: return compareWalk(x, y, out, walk, [](T a, T b) { return a == b; });
    case 1: return compareWalk(x, y, out, walk, [](T a, T b) { return a != b; });
    case 2: return compareWalk(x, y, out, walk, [](T a, T b) { return a < b; });
    case 3: return compareWalk(x, y, out, walk, [](T a, T b) { return a <= b; });
    case 4: return compareWalk(x, y, out, walk, [](T a, T b) { return a > b; });
    case 5: return compareWalk(x, y, out, walk, [](T a, T b) { return a >= b; });
  }
}
static void compareFloat(int code, const float* x, const float* y, uint8_t* out, const Walk& walk) {
  RAN("compare");
  compareCodes(code, x, y, out, walk);
}
static void compareInt(int code, const int32_t* x, const int32_t* y, uint8_t* out, const Walk& walk) {
  RAN("compareInt");
  compareCodes(code, x, y, out, walk);
}

template <int stepX, int stepY>
INKSTONE_INLINE void selectRow(const uint8_t* mask, const float* x, const float* y, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float a = x[i * stepX], b = y[i * stepY];
    out[i] = mask[i] ? a : b;
  }
}

/** out = mask ? x : y. */
static void where(const uint8_t* mask, const float* x, const float* y, float* out, const Walk& given) {
  RAN("where");
  Walk walk = given;
  walk.merge();
  if (walk.count() == 0) return;
  const int last = walk.axes - 1;
  const int64_t stepM = walk.stride[0][last], stepX = walk.stride[1][last],
                stepY = walk.stride[2][last];
  const int64_t rowM = rowStep(walk, 0), rowX = rowStep(walk, 1), rowY = rowStep(walk, 2);
  eachBlock(walk, moveGrain, false, [=](int64_t start, int64_t rows, int64_t n, const int64_t* at) {
    for (int64_t row = 0; row < rows; ++row) {
      const uint8_t* m = mask + at[0] + row * rowM;
      const float *a = x + at[1] + row * rowX, *b = y + at[2] + row * rowY;
      float* to = out + start + row * n;
      if (stepM == 1 && stepX == 1 && stepY == 1) selectRow<1, 1>(m, a, b, to, n);
      else if (stepM == 1 && stepX == 1 && stepY == 0) selectRow<1, 0>(m, a, b, to, n);
      else if (stepM == 1 && stepX == 0 && stepY == 1) selectRow<0, 1>(m, a, b, to, n);
      else for (int64_t i = 0; i < n; ++i) to[i] = m[i * stepM] ? a[i * stepX] : b[i * stepY];
    }
  });
}

// ---- gated units ------------------------------------------------------------------------------------------------------

/** out = silu(gate)·up. */
static void swiglu(const float* gate, const float* up, float* out, int64_t n) {
  RAN("swiglu");
  mapFlat(out, n, mathGrain, out != gate && out != up,
          [=](int64_t i, auto part) INKSTONE_FLAT { return silu(part.get(gate + i)) * part.get(up + i); });
}

/** gradGate = grad·up·silu′(gate), gradUp = grad·silu(gate). */
static void swigluGrad(const float* gate, const float* up, const float* grad, float* gradGate, float* gradUp, int64_t n) {
  RAN("swigluGrad");
  parallelFor(n, mathGrain, [=](int64_t begin, int64_t end) {
    sweep(end - begin, [=](int64_t i, auto part) INKSTONE_FLAT {
      i += begin;
      const vf a = part.get(gate + i), b = part.get(up + i), g = part.get(grad + i);
      const vf s = sigmoid(a), as = a * s;
      part.put(gradGate + i, g * b * (s + as * (1.0f - s)));
      part.put(gradUp + i, g * as);
    });
  });
}

static void fillElementwise(KernelTable& table) {
  table.unary = unary;
  table.affine = affine;
  table.axpy = axpy;
  table.binary = binary;
  table.compareFloat = compareFloat;
  table.compareInt = compareInt;
  table.where = where;
  table.swiglu = swiglu;
  table.swigluGrad = swigluGrad;
}
