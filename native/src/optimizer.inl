// AdamW (Loshchilov & Hutter 2019) in one sweep over parameter, gradient and both moments.

/**
 * g ← gradScale·g; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
 * p ← p − lr·weightDecay·p − lr·(m/correction₁)/(√(v/correction₂) + eps).
 */
static void adamw(float* parameter, const float* grad, float* m, float* v, int64_t n, const AdamwOptions& o) {
  RAN("adamw");
  const float beta1 = (float)o.beta1, rest1 = (float)(1 - o.beta1), beta2 = (float)o.beta2,
              rest2 = (float)(1 - o.beta2), eps = (float)o.eps, gradScale = (float)o.gradScale,
              keep = (float)(1 - o.lr * o.weightDecay), step = (float)(o.lr / o.correction1),
              root = (float)(1 / sqrt(o.correction2));
  parallelFor(n, mathGrain, [=](int64_t begin, int64_t end) {
    sweep(end - begin, [=](int64_t i, auto part) INKSTONE_FLAT {
      i += begin;
      const vf g = part.get(grad + i) * gradScale;
      const vf mi = beta1 * part.get(m + i) + rest1 * g;
      const vf vi_ = beta2 * part.get(v + i) + rest2 * g * g;
      part.put(m + i, mi);
      part.put(v + i, vi_);
      part.put(parameter + i, part.get(parameter + i) * keep - step * mi / (vsqrt(vi_) * root + eps));
    });
  });
}

static void fillOptimizer(KernelTable& table) { table.adamw = adamw; }
