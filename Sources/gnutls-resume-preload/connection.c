// Handshakes, and what goes over a connection then.
#include "due.h"
#include "interposing.h"

EXPORTED void gnutls_handshake_set_hook_function(gnutls_session_t session, unsigned int type, int when,
                                                 gnutls_handshake_hook_func function) {
  REAL(gnutls_handshake_set_hook_function)
  if (!real) return;
  // A hook may set another, or take itself out. The engine sets its own, and the program's again.
  const struct cpreload_engine *engine = is_within_engine() ? 0 : engine_at_any_depth();
  int is_taken = 0;
  if (engine) ASK(is_taken, hook_set(session, type, when, function));
  if (!is_taken) PASS(real(session, type, when, function));
}

// The engine takes no part in it.
static int handshake_alone(const struct cpreload_engine *engine, __typeof__(&gnutls_handshake) real,
                           gnutls_session_t session) {
  int result;
  if (engine) TELL(handshake_passes(session));
  PASS(result = real(session));
  return result;
}

static int handshake(const struct cpreload_engine *engine, __typeof__(&gnutls_handshake) real,
                     gnutls_session_t session) {
  int was_due = is_check_due(session), place = was_due ? -1 : hold_place(), result = 0;
  unsigned begun, is_due;
  if (!was_due && place < 0) return handshake_alone(engine, real, session);
  ASK(begun, handshake_begins(session));
  // What the engine has forgotten meanwhile.
  if (was_due && !begun) return handshake_unchecked(real, session);
  if (!was_due && begun & CPRELOAD_CHECK_DUE) check_becomes_due(place, session);
  else if (!was_due) give_place_back(place);
  if (!(begun & CPRELOAD_OVER)) PASS(result = real(session));
  engine = engine_again(engine);
  // This is a process that was forked meanwhile.
  if (!engine) return is_check_due(session) ? unchecked(session, result) : result;
  gnutls_certificate_verify_function *check = 0;
  ASK(result, handshake_returned(session, result, &is_due, &check));
  if (check) {
    // As within GnuTLS's own call: it may wait and be cancelled, jump out, or go on with other connections.
    PASS(result = check(session));
    if (!(engine = engine_again(engine))) return unchecked(session, 0);
    ASK(result, check_returned(session, result, &is_due));
  }
  if (!is_due) check_is_over(session);
  return result;
}

EXPORTED int gnutls_handshake(gnutls_session_t session) {
  REAL(gnutls_handshake)
  if (!real) return UNKNOWN;
  // A program may have jumped out of a call (longjmp from a signal's handler), and left the guard behind. No call of
  // GnuTLS's leads here for such a session.
  if (depth > 0 && is_check_due(session)) clear_guard();
  const struct cpreload_engine *engine = engine_for_call();
  if (engine && has_room(ROOM_TO_WORK)) return handshake(engine, real, session);
  if (is_check_due(session)) return handshake_unchecked(real, session);
  return handshake_alone(engine ? engine : engine_with_room(opened_engine()), real, session);
}

// Under TLS 1.3 a server may ask for the client's certificate later.
WRAPPED(engine_at_any_depth, int, gnutls_reauth, (gnutls_session_t session, unsigned int flags), (session, flags),
        TELL_WITH_ROOM(session, client_authenticates(session)), NOTHING)

// From a peer that was refused nothing comes, and to it nothing goes, not even of a program that doesn't look at the
// handshake's result; nor before it has been checked, as within a handshake.
static int refusal(const struct cpreload_engine *engine, gnutls_session_t session) {
  int is_refused = 0;
  if (engine) ASK(is_refused, is_refused(session));
  if (is_refused) return GNUTLS_E_INVALID_SESSION;
  return is_check_due(session) ? GNUTLS_E_UNAVAILABLE_DURING_HANDSHAKE : 0;
}

#define CARRIES(type, name, parameters, arguments, after, otherwise)                                                 \
  EXPORTED type name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_for_call();                                                        \
    int refused = refusal(engine, session);                                                                          \
    if (refused) return refused;                                                                                     \
    type result;                                                                                                     \
    PASS(result = real arguments);                                                                                   \
    if (!(engine = engine_again(engine))) return result;                                                             \
    if (result > 0) after;                                                                                           \
    else otherwise;                                                                                                  \
    return result;                                                                                                   \
  }
#define RECEIVE(name, parameters, arguments)                                                                         \
  CARRIES(ssize_t, name, parameters, arguments, note_received(engine, session), TELL(receiving_ended(session, result)))
#define SEND(type, name, parameters, arguments)                                                                      \
  CARRIES(type, name, parameters, arguments, TELL(data_sent(session)), NOTHING)

// What can't be kept for want of stack is kept later.
static void keep_if(const struct cpreload_engine *engine, gnutls_session_t session, int has_something) {
  if (has_something && has_room(ROOM_TO_WORK)) TELL(keep(session));
}

static void note_received(const struct cpreload_engine *engine, gnutls_session_t session) {
  int has_something;
  ASK(has_something, data_received(session));
  keep_if(engine, session, has_something);
}

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
  int result, has_something = 0;
  PASS(result = real(session, how));
  engine = engine_again(engine);
  // The other way reads nothing, and another thread may be reading.
  if (engine && how == GNUTLS_SHUT_RDWR) {
    ASK(has_something, said_goodbye(session));
    keep_if(engine, session, has_something);
  }
  return result;
}
