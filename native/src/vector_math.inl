// Functions of one variable on vectors. Polynomials: minimax fits of relative error, made for these intervals; errors
// stated are of the whole function in units in the last place, as the tests measure them.

// ---- exp, log ---------------------------------------------------------------------------------------------------------

/** 1.5·2²³: adding it rounds to an integer, which then stands in the low bits. */
constexpr float roundingMagic = 12582912.0f;

/**
 * exp(x) = 2ⁿ·e^r, n = round(x·log₂e): gives e^r in [0.70, 1.42]; n stands in the low bits of `shifted`.
 * Polynomials here are added up in pairs, not one by one: short chains keep the multipliers busy.
 */
INKSTONE_INLINE vf expReduced(vf x, vf& shifted) {
  shifted = x * 1.44269504f + roundingMagic;
  const vf n = shifted - roundingMagic;
  const vf r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  const vf r2 = r * r;
  const vf low = r * 0.166665148f + 0.499999931f;
  const vf high = r2 * 0.00138131445f + (r * 0.00836941884f + 0.0416684568f);
  return (high * r2 + low) * r2 + (r + 1.0f);
}

/** e^x for −87.3 ≤ x ≤ 88.3, without a look at what lies outside. Within 2 ulp for |x| < 30, 5 at the ends. */
INKSTONE_INLINE vf expInRange(vf x) {
  vf shifted;
  const vf p = expReduced(x, shifted);
  return p * (vf)(((vu)shifted << 23) + 0x3f800000);
}

/** e^x for x ≤ 88.3; below −87.3, where floats lose precision, 0. What softmax needs. */
INKSTONE_INLINE vf expFlush(vf x) {
  const vf y = expInRange(x);
  return x < -87.3f ? splat(0) : y;
}

/** e^x everywhere: denormals, 0, ∞, NaN. Within 1.1 ulp. */
INKSTONE_INLINE vf vexp(vf x) {
  x = vmin(splat(89.0f), vmax(splat(-104.0f), x));
  vf shifted;
  const vf p = expReduced(x, shifted);
  const vi n = (vi)((vu)shifted - (vu)splat(roundingMagic)), half = n >> 1;
  return p * (vf)((vu)(half + 127) << 23) * (vf)((vu)(n - half + 127) << 23);
}

/** log(1 + f) + e·log 2 for 1 + f in [√½, √2]. */
INKSTONE_INLINE vf logReduced(vf f, vf e) {
  const vf ff = f * f, f4 = ff * ff;
  const vf p01 = f * -0.25000838f + 0.333333312f, p23 = f * -0.16622765f + 0.200012927f;
  const vf p45 = f * -0.131641858f + 0.141996956f, p67 = f * -0.0764610502f + 0.12779115f;
  const vf p = (p67 * ff + p45) * f4 + (p23 * ff + p01);
  const vf tail = p * (ff * f) + e * -2.12194440e-4f - ff * 0.5f;
  return f + tail + e * 0.693359375f;
}

/** x = (1 + f)·2^e with 1 + f in [√½, √2], for normal x > 0. */
INKSTONE_INLINE vf splitExponent(vf x, vf& e) {
  const vi k = (vi)((vu)x - 0x3f3504f3u) >> 23;
  e = __builtin_convertvector(k, vf);
  return (vf)((vu)x - ((vu)k << 23)) - 1.0f;
}

/** Natural logarithm: 0 gives −∞, below 0 NaN. Within 1.5 ulp. */
INKSTONE_INLINE vf vlog(vf x) {
  const vi tiny = x < 1.17549435e-38f;
  const vf scaled = tiny ? x * 33554432.0f : x;
  vf e;
  const vf f = splitExponent(scaled, e);
  const vf y = logReduced(f, e - (tiny ? splat(25.0f) : splat(0)));
  const vf bad = x < 0.0f ? splat(__builtin_nanf("")) : x;
  const vf special = x == 0.0f ? splat(-__builtin_inff()) : bad;
  return ((x > 0.0f) & (x < __builtin_inff())) ? y : special;
}

/** log(1 + x) for x in [0, 1]: what rounding 1 + x loses is added back. */
INKSTONE_INLINE vf log1pUnit(vf x) {
  const vf u = 1.0f + x;
  vf e;
  const vf f = splitExponent(u, e);
  return logReduced(f, e) + (x - (u - 1.0f)) / u;
}

// ---- activations and their gradients ------------------------------------------------------------------------------

/** 1/(1 + e^−x), from e^−|x| so that both ends keep their precision. Within 2 ulp. */
INKSTONE_INLINE vf sigmoid(vf x) {
  const vf e = expFlush(-vabs(x));
  return (x < 0.0f ? e : splat(1.0f)) / (1.0f + e);
}

/** Odd polynomial below 0.625, else 1 − 2/(e^2|x| + 1). Within 2 ulp. */
INKSTONE_INLINE vf vtanh(vf x) {
  const vf a = vabs(x), z = x * x;
  const vf high = (z * -0.00570498726f + 0.0206390875f) * (z * z) + (z * -0.0537397152f + 0.133314422f);
  const vf p = high * z + -0.333332819f;
  const vf small = x + x * (z * p);
  const vf clamped = vmin(splat(10.0f), a);
  const vf large = 1.0f - 2.0f / (expInRange(clamped + clamped) + 1.0f);
  return a < 0.625f ? small : withSign(large, x);
}

