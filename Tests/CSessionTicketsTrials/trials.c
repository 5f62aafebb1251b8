#define _GNU_SOURCE
#include "CSessionTicketsTrials.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static _Thread_local pid_t made_in_handler;

static void handle(int signal) {
  (void)signal;
  made_in_handler = fork();
}

static pid_t make(enum trial_child kind) {
  switch (kind) {
    case TRIAL_CLONE: return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    case TRIAL_FORK_IN_HANDLER: {
      struct sigaction action = {.sa_handler = handle}, before;
      sigset_t only, mask;
      sigemptyset(&only);
      sigaddset(&only, SIGUSR2);
      sigaction(SIGUSR2, &action, &before);
      pthread_sigmask(SIG_UNBLOCK, &only, &mask);
      pthread_kill(pthread_self(), SIGUSR2);
      pthread_sigmask(SIG_SETMASK, &mask, NULL);
      sigaction(SIGUSR2, &before, NULL);
      return made_in_handler;
    }
    default: return fork();
  }
}

int trial_in_child(enum trial_child kind, int (*body)(void *), void *context) {
  pid_t child = make(kind);
  if (child < 0) return 1000;
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(10);
    if (kind == TRIAL_CONFINED && prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) syscall(SYS_exit, 99);
    // exit_group(2) isn't among what a confined process may do.
    for (int status = body(context);;) syscall(SYS_exit, status);
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int trial_has_thread_sanitizer(void) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return 1;
#endif
#endif
  return 0;
}

int trial_refuse_wipe_on_fork(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_WIPEONFORK, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

int trial_put_socket_at(int descriptor) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
  if (dup2(ends[0], descriptor) != descriptor) return -1;
  if (ends[0] != descriptor) close(ends[0]);
  return ends[1];
}

int trial_enter_network(void) {
  int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (before < 0 || unshare(CLONE_NEWNET) == 0) return before;
  int code = errno;
  close(before);
  errno = code;
  return -1;
}

int trial_leave_network(int before) {
  int result = setns(before, CLONE_NEWNET);
  close(before);
  return result;
}
