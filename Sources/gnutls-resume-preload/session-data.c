// Session data that the program itself sets or takes.
#include <stdatomic.h>
#include <stdint.h>

#include "interposing.h"

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

// The session data that the program has got last where the engine couldn't be told, of sessions in which it has no part: by
// their hashes (FNV-1a). Nobody else has the tickets in there.
enum { MOST_OWN = 64 };
static _Atomic uint64_t own[MOST_OWN];
static _Atomic unsigned own_count;

static uint64_t hash_of(const void *data, size_t size) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char *next = data; size > 0; size--, next++) hash = (hash ^ *next) * 0x100000001b3;
  return hash;
}

static int is_own(const void *data, size_t size) {
  uint64_t hash = hash_of(data, size);
  for (int i = 0; i < MOST_OWN; i++)
    if (atomic_load(&own[i]) == hash) return 1;
  return 0;
}

static void note_given(gnutls_session_t session, const void *data, size_t size) {
  if (!data || size <= sizeof no_ticket || is_within_engine() || engine_was_lost()) return;
  const struct cpreload_engine *engine = opened_engine();
  int has_own_tickets = 1;
  if (engine && has_room(ROOM_TO_NOTE)) ASK(has_own_tickets, has_own_tickets(session));
  else if (engine) has_own_tickets = 0;
  if (!has_own_tickets) {
    // Another machine, which sees no marks here, may be about to get the same ticket from the engine.
    if (has_room(ROOM_TO_WORK)) TELL(session_data_taken(data, size));
    return;
  }
  if (engine && has_room(ROOM_TO_WORK)) TELL(session_data_given(data, size));
  else atomic_store(&own[atomic_fetch_add(&own_count, 1) % MOST_OWN], hash_of(data, size));
}

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  int result;
  PASS(result = real(session, data, size));
  // Without a place for them only their size was asked for.
  if (result >= 0 && size && !is_engines(CALLER)) note_given(session, data, *size);
  return result;
}

EXPORTED int gnutls_session_get_data2(gnutls_session_t session, gnutls_datum_t *data) {
  REAL(gnutls_session_get_data2)
  if (!real) return UNKNOWN;
  int result;
  PASS(result = real(session, data));
  // What the engine's hook asks for is the engine's.
  if (result >= 0 && data && !is_engines(CALLER)) note_given(session, data->data, data->size);
  return result;
}

// Whether an engine has used the ticket in there, or may use it later, as nobody can tell it.
static int is_denied(gnutls_session_t session, const void *data, size_t size) {
  if (!data || size <= sizeof no_ticket) return 0;
  // The engine isn't called within its own calls, which a program may have jumped out of.
  const struct cpreload_engine *engine = is_within_engine() ? 0 : engine_at_any_depth();
  int result;
  // Within a callback the session may be in the midst of its handshake.
  if (engine && (depth > 0 || !has_room(ROOM_TO_WORK))) TELL(call_missed(session));
  if (!engine || !has_room(ROOM_TO_WORK)) return engine_was_lost() || !is_own(data, size);
  ASK(result, session_data_set(session, data, size));
  return result;
}

EXPORTED int gnutls_session_set_data(gnutls_session_t session, const void *data, size_t size) {
  REAL(gnutls_session_set_data)
  if (!real) return UNKNOWN;
  int result;
  // What the engine sets itself, it has marked.
  if (!is_engines(CALLER) && is_denied(session, data, size)) PASS(result = real(session, no_ticket, sizeof no_ticket));
  else PASS(result = real(session, data, size));
  return result;
}
