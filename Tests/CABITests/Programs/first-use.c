/*
 * The library's first use by 64 threads at once, and then one store used by all of them: first-use STORE KEY. It prints
 * how many attachments were as they should be.
 */
#define _POSIX_C_SOURCE 200112L
#include <gnutls_resumption.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 64
#define ROUNDS 100

static pthread_barrier_t barrier;
static const char *folder, *key;
static gnutls_resumption_store_t shared;

static int trust(gnutls_session_t session, void *data) { return (void)session, (void)data, 0; }

static int attach(gnutls_resumption_store_t store) {
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", 443);
  gnutls_resumption_verification_t way = GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_CALLBACK, NULL);
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_attachment_t attachment;
  gnutls_session_t session;
  way.callback = trust;
  if (gnutls_init(&session, GNUTLS_CLIENT) != 0 || gnutls_set_default_priority(session) != 0) return 0;
  int code = gnutls_resumption_attach(store, session, &identity, &way, NULL, &attachment);
  int result = gnutls_resumption_get_outcome(attachment, &outcome);
  int is_right = code == 0 && result == 0 && strcmp(outcome.reason_text, "noTicket") == 0 &&
                 *gnutls_resumption_message(attachment) == 0;
  gnutls_resumption_detach(attachment);
  gnutls_deinit(session);
  gnutls_resumption_free(attachment);
  return is_right;
}

static void *work(void *count) {
  gnutls_resumption_store_t own;
  pthread_barrier_wait(&barrier);
  if (gnutls_resumption_open(folder, key, NULL, &own) == 0) *(int *)count += attach(own);
  gnutls_resumption_close(own);
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < ROUNDS; i++) *(int *)count += attach(shared);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  int counts[THREADS] = {0}, sum = 0;
  if (argc < 3) return 2;
  folder = argv[1];
  key = argv[2];
  pthread_barrier_init(&barrier, NULL, THREADS + 1);
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, work, &counts[i]) != 0) return 3;
  pthread_barrier_wait(&barrier);
  if (gnutls_resumption_open(folder, key, NULL, &shared) != 0) return 4;
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    sum += counts[i];
  }
  gnutls_resumption_close(shared);
  printf("%d of %d\n", sum, THREADS * (ROUNDS + 1));
  return 0;
}
