// Programs that look GnuTLS's functions up by name get this library's in their stead.
#include <string.h>

#include "interposed.h"
#include "interposing.h"

static void *interposed(const char *name, void *found) {
#define ENTRY(function)                                                                                                \
  if (strcmp(name, #function) == 0) {                                                                                  \
    REAL(function)                                                                                                     \
    return (void *)real == found ? (void *)function : found;                                                           \
  }
  INTERPOSED(ENTRY)
  return found;
}

EXPORTED void *dlsym(void *restrict handle, const char *restrict name) {
  dlsym_function *real = real_dlsym();
  // A jump, not a call: what these handles mean depends on who calls.
  if (handle == NULL || handle == (void *)-1l || depth || !name || strncmp(name, "gnutls_", 7) != 0)
    __attribute__((musttail)) return real(handle, name);
  void *found;
  PASS(found = real(handle, name); if (found) found = interposed(name, found));
  return found;
}

// SwiftPM links C libraries as Swift ones, with libraries that no program should have to load for this one. The linker
// reads this section's contents before their names, and so leaves out what isn't used.
__attribute__((section(".swift1_autolink_entries"), used)) static const char link_option[] = "-Wl,--as-needed";
