/*
 * One connection to 127.0.0.1 by way of the C interface: driver PORT STORE KEY [NAME=VALUE ...], where "-" stands for the
 * user's own store and key. It prints what each call returned and what came of it, as lines of `name: value`. With
 * `server-port` the server is known by that port, wherever the connection goes.
 */
#define _POSIX_C_SOURCE 200112L
#include <arpa/inet.h>
#include <gnutls/dtls.h>
#include <gnutls_resumption.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int argument_count;
static char **arguments;
static int callbacks, hooks, tag;

static const char *option(const char *name) {
  size_t length = strlen(name);
  for (int i = 4; i < argument_count; i++)
    if (strncmp(arguments[i], name, length) == 0 && arguments[i][length] == '=') return arguments[i] + length + 1;
  return NULL;
}

static int verify(gnutls_session_t session, void *data) {
  callbacks++;
  if (data != &tag || gnutls_certificate_get_peers(session, NULL) == NULL) return -1;
  return option("refuse") ? 1 : 0;
}

static int hook(gnutls_session_t session, unsigned int type, unsigned int when, unsigned int incoming,
                const gnutls_datum_t *message) {
  (void)session;
  hooks++;
  printf("hook: %u %u %u %s\n", type, when, incoming, message->size > 0 ? "filled" : "empty");
  return option("hook-fails") ? GNUTLS_E_APPLICATION_ERROR_MAX : 0;
}

static int other_hook(gnutls_session_t session, unsigned int type, unsigned int when, unsigned int incoming,
                      const gnutls_datum_t *message) {
  (void)session, (void)type, (void)when, (void)incoming, (void)message;
  return 0;
}

static int connected(unsigned short port) {
  struct sockaddr_in address;
  int descriptor = socket(AF_INET, option("udp") ? SOCK_DGRAM : SOCK_STREAM, 0);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 ? descriptor : -1;
}

/* A transport of the program's own. GnuTLS wants the time limit's function as well then. */
static ssize_t pull(gnutls_transport_ptr_t transport, void *buffer, size_t size) {
  return recv((int)(long)transport, buffer, size, 0);
}

static ssize_t push(gnutls_transport_ptr_t transport, const void *buffer, size_t size) {
  return send((int)(long)transport, buffer, size, 0);
}

