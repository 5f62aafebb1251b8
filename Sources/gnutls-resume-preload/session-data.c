// Session data that the program itself sets or takes.
#include <string.h>

#include "interposing.h"

WRAPPED(engine_for_call, int, gnutls_session_set_data, (gnutls_session_t session, const void *data, size_t size),
        (session, data, size), TELL(session_data_set(session, data, size)), NOTHING)

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// The session of which GnuTLS gets the data by its other function: then nobody has been given any yet.
static _Thread_local gnutls_session_t asked __attribute__((tls_model("initial-exec")));

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, data, size);
  int result;
  gnutls_session_t outer = asked;
  asked = session;
  PASS(result = real(session, data, size));
  asked = outer;
  // Without a place for them only their size was asked for.
  if (result < 0 || !data) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data, *size));
  if (is_used && *size >= sizeof no_ticket) {
    memcpy(data, no_ticket, sizeof no_ticket);
    *size = sizeof no_ticket;
  }
  return result;
}

EXPORTED int gnutls_session_get_data2(gnutls_session_t session, gnutls_datum_t *data) {
  REAL(gnutls_session_get_data2)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = asked == session ? NULL : engine_at_any_depth();
  if (!engine) return real(session, data);
  int result;
  PASS(result = real(session, data));
  if (result < 0) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data->data, data->size));
  if (is_used && data->size >= sizeof no_ticket) {
    memcpy(data->data, no_ticket, sizeof no_ticket);
    data->size = sizeof no_ticket;
  }
  return result;
}
