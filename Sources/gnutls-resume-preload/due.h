// Handshakes in which a ticket was offered, and whose check hasn't been made yet: it must not be missed, whatever becomes
// of the engine meanwhile. A process that was forked may be without it, a thread may have too little stack for it, and
// a program may have jumped out of it.
#ifndef DUE_H
#define DUE_H

#include "real.h"

// Before a ticket may be offered: where there is no place left (-1), none must be.
int hold_place(void);
void give_place_back(int place);

void check_becomes_due(int place, gnutls_session_t session);

// It has been made, or the session has ended. Null is nobody's.
void check_is_over(gnutls_session_t session);

int is_check_due(gnutls_session_t session);

// Goes on with a handshake where nobody can make the check: refuses what is resumed.
int handshake_unchecked(__typeof__(&gnutls_handshake) real, gnutls_session_t session);

// What such a handshake has come to.
int unchecked(gnutls_session_t session, int result);

#endif
