/* What servers call, with null pointers and with values that can't be meant, and without a store that can be used. */
#include <gnutls_resumption.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"

static int lines;

static int host(gnutls_session_t session, const char *name, gnutls_datum_t *context, void *data) {
  return (void)session, (void)name, (void)context, (void)data, 0;
}

static void log_line(const char *line, void *data) {
  if (strstr(line, "can't be used")) lines++;
  *(int *)data += 1;
}

static void refuses(gnutls_resumption_server_options_t *options, const char *folder, const char *text, int line) {
  gnutls_resumption_server_t server = NULL;
  gnutls_session_t session;
  expect(line, gnutls_resumption_server_open(folder, NULL, options, &server) == INVALID, "code");
  expect(line, strstr(gnutls_resumption_server_message(server), text) != NULL, gnutls_resumption_server_message(server));
  expect(line, gnutls_resumption_server_refresh(server) == INVALID, "refresh");
  gnutls_init(&session, GNUTLS_SERVER);
  expect(line, gnutls_resumption_server_attach(server, session, NULL) == INVALID, "attach");
  gnutls_deinit(session);
  gnutls_resumption_server_close(server);
}

int main(int argc, char **argv) {
  char path[4096];
  int told = 0;
  gnutls_session_t session, client;
  gnutls_resumption_server_t server = NULL;
  gnutls_resumption_server_options_t options = GNUTLS_RESUMPTION_SERVER_OPTIONS_INIT(host, NULL);
  gnutls_datum_t message = {NULL, 0};
  if (argc < 2) return 2;
  EXPECT(gnutls_resumption_server_open(NULL, NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_refresh(NULL) == INVALID);
  EXPECT(gnutls_resumption_server_attach(NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_attach_sending(NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_send_tickets(NULL) == INVALID);
  EXPECT(gnutls_resumption_server_client_hello(NULL, NULL) == 0);
  EXPECT(strlen(gnutls_resumption_server_message(NULL)) > 0);
  gnutls_resumption_server_close(NULL);
  refuses(NULL, argv[1], "options is missing", __LINE__);
  refuses(&options, "", "folder is empty", __LINE__);
  refuses(&options, "redis://:secret@127.0.0.1:1", "name the file of the key that the servers share (redis://:***@127.0.0.1:1)", __LINE__);
  refuses(&options, "redis://127.0.0.1:none", "the port is no number", __LINE__);
  options.session_folder = "redis://127.0.0.1:none";
  refuses(&options, argv[1], "the port is no number", __LINE__);
  options.session_folder = NULL;
  options.lifetime = 604801;
  refuses(&options, argv[1], "options->lifetime", __LINE__);
  options.lifetime = 0;
  options.context = NULL;
  refuses(&options, argv[1], "options->context is missing", __LINE__);
  options.context = host;
  options.size = 1;
  refuses(&options, argv[1], "options->size", __LINE__);
  options.size = sizeof options;

  /* A file in the folder's place: the server goes on, with keys of its own, and says so once. */
  snprintf(path, sizeof path, "%s/file", argv[1]);
  fclose(fopen(path, "w"));
  options.log = log_line;
  options.log_data = &told;
  EXPECT(gnutls_resumption_server_open(path, NULL, &options, &server) == 0);
  EXPECT(gnutls_resumption_server_refresh(server) == GNUTLS_RESUMPTION_E_STORE);
  EXPECT(gnutls_resumption_server_refresh(server) == GNUTLS_RESUMPTION_E_STORE);
  EXPECT(lines == 1 && told >= 2);
  EXPECT(strlen(gnutls_resumption_strerror(GNUTLS_RESUMPTION_E_STORE)) > 20);
  gnutls_init(&session, GNUTLS_SERVER);
  gnutls_init(&client, GNUTLS_CLIENT);
  EXPECT(gnutls_resumption_server_attach(server, client, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_attach(server, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_client_hello(session, &message) == 0);
  EXPECT(gnutls_resumption_server_attach_sending(server, client, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_send_tickets(session) == INVALID);
  EXPECT(gnutls_resumption_server_attach(server, session, NULL) == 0);
  EXPECT(gnutls_resumption_server_send_tickets(session) == INVALID);
  EXPECT(gnutls_resumption_server_attach(server, session, NULL) == INVALID);
  EXPECT(gnutls_resumption_server_client_hello(session, &message) == 0);
  /* In any order. */
  gnutls_resumption_server_close(server);
  gnutls_deinit(session);
  gnutls_deinit(client);
  if (failures == 0) puts("all as it should be");
  return failures != 0;
}
