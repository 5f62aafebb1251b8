#define _GNU_SOURCE
#include "own-lock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "generation.h"

static _Atomic(_Atomic int *) word;

int has_own_lock(void) {
  if (atomic_load_explicit(&word, memory_order_acquire)) return 1;
  _Atomic int *made = wiped_page(), *nobody = NULL;
  if (!made) return 0;
  if (!atomic_compare_exchange_strong(&word, &nobody, made)) free_wiped_page(made);
  return 1;
}

void begin_undisturbed(struct undisturbed *thread) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &thread->signals);
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &thread->cancel_state);
}

void end_undisturbed(const struct undisturbed *thread) {
  pthread_setcancelstate(thread->cancel_state, NULL);
  pthread_sigmask(SIG_SETMASK, &thread->signals, NULL);
}

void take_own_lock(struct own_lock *lock) {
  begin_undisturbed(&lock->thread);
  _Atomic int *place = atomic_load_explicit(&word, memory_order_acquire);
  const struct timespec moment = {.tv_nsec = 50000};
  // Without a page nothing waits, and there is nothing to lock.
  while (place && atomic_exchange_explicit(place, 1, memory_order_acquire)) nanosleep(&moment, NULL);
}

void give_own_lock(struct own_lock *lock) {
  _Atomic int *place = atomic_load_explicit(&word, memory_order_acquire);
  if (place) atomic_store_explicit(place, 0, memory_order_release);
  end_undisturbed(&lock->thread);
}
