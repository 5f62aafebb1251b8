// What other threads do with the loader: loader PORT AUTHORITIES [walk | PLUGIN]
// walk: one goes through the loader's list, as profilers do, while children are forked that connect.
// PLUGIN: this program with PLUGIN defined, as a library whose constructor waits for a thread that connects.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "held.h"

static int visit(const char *port, const char *authorities) {
  struct held *self = held_new(held_credentials(authorities), atoi(port));
  gnutls_session_set_verify_cert(self->session, "localhost", 0);
  long result = held_shake_hands(self);
  if (result == 0) result = held_exchange(self);
  int is_resumed = gnutls_session_is_resumed(self->session);
  held_free(self);
  if (result < 0) return 2;
  puts(is_resumed ? "resumed" : "full");
  return 0;
}

#ifdef PLUGIN

static void visit_there(void *ignored) {
  (void)ignored;
  visit(getenv("LOADER_PORT"), getenv("LOADER_AUTHORITIES"));
}

__attribute__((constructor)) static void begin(void) { on_thread(1 << 20, visit_there, NULL); }

#else

static int look(struct dl_phdr_info *object, size_t size, void *count) {
  (void)object, (void)size;
  ++*(volatile int *)count;
  return 0;
}

static void *walk(void *ignored) {
  for (int count = 0; count >= 0; count = 0) dl_iterate_phdr(look, &count);
  return ignored;
}

static int fork_children(char **argv) {
  enum { CHILDREN = 12 };
  pthread_t thread;
  pthread_create(&thread, NULL, walk, NULL);
  usleep(1000);
  for (int i = 0; i < CHILDREN; i++) {
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
      alarm(5);
      _exit(visit(argv[1], argv[2]));
    }
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  puts("all");
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  if (argc < 4) return visit(argv[1], argv[2]);
  if (strcmp(argv[3], "walk") == 0) return fork_children(argv);
  setenv("LOADER_PORT", argv[1], 1);
  setenv("LOADER_AUTHORITIES", argv[2], 1);
  // The engine's own loading would wait for the plugin's.
  held_credentials(argv[2]);
  alarm(10);
  return dlopen(argv[3], RTLD_NOW | RTLD_LOCAL) ? 0 : 3;
}

#endif
