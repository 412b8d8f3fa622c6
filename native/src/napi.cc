#include "napi.h"

#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace inkstone {
namespace {

const char* typeName(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array: return "Int8Array";
    case napi_uint8_array: return "Uint8Array";
    case napi_uint16_array: return "Uint16Array";
    case napi_int32_array: return "Int32Array";
    case napi_float32_array: return "Float32Array";
    case napi_float64_array: return "Float64Array";
    default: return "another typed array";
  }
}

int64_t bytesOf(napi_typedarray_type type) {
  switch (type) {
    case napi_int16_array:
    case napi_uint16_array: return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array: return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array: return 8;
    default: return 1;
  }
}

}  // namespace

Args::Args(napi_env env, napi_callback_info info, const char* function) : env_(env), function_(function) {
  size_t argc = maxArgs;
  napi_get_cb_info(env, info, &argc, argv_, nullptr, nullptr);
  argc_ = argc < static_cast<size_t>(maxArgs) ? static_cast<int>(argc) : maxArgs;
}

void Args::fail(const char* format, ...) {
  if (!ok_) return;
  ok_ = false;
  char reason[256], message[320];
  va_list list;
  va_start(list, format);
  vsnprintf(reason, sizeof reason, format, list);
  va_end(list);
  snprintf(message, sizeof message, "%s: %s", function_, reason);
  napi_throw_error(env_, "tensor/native", message);
}

bool Args::given(int index) {
  if (index >= argc_) return false;
  napi_valuetype type;
  napi_typeof(env_, argv_[index], &type);
  return type != napi_undefined && type != napi_null;
}

Buffer Args::any(int index) {
  Buffer buffer;
  if (!ok_ || index >= argc_) return buffer;
  size_t length = 0;
  const napi_status status =
      napi_get_typedarray_info(env_, argv_[index], &buffer.type, &length, &buffer.data, nullptr, nullptr);
  if (status != napi_ok) {
    if (given(index)) fail("argument %d must be a typed array", index);
    return Buffer{};
  }
  buffer.length = static_cast<int64_t>(length);
  buffer.elementBytes = bytesOf(buffer.type);
  // An empty typed array may have no memory; kernels tell "not given" from "empty" by the pointer.
  static double empty;
  if (!buffer.data) buffer.data = &empty;
  return buffer;
}

void* Args::typed(int index, napi_typedarray_type type, int64_t count, bool optional) {
  const Buffer buffer = any(index);
  if (!ok_) return nullptr;
  if (!buffer.data) {
    if (!optional) fail("argument %d is missing", index);
    return nullptr;
  }
  if (buffer.type != type) {
    fail("argument %d must be a %s, got a %s", index, typeName(type), typeName(buffer.type));
    return nullptr;
  }
  if (count < 0 || buffer.length < count) {
    fail("argument %d must hold at least %lld elements, it holds %lld", index, static_cast<long long>(count),
         static_cast<long long>(buffer.length));
    return nullptr;
  }
  return buffer.data;
}

double Args::number(int index) {
  double value = 0;
  if (!ok_) return value;
  if (index >= argc_ || napi_get_value_double(env_, argv_[index], &value) != napi_ok) {
    fail("argument %d must be a number", index);
    return 0;
  }
  return value;
}

int64_t Args::integer(int index) {
  const double value = number(index);
  if (!ok_) return 0;
  if (!(std::fabs(value) <= 9007199254740991.0) || value != std::trunc(value)) {
    fail("argument %d must be a whole number, got %g", index, value);
    return 0;
  }
  return static_cast<int64_t>(value);
}

int64_t Args::count(int index) {
  const int64_t value = integer(index);
  if (ok_ && value < 0) fail("argument %d must be at least 0, got %lld", index, static_cast<long long>(value));
  return ok_ ? value : 0;
}

bool Args::boolean(int index) {
  bool value = false;
  if (ok_ && (index >= argc_ || napi_get_value_bool(env_, argv_[index], &value) != napi_ok)) {
    fail("argument %d must be true or false", index);
  }
  return value;
}

napi_value toJs(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value toJs(napi_env env, const char* value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

}  // namespace inkstone
