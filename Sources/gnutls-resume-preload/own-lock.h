// One lock, for what takes long and calls nobody back. It is never held for good: nobody is cancelled or interrupted while
// holding it, and in a forked process it is free, whoever held it in the parent.
#ifndef OWN_LOCK_H
#define OWN_LOCK_H

#include <signal.h>

// Whether there is one from here on.
int has_own_lock(void);

struct own_lock {
  sigset_t signals;
  int cancel_state;
};

void take_own_lock(struct own_lock *lock);
void give_own_lock(struct own_lock *lock);

#endif
