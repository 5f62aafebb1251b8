#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CGnuTLSResume.h"

extern char **environ;

enum { FLAGS = O_WRONLY | O_CREAT | O_TRUNC, MODE = 0600 };

int gnutls_resume_run_child(const char *file, char *const *words, const char *output, const char *errors) {
  posix_spawn_file_actions_t actions;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) {
    errno = code;
    return -1;
  }
  pid_t child = 0;
  code = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (code == 0) code = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, FLAGS, MODE);
  if (code == 0) code = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, FLAGS, MODE);
  if (code == 0) code = posix_spawn(&child, file, &actions, NULL, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) {
    errno = code;
    return -1;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
