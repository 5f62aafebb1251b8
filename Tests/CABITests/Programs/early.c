/*
 * A request as early data to 127.0.0.1 by way of the C interface, made again where the connection breaks:
 * early PORT STORE KEY MARKS AUTHORITY REQUEST. It prints what came of each connection, as lines of
 * `name: value`.
 */
#define _POSIX_C_SOURCE 200112L
#include <arpa/inet.h>
#include <gnutls_resumption.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static char **arguments;
static gnutls_resumption_store_t store;
static gnutls_certificate_credentials_t credentials;

static int connected(void) {
  struct sockaddr_in address;
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)atoi(arguments[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 ? descriptor : -1;
}

/* Reads an answer of that size, or what comes while the server isn't silent for long: tickets, at least. */
static void answer(gnutls_session_t session, int descriptor, size_t size) {
  struct timeval patience = {0, 500000};
  char buffer[4096];
  size_t count = 0;
  int silences = 0;
  ssize_t result = 0;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  while (count < size && count < sizeof buffer && silences < 4) {
    result = gnutls_record_recv(session, buffer + count, sizeof buffer - count);
    if (result == 0 || (result < 0 && gnutls_error_is_fatal((int)result))) break;
    if (result > 0) count += (size_t)result;
    else silences++;
  }
  printf("answer: %.*s\n", (int)count, buffer);
}

/* Returns what gnutls_resumption_handshake_done does. */
static int visit(void) {
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", (uint16_t)atoi(arguments[1]));
  gnutls_resumption_verification_t way =
      GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_FILE, arguments[5]);
  gnutls_resumption_early_data_t early = GNUTLS_RESUMPTION_EARLY_DATA_INIT(arguments[6], strlen(arguments[6]));
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_attachment_t attachment;
  gnutls_session_t session;
  int result, code, descriptor = connected();
  early.marks = arguments[4];
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
  gnutls_transport_set_int(session, descriptor);
  gnutls_handshake_set_timeout(session, 5000);
  printf("attach: %d\n", gnutls_resumption_attach_early(store, session, &identity, &way, NULL, &early, &attachment));
  do result = gnutls_handshake(session);
  while (result < 0 && !gnutls_error_is_fatal(result));
  code = gnutls_resumption_handshake_done(attachment, result);
  printf("handshake: %d\ndone: %d\nmessage: %s\n", result, code, gnutls_resumption_message(attachment));
  printf("early data: %d %s\n", gnutls_resumption_early_data(attachment), gnutls_resumption_early_data_text(attachment));
  if (code == 0) {
    if (gnutls_resumption_early_data(attachment) != GNUTLS_RESUMPTION_EARLY_DATA_ACCEPTED)
      gnutls_record_send(session, early.data, early.data_size);
    answer(session, descriptor, early.data_size);
  }
  gnutls_resumption_detach(attachment);
  gnutls_resumption_get_outcome(attachment, &outcome);
  printf("resumed: %d\nlate: %s\n", outcome.resumed, gnutls_resumption_early_data_text(attachment));
  gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  gnutls_resumption_free(attachment);
  close(descriptor);
  return code;
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  arguments = argv;
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_resumption_open(argv[2], argv[3], NULL, &store);
  if (visit() != 0) visit();
  gnutls_resumption_close(store);
  gnutls_certificate_free_credentials(credentials);
  return 0;
}
