// The program's own checks of a peer.
#include "interposing.h"

NOTED_VOID(gnutls_certificate_set_verify_function,
           (gnutls_certificate_credentials_t credentials, gnutls_certificate_verify_function *function),
           (credentials, function), verify_function_set(credentials, function))
NOTED_VOID(gnutls_session_set_verify_function,
           (gnutls_session_t session, gnutls_certificate_verify_function *function), (session, function),
           session_verify_function_set(session, function))

// Within these GnuTLS sets a function itself; a library behind this one may set another.
#define SETS_VERIFY_CERT(name, parameters, arguments, ...)                                                           \
  EXPORTED void name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                    \
    unsigned calls = calls_made;                                                                                     \
    PASS(real arguments);                                                                                            \
    if (!(engine = engine_again(engine))) return;                                                                    \
    TELL(__VA_ARGS__);                                                                                               \
    if (calls_made - calls > 1) TELL(call_missed(session));                                                          \
  }
SETS_VERIFY_CERT(gnutls_session_set_verify_cert, (gnutls_session_t session, const char *host_name, unsigned flags),
                 (session, host_name, flags), session_verify_cert_set(session, host_name, 0, 0))
SETS_VERIFY_CERT(gnutls_session_set_verify_cert2,
                 (gnutls_session_t session, gnutls_typed_vdata_st *data, unsigned elements, unsigned flags),
                 (session, data, elements, flags), session_verify_cert_set(session, 0, data, elements))

EXPORTED unsigned int gnutls_session_get_verify_cert_status(gnutls_session_t session) {
  REAL(gnutls_session_get_verify_cert_status)
  if (!real) return (unsigned int)-1;
  const struct cpreload_engine *engine = engine_for_call();
  unsigned int status;
  PASS(status = real(session));
  if ((engine = engine_again(engine))) ASK(status, verify_cert_status(session, status));
  return status;
}

// Who refuses a peer refuses the tickets of its full handshake.
static void note_verdict(const struct cpreload_engine *engine, gnutls_session_t session, int is_good) {
  if (is_good) TELL(peer_verified(session, 1));
  else TELL_WITH_ROOM(session, peer_verified(session, 0));
}

#define VERIFIES(name, parameters, arguments)                                                                        \
  EXPORTED int name parameters {                                                                                     \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_for_call();                                                        \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    if ((engine = engine_again(engine))) note_verdict(engine, session, result >= 0 && status && *status == 0);       \
    return result;                                                                                                   \
  }
VERIFIES(gnutls_certificate_verify_peers,
         (gnutls_session_t session, gnutls_typed_vdata_st *data, unsigned elements, unsigned int *status),
         (session, data, elements, status))
VERIFIES(gnutls_certificate_verify_peers2, (gnutls_session_t session, unsigned int *status), (session, status))
VERIFIES(gnutls_certificate_verify_peers3, (gnutls_session_t session, const char *host_name, unsigned int *status),
         (session, host_name, status))
