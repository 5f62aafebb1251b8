#include "due.h"

#include "engine.h"

// More than programs have under way.
enum { PLACES = 256 };
static _Atomic(gnutls_session_t) places[PLACES];
static _Atomic int count;

// What stands in a place that is held for a session whose check may become due: no session's address.
#define HELD ((gnutls_session_t)(void *)places)

int hold_place(void) {
  for (int i = 0; i < PLACES; i++) {
    gnutls_session_t nobody = NULL;
    // First, so that no entry is ever overlooked.
    atomic_fetch_add(&count, 1);
    if (atomic_compare_exchange_strong(&places[i], &nobody, HELD)) return i;
    atomic_fetch_sub(&count, 1);
  }
  return -1;
}

static int clear(int place, gnutls_session_t known) {
  if (!atomic_compare_exchange_strong(&places[place], &known, NULL)) return 0;
  atomic_fetch_sub(&count, 1);
  return 1;
}

void give_place_back(int place) { clear(place, HELD); }

void check_becomes_due(int place, gnutls_session_t session) { atomic_store(&places[place], session); }

void check_is_over(gnutls_session_t session) {
  if (!session || atomic_load_explicit(&count, memory_order_relaxed) == 0) return;
  for (int i = 0; i < PLACES; i++) clear(i, session);
}

int is_check_due(gnutls_session_t session) {
  if (!session || atomic_load_explicit(&count, memory_order_relaxed) == 0) return 0;
  for (int i = 0; i < PLACES; i++)
    if (atomic_load_explicit(&places[i], memory_order_relaxed) == session) return 1;
  return 0;
}

int unchecked(gnutls_session_t session, int result) {
  if (result < 0) return result;
  __typeof__(&gnutls_session_is_resumed) is_resumed =
      (__typeof__(&gnutls_session_is_resumed))find_real("gnutls_session_is_resumed", 0);
  if (!is_resumed || is_resumed(session)) return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
  check_is_over(session);
  return result;
}

int handshake_unchecked(__typeof__(&gnutls_handshake) real, gnutls_session_t session) {
  int result;
  PASS(result = real(session));
  return unchecked(session, result);
}
