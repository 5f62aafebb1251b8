// What programs do with trust, and what GnuTLS answers, line by line:
//   trusting visit PORT NAME WAY PRIORITY SOURCE…   connects, and verifies in a way: cert, function, peers, peers2, peers3
//     (within the handshake or after it), chain (the peer's, by the credentials' list), issuer (of the last certificate),
//     clock (as peers2, and GnuTLS's clock, which the program sets, looks at the session's credentials meanwhile), none.
//     Again and again: WAY:COUNT; by threads: WAY:COUNT:THREADS, each with sessions of its own; with another credentials
//     each time: WAY:COUNT:new.
//   trusting roots FILE       each certificate in a file, by a list of its own, into which all of them are loaded.
//   trusting lists SOURCE…    the functions that are given a list.
//   trusting issuers          a list that asks for issuers, and holds none.
// A SOURCE is system, or ca=, crl=, folder=, mem=FILE for credentials; list=FILE: by a list that the credentials are given
// before; gone=FILE: ca=, and then the file is removed; remove=FILE: only that; jump=FILE: a signal's handler jumps out of
// loading it into other credentials; server: the credentials are a server's session's.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "resident.h"

static const char *begins(const char *text, const char *beginning) {
  size_t length = strlen(beginning);
  return strncmp(text, beginning, length) == 0 ? text + length : NULL;
}

static void load_memory(gnutls_certificate_credentials_t credentials, const char *path) {
  gnutls_datum_t bytes = {NULL, 0};
  if (gnutls_load_file(path, &bytes) < 0) abort();
  printf("%d\n", gnutls_certificate_set_x509_trust_mem(credentials, &bytes, GNUTLS_X509_FMT_PEM));
  gnutls_free(bytes.data);
}

static sigjmp_buf before_jump;
static gnutls_calloc_function real_calloc;

static void jump(int signal) { siglongjmp(before_jump, signal); }

static void *allocate_and_raise(size_t count, size_t size) {
  gnutls_calloc = real_calloc;
  raise(SIGALRM);
  return real_calloc(count, size);
}

static void jump_out(const char *path) {
  gnutls_certificate_credentials_t credentials;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0) abort();
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
  signal(SIGALRM, jump);
  if (sigsetjmp(before_jump, 1)) return (void)puts("jumped");
  real_calloc = gnutls_calloc;
  gnutls_calloc = allocate_and_raise;
  gnutls_certificate_set_x509_trust_file(credentials, path, GNUTLS_X509_FMT_PEM);
}

static void give_to_server(gnutls_certificate_credentials_t credentials) {
  gnutls_session_t session;
  gnutls_init(&session, GNUTLS_SERVER);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_deinit(session);
}

static void load(gnutls_certificate_credentials_t credentials, const char *source) {
  const char *path;
  int count = 0;
  if (strcmp(source, "system") == 0) {
    count = gnutls_certificate_set_x509_system_trust(credentials);
  } else if (strcmp(source, "server") == 0) {
    return give_to_server(credentials);
  } else if ((path = begins(source, "jump="))) {
    return jump_out(path);
  } else if ((path = begins(source, "ca="))) {
    count = gnutls_certificate_set_x509_trust_file(credentials, path, GNUTLS_X509_FMT_PEM);
  } else if ((path = begins(source, "gone="))) {
    count = gnutls_certificate_set_x509_trust_file(credentials, path, GNUTLS_X509_FMT_PEM);
    unlink(path);
  } else if ((path = begins(source, "remove="))) {
    if (unlink(path) != 0) abort();
    return;
  } else if ((path = begins(source, "crl="))) {
    count = gnutls_certificate_set_x509_crl_file(credentials, path, GNUTLS_X509_FMT_PEM);
  } else if ((path = begins(source, "folder="))) {
    count = gnutls_certificate_set_x509_trust_dir(credentials, path, GNUTLS_X509_FMT_PEM);
  } else if ((path = begins(source, "mem="))) {
    return load_memory(credentials, path);
  } else if ((path = begins(source, "list="))) {
    gnutls_x509_trust_list_t list;
    gnutls_x509_trust_list_init(&list, 0);
    gnutls_certificate_set_trust_list(credentials, list, 0);
    count = gnutls_x509_trust_list_add_trust_file(list, path, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
  } else {
    abort();
  }
  printf("%d\n", count);
}

static gnutls_certificate_credentials_t make_credentials(char **sources) {
  gnutls_certificate_credentials_t credentials;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0) abort();
  for (; *sources; sources++) load(credentials, *sources);
  return credentials;
}

// MARK: Visits

static struct {
  int port;
  const char *name, *priority;
  char way[32];
} plan;

static void tell(int code, unsigned status) { printf("%d %#x\n", code, status); }

static struct {
  gnutls_session_t session;
  void *credentials;
  unsigned looks, others;
} watched;

