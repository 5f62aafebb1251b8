// Session data that the program itself sets or takes.
#include <string.h>

#include "interposing.h"

WRAPPED(engine_for_call, int, gnutls_session_set_data, (gnutls_session_t session, const void *data, size_t size),
        (session, data, size), TELL_WITH_ROOM(session, session_data_set(session, data, size)), NOTHING)

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// Whether somebody else may use a ticket that the program has got: the engine says so, or can't be asked; or this is a
// process that has lost the engine of its parent, which may.
static int is_used(gnutls_session_t session, const void *data, size_t size) {
  const struct cpreload_engine *engine = opened_engine();
  int result = 0;
  if (!engine) return engine_was_lost();
  if (!has_room(ROOM_TO_NOTE)) return 1;
  ASK(result, is_known(session));
  if (!result || !has_room(ROOM_TO_WORK)) return result;
  ASK(result, session_data_given(session, data, size));
  return result;
}

// The size of session data that GnuTLS has given, once the program may have them: else no ticket takes their place.
static size_t permitted(gnutls_session_t session, void *data, size_t size) {
  if (size <= sizeof no_ticket || !is_used(session, data, size)) return size;
  memcpy(data, no_ticket, sizeof no_ticket);
  return sizeof no_ticket;
}

// The session of which GnuTLS is about to get the data by its other function: then nobody has been given any yet.
static _Thread_local gnutls_session_t asked __attribute__((tls_model("initial-exec")));

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  int result;
  asked = session;
  PASS(result = real(session, data, size));
  asked = NULL;
  // Without a place for them only their size was asked for.
  if (result >= 0 && data) *size = permitted(session, data, *size);
  return result;
}

EXPORTED int gnutls_session_get_data2(gnutls_session_t session, gnutls_datum_t *data) {
  REAL(gnutls_session_get_data2)
  if (!real) return UNKNOWN;
  if (session && asked == session) {
    // Once: what comes while GnuTLS waits for a ticket is the program's.
    asked = NULL;
    return real(session, data);
  }
  int result;
  PASS(result = real(session, data));
  if (result >= 0) data->size = permitted(session, data->data, data->size);
  return result;
}
