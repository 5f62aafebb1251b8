// A program without GnuTLS that loads the client, which is linked to it, as a plugin: plugin-host HOW PLUGIN ARGUMENT…
// HOW: local, or deep (what the plugin is linked to comes before all else).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int mode = RTLD_NOW | RTLD_LOCAL | (strcmp(argv[1], "deep") == 0 ? RTLD_DEEPBIND : 0);
  void *plugin = dlopen(argv[2], mode);
  int (*client_main)(int, char **) = plugin == NULL ? NULL : (int (*)(int, char **))dlsym(plugin, "client_main");
  if (client_main == NULL) {
    puts(dlerror());
    return 3;
  }
  return client_main(argc - 2, argv + 2);
}
