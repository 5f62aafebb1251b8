// Finds GnuTLS by the loader's functions alone: nothing refers to the library when the program starts. CLIENT_LOOKS_UP
// says how: by a HANDLE, by a VERSION as well, after it was UNLOADED, or USED and unloaded, or as
// the NEXT library behind this one.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "client.h"

#define HANDLE 1
#define VERSION 2
#define UNLOADED 3
#define USED 4
#define NEXT 5

static void *library;

static void *open_library(void) { return dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL); }

static void use(void) {
  __typeof__(&gnutls_init) init = (__typeof__(init))dlsym(library, "gnutls_init");
  __typeof__(&gnutls_deinit) end = (__typeof__(end))dlsym(library, "gnutls_deinit");
  gnutls_session_t session;
  if (init(&session, GNUTLS_CLIENT) < 0) exit(3);
  end(session);
}

static void load(void) {
  library = open_library();
  if (CLIENT_LOOKS_UP == NEXT) library = RTLD_NEXT;
  if ((CLIENT_LOOKS_UP != UNLOADED && CLIENT_LOOKS_UP != USED) || library == NULL) return;
  // It looks whether GnuTLS has what it needs, and loads it in earnest when something else is in its place.
  if (dlsym(library, "gnutls_session_set_verify_function") == NULL) exit(3);
  if (CLIENT_LOOKS_UP == USED) use();
  dlclose(library);
  for (int i = 0; i < 8; i++) mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  library = open_library();
}

static void *find(const char *name) {
  if (CLIENT_LOOKS_UP != VERSION) return dlsym(library, name);
  static const char *const versions[] = {"GNUTLS_3_4", "GNUTLS_3_6_0", "GNUTLS_3_6_3", NULL};
  for (int i = 0; versions[i] != NULL; i++) {
    void *symbol = dlvsym(library, name, versions[i]);
    if (symbol != NULL) return symbol;
  }
  return NULL;
}

void *loaded(const char *name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  void *symbol = library == NULL ? NULL : find(name);
  if (symbol == NULL) {
    puts(dlerror());
    exit(3);
  }
  return symbol;
}
