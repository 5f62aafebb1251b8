#include "due.h"

#include "engine.h"

// More than programs have under way. If there were, no handshake may end resumed without the engine.
enum { PLACES = 256 };
static _Atomic(gnutls_session_t) places[PLACES];
static _Atomic int count;
static _Atomic int overflowed;

void check_becomes_due(gnutls_session_t session) {
  if (is_check_due(session)) return;
  for (int i = 0; i < PLACES; i++) {
    gnutls_session_t nobody = NULL;
    if (!atomic_compare_exchange_strong(&places[i], &nobody, session)) continue;
    atomic_fetch_add(&count, 1);
    return;
  }
  atomic_store(&overflowed, 1);
}

void check_is_over(gnutls_session_t session) {
  if (atomic_load_explicit(&count, memory_order_relaxed) == 0) return;
  for (int i = 0; i < PLACES; i++) {
    gnutls_session_t known = session;
    if (!atomic_compare_exchange_strong(&places[i], &known, NULL)) continue;
    if (atomic_fetch_sub(&count, 1) == 1) atomic_store(&overflowed, 0);
    return;
  }
}

int is_check_due(gnutls_session_t session) {
  if (!session || atomic_load_explicit(&count, memory_order_relaxed) == 0) return 0;
  for (int i = 0; i < PLACES; i++)
    if (atomic_load_explicit(&places[i], memory_order_relaxed) == session) return 1;
  return 0;
}

int may_check_be_due(gnutls_session_t session) { return is_check_due(session) || atomic_load(&overflowed); }

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
