#include "unseen.h"

#include <stdatomic.h>

#include "trust-lists.h"

static _Atomic int noted;

void note_unseen_calls(void) {
  // By those calls nobody could have parsed what waits.
  if (!atomic_exchange(&noted, 1)) stop_waiting_with_trust();
}

int has_unseen_calls(void) { return atomic_load_explicit(&noted, memory_order_relaxed); }
