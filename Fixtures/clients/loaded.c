// Finds GnuTLS by dlopen and dlsym alone: nothing refers to the library when the program starts.
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "client.h"

static void *library;

static void load(void) { library = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL); }

void *loaded(const char *name) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  void *symbol = library == NULL ? NULL : dlsym(library, name);
  if (symbol == NULL) {
    puts(dlerror());
    exit(3);
  }
  return symbol;
}
