// Reading the arguments of a call from JavaScript: typed arrays with checked lengths, integers, doubles, booleans.
#pragma once
#include <node_api.h>

#include <cstdint>

namespace inkstone {

/** Rows of a topic's functions; addon.cc walks them. A table ends with a row whose name is null. */
struct Glue {
  const char* name;
  napi_callback function;
};

/** A typed array of any element type. `data` is null when the argument was undefined or null. */
struct Buffer {
  void* data = nullptr;
  int64_t length = 0;
  napi_typedarray_type type = napi_uint8_array;
  int64_t elementBytes = 1;
};

/**
 * The arguments of one call. The first misfit throws a JS Error and turns `ok()` false; a glue function reads all its
 * arguments, then returns nullptr if `!args.ok()`, then runs the kernel.
 */
class Args {
 public:
  Args(napi_env env, napi_callback_info info, const char* function);

  /** At least `count` elements, or an error. With `optional`, undefined and null give nullptr. */
  float* f32(int index, int64_t count, bool optional = false) {
    return static_cast<float*>(typed(index, napi_float32_array, count, optional));
  }
  double* f64(int index, int64_t count, bool optional = false) {
    return static_cast<double*>(typed(index, napi_float64_array, count, optional));
  }
  int32_t* i32(int index, int64_t count, bool optional = false) {
    return static_cast<int32_t*>(typed(index, napi_int32_array, count, optional));
  }
  uint16_t* bf16(int index, int64_t count, bool optional = false) {
    return static_cast<uint16_t*>(typed(index, napi_uint16_array, count, optional));
  }
  uint8_t* u8(int index, int64_t count, bool optional = false) {
    return static_cast<uint8_t*>(typed(index, napi_uint8_array, count, optional));
  }
  int8_t* i8(int index, int64_t count, bool optional = false) {
    return static_cast<int8_t*>(typed(index, napi_int8_array, count, optional));
  }
  /** Any typed array; the caller checks type and length. */
  Buffer any(int index);
  bool given(int index);
  /** Number of elements of a typed array. */
  int64_t length(int index) { return any(index).length; }

  double number(int index);
  /** A whole number ≥ 0: a count, a stride. */
  int64_t count(int index);
  /** Any whole number, as for a code or an ignore index. */
  int64_t integer(int index);
  uint32_t u32(int index) { return static_cast<uint32_t>(integer(index)); }
  bool boolean(int index);

  bool ok() const { return ok_; }
  /** Throws a JS Error (once) and turns ok() false. */
  void fail(const char* format, ...) __attribute__((format(printf, 2, 3)));
  napi_env env() const { return env_; }
  napi_value value(int index) const { return index < argc_ ? argv_[index] : nullptr; }

 private:
  void* typed(int index, napi_typedarray_type type, int64_t count, bool optional);

  static constexpr int maxArgs = 40;
  napi_env env_;
  const char* function_;
  napi_value argv_[maxArgs];
  int argc_ = 0;
  bool ok_ = true;
};

/** An argument that is a Float32Array or, for bf16, a Uint16Array; what it is not stays null. */
struct Numbers {
  float* wide = nullptr;
  uint16_t* bf16 = nullptr;

  Numbers(Args& args, int index, int64_t size) {
    if (args.any(index).type == napi_uint16_array) bf16 = args.bf16(index, size);
    else wide = args.f32(index, size);
  }
};

/** Every kernel call of the glue ends with this. */
inline napi_value nothing() { return nullptr; }
napi_value toJs(napi_env env, double value);
napi_value toJs(napi_env env, const char* value);

/** a·b, or −1 when it does not fit or a factor is negative: for sizes computed from JS counts. */
inline int64_t sizeOf(int64_t a, int64_t b) {
  int64_t product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) return -1;
  return product;
}
inline int64_t sizeOf(int64_t a, int64_t b, int64_t c) { return sizeOf(sizeOf(a, b), c); }
inline int64_t sizeOf(int64_t a, int64_t b, int64_t c, int64_t d) { return sizeOf(sizeOf(a, b), sizeOf(c, d)); }

}  // namespace inkstone
