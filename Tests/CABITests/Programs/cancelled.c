/*
 * Threads that are cancelled in the middle of calls, and one that isn't, of one store: cancelled STORE KEY. Each call goes
 * through, and leaves nothing behind that another would wait for.
 */
#define _GNU_SOURCE
#include <gnutls_resumption.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static const char *folder, *key_file;
static gnutls_resumption_store_t store;
static gnutls_certificate_credentials_t credentials;
/* How many calls have gone through, and which of them is cancelled; 0 for none. */
static int calls, cancelled;

static int trust(gnutls_session_t session, void *data) { return (void)session, (void)data, 0; }

static void before(int call) {
  if (cancelled == call) pthread_cancel(pthread_self());
}

static void *visit(void *unused) {
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", 443);
  gnutls_resumption_verification_t way = GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_CALLBACK, NULL);
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_attachment_t attachment;
  gnutls_resumption_store_t own;
  gnutls_session_t session;
  (void)unused;
  way.callback = trust;
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  calls = 0;
#define CALL(line) before(calls + 1), line, calls++
  CALL(gnutls_resumption_open(folder, key_file, NULL, &own));
  CALL(gnutls_resumption_attach(store, session, &identity, &way, NULL, &attachment));
  CALL(gnutls_resumption_handshake_done(attachment, GNUTLS_E_PULL_ERROR));
  CALL(gnutls_resumption_keep(attachment));
  CALL(gnutls_resumption_hand_in(attachment, "x", 1));
  CALL(gnutls_resumption_get_outcome(attachment, &outcome));
  CALL(gnutls_resumption_detach(attachment));
  CALL(gnutls_resumption_free(attachment));
  CALL(gnutls_resumption_close(own));
  /* Only now the thread may end. */
  pthread_testcancel();
  return NULL;
}

static int run(int call) {
  pthread_t thread;
  void *result;
  cancelled = call;
  pthread_create(&thread, NULL, visit, NULL);
  pthread_join(thread, &result);
  if (calls == 9 && (result == PTHREAD_CANCELED) == (call != 0)) return 1;
  printf("cancelled in call %d: %d calls went through\n", call, calls);
  return 0;
}

int main(int argc, char **argv) {
  int sound = 1;
  if (argc < 3) return 2;
  folder = argv[1], key_file = argv[2];
  alarm(20);
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_resumption_open(folder, key_file, NULL, &store);
  for (int call = 1; call <= 9; call++) sound &= run(call) & run(0);
  gnutls_resumption_close(store);
  gnutls_certificate_free_credentials(credentials);
  puts(sound ? "done" : "not sound");
  return 0;
}
