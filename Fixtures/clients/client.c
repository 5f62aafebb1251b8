// A GnuTLS client of many ways: client PORT CA-FILE [OPTION…]; the options are those of client.h.
// Prints `resumed` or `full` for each connection, or GnuTLS's words for what failed.
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

struct visitor {
  const struct options *options;
  gnutls_certificate_credentials_t credentials;
};

static int fail(int code) {
  puts(G(gnutls_strerror)(code));
  return 1;
}

static _Thread_local gnutls_datum_t taken;

static int take(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                const gnutls_datum_t *message) {
  (void)type, (void)when, (void)incoming, (void)message;
  G(gnutls_free)(taken.data);
  taken = (gnutls_datum_t){NULL, 0};
  return G(gnutls_session_get_data2)(session, &taken);
}

static int let_pass(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                    const gnutls_datum_t *message) {
  (void)session, (void)type, (void)when, (void)incoming, (void)message;
  return 0;
}

static int receive(gnutls_session_t session, const unsigned char *data, size_t size) {
  (void)session, (void)data, (void)size;
  return 0;
}

static int send_nothing(gnutls_session_t session, gnutls_buffer_t buffer) {
  (void)session, (void)buffer;
  return 0;
}

// Sets what refuses a server in full handshakes only.
static int look_at_full_handshakes(gnutls_session_t session, const char *by) {
  const int private_id = 65280;
  const gnutls_supplemental_data_format_type_t private_format = 16386;
  if (strcmp(by, "hook") == 0)
    G(gnutls_handshake_set_hook_function)(session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_POST, let_pass);
  if (strcmp(by, "dh-bits") == 0) G(gnutls_dh_set_prime_bits)(session, 1024);
  if (strcmp(by, "extension") == 0)
    return G(gnutls_session_ext_register)(session, "one's own", private_id, GNUTLS_EXT_TLS, receive, send_nothing, NULL,
                                          NULL, NULL, 0);
  if (strcmp(by, "extensions") == 0)
    return G(gnutls_ext_register)("one's own", private_id, GNUTLS_EXT_TLS, receive, send_nothing, NULL, NULL, NULL);
  if (strcmp(by, "supplement") == 0)
    return G(gnutls_session_supplemental_register)(session, "one's own", private_format, receive, send_nothing, 0);
  if (strcmp(by, "supplements") == 0)
    return G(gnutls_supplemental_register)("one's own", private_format, receive, send_nothing);
  return 0;
}

static int make_session(gnutls_session_t *session, const struct visitor *visitor) {
  const struct options *options = visitor->options;
  unsigned tickets = options->no_tickets ? GNUTLS_NO_TICKETS : 0;
  unsigned start = options->false_start ? GNUTLS_ENABLE_FALSE_START : 0;
  if (options->lets_authenticate) start |= GNUTLS_POST_HANDSHAKE_AUTH | GNUTLS_AUTO_REAUTH;
  int code = G(gnutls_init)(session, GNUTLS_CLIENT | tickets | start | options->flags);
  if (code < 0) return code;
  code = G(gnutls_priority_set_direct)(*session, options->priority, NULL);
  if (code < 0) return code;
  code = G(gnutls_credentials_set)(*session, GNUTLS_CRD_CERTIFICATE, visitor->credentials);
  if (code < 0) return code;
  if (options->is_compatible) G(gnutls_session_enable_compatibility_mode)(*session);
  if (options->asks_for_status) G(gnutls_ocsp_status_request_enable_client)(*session, NULL, 0, NULL);
  verify_within(*session, options);
  code = look_at_full_handshakes(*session, options->full_only);
  if (code < 0) return code;
  if (options->takes_in_hook)
    G(gnutls_handshake_set_hook_function)(*session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, GNUTLS_HOOK_POST, take);
  return G(gnutls_server_name_set)(*session, GNUTLS_NAME_DNS, options->name, strlen(options->name));
}

static int visit(gnutls_session_t session, const struct options *options, gnutls_datum_t *data);

// A child connects by the session's newest ticket.
static int take_in_child(gnutls_session_t session, int descriptor, const struct options *options) {
  int code = await_ticket(session, descriptor), status = 1;
  if (code < 0) return code;
  pid_t child = fork();
  if (child == 0) {
    struct options simple = *options;
    struct visitor visitor = {.options = &simple};
    gnutls_session_t next;
    gnutls_datum_t data = {NULL, 0};
    simple.fork = "none";
    code = G(gnutls_credentials_get)(session, GNUTLS_CRD_CERTIFICATE, (void **)&visitor.credentials);
    if (code >= 0) code = make_session(&next, &visitor);
    if (code >= 0) code = G(gnutls_session_get_data2)(session, &data);
    if (code >= 0) code = G(gnutls_session_set_data)(next, data.data, data.size);
    exit(code < 0 ? fail(code) : visit(next, &simple, NULL));
  }
  waitpid(child, &status, 0);
  return status == 0 ? 0 : GNUTLS_E_INTERNAL_ERROR;
}

