// What a C program pays that uses GnuTLS and nothing else: the baseline of the benchmark. It keeps a session in memory
// or in a file as it is: no store, no seal, no verification of resumed sessions.
#define _GNU_SOURCE
#include "client.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void require(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "raw-gnutls-client: %s: %m\n", what);
  exit(1);
}

void check(int code, const char *what) {
  if (code >= 0) return;
  fprintf(stderr, "raw-gnutls-client: %s: %s\n", what, gnutls_strerror(code));
  exit(1);
}

static gnutls_certificate_credentials_t load_credentials(const char *trust) {
  gnutls_certificate_credentials_t credentials;
  check(gnutls_certificate_allocate_credentials(&credentials), "gnutls_certificate_allocate_credentials");
  if (!trust) return credentials;
  int system = strcmp(trust, "system") == 0;
  int count = system ? gnutls_certificate_set_x509_system_trust(credentials)
                     : gnutls_certificate_set_x509_trust_file(credentials, trust, GNUTLS_X509_FMT_PEM);
  require(count > 0, "trust");
  return credentials;
}

static void load_session(const char *path, gnutls_datum_t *session) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  session->data = gnutls_malloc(65536);
  require(session->data != NULL, "memory");
  ssize_t count = read(file, session->data, 65536);
  require(count >= 0, path);
  session->size = (unsigned)count;
  close(file);
}

static void save_session(const char *path, const gnutls_datum_t *session) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  require(file >= 0 && write(file, session->data, session->size) == (ssize_t)session->size, path);
  close(file);
}

int main(int argument_count, char **arguments) {
  struct options options = read_options(argument_count, arguments);
  gnutls_certificate_credentials_t credentials = load_credentials(options.trust);
  gnutls_datum_t session = {0};
  struct totals totals = {0}, ignored = {0};
  if (options.session_file) load_session(options.session_file, &session);
  for (int i = 0; i < options.warm_up; i++) exchange(&options, credentials, &session, &ignored);
  for (int i = 0; i < options.count; i++) exchange(&options, credentials, &session, &totals);
  if (options.session_file && session.size) save_session(options.session_file, &session);
  if (options.reports)
    printf("connections %d resumed %d processor %llu wall %llu first-byte %llu\n", totals.connections, totals.resumed,
           (unsigned long long)totals.processor, (unsigned long long)totals.wall,
           (unsigned long long)totals.first_byte);
  gnutls_free(session.data);
  gnutls_certificate_free_credentials(credentials);
  return 0;
}

// SwiftPM links C programs as Swift ones, with libraries whose loading a C program doesn't pay for. The linker reads
// this section's contents before their names, and so leaves out what isn't used.
__attribute__((section(".swift1_autolink_entries"), used)) static const char link_option[] = "-Wl,--as-needed";
