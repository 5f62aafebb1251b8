#define _GNU_SOURCE
#include "secure.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

__attribute__((weak)) const char *gnu_get_libc_version(void);

int is_secure_process(void) {
  // What the kernel says stays; where nobody can say it, it is believed to be so.
  static int known = -1;
  if (known < 0) known = getauxval(AT_SECURE) != 0;
  return known;
}

static int is_switched_off(void) {
  const char *value = getenv("GNUTLS_RESUME_OFF");
  return value && *value && strcmp(value, "0") != 0;
}

int may_load_engine(void) { return gnu_get_libc_version != NULL && !is_secure_process() && !is_switched_off(); }