/** Beyond it Φ is 0 or 1 up to 4e-11. */
constexpr float tailEnd = 6.5f;

/**
 * For 0 ≤ a ≤ tailEnd: the upper tail of the normal distribution, 1 − Φ(a) = exp(−a²/2)·t·P(t), t = 1/(1 + 0.22·a) (the form of
 * Abramowitz & Stegun 7.1.26). NaN stays NaN.
 */
INKSTONE_INLINE vf normalTail(vf a) {
  const vf density = expInRange(a * a * -0.5f);
  const vf t = 1.0f / (1.0f + 0.22f * a), t2 = t * t, t4 = t2 * t2;
  const vf p01 = t * 0.0711352871f + 0.0890411801f, p23 = t * -0.219941515f + 0.177067405f;
  const vf p45 = t * -0.615797882f + 0.628740507f, p67 = t * -0.106571924f + 0.476326959f;
  return density * t * ((p67 * t2 + p45) * t4 + (p23 * t2 + p01));
}

/** Odd polynomial below 0.85, else 1 − 2·(1 − Φ(√2·|x|)). Within 2 ulp. */
INKSTONE_INLINE vf verf(vf x) {
  const vf a = vabs(x), z = x * x;
  const vf z2 = z * z;
  const vf high = (z * -0.000631514519f + 0.005051098f) * z2 + (z * -0.0268025501f + 0.112827175f);
  const vf p = high * z2 + (z * -0.376125718f + 0.128379166f);
  const vf small = x + x * p;
  const vf large = 1.0f - 2.0f * normalTail(vmin(splat(tailEnd), a * 1.41421356f));
  return a < 0.85f ? small : withSign(large, x);
}

/**
 * x·Φ(x), within 1.3e-7 or 2.2 ulp. Its slope is Φ(x) + x·φ(x), within 3e-7. Both of 1 − Φ(|x|) = φ(x)·t·P(t), t = 1/(1 + 0.28·|x|),
 * so that nothing cancels on the negative side; with fewer terms than erf has: an activation may err where it is next to nothing.
 */
INKSTONE_INLINE vf gelu(vf x, vf& slope) {
  constexpr float log2OfE = 1.44269504f;
  const vf inside = vmax(splat(-tailEnd), vmin(splat(tailEnd), x)), square = inside * inside;
  // φ = 2^(n + f)/√(2π), n a whole number.
  const vf shifted = square * (-0.5f * log2OfE) + roundingMagic;
  const vf f = square * (-0.5f * log2OfE) - (shifted - roundingMagic), f2 = f * f;
  const vf high = f2 * (f * 0.000529654557f + 0.00385998259f) + (f * 0.0221441425f + 0.0958343893f);
  const vf scaled = f2 * high + (f * 0.276525646f + 0.398942322f);
  const vf density = (vf)((vu)scaled + ((vu)shifted << 23));
  const vf t = 1.0f / (vabs(inside) * 0.28f + 1.0f), t2 = t * t;
  const vf deep = t2 * (t * -0.267318249f + 0.986015499f) + (t * -0.608559728f + 0.686006725f);
  const vf tail = density * t * (t2 * deep + (t * 0.164301604f + 0.292868227f));
  const vf whole = whereNegative(x, tail, 1.0f - tail);
  slope = inside * density + whole;
  return vmax(x, inside) * whole;
}

constexpr float geluTanhScale = 0.7978845608f, geluTanhCube = 0.044715f;
/** ½·x·(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715·x³). Its slope is s + x·s·(1 − s)·2u′, s = σ(2u). */
INKSTONE_INLINE vf geluTanh(vf x, vf& slope) {
  const vf c = vmax(splat(-30.0f), vmin(splat(30.0f), x)), c2 = c * c;
  const vf s = sigmoid(2.0f * geluTanhScale * (c + geluTanhCube * c2 * c));
  slope = s + c * s * (1.0f - s) * (2.0f * geluTanhScale * (1.0f + 3.0f * geluTanhCube * c2));
  return x * s;
}

INKSTONE_INLINE vf silu(vf x, vf& slope) {
  const vf s = sigmoid(x);
  slope = s + x * s * (1.0f - s);
  return x * s;
}
INKSTONE_INLINE vf relu(vf x, vf& slope) {
  slope = x > 0.0f ? splat(1) : splat(0);
  return x < 0.0f ? splat(0) : x;
}

/** The activation alone, its slope alone. */
#define INKSTONE_ALONE(F)             \
  INKSTONE_INLINE vf F(vf x) {        \
    vf slope;                         \
    return F(x, slope);               \
  }                                   \
  INKSTONE_INLINE vf F##Slope(vf x) { \
    vf slope;                         \
    F(x, slope);                      \
    return slope;                     \
  }
INKSTONE_ALONE(gelu)
INKSTONE_ALONE(geluTanh)
INKSTONE_ALONE(silu)
INKSTONE_ALONE(relu)
#undef INKSTONE_ALONE
/** log(1 + e^x) = max(x, 0) + log(1 + e^−|x|). */
INKSTONE_INLINE vf softplus(vf x) { return vmax(x, splat(0)) + log1pUnit(expFlush(-vabs(x))); }
