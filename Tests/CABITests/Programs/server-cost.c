/* Resumed handshakes, whose server has one fixed key ("plain") or those of a store: server-cost WAY COUNT CHAIN KEY FOLDER
 * TLS-VERSION. What the server's handshakes cost is what runs below serve(). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <gnutls_resumption.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gnutls_certificate_credentials_t credentials, anonymous;
static gnutls_resumption_server_t shared;
static gnutls_datum_t fixed_key, data;
static int resumed;

static int host(gnutls_session_t session, const char *name, gnutls_datum_t *context, void *unused) {
  context->data = (unsigned char *)name;
  context->size = name ? (unsigned int)strlen(name) : 0;
  return (void)session, (void)unused, 0;
}

/* All that a server does for a connection, but for its setup that is the same in both ways. */
__attribute__((noinline)) static int serve(gnutls_session_t session, int begins) {
  if (begins && shared && gnutls_resumption_server_attach(shared, session, NULL) != 0) return -1;
  if (begins && !shared) gnutls_session_ticket_enable_server(session, &fixed_key);
  return gnutls_handshake(session);
}

__attribute__((noinline)) static void end(gnutls_session_t session) { gnutls_deinit(session); }

static int connection(const char *priority) {
  int pair[2], client_code = -1, server_code = -1;
  gnutls_session_t client, server;
  char byte;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) return -1;
  gnutls_init(&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
  gnutls_init(&server, GNUTLS_SERVER | GNUTLS_NONBLOCK);
  gnutls_priority_set_direct(client, priority, NULL);
  gnutls_priority_set_direct(server, priority, NULL);
  gnutls_credentials_set(client, GNUTLS_CRD_CERTIFICATE, anonymous);
  gnutls_credentials_set(server, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(client, GNUTLS_NAME_DNS, "localhost", 9);
  gnutls_transport_set_int(client, pair[0]);
  gnutls_transport_set_int(server, pair[1]);
  if (data.data) gnutls_session_set_data(client, data.data, data.size);
  for (int round = 0; round < 20 && (client_code != 0 || server_code != 0); round++) {
    if (client_code != 0) client_code = gnutls_handshake(client);
    if (server_code != 0) server_code = serve(server, round == 0);
  }
  if (client_code != 0 || server_code != 0) return -1;
  gnutls_record_send(server, "x", 1);
  while (gnutls_record_recv(client, &byte, 1) == GNUTLS_E_AGAIN) continue;
  resumed += gnutls_session_is_resumed(server) != 0;
  /* The first session's data serve for all. */
  if (!data.data) gnutls_session_get_data2(client, &data);
  gnutls_deinit(client);
  end(server);
  close(pair[0]);
  close(pair[1]);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  int count = atoi(argv[2]);
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_certificate_allocate_credentials(&anonymous);
  if (gnutls_certificate_set_x509_key_file(credentials, argv[3], argv[4], GNUTLS_X509_FMT_PEM) < 0) return 2;
  gnutls_session_ticket_key_generate(&fixed_key);
  if (strcmp(argv[1], "plain") != 0) {
    char key[4096];
    gnutls_resumption_server_options_t options = GNUTLS_RESUMPTION_SERVER_OPTIONS_INIT(host, NULL);
    snprintf(key, sizeof key, "%s/key", argv[5]);
    if (gnutls_resumption_server_open(argv[5], key, &options, &shared) != 0) return 2;
    if (gnutls_resumption_server_refresh(shared) != 0) return 2;
  }
  for (int made = 0; made <= count; made++)
    if (connection(argv[6]) != 0) return 1;
  printf("%d\n", resumed);
  gnutls_resumption_server_close(shared);
  return resumed == count ? 0 : 1;
}
