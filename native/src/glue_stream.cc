// JavaScript's door to the stream: opening it, waiting for it with and without holding the event loop.
#include "napi.h"
#include "stream.h"

namespace inkstone {
namespace {

napi_value openStream(napi_env, napi_callback_info) {
  stream::open();
  return nothing();
}

napi_value drainStream(napi_env, napi_callback_info) {
  stream::drain();
  return nothing();
}

/** finishStream(): closes it when all that was in line has run. */
napi_value finishStream(napi_env, napi_callback_info) {
  stream::drain();
  stream::close();
  return nothing();
}

/** On JavaScript's thread, when all that was in line has run. */
void resolve(napi_env env, napi_value, void*, void* data) {
  auto deferred = static_cast<napi_deferred>(data);
  if (!env) return;
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  napi_resolve_deferred(env, deferred, undefined);
}

/** settleStream(): closes it; a promise that is kept when all that is in line has run. */
napi_value settleStream(napi_env env, napi_callback_info) {
  napi_deferred deferred;
  napi_value promise, name;
  napi_create_promise(env, &deferred, &promise);
  napi_create_string_utf8(env, "inkstone stream", NAPI_AUTO_LENGTH, &name);
  napi_threadsafe_function tell;
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, resolve, &tell);
  stream::enqueue([tell, deferred] {
    napi_call_threadsafe_function(tell, deferred, napi_tsfn_blocking);
    napi_release_threadsafe_function(tell, napi_tsfn_release);
  });
  stream::close();
  return promise;
}

}  // namespace

extern const Glue streamGlue[] = {
    {"openStream", openStream}, {"drainStream", drainStream}, {"finishStream", finishStream}, {"settleStream", settleStream}, {nullptr, nullptr}};

}  // namespace inkstone
