// How sessions are made and set up.
#include "interposing.h"

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

FREES(engine_at_any_depth, gnutls_deinit, (gnutls_session_t session), (session), session_ends(session))

NOTED(engine_at_any_depth, gnutls_server_name_set,
      (gnutls_session_t session, gnutls_server_name_type_t type, const void *name, size_t length),
      (session, type, name, length), server_name_set(session, type, name, length))
NOTED(engine_at_any_depth, gnutls_alpn_set_protocols,
      (gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count, unsigned int flags),
      (session, protocols, count, flags), alpn_set(session, protocols, count, flags))

// GnuTLS makes priorities by these names as well, for sessions of its caller: only the program's own calls count.
NOTED(engine_for_call, gnutls_priority_init, (gnutls_priority_t * priorities, const char *string, const char **error),
      (priorities, string, error), priorities_made(*priorities, string, 0))
NOTED(engine_for_call, gnutls_priority_init2,
      (gnutls_priority_t * priorities, const char *string, const char **error, unsigned flags),
      (priorities, string, error, flags),
      priorities_made(*priorities, string, (flags & GNUTLS_PRIORITY_INIT_DEF_APPEND) != 0))
FREES(engine_for_call, gnutls_priority_deinit, (gnutls_priority_t priorities), (priorities),
      priorities_freed(priorities))
NOTED(engine_for_call, gnutls_priority_set, (gnutls_session_t session, gnutls_priority_t priorities),
      (session, priorities), priorities_set(session, priorities))
NOTED(engine_for_call, gnutls_priority_set_direct,
      (gnutls_session_t session, const char *string, const char **error), (session, string, error),
      priority_string_set(session, string, 0))
NOTED(engine_for_call, gnutls_set_default_priority, (gnutls_session_t session), (session),
      priority_string_set(session, 0, 0))
NOTED(engine_for_call, gnutls_set_default_priority_append,
      (gnutls_session_t session, const char *string, const char **error, unsigned flags),
      (session, string, error, flags), priority_string_set(session, string, 1))