// Before the handshake there is no peer to verify.
static int refuses_odd_calls(gnutls_session_t session) {
  unsigned status;
  unsigned *volatile nowhere = NULL;
  return G(gnutls_certificate_verify_peers2)(session, nowhere) < 0 &&
         G(gnutls_certificate_verify_peers2)(session, &status) < 0;
}

static void probe(gnutls_session_t session) {
  unsigned status;
  G(gnutls_certificate_verify_peers3)(session, "other.example", &status);
}

static int save(gnutls_session_t session, const char *path) {
  gnutls_datum_t data;
  int code = G(gnutls_session_get_data2)(session, &data);
  if (code < 0) return code;
  FILE *file = fopen(path, "w");
  int is_written = file != NULL && fwrite(data.data, 1, data.size, file) == data.size;
  if (file != NULL && fclose(file) != 0) is_written = 0;
  G(gnutls_free)(data.data);
  return is_written ? 0 : GNUTLS_E_FILE_ERROR;
}

static int load(gnutls_session_t session, const char *path) {
  static char data[65536];
  FILE *file = fopen(path, "r");
  if (file == NULL) return GNUTLS_E_FILE_ERROR;
  size_t size = fread(data, 1, sizeof data, file);
  fclose(file);
  return G(gnutls_session_set_data)(session, data, size);
}

static int ignore(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *message) {
  (void)session, (void)type, (void)when, (void)incoming, (void)message;
  return 0;
}

static void hook(void *session) {
  G(gnutls_handshake_set_hook_function)(session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_POST, ignore);
}

// Connects and says how. Ends the session, except abruptly. Returns the exit status.
static int visit(gnutls_session_t session, const struct options *options, gnutls_datum_t *data) {
  int descriptor = connect_to(options);
  if (descriptor < 0) return fail(GNUTLS_E_PUSH_ERROR);
  carry(session, &descriptor, options);
  if (options->odd_calls && !refuses_odd_calls(session)) return 1;
  tell_nodelay(descriptor, options);
  if (options->hooks_late) call_within(hook, session);
  int code = options->load ? load(session, options->load) : 0;
  // Newer GnuTLS takes them only after session data.
  if (options->early) G(gnutls_record_send_early_data)(session, options->early, strlen(options->early));
  if (code >= 0) code = shake_hands(session, descriptor);
  tell_nodelay(descriptor, options);
  if (options->careless) code = 0;
  if (code >= 0) code = verify_afterwards(session, options);
  if (code >= 0 && strcmp(options->fork, "ticket") == 0) code = take_in_child(session, descriptor, options);
  if (options->authenticates_later) G(gnutls_reauth)(session, 0);
  if (code >= 0 && !options->frees_first && !options->silent) code = exchange(session, descriptor);
  if (code >= 0 && options->save) code = save(session, options->save);
  if (options->probes) probe(session);
  tell_nodelay(descriptor, options);
  int status = code < 0 ? fail(code) : 0;
  if (status == 0) puts(G(gnutls_session_is_resumed)(session) ? "resumed" : "full");
  if (options->abrupt) {
    fflush(stdout);
    _exit(status);
  }
  if (status == 0 && data != NULL) code = options->takes_in_hook ? 0 : G(gnutls_session_get_data2)(session, data);
  if (data != NULL && options->takes_in_hook) {
    *data = taken;
    taken = (gnutls_datum_t){NULL, 0};
  }
  if (status == 0) G(gnutls_bye)(session, GNUTLS_SHUT_WR);
  close(descriptor);
  void *credentials;
  if (options->frees_first && G(gnutls_credentials_get)(session, GNUTLS_CRD_CERTIFICATE, &credentials) == 0)
    G(gnutls_certificate_free_credentials)(credentials);
  G(gnutls_deinit)(session);
  return code < 0 ? 1 : status;
}

static int visit_twice(const struct visitor *visitor) {
  gnutls_datum_t data = {NULL, 0};
  gnutls_session_t session;
  int code = make_session(&session, visitor);
  if (code < 0) return fail(code);
  int status = visit(session, visitor->options, &data);
  if (status != 0) return status;
  code = make_session(&session, visitor);
  if (code >= 0) code = G(gnutls_session_set_data)(session, data.data, data.size);
  G(gnutls_free)(data.data);
  return code < 0 ? fail(code) : visit(session, visitor->options, NULL);
}

static const char *later_priority;

static void set_priority(void *session) { G(gnutls_priority_set_direct)(session, later_priority, NULL); }

static void set_check(void *session) {
  struct options options = *(struct options *)G(gnutls_session_get_ptr)(session);
  void *pointer = G(gnutls_session_get_ptr)(session);
  options.verify = "session-function";
  verify_within(session, &options);
  G(gnutls_session_set_ptr)(session, pointer);
}

