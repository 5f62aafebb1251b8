// How the interposed functions are written. Nothing of GnuTLS may stay undefined in them: programs without it load this
// library too.
#ifndef INTERPOSING_H
#define INTERPOSING_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "copies.h"
#include "engine.h"
#include "real.h"
#include "unseen.h"

#define EXPORTED __attribute__((visibility("default")))

// Who has called the function in which this stands.
#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

// Where a name really leads: looked up by the first call.
#define REAL(name)                                                                                                   \
  calls_made++;                                                                                                      \
  REAL_UNCOUNTED(name)
// The same for what GnuTLS calls itself when it makes something.
#define REAL_UNCOUNTED(name)                                                                                         \
  __typeof__(&name) real =                                                                                           \
      (__typeof__(&name))real_function(INDEX_##name, #name, CALLER);

// What a function answers that this GnuTLS doesn't have.
#define UNKNOWN GNUTLS_E_UNIMPLEMENTED_FEATURE

// The engine, if there is stack enough to tell it anything.
static inline const struct cpreload_engine *engine_with_room(const struct cpreload_engine *engine) {
  if (!engine || has_room(ROOM_TO_NOTE)) return engine;
  note_unseen_calls();
  return 0;
}

// The engine if this call is the program's own, else null.
static inline const struct cpreload_engine *engine_for_call(void) {
  return depth == 0 ? engine_with_room(open_engine()) : 0;
}

// The engine for what programs may do in their callbacks too, that is within GnuTLS's own calls: set other sessions up,
// as with threads of their own making, or take tickets. GnuTLS and the engine may call these as well, and mean nothing
// else by it.
static inline const struct cpreload_engine *engine_at_any_depth(void) {
  return engine_with_room(depth == 0 ? open_engine() : opened_engine());
}

// The same after GnuTLS's own call, within which the process may have forked.
static inline const struct cpreload_engine *engine_again(const struct cpreload_engine *engine) {
  return engine ? opened_engine() : 0;
}

// A function with a result, and what is done before and after GnuTLS's own.
#define WRAPPED(engine_of, type, name, parameters, arguments, before, after)                                         \
  EXPORTED type name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_of();                                                              \
    if (engine) before;                                                                                              \
    type result;                                                                                                     \
    PASS(result = real arguments);                                                                                   \
    if ((engine = engine_again(engine))) after;                                                                      \
    return result;                                                                                                   \
  }
#define NOTHING (void)0

// A function of whose success the engine is told.
#define NOTED(engine_of, name, parameters, arguments, ...)                                                           \
  WRAPPED(engine_of, int, name, parameters, arguments, NOTHING, { if (result >= 0) TELL(__VA_ARGS__); })

// A function without a result, of which the engine is told before: what a library behind this one sets within counts.
#define NOTED_VOID(name, parameters, arguments, ...) NOTED_VOID_AS(REAL, name, parameters, arguments, __VA_ARGS__)
#define NOTED_VOID_AS(find, name, parameters, arguments, ...)                                                        \
  EXPORTED void name parameters {                                                                                    \
    find(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                    \
    if (engine) TELL(__VA_ARGS__);                                                                                   \
    PASS(real arguments);                                                                                            \
  }

// A function that frees what the engine knows, and is told of before.
#define FREES(engine_of, name, parameters, arguments, ...)                                                           \
  EXPORTED void name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const struct cpreload_engine *engine = engine_of();                                                              \
    if (engine) TELL(__VA_ARGS__);                                                                                   \
    PASS(real arguments);                                                                                            \
  }

#endif
