#include "program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search-path.h"

// By hand, as C libraries differ: not each looks for a program with another environment than its own, nor takes a file
// without a first line that names its interpreter for a shell's.
static int execute(const char *path, char **words, char **environment) {
  execve(path, words, environment);
  if (errno != ENOEXEC) return errno;
  size_t count = 0;
  while (words[count]) count++;
  char **shell = calloc(count + 2, sizeof *shell);
  if (!shell) return ENOMEM;
  shell[0] = "/bin/sh";
  shell[1] = (char *)path;
  memcpy(shell + 2, words + 1, count * sizeof *words);
  execve(shell[0], shell, environment);
  int reason = errno;
  free(shell);
  return reason;
}

static bool goes_on_after(int reason) {
  return reason == ENOENT || reason == EACCES || reason == ENOTDIR || reason == ESTALE || reason == ENODEV ||
         reason == ETIMEDOUT || reason == ENAMETOOLONG;
}

int become(char **words, char **environment) {
  if (strchr(words[0], '/')) return execute(words[0], words, environment);
  int result = ENOENT;
  struct text path = {0};
  for (const char *rest = search_path(); next_in_path(&rest, words[0], &path);) {
    int reason = execute(path.bytes, words, environment);
    // That one mayn't be run is worth telling, if no other is found.
    if (reason == EACCES) result = EACCES;
    if (goes_on_after(reason)) continue;
    result = reason;
    break;
  }
  if (path.failed) result = ENOMEM;
  text_free(&path);
  return result;
}
