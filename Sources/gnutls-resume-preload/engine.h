// The engine that is told of the program's calls.
#ifndef ENGINE_H
#define ENGINE_H

#include "../CPreload/preload.h"
#include "stack.h"

// How deep this thread is in calls that pass straight through: GnuTLS's own calls, the engine's, and those of the
// program's callbacks.
extern _Thread_local unsigned depth __attribute__((visibility("hidden"), tls_model("initial-exec")));

// How many interposed functions this thread has called: what has made more of it within one of GnuTLS's calls is a
// library behind this one, which sets up what is just being made.
extern _Thread_local unsigned calls_made __attribute__((visibility("hidden"), tls_model("initial-exec")));

// The engine, opened by the first call; null if there is none, or in a forked process that must not use it.
const struct cpreload_engine *open_engine(void);

// The same, if it is open.
const struct cpreload_engine *opened_engine(void);

// Whether this is a forked process that must not use the engine that its parent had.
int engine_was_lost(void);

// Whether an address is in the engine's library.
int is_engines(const void *address);

// Whether this thread is in a call of the engine.
int is_within_engine(void);

// Only the engine's own calls count from here on: a program has jumped out of the others.
void clear_guard(void);

struct engine_call {
  int system_error;
  int cancel_state;
  unsigned depth, own_calls;
};

// Around each call of the engine: it must not change errno, and not be cancelled half-way.
struct engine_call engine_call_begins(void);
void engine_call_ends(struct engine_call call);

// The program has changed what verdicts depend on, for the whole process: the engine learns it as soon as it is there.
void note_changed_verdicts(void);

#define TELL(...)                                                                                                    \
  do {                                                                                                               \
    struct engine_call call = engine_call_begins();                                                                  \
    engine->__VA_ARGS__;                                                                                             \
    engine_call_ends(call);                                                                                          \
  } while (0)

// The engine's answer.
#define ASK(variable, ...)                                                                                           \
  do {                                                                                                               \
    struct engine_call call = engine_call_begins();                                                                  \
    variable = engine->__VA_ARGS__;                                                                                  \
    engine_call_ends(call);                                                                                          \
  } while (0)

// What needs more stack than to note something. A session of which such a call is missed is left alone.
#define TELL_WITH_ROOM(session, ...)                                                                                 \
  do {                                                                                                               \
    if (has_room(ROOM_TO_WORK)) TELL(__VA_ARGS__);                                                                   \
    else TELL(call_missed(session));                                                                                 \
  } while (0)

// GnuTLS's own call, within which everything passes straight through.
#define PASS(...)                                                                                                    \
  do {                                                                                                               \
    unsigned outer = depth;                                                                                          \
    depth = outer + 1;                                                                                               \
    __VA_ARGS__;                                                                                                     \
    depth = outer;                                                                                                   \
  } while (0)

#endif
