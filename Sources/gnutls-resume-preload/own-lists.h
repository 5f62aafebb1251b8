// What this library has GnuTLS do with lists by itself: it passes, and nobody interrupts it, for a signal's handler that jumped
// out would leave its thread within.
#ifndef OWN_LISTS_H
#define OWN_LISTS_H

#include "own-lock.h"

struct own_lists {
  struct undisturbed thread;
  int outer, system_error;
};

// Around it. Both leave errno alone.
struct own_lists begin_own_lists(void);
void end_own_lists(const struct own_lists *own);

// Whether this thread is within.
extern _Thread_local int makes_own_lists __attribute__((visibility("hidden"), tls_model("initial-exec")));

#endif
