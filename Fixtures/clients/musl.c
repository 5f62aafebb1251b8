// A program of musl's, whose C library has less.
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
  void *self = dlopen(NULL, RTLD_NOW);
  if (!self || !dlsym(self, "strlen") || !dlsym(RTLD_DEFAULT, "printf") || dlsym(self, "there_is_none")) return 1;
  puts("started");
  return 0;
}