static time_t look_at_credentials(time_t *result) {
  void *now = NULL;
  watched.looks++;
  gnutls_credentials_get(watched.session, GNUTLS_CRD_CERTIFICATE, &now);
  if (now != watched.credentials) watched.others++;
  return time(result);
}

static int verify_by_watched_clock(gnutls_session_t session) {
  unsigned status = 0;
  watched.session = session;
  gnutls_credentials_get(session, GNUTLS_CRD_CERTIFICATE, &watched.credentials);
  gnutls_global_set_time_function(look_at_credentials);
  int code = gnutls_certificate_verify_peers2(session, &status);
  gnutls_global_set_time_function(time);
  tell(code, status);
  printf("%d %u\n", watched.looks > 0, watched.others);
  return code < 0 || status != 0 ? -1 : 0;
}

static int verify(gnutls_session_t session) {
  unsigned status = 0;
  gnutls_typed_vdata_st data[2] = {
      {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)plan.name},
      {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER},
  };
  int code = 0;
  if (strcmp(plan.way, "peers2") == 0) code = gnutls_certificate_verify_peers2(session, &status);
  else if (strcmp(plan.way, "peers") == 0) code = gnutls_certificate_verify_peers(session, data, 2, &status);
  else code = gnutls_certificate_verify_peers3(session, plan.name, &status);
  tell(code, status);
  return code < 0 || status != 0 ? -1 : 0;
}

// Parses what the peer has shown. Returns how many certificates it is.
static unsigned parse_peer(gnutls_session_t session, gnutls_x509_crt_t *chain) {
  unsigned count = 0;
  const gnutls_datum_t *shown = gnutls_certificate_get_peers(session, &count);
  for (unsigned i = 0; i < count; i++) {
    gnutls_x509_crt_init(&chain[i]);
    if (gnutls_x509_crt_import(chain[i], &shown[i], GNUTLS_X509_FMT_DER) < 0) abort();
  }
  return count;
}

static void look_at_peer(gnutls_session_t session, gnutls_certificate_credentials_t credentials) {
  gnutls_x509_crt_t chain[32], issuer = NULL;
  unsigned count = parse_peer(session, chain), status = 0;
  if (strcmp(plan.way, "chain") == 0) {
    gnutls_x509_trust_list_t list;
    gnutls_certificate_get_trust_list(credentials, &list);
    int code = gnutls_x509_trust_list_verify_crt2(list, chain, count, NULL, 0, 0, &status, NULL);
    tell(code, status);
  } else {
    tell(gnutls_certificate_get_issuer(credentials, chain[count - 1], &issuer, 0), issuer != NULL);
  }
  for (unsigned i = 0; i < count; i++) gnutls_x509_crt_deinit(chain[i]);
}

static int connect_to_server(void) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0 ? descriptor : -1;
}

static int is_way(const char *way) { return strcmp(plan.way, way) == 0; }

static int visit(gnutls_certificate_credentials_t credentials) {
  gnutls_session_t session;
  char answer[512];
  int descriptor = connect_to_server(), code;
  if (descriptor < 0) abort();
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_priority_set_direct(session, plan.priority, NULL);
  gnutls_server_name_set(session, GNUTLS_NAME_DNS, plan.name, strlen(plan.name));
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (is_way("cert")) gnutls_session_set_verify_cert(session, plan.name, 0);
  if (is_way("function")) gnutls_session_set_verify_function(session, verify);
  gnutls_transport_set_int(session, descriptor);
  do code = gnutls_handshake(session);
  while (code < 0 && !gnutls_error_is_fatal(code));
  printf("%d\n", code);
  if (is_way("cert")) tell(0, gnutls_session_get_verify_cert_status(session));
  if (code >= 0 && is_way("clock")) code = verify_by_watched_clock(session);
  if (code >= 0 && begins(plan.way, "peers")) code = verify(session);
  if (code >= 0 && (is_way("chain") || is_way("issuer"))) look_at_peer(session, credentials);
  if (code >= 0) {
    const char *request = "GET / HTTP/1.0\r\n\r\n";
    gnutls_record_send(session, request, strlen(request));
    ssize_t size;
    while ((size = gnutls_record_recv(session, answer, sizeof answer)) > 0 || size == GNUTLS_E_AGAIN) continue;
    gnutls_bye(session, GNUTLS_SHUT_WR);
  }
  gnutls_deinit(session);
  close(descriptor);
  return code;
}

static struct {
  int count;
  gnutls_certificate_credentials_t credentials;
  pthread_barrier_t start;
} shared;

static void *visit_again(void *unused) {
  pthread_barrier_wait(&shared.start);
  for (int i = 0; i < shared.count; i++) visit(shared.credentials);
  return unused;
}

static void visit_by_threads(int threads) {
  pthread_t all[256];
  pthread_barrier_init(&shared.start, NULL, (unsigned)threads);
  for (int i = 0; i < threads; i++) pthread_create(&all[i], NULL, visit_again, NULL);
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
}

