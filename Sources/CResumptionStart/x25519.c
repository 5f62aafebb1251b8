// X25519 as Nettle has it: GnuTLS has none that may be called before 3.8.2, and is linked with Nettle, so that it is in every
// process that has GnuTLS. Looked up by name: a Nettle with another soname is as good, and who needs none links none.
#include "CResumptionStart.h"

#include <dlfcn.h>
#include <string.h>

typedef void multiply(unsigned char *, const unsigned char *, const unsigned char *);
typedef void multiply_base(unsigned char *, const unsigned char *);

int cresumptionstart_x25519(unsigned char result[32], const unsigned char scalar[32], const unsigned char *point) {
  // Null is the global scope, RTLD_DEFAULT.
  void *found = dlsym(NULL, point ? "nettle_curve25519_mul" : "nettle_curve25519_mul_g");
  if (!found) return 0;
  if (point) {
    multiply *function;
    memcpy(&function, &found, sizeof function);
    function(result, scalar, point);
  } else {
    multiply_base *function;
    memcpy(&function, &found, sizeof function);
    function(result, scalar);
  }
  // A point of small order gives a secret that everybody knows (RFC 7748, section 6.1).
  unsigned char any = 0;
  for (int index = 0; index < 32; index++) any |= result[index];
  return any != 0;
}
