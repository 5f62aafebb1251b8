#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENGINE_FILE "libgnutls-resumption.so"

_Thread_local unsigned depth;

dlsym_function *real_dlsym(void) {
  static dlsym_function *_Atomic known;
  dlsym_function *function = atomic_load_explicit(&known, memory_order_relaxed);
  if (function) return function;
  // The version that the architecture's C library began with, or that of the merge of libdl.
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.4", "GLIBC_2.27",
                                         "GLIBC_2.36", "GLIBC_2.2", "GLIBC_2.0"};
  for (size_t i = 0; !function && i < sizeof versions / sizeof *versions; i++)
    function = (dlsym_function *)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  atomic_store_explicit(&known, function, memory_order_relaxed);
  return function;
}

void *find_real(const char *name) {
  dlsym_function *lookup = real_dlsym();
  if (!lookup) return NULL;
  void *function = lookup(RTLD_NEXT, name);
  if (function) return function;
  // A libgnutls that came by dlopen with RTLD_LOCAL is behind nobody.
  void *library = dlopen("libgnutls.so.30", RTLD_NOLOAD | RTLD_LAZY);
  if (!library) return NULL;
  function = lookup(library, name);
  // It was loaded before, and somebody else holds it.
  dlclose(library);
  return function;
}

enum { UNOPENED, OPENING, OPEN, UNUSABLE };
static _Atomic int state = UNOPENED;
static const struct cpreload_engine *engine;

// Calls of the engine that are under way: of all threads, and of this one.
static _Atomic unsigned all_calls;
static _Thread_local unsigned own_calls __attribute__((tls_model("initial-exec")));

void clear_guard(void) { depth = own_calls; }

static _Atomic int was_lost;

int engine_was_lost(void) { return atomic_load_explicit(&was_lost, memory_order_relaxed); }

// Other threads are hardly ever in the engine, and never for long: mostly for less than a millisecond. Nobody is kept from
// entering meanwhile, lest somebody wait for a lock of the program's that this thread holds.
static void before_fork(void) {
  struct timespec pause = {.tv_nsec = 100000};
  int system_error = errno, cancel_state;
  // No fork is cancelled for it.
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
  for (int i = 0; i < 200 && atomic_load(&all_calls) != own_calls; i++) nanosleep(&pause, NULL);
  pthread_setcancelstate(cancel_state, NULL);
  errno = system_error;
}

// A thread that was in the engine doesn't exist in a forked process, but what it had locked stays locked.
static void after_fork_in_child(void) {
  int before = atomic_load(&state);
  if (atomic_load(&all_calls) != own_calls || before == OPENING) {
    if (before == OPEN) atomic_store(&was_lost, 1);
    atomic_store(&state, UNUSABLE);
  }
  atomic_store(&all_calls, own_calls);
}

// The engine lies beside this library.
static const struct cpreload_engine *load_engine(void) {
  Dl_info info;
  char path[PATH_MAX];
  if (!dladdr((void *)load_engine, &info) || !info.dli_fname) return NULL;
  const char *slash = strrchr(info.dli_fname, '/');
  int folder = slash ? (int)(slash - info.dli_fname) + 1 : 0;
  if (snprintf(path, sizeof path, "%.*s%s", folder, info.dli_fname, ENGINE_FILE) >= (int)sizeof path) return NULL;
  void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (!library) return NULL;
  const struct cpreload_engine *(*entry)(void) = (const struct cpreload_engine *(*)(void))real_dlsym()(
      library, CPRELOAD_ENTRY);
  const struct cpreload_engine *table = entry ? entry() : NULL;
  if (!table || table->version != CPRELOAD_VERSION) return NULL;
  return pthread_atfork(before_fork, NULL, after_fork_in_child) == 0 ? table : NULL;
}

const struct cpreload_engine *opened_engine(void) {
  return atomic_load_explicit(&state, memory_order_acquire) == OPEN ? engine : NULL;
}

const struct cpreload_engine *open_engine(void) {
  int now = atomic_load_explicit(&state, memory_order_acquire);
  if (now == OPEN) return engine;
  // Nobody waits for another thread's opening: what isn't learnt is left alone.
  if (now != UNOPENED || !atomic_compare_exchange_strong(&state, &now, OPENING)) return NULL;
  struct engine_call call = engine_call_begins();
  engine = load_engine();
  engine_call_ends(call);
  atomic_store_explicit(&state, engine ? OPEN : UNUSABLE, memory_order_release);
  return engine;
}

struct engine_call engine_call_begins(void) {
  struct engine_call call = {.system_error = errno};
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call.cancel_state);
  depth++;
  own_calls++;
  atomic_fetch_add(&all_calls, 1);
  return call;
}

void engine_call_ends(struct engine_call call) {
  atomic_fetch_sub(&all_calls, 1);
  own_calls--;
  depth--;
  pthread_setcancelstate(call.cancel_state, NULL);
  errno = call.system_error;
}
