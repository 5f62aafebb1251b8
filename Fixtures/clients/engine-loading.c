// Loads a library beside GnuTLS, and prints how many nanoseconds that took.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <time.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 2 || !gnutls_check_version(NULL)) return 64;
  long long start = now();
  void *library = dlopen(arguments[1], RTLD_LAZY | RTLD_LOCAL);
  long long end = now();
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  printf("%lld\n", end - start);
  return 0;
}
