#include "unseen.h"

#include <stdatomic.h>

static _Atomic int noted;

void note_unseen_calls(void) { atomic_store_explicit(&noted, 1, memory_order_relaxed); }

int has_unseen_calls(void) { return atomic_load_explicit(&noted, memory_order_relaxed); }
