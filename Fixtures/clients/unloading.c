// A program without GnuTLS that loads two plugins, one after the other: unloading PORT AUTHORITIES FIRST SECOND
// With PLUGIN: such a one. The first leaves a function with GnuTLS, and is unloaded.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef PLUGIN

#include "held.h"

static void take(int level, const char *line) { (void)level, (void)line; }

int use(char **argv, int is_first) {
  if (is_first) {
    gnutls_global_set_log_function(take);
    gnutls_global_set_log_level(9);
  }
  gnutls_certificate_credentials_t credentials = held_credentials(argv[2]);
  struct held *self = held_new(credentials, atoi(argv[1]));
  gnutls_session_set_verify_cert(self->session, "localhost", 0);
  long result = held_shake_hands(self);
  if (result == 0) result = held_exchange(self);
  puts(result < 0 ? gnutls_strerror((int)result) : gnutls_session_is_resumed(self->session) ? "resumed" : "full");
  held_free(self);
  gnutls_certificate_free_credentials(credentials);
  return result < 0;
}

#else

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  for (int i = 0; i < 2; i++) {
    void *plugin = dlopen(argv[3 + i], RTLD_NOW | RTLD_LOCAL);
    int (*use)(char **, int) = plugin ? (int (*)(char **, int))dlsym(plugin, "use") : NULL;
    if (!use || use(argv, i == 0) != 0) return 3;
    dlclose(plugin);
    // Where it was, nothing is to be called.
    for (int k = 0; k < 3000; k++)
      mmap(NULL, (size_t)(k % 6 + 1) << 12, k % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    fflush(stdout);
  }
  return 0;
}

#endif