static int pull_timeout(gnutls_transport_ptr_t transport, unsigned int milliseconds) {
  struct pollfd entry = {(int)(long)transport, POLLIN, 0};
  return poll(&entry, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

static void set_transport(gnutls_session_t session, int descriptor) {
  if (option("udp")) gnutls_dtls_set_timeouts(session, 100, 60000);
  if (option("own-transport")) {
    gnutls_transport_set_ptr(session, (gnutls_transport_ptr_t)(long)descriptor);
    gnutls_transport_set_pull_function(session, pull);
    gnutls_transport_set_push_function(session, push);
    gnutls_transport_set_pull_timeout_function(session, pull_timeout);
  } else {
    gnutls_transport_set_int(session, descriptor);
  }
}

/* Sends until something comes: each datagram may be lost. GnuTLS sends the last flight again meanwhile, if it has to. */
static ssize_t exchange_datagrams(gnutls_session_t session, char *buffer, size_t size) {
  ssize_t count = GNUTLS_E_TIMEDOUT;
  gnutls_record_set_timeout(session, 300);
  for (int i = 0; i < 200 && (count == GNUTLS_E_TIMEDOUT || count == GNUTLS_E_AGAIN); i++) {
    gnutls_record_send(session, "hello\n", 6);
    count = gnutls_record_recv(session, buffer, size);
  }
  return count;
}

static int kind(const char *name) {
  static const char *const names[] = {"system", "file", "folder", "credentials", "callback", "nobody"};
  for (int i = 0; i < 6; i++)
    if (strcmp(name, names[i]) == 0) return GNUTLS_RESUMPTION_VERIFY_SYSTEM + i;
  return 0;
}

static void show(gnutls_resumption_attachment_t attachment) {
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  printf("outcome: %d\n", gnutls_resumption_get_outcome(attachment, &outcome));
  printf("resumed: %d\nreason: %d\nreason text: %s\n", outcome.resumed, outcome.reason, outcome.reason_text);
  printf("received: %u\nstored: %u\n", outcome.tickets_received, outcome.tickets_stored);
  printf("has age: %d\nfailed with ticket: %d\n", outcome.ticket_age >= 0, outcome.failed_with_ticket);
  if (outcome.store_error) printf("store error: %s\n", outcome.store_error);
}

static unsigned int stored(gnutls_resumption_attachment_t attachment) {
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_get_outcome(attachment, &outcome);
  return outcome.tickets_stored;
}

/* Sends, receives, hands in if told to. */
static void exchange(gnutls_session_t session, gnutls_resumption_attachment_t attachment) {
  char buffer[64];
  gnutls_datum_t data;
  ssize_t count;
  if (option("udp")) {
    count = exchange_datagrams(session, buffer, sizeof buffer);
  } else {
    gnutls_record_send(session, "hello", 5);
    do count = gnutls_record_recv(session, buffer, sizeof buffer);
    while (count == GNUTLS_E_AGAIN);
  }
  printf("answer: %.*s\n", count > 0 ? (int)count : 0, buffer);
  if (option("hand-in") && gnutls_session_get_data2(session, &data) == 0) {
    printf("hand in: %d\n", gnutls_resumption_hand_in(attachment, data.data, data.size));
    printf("handed in: %u\n", stored(attachment));
    gnutls_free(data.data);
  }
  printf("keep: %d\n", gnutls_resumption_keep(attachment));
  printf("kept: %u\n", stored(attachment));
}

static void observe(const gnutls_resumption_event_t *event, void *data) {
  if (data != &tag || event->size < sizeof *event || event->beginning <= 0 || event->duration < 0) puts("event: wrong");
  printf("event: %d %s:%d %d, %d %d %d %s, %u of %u, %s\n", event->step, event->server_name, event->port,
         event->is_datagram, event->claimed, event->result, event->resumed, event->protocol ? event->protocol : "-",
         event->tickets_stored, event->tickets_received, event->reason_text);
  if (event->store_error) printf("event error: %s\n", event->store_error);
}

/* What comes before the connection, if anything: GnuTLS is there already. */
static int begins(void) {
  const char *signature = option("insecure");
  if (signature) printf("insecure: %d\n", gnutls_sign_set_secure_for_certs(gnutls_sign_get_id(signature), 0));
  if (option("wait")) {
    puts("waiting: for a line");
    fflush(stdout);
    if (getchar() == EOF) return 0;
  }
  return 1;
}

int main(int argc, char **argv) {
  gnutls_resumption_store_t store;
  gnutls_resumption_attachment_t attachment;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  argument_count = argc;
  arguments = argv;
  if (argc < 4 || !begins()) return 2;
  const char *way = option("verify") ? option("verify") : "callback";
  const char *priority = option("priority");
  unsigned short port = (unsigned short)atoi(argv[1]);
  int descriptor = connected(port), result;
  gnutls_certificate_allocate_credentials(&credentials);
  if (option("trust")) gnutls_certificate_set_x509_trust_file(credentials, option("trust"), GNUTLS_X509_FMT_PEM);
  gnutls_init(&session, GNUTLS_CLIENT | (option("udp") ? GNUTLS_DATAGRAM : 0));
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, "localhost", 9);
  if (priority) gnutls_priority_set_direct(session, priority, NULL);
  else if (option("appended")) gnutls_set_default_priority_append(session, option("appended"), NULL, 0);
  else gnutls_set_default_priority(session);
  set_transport(session, descriptor);

  gnutls_resumption_bounds_t bounds = GNUTLS_RESUMPTION_BOUNDS_INIT;
  bounds.records_per_identity = option("bound") ? (size_t)atoi(option("bound")) : 0;
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", port);
  if (option("server-port")) identity.port = (uint16_t)atoi(option("server-port"));
  identity.priority = priority ? priority : option("appended");
  identity.priority_is_appended = !priority && option("appended");
  identity.expected_name = option("expected");
  identity.partition = option("partition");
  unsigned char hash[32] = {1};
  if (option("certificate")) identity.certificate_hash = hash;
  gnutls_datum_t protocol = {(unsigned char *)option("alpn"), 0};
  if (protocol.data) {
    protocol.size = (unsigned int)strlen(option("alpn"));
    gnutls_alpn_set_protocols(session, &protocol, 1, 0);
    identity.protocols = &protocol;
    identity.protocols_count = 1;
  }
  gnutls_resumption_verification_t verification = GNUTLS_RESUMPTION_VERIFICATION_INIT(kind(way), option("path"));
  if (verification.kind == GNUTLS_RESUMPTION_VERIFY_CALLBACK) verification.callback = verify;
  verification.callback_data = &tag;
  if (option("pin")) {
    verification.pins = hash;
    verification.pins_count = 1;
  }
  gnutls_resumption_hook_t own = GNUTLS_RESUMPTION_HOOK_INIT(GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_POST, hook);

  const char *folder = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
  const char *key_file = strcmp(argv[3], "-") == 0 ? NULL : argv[3];
  printf("open: %d\n", gnutls_resumption_open(folder, key_file, &bounds, &store));
  if (option("observe")) printf("observe: %d\n", gnutls_resumption_observe(store, observe, &tag));
  printf("attach: %d\n", gnutls_resumption_attach(store, session, &identity, &verification,
                                                   option("hook") ? &own : NULL, &attachment));
  gnutls_resumption_close(store);
  if (option("hand-in"))
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, other_hook);
  do result = gnutls_handshake(session);
  while (result < 0 && !gnutls_error_is_fatal(result));
  int code = gnutls_resumption_handshake_done(attachment, result);
  printf("handshake: %d\ndone: %d\nmessage: %s\n", result, code, gnutls_resumption_message(attachment));
  if (code == 0) exchange(session, attachment);
  printf("detach: %d\n", gnutls_resumption_detach(attachment));
  gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  show(attachment);
  printf("late: %d\n", gnutls_resumption_keep(attachment));
  printf("late message: %s\n", gnutls_resumption_message(attachment));
  printf("callbacks: %d\nhooks: %d\n", callbacks, hooks);
  gnutls_resumption_free(attachment);
  gnutls_certificate_free_credentials(credentials);
  close(descriptor);
  return 0;
}
