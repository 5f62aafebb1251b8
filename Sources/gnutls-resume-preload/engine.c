#define _GNU_SOURCE
#include "engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#include "configuration.h"
#include "copies.h"
#include "generation.h"
#include "loader.h"
#include "real.h"
#include "root.h"
#include "secure.h"
#include "unseen.h"

#define ENGINE_FILE "libgnutls-resumption.so"

_Thread_local unsigned depth, calls_made;

enum { UNOPENED, OPENING, OPEN, UNUSABLE };
static _Atomic int state = UNOPENED;
static const struct cpreload_engine *engine;

// Calls of the engine that are under way: of all threads, and of this one.
static _Atomic unsigned all_calls;
static _Thread_local unsigned own_calls __attribute__((tls_model("initial-exec")));

// Where its library begins and ends, once it is open.
static uintptr_t engine_begin, engine_end;

int is_engines(const void *address) {
  return atomic_load_explicit(&state, memory_order_acquire) == OPEN && (uintptr_t)address >= engine_begin &&
         (uintptr_t)address < engine_end;
}

int is_within_engine(void) { return own_calls > 0; }

void clear_guard(void) { depth = own_calls; }

static _Atomic int was_lost;

// A thread that was in the engine doesn't exist in a forked process, but what it had begun stays begun: nobody uses the
// engine there.
static void look_around(void) {
  unsigned others = atomic_load(&all_calls) - own_calls;
  if (others == 0) return;
  if (atomic_exchange(&state, UNUSABLE) == OPEN) atomic_store(&was_lost, 1);
  atomic_store(&all_calls, own_calls);
}

int engine_was_lost(void) {
  is_noticed_generation(look_around);
  return atomic_load_explicit(&was_lost, memory_order_relaxed);
}

static int has_room_to_work(void) { return has_room(ROOM_TO_WORK); }

// The engine lies beside this library.
static const struct cpreload_engine *load_engine(void) {
  Dl_info info;
  char path[PATH_MAX];
  if (!dladdr((void *)load_engine, &info) || !info.dli_fname) return NULL;
  const char *slash = strrchr(info.dli_fname, '/');
  size_t folder = slash ? (size_t)(slash - info.dli_fname) + 1 : 0;
  if (folder + sizeof ENGINE_FILE > sizeof path) return NULL;
  memcpy(path, info.dli_fname, folder);
  memcpy(path + folder, ENGINE_FILE, sizeof ENGINE_FILE);
  void *library = next_dlopen()(path, RTLD_LAZY | RTLD_LOCAL);
  if (!library) return NULL;
  // It brings a GnuTLS along if the program's goes by another name: the one's sessions aren't the other's.
  note_load();
  look_for_copies();
  if (has_several_copies()) return NULL;
  const struct cpreload_engine *(*entry)(void) = (const struct cpreload_engine *(*)(void))next_dlsym()(
      library, CPRELOAD_ENTRY);
  const struct cpreload_engine *table = entry ? entry() : NULL;
  if (!table || table->version != CPRELOAD_VERSION) return NULL;
  library_extent((const void *)table->begin, &engine_begin, &engine_end);
  static struct cpreload_process process;
  Dl_info gnutls;
  int is_found = dladdr(real_function(INDEX_gnutls_init, "gnutls_init", 0), &gnutls) != 0;
  process = (struct cpreload_process){.version = CPRELOAD_VERSION,
                                      .has_unseen_calls = has_unseen_calls,
                                      .has_other_root = is_other_root,
                                      .has_room_to_work = has_room_to_work,
                                      .started_path = (const char *)getauxval(AT_EXECFN),
                                      .configuration = noted_configuration(),
                                      .is_in_library = is_in_library,
                                      .gnutls_path = is_found ? gnutls.dli_fname : NULL};
  table->begin(&process);
  return table;
}

const struct cpreload_engine *opened_engine(void) {
  if (!is_noticed_generation(look_around)) {
    note_unseen_calls();
    return NULL;
  }
  return atomic_load_explicit(&state, memory_order_acquire) == OPEN ? engine : NULL;
}

static _Atomic int changed_verdicts;

void note_changed_verdicts(void) { atomic_store(&changed_verdicts, 1); }

const struct cpreload_engine *open_engine(void) {
  const struct cpreload_engine *opened = opened_engine();
  int now = UNOPENED;
  // Nobody waits for another thread's opening: what is made meanwhile is left alone, as what was made before.
  if (opened || atomic_load(&state) != now || !has_room(ROOM_TO_WORK)) return opened;
  int is_possible = may_load_engine() && !is_other_root() && !may_be_locked() && begin_generation();
  if (!atomic_compare_exchange_strong(&state, &now, is_possible ? OPENING : UNUSABLE) || !is_possible) return NULL;
  struct engine_call call = engine_call_begins();
  engine = load_engine();
  // Of looking for what isn't there the program hears nothing.
  if (!engine) dlerror();
  engine_call_ends(call);
  atomic_store_explicit(&state, engine ? OPEN : UNUSABLE, memory_order_release);
  if (engine && atomic_load(&changed_verdicts)) TELL(verdicts_changed());
  return engine;
}

struct engine_call engine_call_begins(void) {
  struct engine_call call = {.system_error = errno, .depth = depth, .own_calls = own_calls};
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call.cancel_state);
  depth++;
  own_calls++;
  atomic_fetch_add(&all_calls, 1);
  return call;
}

void engine_call_ends(struct engine_call call) {
  atomic_fetch_sub(&all_calls, 1);
  own_calls = call.own_calls;
  depth = call.depth;
  pthread_setcancelstate(call.cancel_state, NULL);
  errno = call.system_error;
}
