#define _GNU_SOURCE
#include "client.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int connect_to(const struct options *options) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *address;
  require(getaddrinfo(options->address, options->port, &hints, &address) == 0, "getaddrinfo");
  int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  require(descriptor >= 0, "socket");
  require(connect(descriptor, address->ai_addr, address->ai_addrlen) == 0, "connect");
  freeaddrinfo(address);
  int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

// SNI has no place for addresses (RFC 6066, section 3).
static int is_address(const char *name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static int asked;

static int ask(gnutls_session_t session, gnutls_buffer_t message) {
  unsigned char bytes[2] = {(unsigned char)asked, (unsigned char)asked};
  (void)session;
  return gnutls_buffer_append_data(message, bytes, 2) == 0 ? 2 : GNUTLS_E_MEMORY_ERROR;
}

static int hear(gnutls_session_t session, const unsigned char *bytes, size_t count) {
  return (void)session, (void)bytes, (void)count, 0;
}

static gnutls_session_t make_session(const struct options *options, gnutls_certificate_credentials_t credentials,
                                     const gnutls_datum_t *data) {
  gnutls_session_t session;
  check(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | (options->one_key_share ? GNUTLS_KEY_SHARE_TOP : 0)),
        "gnutls_init");
  check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials), "gnutls_credentials_set");
  if (options->priority)
    check(gnutls_priority_set_direct(session, options->priority, NULL), "gnutls_priority_set_direct");
  else
    check(gnutls_set_default_priority(session), "gnutls_set_default_priority");
  const char *name = options->server_name;
  if (!is_address(name))
    check(gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, strlen(name)), "gnutls_server_name_set");
  asked = options->asks;
  if (asked)
    check(gnutls_session_ext_register(session, "ticket_request", 58, GNUTLS_EXT_TLS, hear, ask, NULL, NULL, NULL,
                                      GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE | GNUTLS_EXT_FLAG_TLS),
          "gnutls_session_ext_register");
  if (options->verifies) gnutls_session_set_verify_cert(session, name, 0);
  if (data->size) check(gnutls_session_set_data(session, data->data, data->size), "gnutls_session_set_data");
  return session;
}

// The newest ticket; in TLS 1.2 what a resumed session gives back is what was offered.
static void keep(gnutls_session_t session, gnutls_datum_t *data) {
  int has_ticket = (gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET) != 0;
  if (gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 ? !has_ticket : gnutls_session_is_resumed(session)) return;
  gnutls_free(data->data);
  check(gnutls_session_get_data2(session, data), "gnutls_session_get_data2");
}

static void get(const struct options *options, gnutls_session_t session, uint64_t *first_byte) {
  char buffer[16384];
  int length = snprintf(buffer, sizeof buffer, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                        options->server_name);
  ssize_t count = gnutls_record_send(session, buffer, (size_t)length);
  check((int)count, "gnutls_record_send");
  do {
    count = gnutls_record_recv(session, buffer, sizeof buffer);
    if (count > 0 && !*first_byte) *first_byte = nanoseconds(CLOCK_MONOTONIC);
    // A ticket is answered with "again", also on a blocking socket.
  } while (count > 0 || count == GNUTLS_E_AGAIN || count == GNUTLS_E_INTERRUPTED);
  check((int)count, "gnutls_record_recv");
  require(*first_byte != 0, "an answer");
}

void exchange(const struct options *options, gnutls_certificate_credentials_t credentials, gnutls_datum_t *data,
              struct totals *totals) {
  uint64_t wall = nanoseconds(CLOCK_MONOTONIC), processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), first_byte = 0;
  int descriptor = connect_to(options), code;
  gnutls_session_t session = make_session(options, credentials, data);
  gnutls_transport_set_int(session, descriptor);
  do {
    code = gnutls_handshake(session);
  } while (code < 0 && !gnutls_error_is_fatal(code));
  check(code, "gnutls_handshake");
  totals->connections++;
  totals->resumed += gnutls_session_is_resumed(session) != 0;
  get(options, session, &first_byte);
  if (options->resumes && !(options->keeps_first && data->size)) keep(session, data);
  gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  close(descriptor);
  totals->processor += nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
  totals->wall += nanoseconds(CLOCK_MONOTONIC) - wall;
  totals->first_byte += first_byte - wall;
}
