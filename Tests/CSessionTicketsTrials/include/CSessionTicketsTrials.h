// What tests do with processes and threads, and Swift can't or may not.
#ifndef CSESSIONTICKETSTRIALS_H
#define CSESSIONTICKETSTRIALS_H

#include <stdint.h>

enum trial_child {
  // By fork(3).
  TRIAL_FORK,
  // By the bare system call, of which the library for C learns nothing.
  TRIAL_CLONE,
  // By fork(3), within the handler of a signal that this thread sends itself.
  TRIAL_FORK_IN_HANDLER,
  // By fork(3), and no system call is allowed in the child but reading, writing and exiting (seccomp(2)).
  TRIAL_CONFINED,
};

// Runs the body in a child, which ends with what it returns. A child that hangs is ended after ten seconds.
// Returns its exit status; -signal if one ended it; 1000 if none could be made.
int trial_in_child(enum trial_child kind, int (*body)(void *), void *context);

// Whether this was built for the thread sanitizer, whose own locks no child of threads can do anything about.
int trial_has_thread_sanitizer(void);

// Of a process that has no other thread: refuses madvise(2) with MADV_WIPEONFORK from here on, as kernels before 4.14 do
// (seccomp(2)). Returns 0, or an error number.
int trial_refuse_wipe_on_fork(void);

// Makes a Unix socket whose number is that of what is closed for it (dup2(2)). Returns its other end, or -1.
int trial_put_socket_at(int descriptor);

// Gives this thread, and what it starts from here on, a network of its own, in which there is nothing yet (unshare(2)). Needs
// CAP_SYS_ADMIN. Returns what trial_leave_network() takes, or -1 with errno set.
int trial_enter_network(void);

// Goes back to where this thread was. Returns 0, or -1 with errno set.
int trial_leave_network(int before);

#endif
