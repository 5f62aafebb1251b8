#include "root.h"

#include <errno.h>
#include <sys/stat.h>

// All zeros where the root couldn't be looked at: then it is another.
static struct {
  dev_t device;
  ino_t inode;
} root;

__attribute__((constructor)) static void note_root(void) {
  struct stat status;
  int system_error = errno;
  if (stat("/", &status) == 0) root.device = status.st_dev, root.inode = status.st_ino;
  errno = system_error;
}

int is_other_root(void) {
  struct stat status;
  int system_error = errno;
  int is_same = stat("/", &status) == 0 && status.st_dev == root.device && status.st_ino == root.inode;
  errno = system_error;
  return !is_same;
}