// Tells on standard error by how much the process has grown since a tenth of them.
static void visit_anew(char **sources) {
  long early = 0;
  for (int i = 0; i < shared.count; i++) {
    if (i == shared.count / 10) early = resident_kilobytes();
    gnutls_certificate_credentials_t credentials = make_credentials(sources);
    visit(credentials);
    gnutls_certificate_free_credentials(credentials);
  }
  fprintf(stderr, "%ld\n", resident_kilobytes() - early);
}

static int visits(char **arguments) {
  char how[32] = "";
  shared.count = 1;
  plan.port = atoi(arguments[0]);
  plan.name = arguments[1];
  plan.priority = arguments[3];
  if (sscanf(arguments[2], "%31[^:]:%d:%31s", plan.way, &shared.count, how) < 1) abort();
  if (strcmp(how, "new") == 0) return visit_anew(arguments + 4), 0;
  shared.credentials = make_credentials(arguments + 4);
  if (strcmp(how, "child") == 0) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      visit(shared.credentials);
      fflush(stdout);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  visit_by_threads(atoi(how) > 0 ? atoi(how) : 1);
  gnutls_certificate_free_credentials(shared.credentials);
  return 0;
}

// MARK: Lists

static int roots(const char *path) {
  gnutls_datum_t bytes;
  gnutls_x509_crt_t *all;
  unsigned count;
  if (gnutls_load_file(path, &bytes) < 0) abort();
  if (gnutls_x509_crt_list_import2(&all, &count, &bytes, GNUTLS_X509_FMT_PEM, 0) < 0) abort();
  for (unsigned i = 0; i < count; i++) {
    gnutls_x509_trust_list_t list;
    unsigned status = 0;
    gnutls_x509_trust_list_init(&list, 0);
    int loaded = gnutls_x509_trust_list_add_trust_file(list, path, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
    int code = gnutls_x509_trust_list_verify_crt2(list, &all[i], 1, NULL, 0, 0, &status, NULL);
    printf("%d %d %#x\n", loaded, code, status);
    gnutls_x509_trust_list_deinit(list, 1);
  }
  return 0;
}

static unsigned count_anchors(gnutls_x509_trust_list_t list) {
  gnutls_x509_trust_list_iter_t next = NULL;
  gnutls_x509_crt_t certificate;
  unsigned count = 0, sum = 0;
  while (gnutls_x509_trust_list_iter_get_ca(list, &next, &certificate) == 0) {
    unsigned char id[64];
    size_t size = sizeof id;
    if (gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, id, &size) < 0) abort();
    // In their order.
    sum = sum * 31 + id[0];
    count++;
    gnutls_x509_crt_deinit(certificate);
  }
  printf("%u\n", sum);
  return count;
}

static int lists(char **sources) {
  for (int way = 0; way < 5; way++) {
    gnutls_certificate_credentials_t credentials = make_credentials(sources);
    gnutls_x509_trust_list_t list;
    gnutls_datum_t bytes;
    const char *file = strchr(sources[0], '=');
    gnutls_certificate_get_trust_list(credentials, &list);
    if (!file || gnutls_load_file(file + 1, &bytes) < 0) abort();
    if (way == 1) printf("%d\n", gnutls_x509_trust_list_remove_trust_mem(list, &bytes, GNUTLS_X509_FMT_PEM));
    if (way == 2) printf("%d\n", gnutls_x509_trust_list_add_trust_mem(list, &bytes, NULL, GNUTLS_X509_FMT_PEM, 0, 0));
    if (way == 3) gnutls_certificate_free_ca_names(credentials);
    if (way == 4) printf("%d\n", gnutls_x509_trust_list_add_system_trust(list, 0, 0));
    printf("%u\n", count_anchors(list));
    gnutls_free(bytes.data);
    gnutls_certificate_free_credentials(credentials);
  }
  return 0;
}

static int no_issuers(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t certificate, gnutls_x509_crt_t **issuers,
                      unsigned *count) {
  (void)list, (void)certificate, (void)issuers, (void)count;
  return GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

static int issuers(void) {
  gnutls_x509_trust_list_t list;
  if (gnutls_x509_trust_list_init(&list, 0) < 0) return 1;
  gnutls_x509_trust_list_set_getissuer_function(list, no_issuers);
  gnutls_x509_trust_list_deinit(list, 1);
  puts("freed");
  return 0;
}

int main(int argc, char **argv) {
  if (argc >= 6 && strcmp(argv[1], "visit") == 0) return visits(argv + 2);
  if (argc == 2 && strcmp(argv[1], "issuers") == 0) return issuers();
  if (argc == 3 && strcmp(argv[1], "roots") == 0) return roots(argv[2]);
  if (argc >= 3 && strcmp(argv[1], "lists") == 0) return lists(argv + 2);
  return 2;
}
