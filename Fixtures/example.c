/* cc example.c $(pkg-config --cflags --libs gnutls-resumption) && ./a.out HOST PORT CA-FILE */
#define _POSIX_C_SOURCE 200112L
#include <gnutls_resumption.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  int result = -1, descriptor = -1;
  struct addrinfo *list = NULL;
  if (argc < 4 || getaddrinfo(argv[1], argv[2], NULL, &list) != 0) return 2;
  for (struct addrinfo *next = list; next && result != 0; next = next->ai_next)
    result = connect(descriptor = socket(next->ai_family, SOCK_STREAM, 0), next->ai_addr, next->ai_addrlen);
  if (result != 0) return perror(argv[1]), 2;
  freeaddrinfo(list);
  gnutls_certificate_credentials_t credentials;
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_session_t session;
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int(session, descriptor);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, argv[1], strlen(argv[1]));
  gnutls_priority_set_direct(session, "NORMAL", NULL);

  gnutls_resumption_store_t store; /* one for the whole process */
  gnutls_resumption_open(NULL, NULL, NULL, &store);
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT(argv[1], (uint16_t)atoi(argv[2]));
  identity.priority = "NORMAL"; /* say all that the session was set up with */
  gnutls_resumption_verification_t trust = GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_FILE, argv[3]);
  gnutls_resumption_attachment_t attachment;
  gnutls_resumption_attach(store, session, &identity, &trust, NULL, &attachment);
  while ((result = gnutls_handshake(session)) < 0 && !gnutls_error_is_fatal(result)) continue;
  result = gnutls_resumption_handshake_done(attachment, result); /* verifies, resumed or not */
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_get_outcome(attachment, &outcome);
  if (result < 0) return fprintf(stderr, "%s\n", gnutls_resumption_message(attachment)), 1;
  printf(outcome.resumed ? "%s\n" : "full (%s)\n", outcome.reason_text);
  result = (int)gnutls_record_send(session, "GET / HTTP/1.0\r\n\r\n", 18);
  for (char answer[4096]; result > 0 || result == GNUTLS_E_AGAIN;)
    result = (int)gnutls_record_recv(session, answer, sizeof answer);
  gnutls_resumption_detach(attachment); /* keeps the tickets that have come */
  gnutls_resumption_free(attachment);
  gnutls_resumption_close(store);
  gnutls_deinit(session);
  gnutls_certificate_free_credentials(credentials);
  return result == 0 ? 0 : 1;
}
