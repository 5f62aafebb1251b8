/* cc example-server.c $(pkg-config --cflags --libs gnutls-resumption) && ./a.out PORT CHAIN-FILE KEY-FILE FOLDER MASTER-KEY */
#define _POSIX_C_SOURCE 200112L
#include <gnutls_resumption.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* The host. Add what else a full handshake would check: client authorities, whether a certificate is demanded. */
static int host(gnutls_session_t session, const char *name, gnutls_datum_t *context, void *data) {
  if (!name) return -1; /* whoever names no host has no tickets */
  *context = (gnutls_datum_t){(unsigned char *)name, (unsigned int)strlen(name)};
  return (void)session, (void)data, 0;
}
int main(int argc, char **argv) {
  gnutls_certificate_credentials_t credentials;
  if (argc < 6 || gnutls_certificate_allocate_credentials(&credentials) < 0 ||
      gnutls_certificate_set_x509_key_file(credentials, argv[2], argv[3], GNUTLS_X509_FMT_PEM) < 0) return 2;
  gnutls_resumption_server_t server; /* one for the whole process */
  gnutls_resumption_server_options_t options = GNUTLS_RESUMPTION_SERVER_OPTIONS_INIT(host, NULL);
  if (gnutls_resumption_server_open(argv[4], argv[5], &options, &server) < 0)
    return fprintf(stderr, "%s\n", gnutls_resumption_server_message(server)), 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) return 2;
  for (int descriptor; puts("ready"), fflush(stdout), descriptor = accept(listener, NULL, NULL), 1; close(descriptor)) {
    gnutls_resumption_server_refresh(server); /* better from a thread, every few seconds */
    gnutls_session_t session;
    gnutls_init(&session, GNUTLS_SERVER);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, descriptor);
    int result = gnutls_resumption_server_attach(server, session, NULL);
    while (result == 0 && (result = gnutls_handshake(session)) < 0 && !gnutls_error_is_fatal(result)) result = 0;
    if (result == 0) puts(gnutls_session_is_resumed(session) ? "resumed" : "full");
    gnutls_bye(session, GNUTLS_SHUT_WR);
    gnutls_deinit(session); /* lets go of what was attached */
  }
}
