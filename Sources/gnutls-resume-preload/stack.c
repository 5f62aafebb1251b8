#define _GNU_SOURCE
#include "stack.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((weak)) int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes);

// The thread's own stack, from its lowest address on. A signal's handler that comes while it is measured knows nothing.
enum { UNMEASURED, MEASURING, MEASURED };
static _Thread_local struct {
  int state;
  uintptr_t low, high;
} own __attribute__((tls_model("initial-exec")));

// The first thread's grows down from where the kernel has put the program's name. More than this is never taken for
// granted, as other things may have been mapped there.
enum { LARGEST = 64 << 20 };

static void measure_first_stack(void) {
  uintptr_t top = getauxval(AT_EXECFN);
  if (!top) top = getauxval(AT_RANDOM);
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return;
  uintptr_t size = limit.rlim_cur < LARGEST ? limit.rlim_cur : LARGEST;
  if (top <= size) return;
  own.low = top - size;
  own.high = top;
}

static void measure_thread(void) {
  pthread_attr_t attributes;
  void *low;
  size_t size;
  if (!pthread_getattr_np || pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
    own.low = (uintptr_t)low;
    own.high = own.low + size;
  }
  pthread_attr_destroy(&attributes);
}

static void measure(void) {
  if (own.state != UNMEASURED) return;
  int system_error = errno;
  own.state = MEASURING;
  // Of the first thread the C library would read a file to tell.
  if (syscall(SYS_gettid) == getpid()) measure_first_stack();
  else measure_thread();
  own.state = MEASURED;
  errno = system_error;
}

// Whether an address can be read, without a fault if it can't: the kernel looks at the set before it finds that there is
// no such way of changing the mask.
static int is_readable(uintptr_t address) {
  return syscall(SYS_rt_sigprocmask, -1, address, NULL, 8) == 0 || errno != EFAULT;
}

// Where the stack ends on which a signal's handler runs, if it is one of its own: else 0.
static uintptr_t signal_stack(void) {
  int system_error = errno;
  stack_t signals;
  int is_there = sigaltstack(NULL, &signals) == 0 && signals.ss_flags & SS_ONSTACK;
  errno = system_error;
  return is_there ? (uintptr_t)signals.ss_sp : 0;
}

// On a stack of which nobody can say where it ends, as a coroutine's. What is mapped below may be other data of the
// program's, so that only little is taken there, of what GnuTLS's own next call needs as well.
static int has_room_elsewhere(uintptr_t here, size_t bytes) {
  if (bytes > ROOM_TO_NOTE) return 0;
  int system_error = errno, result = 1;
  for (uintptr_t next = here - bytes; result && next < here; next += 4096) result = is_readable(next);
  errno = system_error;
  return result;
}

int has_room(size_t bytes) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  measure();
  int is_own = here - own.low < own.high - own.low;
  // A signal's stack may lie within the thread's. Nobody asks for each little note.
  uintptr_t low = is_own && bytes <= ROOM_TO_NOTE ? 0 : signal_stack();
  if (low) return here - low >= bytes;
  return is_own ? here - own.low >= bytes : has_room_elsewhere(here, bytes);
}
