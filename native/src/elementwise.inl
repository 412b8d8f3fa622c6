// Elementwise kernels.

/** out += alpha·x. */
static void axpy(const float* x, float* out, int64_t count, float alpha) {
  RAN("axpy");
  parallelFor(count, 16384, [=](int64_t begin, int64_t end) {
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) store(out + i, load(out + i) + alpha * load(x + i));
    for (; i < end; ++i) out[i] += alpha * x[i];
  });
}

static void fillElementwise(KernelTable& table) { table.axpy = axpy; }
