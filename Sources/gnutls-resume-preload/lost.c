#include "lost.h"

// Enough for any program that forks amid handshakes. If there were more, no handshake may end resumed without the engine.
enum { PLACES = 256 };
static _Atomic(gnutls_session_t) under_way[PLACES];
static _Atomic int count;
static _Atomic int overflowed;

void remember_for_fork(gnutls_session_t session) {
  for (int i = 0; i < PLACES; i++)
    if (atomic_load_explicit(&under_way[i], memory_order_relaxed) == session) return;
  for (int i = 0; i < PLACES; i++) {
    gnutls_session_t nobody = NULL;
    if (!atomic_compare_exchange_strong(&under_way[i], &nobody, session)) continue;
    atomic_fetch_add(&count, 1);
    return;
  }
  atomic_store(&overflowed, 1);
}

void forget_for_fork(gnutls_session_t session) {
  if (atomic_load_explicit(&count, memory_order_relaxed) == 0) return;
  for (int i = 0; i < PLACES; i++) {
    gnutls_session_t known = session;
    if (!atomic_compare_exchange_strong(&under_way[i], &known, NULL)) continue;
    if (atomic_fetch_sub(&count, 1) == 1) atomic_store(&overflowed, 0);
    return;
  }
}

int is_lost(gnutls_session_t session) {
  if (!engine_was_lost()) return 0;
  for (int i = 0; i < PLACES; i++)
    if (atomic_load(&under_way[i]) == session) return 1;
  return 0;
}

int may_be_lost(gnutls_session_t session) {
  return is_lost(session) || (engine_was_lost() && atomic_load(&overflowed));
}

int handshake_of_lost(__typeof__(&gnutls_handshake) real, gnutls_session_t session) {
  int result = real(session);
  if (result < 0) return result;
  __typeof__(&gnutls_session_is_resumed) is_resumed =
      (__typeof__(&gnutls_session_is_resumed))find_real("gnutls_session_is_resumed");
  if (is_resumed && !is_resumed(session)) {
    forget_for_fork(session);
    return result;
  }
  return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}
