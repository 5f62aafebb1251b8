// Session data that the program itself sets or takes.
#include <string.h>

#include "interposing.h"

WRAPPED(engine_for_call, int, gnutls_session_set_data, (gnutls_session_t session, const void *data, size_t size),
        (session, data, size), TELL(session_data_set(session, data, size)), NOTHING)

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// Puts it in the place of session data that the program must not use: those that somebody else may use, as the engine says,
// or the parent of a process that has lost its engine. Returns the size.
static size_t deny(void *data, size_t size) {
  if (size < sizeof no_ticket) return size;
  memcpy(data, no_ticket, sizeof no_ticket);
  return sizeof no_ticket;
}

// The session of which GnuTLS is about to get the data by its other function: then nobody has been given any yet.
static _Thread_local gnutls_session_t asked __attribute__((tls_model("initial-exec")));

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) {
    int result = real(session, data, size);
    if (result >= 0 && data && engine_was_lost()) *size = deny(data, *size);
    return result;
  }
  int result;
  asked = session;
  PASS(result = real(session, data, size));
  asked = NULL;
  // Without a place for them only their size was asked for.
  if (result < 0 || !data) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data, *size));
  if (is_used) *size = deny(data, *size);
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
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) {
    int result = real(session, data);
    if (result >= 0 && engine_was_lost()) data->size = deny(data->data, data->size);
    return result;
  }
  int result;
  PASS(result = real(session, data));
  if (result < 0) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data->data, data->size));
  if (is_used) data->size = deny(data->data, data->size);
  return result;
}
