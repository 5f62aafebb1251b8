// A program with more than one connection under way: several PORT AUTHORITIES WAY [refuse]
// Says what has become of the first one.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "held.h"

static int refuses;

static int check(gnutls_session_t session) {
  (void)session;
  fputs("verifying\n", stderr);
  return refuses ? -1 : 0;
}

static int result;

static void go_on(void *pointer) {
  struct held *self = pointer;
  self->is_held = 0;
  result = held_shake_hands(self);
}

static int tell(struct held *self) {
  long count = result < 0 ? result : held_exchange(self);
  puts(count < 0 ? gnutls_strerror((int)count) : gnutls_session_is_resumed(self->session) ? "resumed" : "full");
  held_free(self);
  return count < 0;
}

enum { MANY = 256 };

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int port = atoi(argv[1]);
  const char *way = argv[3];
  gnutls_certificate_credentials_t credentials = held_credentials(argv[2]);
  struct held *others[MANY];
  int count = strcmp(way, "many") == 0 ? MANY : 0;
  gnutls_certificate_set_verify_function(credentials, check);
  refuses = argc > 4;
  for (int i = 0; i < count; i++) held_shake_hands(others[i] = held_new(credentials, 0));
  struct held *self = held_new(credentials, port);
  self->is_held = 1;
  result = held_shake_hands(self);
  for (int i = 0; i < count; i++) held_free(others[i]);
  if (strcmp(way, "nobody") == 0) gnutls_deinit(NULL);
  // Where there is too little stack for the engine to check.
  if (strcmp(way, "plain") == 0) go_on(self);
  else on_thread(48 << 10, go_on, self);
  return tell(self);
}
