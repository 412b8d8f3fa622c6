// The binding to MPI: a few collective operations over typed arrays, each on a worker thread of Node, kept by a promise. The caller
// starts one at a time: MPI is told that calls come from several threads, never at once.
#include <mpi.h>
#include <node_api.h>

#include <climits>
#include <cstdint>
#include <string>

namespace {

enum Operation { allReduce, reduceScatter, allGather, broadcast, barrier };

/** A typed array as MPI sees it. */
struct Values {
  void* data = nullptr;
  int count = 0;
  MPI_Datatype type = MPI_BYTE;
};

/** One operation on its way: what it works on, kept from the garbage collector, and the promise. */
struct Work {
  Operation operation;
  Values from, to;
  int peer = 0;
  int result = MPI_SUCCESS;
  napi_ref held[2] = {nullptr, nullptr};
  napi_deferred deferred;
  napi_async_work work;
};

napi_value fail(napi_env env, const char* message) {
  napi_throw_error(env, "parallel/binding", message);
  return nullptr;
}

/** f32, f64 or bytes; false (with an error) for another array, or one that is longer than MPI can count. */
bool readValues(napi_env env, napi_value value, Values& values) {
  napi_typedarray_type type;
  size_t length;
  if (napi_get_typedarray_info(env, value, &type, &length, &values.data, nullptr, nullptr) != napi_ok ||
      (type != napi_float32_array && type != napi_float64_array && type != napi_uint8_array)) {
    fail(env, "an array must be Float32Array, Float64Array or Uint8Array");
    return false;
  }
  if (length > INT_MAX) {
    fail(env, "an array must have at most 2147483647 elements");
    return false;
  }
  values.count = static_cast<int>(length);
  values.type = type == napi_float32_array ? MPI_FLOAT : type == napi_float64_array ? MPI_DOUBLE : MPI_BYTE;
  return true;
}

void execute(napi_env, void* data) {
  Work& work = *static_cast<Work*>(data);
  const Values &from = work.from, &to = work.to;
  switch (work.operation) {
    case allReduce:
      work.result = MPI_Allreduce(MPI_IN_PLACE, from.data, from.count, from.type, MPI_SUM, MPI_COMM_WORLD);
      break;
    case reduceScatter:
      work.result = MPI_Reduce_scatter_block(from.data, to.data, to.count, to.type, MPI_SUM, MPI_COMM_WORLD);
      break;
    case allGather:
      work.result =
          MPI_Allgather(from.data, from.count, from.type, to.data, from.count, to.type, MPI_COMM_WORLD);
      break;
    case broadcast:
      work.result = MPI_Bcast(from.data, from.count, from.type, work.peer, MPI_COMM_WORLD);
      break;
    case barrier: work.result = MPI_Barrier(MPI_COMM_WORLD); break;
  }
}

void complete(napi_env env, napi_status, void* data) {
  Work* work = static_cast<Work*>(data);
  napi_value value;
  if (work->result == MPI_SUCCESS) {
    napi_get_undefined(env, &value);
    napi_resolve_deferred(env, work->deferred, value);
  } else {
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(work->result, text, &length);
    napi_value message;
    napi_create_string_utf8(env, text, static_cast<size_t>(length), &message);
    napi_create_error(env, nullptr, message, &value);
    napi_reject_deferred(env, work->deferred, value);
  }
  for (napi_ref held : work->held)
    if (held) napi_delete_reference(env, held);
  napi_delete_async_work(env, work->work);
  delete work;
}

/** Starts an operation; its arguments are arrays, then for some the other rank. */
template <Operation operation>
napi_value start(napi_env env, napi_callback_info info) {
  constexpr int arrays = operation == barrier ? 0 : operation == reduceScatter || operation == allGather ? 2 : 1;
  constexpr bool hasPeer = operation == broadcast;
  napi_value arguments[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  if (count < arrays + (hasPeer ? 1 : 0)) return fail(env, "an argument is missing");
  Work read{};
  read.operation = operation;
  if (arrays > 0 && !readValues(env, arguments[0], read.from)) return nullptr;
  if (arrays > 1 && !readValues(env, arguments[1], read.to)) return nullptr;
  int size, rank;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (arrays > 1) {
    const bool scatters = operation == reduceScatter;
    const int64_t part = scatters ? read.to.count : read.from.count, whole = scatters ? read.from.count : read.to.count;
    if (read.from.type != read.to.type || part * size != whole)
      return fail(env, "the whole must have as many elements as all parts, of the same type");
  }
  if (hasPeer && (napi_get_value_int32(env, arguments[arrays], &rank) != napi_ok || rank < 0 || rank >= size))
    return fail(env, "there is no such rank");
  read.peer = hasPeer ? rank : 0;
  Work* work = new Work(read);
  for (int i = 0; i < arrays; ++i) napi_create_reference(env, arguments[i], 1, &work->held[i]);
  napi_value promise, name;
  napi_create_promise(env, &work->deferred, &promise);
  napi_create_string_utf8(env, "inkstone.mpi", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, nullptr, name, execute, complete, work, &work->work);
  napi_queue_async_work(env, work->work);
  return promise;
}

/** init() → [rank, size]. Holds the event loop: until all ranks are there, there is nothing else to do. */
napi_value init(napi_env env, napi_callback_info) {
  int isUp = 0, offered = 0;
  MPI_Initialized(&isUp);
  if (!isUp && MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &offered) != MPI_SUCCESS)
    return fail(env, "MPI does not start");
  if (!isUp && offered < MPI_THREAD_SERIALIZED) return fail(env, "this MPI cannot be called from several threads");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  int place[2];
  MPI_Comm_rank(MPI_COMM_WORLD, &place[0]);
  MPI_Comm_size(MPI_COMM_WORLD, &place[1]);
  napi_value result;
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t i = 0; i < 2; ++i) {
    napi_value number;
    napi_create_int32(env, place[i], &number);
    napi_set_element(env, result, i, number);
  }
  return result;
}

/** finalize(): every rank says that it is done. Holds the event loop: the process ends behind it. */
napi_value finalize(napi_env, napi_callback_info) {
  MPI_Finalize();
  return nullptr;
}

/** abort(status): ends every rank. Does not return, whatever hangs on another thread. */
napi_value abortAll(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  int status = 1;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (count) napi_get_value_int32(env, argument, &status);
  MPI_Abort(MPI_COMM_WORLD, status);
  return nullptr;
}

/** library(): the name and version of the MPI that is linked; nothing is started. */
napi_value library(napi_env env, napi_callback_info) {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string whole(text, static_cast<size_t>(length));
  const std::string name = whole.substr(0, whole.find_first_of(",\n"));
  napi_value result;
  napi_create_string_utf8(env, name.c_str(), name.size(), &result);
  return result;
}

struct Function {
  const char* name;
  napi_callback call;
};

const Function functions[] = {
    {"init", init},
    {"finalize", finalize},
    {"abort", abortAll},
    {"library", library},
    {"allReduce", start<allReduce>},
    {"reduceScatter", start<reduceScatter>},
    {"allGather", start<allGather>},
    {"broadcast", start<broadcast>},
    {"barrier", start<barrier>},
};

}  // namespace

NAPI_MODULE_INIT() {
  for (const Function& function : functions) {
    napi_value value;
    napi_create_function(env, function.name, NAPI_AUTO_LENGTH, function.call, nullptr, &value);
    napi_set_named_property(env, exports, function.name, value);
  }
  return exports;
}
