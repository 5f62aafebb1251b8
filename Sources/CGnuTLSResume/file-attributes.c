#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "CGnuTLSResume.h"

// Where Linux keeps what a file grants beyond its mode: see acl(5).
static const char access_list[] = "system.posix_acl_access";

// Bounds of the kernel's, in bytes: xattr(7).
enum { LONGEST_VALUE = 1 << 16, LONGEST_LIST = 1 << 16 };

// Labels are what the system's policy says of a new file, unless the policy lets them be kept.
static bool must_be_kept(const char *name) {
  return strcmp(name, access_list) == 0 || strncmp(name, "user.", strlen("user.")) == 0;
}

static int copy(const char *from, int to, const char *name, void *value) {
  ssize_t size = getxattr(from, name, value, LONGEST_VALUE);
  if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0) return 0;
  return must_be_kept(name) ? errno : 0;
}

int gnutls_resume_copy_attributes(const char *from, int to) {
  // What its folder gives to new files.
  if (fgetxattr(to, access_list, NULL, 0) >= 0 && fremovexattr(to, access_list) != 0) return errno;
  char *names = malloc(LONGEST_LIST + LONGEST_VALUE);
  if (!names) return ENOMEM;
  ssize_t size = listxattr(from, names, LONGEST_LIST);
  int reason = size >= 0 || errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
  for (ssize_t i = 0; i < size && reason == 0; i += (ssize_t)strlen(names + i) + 1)
    reason = copy(from, to, names + i, names + LONGEST_LIST);
  free(names);
  return reason;
}
