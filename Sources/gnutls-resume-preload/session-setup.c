// How sessions are made and set up.
#include "due.h"
#include "interposing.h"

EXPORTED int gnutls_init(gnutls_session_t *session, unsigned int flags) {
  look_for_copies();
  REAL(gnutls_init)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  unsigned int changed = flags;
  if (engine) ASK(changed, flags_for_session(flags));
  unsigned calls = calls_made;
  int result;
  PASS(result = real(session, changed));
  if (result < 0) return result;
  // Whoever was at this address before is gone.
  check_is_over(*session);
  if (!(engine = engine_again(engine))) return result;
  TELL(session_made(*session, flags));
  // What was set within is lost.
  if (calls_made != calls) TELL(call_missed(*session));
  return result;
}

// GnuTLS calls its functions for priorities by these names itself, from one another and from gnutls_deinit: within those
// only. What the program does in its callbacks counts.
static _Thread_local unsigned priority_calls __attribute__((tls_model("initial-exec")));
static inline const struct cpreload_engine *engine_for_priorities(void) {
  return priority_calls == 0 ? engine_at_any_depth() : 0;
}
#define BEGIN_PRIORITY_CALL priority_calls++
#define END_PRIORITY_CALL priority_calls--

EXPORTED void gnutls_deinit(gnutls_session_t session) {
  REAL(gnutls_deinit)
  if (!real) return;
  check_is_over(session);
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (engine && has_room(ROOM_TO_WORK)) TELL(session_ends(session));
  else if (engine) TELL(session_vanishes(session));
  BEGIN_PRIORITY_CALL;
  PASS(real(session));
  END_PRIORITY_CALL;
}

NOTED(engine_at_any_depth, gnutls_server_name_set,
      (gnutls_session_t session, gnutls_server_name_type_t type, const void *name, size_t length),
      (session, type, name, length), server_name_set(session, type, name, length))
NOTED_VOID(gnutls_dh_set_prime_bits, (gnutls_session_t session, unsigned int bits), (session, bits),
           dh_prime_bits_set(session, bits))
NOTED_VOID(gnutls_session_enable_compatibility_mode, (gnutls_session_t session), (session),
           compatibility_enabled(session))
// GnuTLS may do so itself as it makes a session, which the engine doesn't know yet.
EXPORTED int gnutls_ocsp_status_request_enable_client(gnutls_session_t session, gnutls_datum_t *responders, size_t count,
                                                      gnutls_datum_t *extensions) {
  REAL_UNCOUNTED(gnutls_ocsp_status_request_enable_client)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  int result;
  PASS(result = real(session, responders, count, extensions));
  if (result >= 0 && (engine = engine_again(engine))) TELL(status_requested(session));
  return result;
}
NOTED(engine_at_any_depth, gnutls_alpn_set_protocols,
      (gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count, unsigned int flags),
      (session, protocols, count, flags), alpn_set(session, protocols, count, flags))

#define PRIORITY_FUNCTION(name, look, parameters, arguments, after)                                                  \
  EXPORTED int name parameters {                                                                                     \
    look;                                                                                                            \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_for_priorities();                                                  \
    int result;                                                                                                      \
    BEGIN_PRIORITY_CALL;                                                                                             \
    PASS(result = real arguments);                                                                                   \
    END_PRIORITY_CALL;                                                                                               \
    if (result >= 0 && (engine = engine_again(engine))) after;                                                       \
    return result;                                                                                                   \
  }
#define SETS_PRIORITIES(name, parameters, arguments, ...)                                                            \
  PRIORITY_FUNCTION(name, NOTHING, parameters, arguments, TELL(__VA_ARGS__))
#define MAKES_PRIORITIES(name, parameters, arguments, ...)                                                           \
  PRIORITY_FUNCTION(name, look_for_copies(), parameters, arguments, TELL(__VA_ARGS__))
MAKES_PRIORITIES(gnutls_priority_init, (gnutls_priority_t * priorities, const char *string, const char **error),
                 (priorities, string, error), priorities_made(*priorities, string, 0))
MAKES_PRIORITIES(gnutls_priority_init2,
                 (gnutls_priority_t * priorities, const char *string, const char **error, unsigned flags),
                 (priorities, string, error, flags),
                 priorities_made(*priorities, string, (flags & GNUTLS_PRIORITY_INIT_DEF_APPEND) != 0))
FREES(engine_for_priorities, gnutls_priority_deinit, (gnutls_priority_t priorities), (priorities),
      priorities_freed(priorities))
SETS_PRIORITIES(gnutls_priority_set, (gnutls_session_t session, gnutls_priority_t priorities), (session, priorities),
                priorities_set(session, priorities))
SETS_PRIORITIES(gnutls_priority_set_direct, (gnutls_session_t session, const char *string, const char **error),
                (session, string, error), priority_string_set(session, string, 0))
SETS_PRIORITIES(gnutls_set_default_priority, (gnutls_session_t session), (session),
                priority_string_set(session, 0, 0))
SETS_PRIORITIES(gnutls_set_default_priority_append,
                (gnutls_session_t session, const char *string, const char **error, unsigned flags),
                (session, string, error, flags), priority_string_set(session, string, 1))

// A program whose own functions carry the records gives them what they like, maybe a number that is a descriptor too.
#define SETS_TRANSPORT(name, type)                                                                                   \
  NOTED_VOID_AS(REAL_UNCOUNTED, name, (gnutls_session_t session, type function), (session, function),                \
                transport_functions_set(session))
SETS_TRANSPORT(gnutls_transport_set_push_function, gnutls_push_func)
SETS_TRANSPORT(gnutls_transport_set_vec_push_function, gnutls_vec_push_func)
SETS_TRANSPORT(gnutls_transport_set_pull_function, gnutls_pull_func)
