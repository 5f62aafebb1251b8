/* A program of GnuTLS's own that waits for a line and then loads the driver as a plugin: loading PLUGIN [ARGUMENT ...]. */
#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  int (*run)(int, char **);
  if (argc < 2 || !gnutls_check_version(NULL)) return 2;
  puts("waiting: for a line");
  fflush(stdout);
  if (getchar() == EOF) return 2;
  void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  void *symbol = plugin ? dlsym(plugin, "driver_main") : NULL;
  if (!symbol) return 2;
  memcpy(&run, &symbol, sizeof symbol);
  return run(argc - 1, argv + 1);
}
