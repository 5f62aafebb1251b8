// A program without GnuTLS that loads the client, which is linked to it, as a plugin: plugin-host PLUGIN ARGUMENT…
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  int (*client_main)(int, char **) = plugin == NULL ? NULL : (int (*)(int, char **))dlsym(plugin, "client_main");
  if (client_main == NULL) {
    puts(dlerror());
    return 3;
  }
  return client_main(argc - 1, argv + 1);
}
