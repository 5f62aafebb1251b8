// Making a global variable when it is first used, as Swift's runtime does it: one thread makes it, the others wait.
// Embedded Swift's own way would have them spin, for ever in a child of fork(2) whose parent's other thread was making it.
#define _GNU_SOURCE
#include <CSessionTickets.h>
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// 0 at first, and MADE in the end. Meanwhile the process that makes it, which is never 0, and in the last bit whether
// somebody waits. The kernel waits on the lower half.
typedef _Atomic uint64_t state;
#define MADE UINT64_MAX
enum { AWAITED = 1 };

static uint64_t made_by_this_process(void) {
  // Where the kernel can't tell processes apart, all are one.
  uint64_t generation = csessiontickets_process_generation() << 1;
  return generation ? generation : 2;
}

static void wait_while(state *place, uint64_t value) {
  int code = errno;
  // Who may not wait in the kernel (seccomp(2)) tries again and again.
  if (syscall(SYS_futex, place, FUTEX_WAIT_PRIVATE, (uint32_t)value, NULL) != 0 && errno != EAGAIN && errno != EINTR)
    sched_yield();
  errno = code;
}

static void wake_all(state *place) {
  int code = errno;
  syscall(SYS_futex, place, FUTEX_WAKE_PRIVATE, INT32_MAX);
  errno = code;
}

static int change(state *place, uint64_t *found, uint64_t next) {
  return atomic_compare_exchange_weak_explicit(place, found, next, memory_order_acq_rel, memory_order_acquire);
}

static void make(state *place, void (*function)(void *), void *context) {
  function(context);
  if (atomic_exchange_explicit(place, MADE, memory_order_acq_rel) & AWAITED) wake_all(place);
}

static void make_or_wait(state *place, void (*function)(void *), void *context) {
  uint64_t ours = made_by_this_process(), found = atomic_load_explicit(place, memory_order_acquire);
  while (found != MADE) {
    if ((found & ~(uint64_t)AWAITED) != ours) {
      // Nobody has begun, or nobody of this process.
      if (!change(place, &found, ours)) continue;
      return make(place, function, context);
    }
    if (!(found & AWAITED) && !change(place, &found, ours | AWAITED)) continue;
    wait_while(place, ours | AWAITED);
    found = atomic_load_explicit(place, memory_order_acquire);
  }
}

// The name that Swift calls. The compiler's own stands aside, as it is a weak one: see .ci/embedded.
__attribute__((visibility("hidden"))) void swift_once(state *place, void (*function)(void *), void *context) {
  if (atomic_load_explicit(place, memory_order_acquire) != MADE) make_or_wait(place, function, context);
}
