// What the client is told, and what its connections have in common.
#ifndef RAW_GNUTLS_CLIENT_H
#define RAW_GNUTLS_CLIENT_H

#include <gnutls/gnutls.h>
#include <stdint.h>

struct options {
  const char *port;
  const char *address;
  const char *server_name;
  // `system`, a file of certificates, or NULL.
  const char *trust;
  const char *priority;
  // Where the session is kept between runs, or NULL.
  const char *session_file;
  int verifies, resumes, one_key_share, reports;
  // The first session is offered again and again, and no later one kept.
  int keeps_first;
  // How many tickets it asks for (RFC 9149); 0: it doesn't ask.
  int asks;
  int count, warm_up;
};

// What a number of connections took. Times are in nanoseconds.
struct totals {
  int connections, resumed;
  uint64_t processor, wall, first_byte;
};

// Reads the arguments; ends the process if they are wrong.
struct options read_options(int count, char **arguments);

// Connects, shakes hands, gets `/`, reads to the end and closes; ends the process on failure. Offers `session` if it
// holds data, and leaves the newest there.
void exchange(const struct options *options, gnutls_certificate_credentials_t credentials, gnutls_datum_t *session,
              struct totals *totals);

void require(int holds, const char *what);
// For functions of GnuTLS.
void check(int code, const char *what);

#endif
