// What a program may do in its callbacks: callbacks PORT AUTHORITIES [nested | jump | wait | hook | signal]
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "held.h"

static const char *way = "";
static struct held *self, *other;
static jmp_buf given_up;
static sem_t waits;

static void tell(struct held *connection, int result) {
  long count = result < 0 ? result : held_exchange(connection);
  puts(count < 0 ? gnutls_strerror((int)count) : gnutls_session_is_resumed(connection->session) ? "resumed" : "full");
}

static int check(gnutls_session_t session) {
  if (session != self->session) return 0;
  fputs("verifying\n", stderr);
  if (strcmp(way, "jump") == 0) longjmp(given_up, 1);
  if (strcmp(way, "wait") == 0) {
    sem_post(&waits);
    pause();
  }
  if (strcmp(way, "nested") == 0) {
    other->is_held = 0;
    tell(other, held_shake_hands(other));
  }
  return 0;
}

static int *context;

// Takes itself out at its first call, and with it what it works with.
static int hook(gnutls_session_t session, unsigned type, unsigned when, unsigned is_incoming,
                const gnutls_datum_t *text) {
  (void)type, (void)when, (void)is_incoming, (void)text;
  if (!context) abort();
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_POST, NULL);
  free(context);
  context = NULL;
  return 0;
}

// For a function that chooses the client's certificate: whoever gets a request for one is left alone from then on.
static int choose(gnutls_session_t session, const gnutls_datum_t *names, int count, const gnutls_pk_algorithm_t *kinds,
                  int kinds_count, gnutls_retr2_st *result) {
  (void)session, (void)names, (void)count, (void)kinds, (void)kinds_count;
  memset(result, 0, sizeof *result);
  return 0;
}

static void *visit(void *ignored) {
  if (setjmp(given_up) == 0) {
    tell(self, held_shake_hands(self));
    return ignored;
  }
  puts("given up");
  sem_post(&waits);
  pause();
  return ignored;
}

static void handle(int signal) {
  (void)signal;
  visit(NULL);
}

// In a signal's handler, whose stack lies within the thread's, above other data.
__attribute__((noinline)) static int visit_in_handler(void) {
  enum { BELOW = 300 << 10, SIZE = 32 << 10 };
  static const unsigned char mark = 0x5a;
  unsigned char both[BELOW + SIZE];
  stack_t stack = {.ss_sp = both + BELOW, .ss_size = SIZE};
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  memset(both, mark, sizeof both);
  sigaltstack(&stack, NULL);
  sigaction(SIGUSR1, &action, NULL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);
  raise(SIGUSR1);
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
  for (int i = 0; i < BELOW; i++)
    if (both[i] != mark) return 1;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  if (argc > 3) way = argv[3];
  sem_init(&waits, 0, 0);
  gnutls_certificate_credentials_t credentials = held_credentials(argv[2]);
  gnutls_certificate_set_verify_function(credentials, check);
  self = held_new(credentials, atoi(argv[1]));
  if (strcmp(way, "nested") == 0) {
    other = held_new(credentials, atoi(argv[1]));
    other->is_held = 1;
    held_shake_hands(other);
  }
  if (strcmp(way, "hook") == 0) {
    gnutls_certificate_set_retrieve_function(credentials, choose);
    context = malloc(sizeof *context);
    gnutls_handshake_set_hook_function(self->session, GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_POST, hook);
  }
  if (strcmp(way, "signal") == 0) return visit_in_handler();
  pthread_t thread;
  void *result;
  pthread_create(&thread, NULL, visit, NULL);
  if (strcmp(way, "jump") == 0 || strcmp(way, "wait") == 0) {
    while (sem_wait(&waits)) {}
    pthread_cancel(thread);
  }
  pthread_join(thread, &result);
  if (result == PTHREAD_CANCELED) puts("cancelled");
  held_free(self);
  if (other) held_free(other);
  return 0;
}
