// Connections whose handshake can be held up half-way, for what a program does meanwhile.
#ifndef HELD_H
#define HELD_H

#include <gnutls/gnutls.h>

struct held {
  gnutls_session_t session;
  int descriptor;
  // What the server sends stays unread.
  int is_held;
};

// Connected to the port, or for 0 to nobody.
struct held *held_new(gnutls_certificate_credentials_t credentials, int port);
void held_free(struct held *self);

// Goes on until the handshake is over, or waits for what is held back. Returns what gnutls_handshake does.
int held_shake_hands(struct held *self);

// Asks and reads to the end. Returns the number of bytes, or the error.
long held_exchange(struct held *self);

gnutls_certificate_credentials_t held_credentials(const char *authorities);

// Runs the function on another thread with a stack of that size.
void on_thread(unsigned long stack, void (*function)(void *), void *argument);

#endif
