// Session data that the program itself sets or takes.
#include <stdatomic.h>

#include "interposing.h"

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// The program has got session data of a session that no engine has seen: nobody else has got the ticket.
static _Atomic int has_own;

static void note_given(int result, size_t size) {
  if (result < 0 || size <= sizeof no_ticket || is_within_engine()) return;
  if (!opened_engine() && !engine_was_lost()) atomic_store(&has_own, 1);
}

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  int result;
  PASS(result = real(session, data, size));
  // Without a place for them only their size was asked for.
  if (data) note_given(result, *size);
  return result;
}

EXPORTED int gnutls_session_get_data2(gnutls_session_t session, gnutls_datum_t *data) {
  REAL(gnutls_session_get_data2)
  if (!real) return UNKNOWN;
  int result;
  PASS(result = real(session, data));
  note_given(result, data->size);
  return result;
}

// Whether an engine has used the ticket in there, or may use it later, as nobody can tell it.
static int is_denied(gnutls_session_t session, const void *data, size_t size) {
  if (!data || size <= sizeof no_ticket) return 0;
  const struct cpreload_engine *engine = engine_at_any_depth();
  int result = 1;
  if (!engine) return engine_was_lost() || !atomic_load(&has_own);
  // Within a callback it may be in the midst of its handshake.
  if (depth > 0 || !has_room(ROOM_TO_WORK)) TELL(call_missed(session));
  if (has_room(ROOM_TO_WORK)) ASK(result, session_data_set(session, data, size));
  return result;
}

EXPORTED int gnutls_session_set_data(gnutls_session_t session, const void *data, size_t size) {
  REAL(gnutls_session_set_data)
  if (!real) return UNKNOWN;
  int result;
  // What the engine sets itself, it has marked.
  if (!is_within_engine() && is_denied(session, data, size)) PASS(result = real(session, no_ticket, sizeof no_ticket));
  else PASS(result = real(session, data, size));
  return result;
}
