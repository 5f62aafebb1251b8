// What Embedded Swift's standard library expects of the C library, and that one has only in its newer versions or in
// another library.
#define _GNU_SOURCE
#include <errno.h>
#include <gnutls/crypto.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

// For record ids and for the seeds of hash tables. GnuTLS needs no system call for it, and notices a fork.
HIDDEN void arc4random_buf(void *buffer, size_t size) {
  if (gnutls_rnd(GNUTLS_RND_RANDOM, buffer, size) == 0) return;
  // Nothing can be sealed then, so that this is for hash tables alone.
  int code = errno;
  if (getrandom(buffer, size, GRND_NONBLOCK) < 0) memset(buffer, 0, size);
  errno = code;
}

// For the sizes of hash tables, in place of libm's.
HIDDEN double ceil(double value) {
  // From 2^52 on there are no fractions.
  if (!(value > -4503599627370496.0 && value < 4503599627370496.0)) return value;
  double whole = (double)(int64_t)value;
  return whole < value ? whole + 1 : whole;
}

// pthread_atfork hands it on: the library is never unloaded, and has no start files that would define it. A program has.
__attribute__((weak)) HIDDEN void *__dso_handle = &__dso_handle;
