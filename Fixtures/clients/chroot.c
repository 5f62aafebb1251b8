// A program that takes another root: chroot PORT AUTHORITIES WAY FOLDER
// Before its first call of GnuTLS's (WAY: first), or between its first connection and two more (between).
// With INTRUDER: what lies in that folder in the engine's stead.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef INTRUDER

__attribute__((constructor)) static void tell(void) { puts("loaded"); }

#else

#include "held.h"

static void visit(gnutls_certificate_credentials_t credentials, int port) {
  struct held *self = held_new(credentials, port);
  gnutls_session_set_verify_cert(self->session, "localhost", 0);
  long result = held_shake_hands(self);
  if (result == 0) result = held_exchange(self);
  puts(result < 0 ? gnutls_strerror((int)result) : gnutls_session_is_resumed(self->session) ? "resumed" : "full");
  held_free(self);
}

int main(int argc, char **argv) {
  static unsigned char text[1 << 16];
  if (argc < 5) return 2;
  int port = atoi(argv[1]), is_first = strcmp(argv[3], "first") == 0;
  int file = open(argv[2], O_RDONLY);
  ssize_t size = read(file, text, sizeof text);
  gnutls_datum_t authorities = {text, (unsigned)size};
  gnutls_certificate_credentials_t credentials;
  close(file);
  if (is_first && (chroot(argv[4]) != 0 || chdir("/") != 0)) return 3;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0) return 4;
  if (gnutls_certificate_set_x509_trust_mem(credentials, &authorities, GNUTLS_X509_FMT_PEM) < 1) return 4;
  visit(credentials, port);
  if (!is_first && (chroot(argv[4]) != 0 || chdir("/") != 0)) return 3;
  for (int i = 0; i < 2; i++) visit(credentials, port);
  return 0;
}

#endif
