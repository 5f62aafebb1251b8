// How the interposed functions are written. Nothing of GnuTLS may stay undefined in them: programs without it load this
// library too.
#ifndef INTERPOSING_H
#define INTERPOSING_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "real.h"

#define EXPORTED __attribute__((visibility("default")))

// Where a name really leads: looked up by the first call.
#define REAL(name)                                                                                                   \
  static __typeof__(&name) _Atomic known;                                                                            \
  __typeof__(&name) real = atomic_load_explicit(&known, memory_order_relaxed);                                       \
  if (!real) {                                                                                                       \
    real = (__typeof__(&name))find_real(#name);                                                                      \
    atomic_store_explicit(&known, real, memory_order_relaxed);                                                       \
  }

// What a function answers that this GnuTLS doesn't have.
#define UNKNOWN GNUTLS_E_UNIMPLEMENTED_FEATURE

// The engine if this call is the program's own, else null.
static inline const struct cpreload_engine *engine_for_call(void) { return depth == 0 ? open_engine() : 0; }

// The engine for what programs may do in their callbacks too, that is within GnuTLS's own calls: set other sessions up,
// as with threads of their own making, or take tickets. GnuTLS and the engine may call these as well, and mean nothing
// else by it.
static inline const struct cpreload_engine *engine_at_any_depth(void) {
  return depth == 0 ? open_engine() : opened_engine();
}

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

// GnuTLS's own call, within which everything passes straight through.
#define PASS(...)                                                                                                    \
  do {                                                                                                               \
    unsigned outer = depth;                                                                                          \
    depth = outer + 1;                                                                                               \
    __VA_ARGS__;                                                                                                     \
    depth = outer;                                                                                                   \
  } while (0)

// A function with a result, and what is done before and after GnuTLS's own.
#define WRAPPED(engine_of, type, name, parameters, arguments, before, after)                                         \
  EXPORTED type name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_of();                                                              \
    if (!engine) return real arguments;                                                                              \
    before;                                                                                                          \
    type result;                                                                                                     \
    PASS(result = real arguments);                                                                                   \
    after;                                                                                                           \
    return result;                                                                                                   \
  }
#define NOTHING (void)0

// A function of whose success the engine is told.
#define NOTED(engine_of, name, parameters, arguments, ...)                                                           \
  WRAPPED(engine_of, int, name, parameters, arguments, NOTHING, if (result >= 0) TELL(__VA_ARGS__))

// A function without a result, of which the engine is told.
#define NOTED_VOID(name, parameters, arguments, ...)                                                                 \
  EXPORTED void name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                    \
    if (!engine) return real arguments;                                                                              \
    PASS(real arguments);                                                                                            \
    TELL(__VA_ARGS__);                                                                                               \
  }

// A function that frees what the engine knows, and is told of before.
#define FREES(engine_of, name, parameters, arguments, ...)                                                           \
  EXPORTED void name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const struct cpreload_engine *engine = engine_of();                                                              \
    if (!engine) return real arguments;                                                                              \
    TELL(__VA_ARGS__);                                                                                               \
    PASS(real arguments);                                                                                            \
  }

#endif
