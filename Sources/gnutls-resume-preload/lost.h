// Handshakes that a forked process may go on with although its engine is of no use there: see real.c. A ticket may have been
// offered, and then nobody would make the program's check.
#ifndef LOST_H
#define LOST_H

#include "real.h"

// A handshake goes on with its next call.
void remember_for_fork(gnutls_session_t session);

// It has ended, or its session has.
void forget_for_fork(gnutls_session_t session);

// Whether this process has lost the engine while the handshake was under way.
int is_lost(gnutls_session_t session);

// The same; also if nobody can tell, as there were too many.
int may_be_lost(gnutls_session_t session);

// Goes on with such a handshake, and refuses what would have been checked.
int handshake_of_lost(__typeof__(&gnutls_handshake) real, gnutls_session_t session);

#endif
