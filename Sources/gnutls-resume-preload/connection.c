// Handshakes, and what goes over a connection then.
#include "interposing.h"
#include "lost.h"

// A program may have jumped out of a call (longjmp from a signal's handler), and left the guard behind. If it comes back
// to a handshake with a ticket offered, its check must not be missed. No call of GnuTLS's leads here for such a session.
static void clear_stale_guard(gnutls_session_t session) {
  if (depth == 0) return;
  const struct cpreload_engine *engine = opened_engine();
  int is_stale = 0;
  if (engine) ASK(is_stale, is_handshaking(session));
  if (is_stale) clear_guard();
}

EXPORTED void gnutls_handshake_set_hook_function(gnutls_session_t session, unsigned int type, int when,
                                                 gnutls_handshake_hook_func function) {
  REAL(gnutls_handshake_set_hook_function)
  if (!real) return;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, type, when, function);
  int is_taken;
  ASK(is_taken, hook_set(session, type, when, function));
  if (!is_taken) PASS(real(session, type, when, function));
}

EXPORTED int gnutls_handshake(gnutls_session_t session) {
  REAL(gnutls_handshake)
  if (!real) return UNKNOWN;
  clear_stale_guard(session);
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) {
    if (may_be_lost(session)) return handshake_of_lost(real, session);
    if (depth > 0 && (engine = opened_engine())) TELL(handshake_escapes(session));
    return real(session);
  }
  int result = 0;
  int is_over;
  ASK(is_over, handshake_begins(session));
  if (!is_over) PASS(result = real(session));
  ASK(result, handshake_returned(session, result));
  int goes_on = 0;
  if (result < 0) ASK(goes_on, is_handshaking(session));
  // What has been refused stays so in a forked process.
  if (result < 0 && !goes_on) ASK(goes_on, is_refused(session));
  if (goes_on) remember_for_fork(session);
  else forget_for_fork(session);
  return result;
}

// Under TLS 1.3 a server may ask for the client's certificate later.
WRAPPED(engine_at_any_depth, int, gnutls_reauth, (gnutls_session_t session, unsigned int flags), (session, flags),
        TELL(client_authenticates(session)), NOTHING)

// From a peer that was refused nothing comes, and to it nothing goes, not even of a program that doesn't look at the
// handshake's result.
#define CARRIES(type, name, parameters, arguments, after)                                                            \
  EXPORTED type name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_for_call();                                                        \
    int is_refused = is_lost(session);                                                                               \
    if (engine) ASK(is_refused, is_refused(session));                                                                \
    if (is_refused) return GNUTLS_E_INVALID_SESSION;                                                                 \
    if (!engine) return real arguments;                                                                              \
    type result;                                                                                                     \
    PASS(result = real arguments);                                                                                   \
    after;                                                                                                           \
    return result;                                                                                                   \
  }
#define RECEIVE(name, parameters, arguments)                                                                         \
  CARRIES(ssize_t, name, parameters, arguments, TELL(data_received(session, result)))
#define SEND(type, name, parameters, arguments)                                                                      \
  CARRIES(type, name, parameters, arguments, if (result > 0) TELL(data_sent(session)))

RECEIVE(gnutls_record_recv, (gnutls_session_t session, void *data, size_t size), (session, data, size))
RECEIVE(gnutls_record_recv_seq, (gnutls_session_t session, void *data, size_t size, unsigned char *sequence),
        (session, data, size, sequence))
RECEIVE(gnutls_record_recv_packet, (gnutls_session_t session, gnutls_packet_t *packet), (session, packet))

SEND(ssize_t, gnutls_record_send, (gnutls_session_t session, const void *data, size_t size), (session, data, size))
SEND(ssize_t, gnutls_record_send2,
     (gnutls_session_t session, const void *data, size_t size, size_t pad, unsigned flags),
     (session, data, size, pad, flags))
SEND(ssize_t, gnutls_record_send_range,
     (gnutls_session_t session, const void *data, size_t size, const gnutls_range_st *range),
     (session, data, size, range))
SEND(ssize_t, gnutls_record_send_file, (gnutls_session_t session, int file, off_t *offset, size_t count),
     (session, file, offset, count))
SEND(int, gnutls_record_uncork, (gnutls_session_t session, unsigned int flags), (session, flags))

EXPORTED int gnutls_bye(gnutls_session_t session, gnutls_close_request_t how) {
  REAL(gnutls_bye)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, how);
  int result;
  PASS(result = real(session, how));
  // The other way reads nothing, and another thread may be reading.
  if (how == GNUTLS_SHUT_RDWR) TELL(said_goodbye(session));
  return result;
}
