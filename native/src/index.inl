// Reading and adding by index. The glue has checked that every index is in range.

/** out[i] = table[ids[i]] for rows of `rowBytes`. */
static void gatherRows(const void* table, const int32_t* ids, void* out, int64_t count, int64_t rowBytes) {
  RAN("gatherRows");
  const char* from = (const char*)table;
  char* to = (char*)out;
  parallelFor(count, 65536 / (rowBytes + 1) + 1, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (i + 4 < end) __builtin_prefetch(from + ids[i + 4] * rowBytes);
      copyBytes(to + i * rowBytes, from + ids[i] * rowBytes, rowBytes);
    }
  });
}

/** out[ids[i]] = x[i] for rows of `size`, no two to one place; f32 is rounded where out is bf16. */
static void scatterRows(const void* x, const int32_t* ids, void* out, int64_t count, int64_t size, bool rounds) {
  RAN("scatterRows");
  parallelFor(count, moveGrain / (size + 1) + 1, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (rounds) castSpan((const float*)x + i * size, (Bf16*)out + ids[i] * size, size);
      else copyBytes((char*)out + ids[i] * size, (const char*)x + i * size, size);
    }
  });
}

INKSTONE_INLINE void addSpan(const float* x, float* out, int64_t n) {
  sweep(n, [=](int64_t i, auto part) INKSTONE_FLAT { part.put(out + i, part.get(out + i) + part.get(x + i)); });
}

/**
 * out[ids[i]] += x[i]. Every place of out takes its terms in the order of i, whoever adds them: wide rows are cut by
 * columns, narrow ones are shared out by a hash of the id (neighbouring ids are alike often).
 */
static void scatterAddRows(const float* x, const int32_t* ids, float* out, int64_t count, int64_t size) {
  RAN("scatterAddRows");
  const int64_t people = count * size < moveGrain ? 1 : threads();
  if (people == 1 || size >= 32 * people) {
    const int64_t blocks = (size + 15) / 16;  // of one cache line
    parallelTasks(people, [=](int64_t t) {
      const int64_t first = blocks * t / people * 16, last = blocks * (t + 1) / people * 16;
      const int64_t n = (last < size ? last : size) - first;
      for (int64_t i = 0; i < count; ++i) {
        if (i + 4 < count) {
          const float* ahead = out + ids[i + 4] * size + first;
          for (int64_t j = 0; j < n && j < 64; j += 16) __builtin_prefetch(ahead + j, 1);
        }
        addSpan(x + i * size + first, out + ids[i] * size + first, n);
      }
    });
    return;
  }
  parallelTasks(people, [=](int64_t t) {
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t hash = (uint32_t)ids[i] * 2654435769u;
      if ((int64_t)(hash * (uint64_t)people >> 32) == t) addSpan(x + i * size, out + ids[i] * size, size);
    }
  });
}

/** out[o, j, i] = x[o, index[o, j, i], i]. */
static void gather(const float* x, const int32_t* index, float* out, int64_t outer, int64_t size, int64_t count,
                   int64_t inner) {
  RAN("gather");
  parallelFor(outer * count, mathGrain / (inner + 1) + 1, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row / count * size * inner;
      for (int64_t i = 0, at = row * inner; i < inner; ++i, ++at) out[at] = from[(int64_t)index[at] * inner + i];
    }
  });
}

/** out[o, index[o, j, i], i] += x[o, j, i]. */
static void scatterAdd(const float* x, const int32_t* index, float* out, int64_t outer, int64_t size, int64_t count,
                       int64_t inner) {
  RAN("scatterAdd");
  const bool byOuter = outer >= threads() || inner < 32;
  const int64_t tasks = byOuter ? outer : outer * ((inner + 15) / 16);
  parallelFor(tasks, mathGrain / (count * (byOuter ? inner : 16) + 1) + 1, [=](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t blocks = byOuter ? 1 : (inner + 15) / 16, o = task / blocks;
      const int64_t first = byOuter ? 0 : task % blocks * 16;
      const int64_t last = byOuter || first + 16 > inner ? inner : first + 16;
      float* to = out + o * size * inner;
      for (int64_t j = 0; j < count; ++j) {
        const int64_t at = (o * count + j) * inner;
        for (int64_t i = first; i < last; ++i) to[(int64_t)index[at + i] * inner + i] += x[at + i];
      }
    }
  });
}

static void fillIndex(KernelTable& table) {
  table.gatherRows = gatherRows;
  table.scatterRows = scatterRows;
  table.scatterAddRows = scatterAddRows;
  table.gather = gather;
  table.scatterAdd = scatterAdd;
}
