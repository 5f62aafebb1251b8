/*
 * One store used by 8 threads at once, each with 10 sessions one after the other: threads PORT STORE KEY. It prints how
 * many were made and how many of them resumed.
 */
#define _POSIX_C_SOURCE 200112L
#include <arpa/inet.h>
#include <gnutls_resumption.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS 8
#define SESSIONS 10

static unsigned short port;
static gnutls_resumption_store_t store;
static gnutls_certificate_credentials_t credentials;

static int trust(gnutls_session_t session, void *data) { return (void)session, (void)data, 0; }

static void visit(int *made, int *resumed) {
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", port);
  gnutls_resumption_verification_t way = GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_CALLBACK, NULL);
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_attachment_t attachment;
  gnutls_session_t session;
  struct sockaddr_in address;
  char buffer[8];
  ssize_t count;
  int result, descriptor = socket(AF_INET, SOCK_STREAM, 0);
  way.callback = trust;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return;
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
  gnutls_transport_set_int(session, descriptor);
  gnutls_resumption_attach(store, session, &identity, &way, NULL, &attachment);
  do result = gnutls_handshake(session);
  while (result < 0 && !gnutls_error_is_fatal(result));
  if (gnutls_resumption_handshake_done(attachment, result) == 0 && gnutls_record_send(session, "x", 1) == 1) {
    do count = gnutls_record_recv(session, buffer, sizeof buffer);
    while (count == GNUTLS_E_AGAIN);
    *made += count == 1;
  }
  gnutls_resumption_detach(attachment);
  gnutls_resumption_get_outcome(attachment, &outcome);
  *resumed += outcome.resumed;
  gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  gnutls_resumption_free(attachment);
  close(descriptor);
}

static void *work(void *counts) {
  for (int i = 0; i < SESSIONS; i++) visit((int *)counts, (int *)counts + 1);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  int counts[THREADS][2] = {{0, 0}}, made = 0, resumed = 0;
  if (argc < 4) return 2;
  port = (unsigned short)atoi(argv[1]);
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_resumption_open(argv[2], argv[3], NULL, &store);
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, counts[i]);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    made += counts[i][0];
    resumed += counts[i][1];
  }
  gnutls_resumption_close(store);
  gnutls_certificate_free_credentials(credentials);
  printf("%d %d\n", made, resumed);
  return 0;
}
