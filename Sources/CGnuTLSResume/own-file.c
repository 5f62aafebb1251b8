#define _GNU_SOURCE
#include "own-file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "CGnuTLSResume.h"
#include "search-path.h"

// Not by realpath(3): the file may have been replaced since, and then the link's target says so in its name.
static bool told_by_proc(char *path, size_t room) {
  ssize_t length = readlink("/proc/self/exe", path, room);
  if (length <= 0 || (size_t)length >= room) return false;
  path[length] = 0;
  return path[0] == '/';
}

// What was given to execve(2). Of a script with this program in its first line it is the script.
static char *told_by_kernel(void) {
  const char *path = (const char *)getauxval(AT_EXECFN);
  return path && *path ? realpath(path, NULL) : NULL;
}

// What a shell would have found.
static char *found_by_name(const char *name) {
  if (!name || !*name) return NULL;
  if (strchr(name, '/')) return realpath(name, NULL);
  char *found = NULL;
  struct text path = {0};
  for (const char *rest = search_path(); !found && next_in_path(&rest, name, &path);)
    if (access(path.bytes, X_OK) == 0) found = realpath(path.bytes, NULL);
  text_free(&path);
  return found;
}

bool with_own_file(const char *name, bool (*body)(const char *path, void *context), void *context) {
  char path[PATH_MAX];
  if (told_by_proc(path, sizeof path)) return body(path, context);
  char *guesses[] = {told_by_kernel(), found_by_name(name)};
  bool result = false;
  for (int i = 0; i < 2; i++) {
    if (guesses[i] && !result) result = body(guesses[i], context);
    free(guesses[i]);
  }
  return result;
}

static bool copy(const char *path, void *context) {
  char **result = context;
  *result = strdup(path);
  return true;
}

char *gnutls_resume_own_file(const char *name) {
  // To be started, this is better than a name: it is the file, even if another has taken its name since.
  static const char link[] = "/proc/self/exe";
  if (access(link, X_OK) == 0) return strdup(link);
  char *result = NULL;
  errno = ENOENT;
  with_own_file(name, copy, &result);
  return result;
}
