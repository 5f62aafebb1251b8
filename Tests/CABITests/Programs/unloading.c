/* The library stays when it is unloaded, for sessions hold its hook: unloading LIBRARY. */
#include <dlfcn.h>
#include <gnutls_resumption.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  const char *(*text)(int);
  void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  void *symbol = library ? dlsym(library, "gnutls_resumption_strerror") : NULL;
  if (!symbol) return 2;
  memcpy(&text, &symbol, sizeof symbol);
  dlclose(library);
  puts(text(0));
  return 0;
}
