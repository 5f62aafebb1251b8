// Session data that the program itself sets or takes.
#include <string.h>

#include "interposing.h"

WRAPPED(engine_for_call, int, gnutls_session_set_data, (gnutls_session_t session, const void *data, size_t size),
        (session, data, size), TELL(session_data_set(session, data, size)), NOTHING)

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// The size of session data that GnuTLS has given, once the program may have them: else no ticket takes their place, as the
// engine says that somebody else may use it, or as the parent of a process that has lost its engine may.
static size_t permitted(const struct cpreload_engine *engine, gnutls_session_t session, void *data, size_t size) {
  int is_used = engine_was_lost();
  if (engine) ASK(is_used, session_data_given(session, data, size));
  if (!is_used || size < sizeof no_ticket) return size;
  memcpy(data, no_ticket, sizeof no_ticket);
  return sizeof no_ticket;
}

// The session of which GnuTLS is about to get the data by its other function: then nobody has been given any yet.
static _Thread_local gnutls_session_t asked __attribute__((tls_model("initial-exec")));

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  int result;
  asked = session;
  PASS(result = real(session, data, size));
  asked = NULL;
  // Without a place for them only their size was asked for.
  if (result >= 0 && data) *size = permitted(engine, session, data, *size);
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
  int result;
  PASS(result = real(session, data));
  if (result >= 0) data->size = permitted(engine, session, data->data, data->size);
  return result;
}
