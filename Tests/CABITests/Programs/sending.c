/*
 * A server that sends as many tickets as its client asks for (RFC 9149): sending CHAIN KEY FOLDER. It prints, for each
 * client, what it was told, what the server has sent, and what has come.
 */
#define _GNU_SOURCE
#include <gnutls_resumption.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gnutls_resumption_server_t server;
static gnutls_certificate_credentials_t credentials, anonymous;
/* How many the client asks for, -1: it asks for none; what it was told, and what came. */
static int asked, told, came;

static int host(gnutls_session_t session, const char *name, gnutls_datum_t *context, void *unused) {
  context->data = (unsigned char *)name;
  context->size = name ? (unsigned int)strlen(name) : 0;
  return (void)session, (void)unused, 0;
}

static int ask(gnutls_session_t session, gnutls_buffer_t message) {
  unsigned char bytes[2] = {(unsigned char)asked, 1};
  (void)session;
  return gnutls_buffer_append_data(message, bytes, 2) == 0 ? 2 : -1;
}

static int hear(gnutls_session_t session, const unsigned char *bytes, size_t count) {
  (void)session;
  told = count == 1 ? bytes[0] : -2;
  return 0;
}

static int ticket(gnutls_session_t session, unsigned int type, unsigned int when, unsigned int incoming,
                  const gnutls_datum_t *message) {
  (void)session, (void)type, (void)when, (void)incoming, (void)message;
  came++;
  return 0;
}

static void visit(int count, int sends) {
  int pair[2], client_code = -1, server_code = -1, sent;
  gnutls_session_t client, own;
  char byte;
  asked = count, told = -1, came = 0;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) return;
  gnutls_init(&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
  gnutls_init(&own, GNUTLS_SERVER | GNUTLS_NONBLOCK | (sends ? GNUTLS_NO_AUTO_SEND_TICKET : 0));
  gnutls_set_default_priority(client);
  gnutls_set_default_priority(own);
  gnutls_credentials_set(client, GNUTLS_CRD_CERTIFICATE, anonymous);
  gnutls_credentials_set(own, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(client, GNUTLS_NAME_DNS, "localhost", 9);
  gnutls_transport_set_int(client, pair[0]);
  gnutls_transport_set_int(own, pair[1]);
  gnutls_handshake_set_hook_function(client, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, GNUTLS_HOOK_POST, ticket);
  if (count >= 0)
    gnutls_session_ext_register(client, "ticket_request", 58, GNUTLS_EXT_TLS, hear, ask, NULL, NULL, NULL,
                                GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE | GNUTLS_EXT_FLAG_TLS);
  int attached = sends ? gnutls_resumption_server_attach_sending(server, own, NULL)
                       : gnutls_resumption_server_attach(server, own, NULL);
  for (int round = 0; round < 20 && (client_code != 0 || server_code != 0); round++) {
    if (client_code != 0) client_code = gnutls_handshake(client);
    if (server_code != 0) server_code = gnutls_handshake(own);
  }
  sent = gnutls_resumption_server_send_tickets(own);
  gnutls_record_send(own, "x", 1);
  while (gnutls_record_recv(client, &byte, 1) == GNUTLS_E_AGAIN) continue;
  printf("attached %d, shaken %d %d, told %d, sent %d, came %d\n", attached, client_code, server_code, told, sent, came);
  gnutls_deinit(client);
  gnutls_deinit(own);
  close(pair[0]);
  close(pair[1]);
}

int main(int argc, char **argv) {
  char key[4096];
  gnutls_resumption_server_options_t options = GNUTLS_RESUMPTION_SERVER_OPTIONS_INIT(host, NULL);
  if (argc < 4) return 2;
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_certificate_allocate_credentials(&anonymous);
  if (gnutls_certificate_set_x509_key_file(credentials, argv[1], argv[2], GNUTLS_X509_FMT_PEM) < 0) return 2;
  snprintf(key, sizeof key, "%s/key", argv[3]);
  if (gnutls_resumption_server_open(argv[3], key, &options, &server) != 0) return 2;
  visit(5, 1);
  visit(20, 1);
  visit(0, 1);
  visit(-1, 1);
  visit(5, 0);
  gnutls_resumption_server_close(server);
  return 0;
}
