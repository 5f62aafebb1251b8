// Finding what a call goes to, and the engine that is told of it.
#ifndef REAL_H
#define REAL_H

#include <stdatomic.h>
#include "../CPreload/preload.h"

// The next definition of a function of GnuTLS's, or null.
void *find_real(const char *name);

// The C library's dlsym.
typedef void *dlsym_function(void *restrict handle, const char *restrict name);
dlsym_function *real_dlsym(void);

// How deep this thread is in calls that pass straight through: GnuTLS's own calls, the engine's, and those of the
// program's callbacks.
extern _Thread_local unsigned depth __attribute__((visibility("hidden"), tls_model("initial-exec")));

// The engine, opened by the first call; null if there is none, or in a forked process that must not use it.
const struct cpreload_engine *open_engine(void);

// The same, if it is open.
const struct cpreload_engine *opened_engine(void);

// Only the engine's own calls count from here on: a program has jumped out of the others.
void clear_guard(void);

// Whether this is a forked process that must not use the engine that its parent had.
int engine_was_lost(void);

struct engine_call {
  int system_error;
  int cancel_state;
};

// Around each call of the engine: it must not change errno, and not be cancelled half-way.
struct engine_call engine_call_begins(void);
void engine_call_ends(struct engine_call call);

#endif
