#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSessionTickets.h"

// 0 while it is free; else the generation of the process that holds it, and in the last bit whether somebody waits.
typedef _Atomic uint32_t word;

enum { FREE = 0, AWAITED = 1 };

static uint32_t held_by_this_process(void) {
  // Where the kernel can't tell processes apart, all are one. The generations that can meet here are a few forks apart, so
  // the last bits are enough; never all of them 0.
  uint32_t generation = (uint32_t)csessiontickets_process_generation() << 1;
  return generation ? generation : 2;
}

static void wait_while(word *lock, uint32_t value) {
  int code = errno;
  // Who may not wait in the kernel (seccomp(2)) tries again and again.
  if (syscall(SYS_futex, lock, FUTEX_WAIT_PRIVATE, value, NULL) != 0 && errno != EAGAIN && errno != EINTR) sched_yield();
  errno = code;
}

// Returns 0 if another process holds it.
static int locked(word *lock) {
  uint32_t ours = held_by_this_process(), found = FREE;
  if (atomic_compare_exchange_strong_explicit(lock, &found, ours, memory_order_acquire, memory_order_relaxed)) return 1;
  for (;;) {
    if (found == FREE) {
      // Whether others wait isn't known any more.
      if (atomic_compare_exchange_weak_explicit(
              lock, &found, ours | AWAITED, memory_order_acquire, memory_order_relaxed))
        return 1;
      continue;
    }
    if ((found & ~(uint32_t)AWAITED) != ours) return 0;
    if (found != (ours | AWAITED) &&
        !atomic_compare_exchange_weak_explicit(
            lock, &found, ours | AWAITED, memory_order_relaxed, memory_order_relaxed))
      continue;
    wait_while(lock, ours | AWAITED);
    found = atomic_load_explicit(lock, memory_order_relaxed);
  }
}

void *csessiontickets_lock(void **current, void **lost) {
  for (;;) {
    void *storage = __atomic_load_n(current, __ATOMIC_ACQUIRE);
    if (!locked(storage)) {
      *lost = storage;
      return NULL;
    }
    // The thread that held it may be this process's after all, if it forked within a signal's handler: it may have let go
    // of it just as another put a fresh one in its place.
    if (__atomic_load_n(current, __ATOMIC_ACQUIRE) == storage) return storage;
    csessiontickets_unlock(storage);
  }
}

void csessiontickets_unlock(void *storage) {
  word *lock = storage;
  uint32_t found = atomic_exchange_explicit(lock, FREE, memory_order_release);
  if (!(found & AWAITED)) return;
  int code = errno;
  syscall(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1);
  errno = code;
}

int csessiontickets_defer_cancellation(void) {
  int state = PTHREAD_CANCEL_ENABLE;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  return state;
}

void csessiontickets_restore_cancellation(int state) { pthread_setcancelstate(state, NULL); }

int csessiontickets_lock_renew(void **current, void *lost, void *fresh) {
  return __atomic_compare_exchange_n(current, &lost, fresh, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

int csessiontickets_lock_is_free(void *storage) {
  return atomic_load_explicit((word *)storage, memory_order_acquire) == FREE;
}
