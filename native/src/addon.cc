// The addon: what JavaScript sees. Each topic offers a table of functions; this file only walks the tables.
#include <thread>

#include "isa.h"
#include "napi.h"
#include "pool.h"
#include "stream.h"

#if __has_include("../build/sources.h")
#include "../build/sources.h"
#else
#define INKSTONE_SOURCES ""
#endif

namespace inkstone {

/** Raised with every change of a function's arguments; src/tensor/native/addon.ts names the one it speaks. */
constexpr int addonVersion = 11;

// One line per topic, here and in `topics`.
extern const Glue elementwiseGlue[];
extern const Glue reduceGlue[];
extern const Glue softmaxGlue[];
extern const Glue chooseGlue[];
extern const Glue recurrentGlue[];
extern const Glue normGlue[];
extern const Glue lossGlue[];
extern const Glue indexGlue[];
extern const Glue randomGlue[];
extern const Glue optimizerGlue[];
extern const Glue matmulGlue[];
extern const Glue measureGlue[];
extern const Glue attentionGlue[];
extern const Glue memoryGlue[];
extern const Glue streamGlue[];

namespace {

const Glue* const topics[] = {
    matmulGlue, measureGlue, memoryGlue, streamGlue, elementwiseGlue, attentionGlue, reduceGlue, softmaxGlue,
    chooseGlue, normGlue,   lossGlue,   indexGlue,  randomGlue,      optimizerGlue, recurrentGlue};

napi_value strings(napi_env env, const std::vector<std::string>& list) {
  napi_value array;
  napi_create_array_with_length(env, list.size(), &array);
  for (size_t i = 0; i < list.size(); ++i) {
    napi_set_element(env, array, static_cast<uint32_t>(i), toJs(env, list[i].c_str()));
  }
  return array;
}

napi_value paths(napi_env env, napi_callback_info) {
  std::vector<std::string> list;
  for (Path path : availablePaths()) list.push_back(pathName(path));
  return strings(env, list);
}

napi_value features(napi_env env, napi_callback_info) { return strings(env, cpuFeatures()); }

napi_value path(napi_env env, napi_callback_info) { return toJs(env, pathName(currentPath())); }

/** setPath(name): true when this machine has it. */
napi_value setPathGlue(napi_env env, napi_callback_info info) {
  Args args(env, info, "setPath");
  char name[32] = "";
  size_t length;
  if (args.value(0)) napi_get_value_string_utf8(env, args.value(0), name, sizeof name, &length);
  stream::drain();
  napi_value result;
  napi_get_boolean(env, setPath(name), &result);
  return result;
}

napi_value threadsGlue(napi_env env, napi_callback_info) { return toJs(env, threads()); }

napi_value setThreadsGlue(napi_env env, napi_callback_info info) {
  Args args(env, info, "setThreads");
  const int64_t count = args.count(0);
  stream::drain();
  if (args.ok()) setThreads(static_cast<int>(count < 1024 ? count : 1024));
  return nothing();
}

/** How often each kernel ran on each path: { "avx2/axpy": 3, … }. */
napi_value counters(napi_env env, napi_callback_info) {
  stream::drain();
  napi_value object;
  napi_create_object(env, &object);
  for (Counter* counter = firstCounter(); counter; counter = counter->next) {
    napi_set_named_property(env, object, counter->name, toJs(env, static_cast<double>(counter->calls)));
  }
  return object;
}

napi_value resetCounters(napi_env, napi_callback_info) {
  stream::drain();
  for (Counter* counter = firstCounter(); counter; counter = counter->next) counter->calls = 0;
  return nothing();
}

napi_value allocations(napi_env env, napi_callback_info) {
  return toJs(env, static_cast<double>(nativeAllocations()));
}

/** Other threads and processes that wait for this core have it first. */
napi_value giveWay(napi_env, napi_callback_info) {
  std::this_thread::yield();
  return nothing();
}

const Glue coreGlue[] = {
    {"paths", paths},       {"features", features},           {"path", path},         {"setPath", setPathGlue},
    {"threads", threadsGlue}, {"setThreads", setThreadsGlue}, {"counters", counters}, {"resetCounters", resetCounters},
    {"nativeAllocations", allocations}, {"giveWay", giveWay}, {nullptr, nullptr}};

void offer(napi_env env, napi_value exports, const Glue* table) {
  for (; table->name; ++table) {
    napi_value function;
    napi_create_function(env, table->name, NAPI_AUTO_LENGTH, table->function, nullptr, &function);
    napi_set_named_property(env, exports, table->name, function);
  }
}

napi_value start(napi_env env, napi_value exports) {
  napi_set_named_property(env, exports, "version", toJs(env, addonVersion));
  napi_set_named_property(env, exports, "sources", toJs(env, INKSTONE_SOURCES));
  offer(env, exports, coreGlue);
  for (const Glue* topic : topics) offer(env, exports, topic);
  return exports;
}

}  // namespace
}  // namespace inkstone

NAPI_MODULE_INIT() { return inkstone::start(env, exports); }
