// How sessions are made and set up.
#include "interposing.h"
#include "lost.h"

EXPORTED int gnutls_init(gnutls_session_t *session, unsigned int flags) {
  REAL(gnutls_init)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, flags);
  unsigned int changed;
  ASK(changed, flags_for_session(flags));
  int result;
  PASS(result = real(session, changed));
  if (result >= 0) TELL(session_made(*session, flags));
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
  forget_for_fork(session);
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (engine) TELL(session_ends(session));
  BEGIN_PRIORITY_CALL;
  PASS(real(session));
  END_PRIORITY_CALL;
}

NOTED(engine_at_any_depth, gnutls_server_name_set,
      (gnutls_session_t session, gnutls_server_name_type_t type, const void *name, size_t length),
      (session, type, name, length), server_name_set(session, type, name, length))
NOTED(engine_at_any_depth, gnutls_alpn_set_protocols,
      (gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count, unsigned int flags),
      (session, protocols, count, flags), alpn_set(session, protocols, count, flags))

#define SETS_PRIORITIES(name, parameters, arguments, ...)                                                            \
  WRAPPED(engine_for_priorities, int, name, parameters, arguments, BEGIN_PRIORITY_CALL, END_PRIORITY_CALL;           \
          if (result >= 0) TELL(__VA_ARGS__))
SETS_PRIORITIES(gnutls_priority_init, (gnutls_priority_t * priorities, const char *string, const char **error),
                (priorities, string, error), priorities_made(*priorities, string, 0))
SETS_PRIORITIES(gnutls_priority_init2,
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
  NOTED_VOID(name, (gnutls_session_t session, type function), (session, function), transport_functions_set(session))
SETS_TRANSPORT(gnutls_transport_set_push_function, gnutls_push_func)
SETS_TRANSPORT(gnutls_transport_set_vec_push_function, gnutls_vec_push_func)
SETS_TRANSPORT(gnutls_transport_set_pull_function, gnutls_pull_func)