// Two sessions at a time: the second one's check or priorities are set within the first one's handshake.
static int visit_together(const struct visitor *visitor) {
  gnutls_session_t first, second;
  int code = make_session(&first, visitor);
  if (code >= 0) code = make_session(&second, visitor);
  if (code < 0) return fail(code);
  if (visitor->options->later_priority != NULL) {
    later_priority = visitor->options->later_priority;
    call_within(set_priority, second);
    int status = visit(first, visitor->options, NULL);
    return visit(second, visitor->options, NULL) | status;
  }
  call_within(set_check, second);
  struct options refusing = *visitor->options;
  refusing.verdict = "refuse";
  G(gnutls_session_set_ptr)(second, &refusing);
  int status = visit(first, visitor->options, NULL);
  return visit(second, &refusing, NULL) | status;
}

static int visit_once(const struct visitor *visitor) {
  if (visitor->options->sets_in_callback || visitor->options->later_priority != NULL) return visit_together(visitor);
  gnutls_session_t session;
  int code = make_session(&session, visitor);
  if (code < 0) return fail(code);
  if (strcmp(visitor->options->fork, "init") != 0) return visit(session, visitor->options, NULL);
  pid_t child = fork();
  if (child == 0) exit(visit(session, visitor->options, NULL));
  int status = 1;
  waitpid(child, &status, 0);
  G(gnutls_deinit)(session);
  return status != 0;
}

static long visit_again(void *visitor) {
  const struct visitor *self = visitor;
  int status = 0;
  for (int i = 0; i < self->options->visits; i++)
    status |= self->options->own_resumption ? visit_twice(self) : visit_once(self);
  return status;
}

static void *visit_on_thread(void *visitor) {
  const struct visitor *self = visitor;
  long stack = self->options->stack;
  return (void *)(stack ? on_stack(stack, visit_again, visitor) : visit_again(visitor));
}

// A child connects while another thread is in its check.
static int visit_while_busy(struct visitor *visitor) {
  struct options simple = *visitor->options;
  struct visitor own = {&simple, visitor->credentials};
  pthread_t thread;
  void *result;
  int status = 1;
  simple.fork = "none";
  hold_next_check();
  if (pthread_create(&thread, NULL, visit_on_thread, &own) != 0) return 1;
  await_held_check();
  int is_known = strcmp(visitor->options->fork, "busy") == 0;
  pid_t child = is_known ? fork() : (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
  if (child == 0) {
    status = visit_once(&own);
    fflush(stdout);
    _exit(status);
  }
  waitpid(child, &status, 0);
  release_check();
  pthread_join(thread, &result);
  return status != 0 || result != NULL;
}

static void set_alarm(void) {
  struct itimerval soon = {.it_value = {.tv_usec = 1000}};
  setitimer(ITIMER_REAL, &soon, NULL);
}

static void fork_in_handler(int number) {
  (void)number;
  int error = errno;
  pid_t child = fork();
  if (child == 0) _exit(0);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  // The next one when this one is over, so that the program gets on however slow a fork is.
  set_alarm();
  errno = error;
}

static int visit_on_threads(struct visitor *visitor) {
  pthread_t threads[256];
  int count = visitor->options->threads, status = 0;
  for (int i = 0; i < count; i++)
    if (pthread_create(&threads[i], NULL, visit_on_thread, visitor) != 0) return 1;
  for (int i = 0; i < count; i++) {
    void *result;
    pthread_join(threads[i], &result);
    status |= (int)(long)result;
  }
  return status;
}

int client_main(int argc, char **argv) {
  struct options options;
  struct visitor visitor = {.options = &options};
  if (read_options(argc, argv, &options) != 0) return 2;
  // Who runs tests may have blocked all signals.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, NULL);
  if (options.library != NULL && !load_library(&options)) return 3;
  if (options.forks_in_handler) {
    struct sigaction action = {.sa_handler = fork_in_handler, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    set_alarm();
  }
  G(gnutls_global_init)();
  if (options.forbids_ecdsa && G(gnutls_sign_set_secure_for_certs)(GNUTLS_SIGN_ECDSA_SHA256, 0) < 0) return 3;
  if (strcmp(options.fork, "global") == 0) {
    pid_t child = fork();
    int status = 1;
    if (child > 0) waitpid(child, &status, 0);
    if (child != 0) return status != 0;
  }
  int code = make_credentials(&visitor.credentials, &options);
  if (code < 0) return fail(code);
  int is_busy = strncmp(options.fork, "busy", 4) == 0;
  int status = is_busy               ? visit_while_busy(&visitor)
               : options.threads > 1 ? visit_on_threads(&visitor)
                                     : (int)(long)visit_on_thread(&visitor);
  if (!options.frees_first) G(gnutls_certificate_free_credentials)(visitor.credentials);
  G(gnutls_global_deinit)();
  return status;
}
