// One lock, for what takes long and calls nobody back. It is never held for good: nobody is cancelled or interrupted while
// holding it, and in a forked process it is free, whoever held it in the parent.
//
// And what a thread does without it that must come to its end as well: a signal's handler may jump out.
#ifndef OWN_LOCK_H
#define OWN_LOCK_H

#include <signal.h>

// Whether there is one from here on.
int has_own_lock(void);

struct undisturbed {
  sigset_t signals;
  int cancel_state;
};

// Around what nobody may cancel or interrupt.
void begin_undisturbed(struct undisturbed *thread);
void end_undisturbed(const struct undisturbed *thread);

struct own_lock {
  struct undisturbed thread;
};

void take_own_lock(struct own_lock *lock);
void give_own_lock(struct own_lock *lock);

#endif
