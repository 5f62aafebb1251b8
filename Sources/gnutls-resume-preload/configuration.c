// A note of GnuTLS's configuration file, taken when the program starts: GnuTLS reads it when it is loaded, and verdicts
// depend on it.
#include "configuration.h"

#include <stdlib.h>

#include "secure.h"

static struct configuration_note note;

// As GnuTLS looks for it.
__attribute__((constructor)) static void take_note(void) {
  if (is_secure_process()) return;
  const char *path = getenv("GNUTLS_SYSTEM_PRIORITY_FILE");
  configuration_note_take(&note, path ? path : "/etc/gnutls/config");
}

const struct configuration_note *noted_configuration(void) { return &note; }
