#define _GNU_SOURCE
#include "CSessionTickets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

// Nothing comes of it if the file system has modes of its own: whoever needs them looks.
static int with_exact_mode(int file) {
  struct stat status;
  int code = errno;
  if (file >= 0 && fstat(file, &status) == 0 && (status.st_mode & 07777) != (S_IRUSR | S_IWUSR))
    fchmod(file, S_IRUSR | S_IWUSR);
  errno = code;
  return file;
}

int csessiontickets_open_unnamed(int folder) {
  return with_exact_mode(openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

int csessiontickets_open_new(int folder, const char *name) {
  return with_exact_mode(
      openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

int csessiontickets_is_on_tmpfs(int descriptor) {
  struct statfs system;
  return fstatfs(descriptor, &system) == 0 && (unsigned int)system.f_type == 0x01021994;
}

int csessiontickets_make_folder(int parent, const char *name) {
  struct stat status;
  if (mkdirat(parent, name, S_IRWXU) != 0) return -1;
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode) &&
      (status.st_mode & 07777) != S_IRWXU && fchmodat(parent, name, S_IRWXU, AT_SYMLINK_NOFOLLOW) != 0)
    // Not following links takes /proc, before Linux 6.6.
    fchmodat(parent, name, S_IRWXU, 0);
  return 0;
}

int csessiontickets_is_secure(void) { return getauxval(AT_SECURE) != 0; }

const char *csessiontickets_environment(const char *name) { return secure_getenv(name); }

int csessiontickets_link_unnamed(int descriptor, int folder, const char *name) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW);
}

int csessiontickets_rename_exclusively(int folder, const char *from, const char *to) {
  return renameat2(folder, from, folder, to, RENAME_NOREPLACE);
}

int csessiontickets_open_location(int folder, const char *name) {
  return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int csessiontickets_open_without_links(const char *path) {
#ifdef RESOLVE_NO_SYMLINKS
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
#else
  (void)path;
  errno = ENOSYS;
  return -1;
#endif
}

ssize_t csessiontickets_read_entries(int folder, void *buffer, size_t size) { return getdents64(folder, buffer, size); }

int csessiontickets_exclude_from_core_dumps(void *start, size_t length) { return madvise(start, length, MADV_DONTDUMP); }

void csessiontickets_wipe(void *start, size_t length) { explicit_bzero(start, length); }

ssize_t csessiontickets_write_quietly(int descriptor, const void *data, size_t size) {
  sigset_t both, before, pending;
  sigemptyset(&both);
  sigaddset(&both, SIGPIPE);
  sigaddset(&both, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &both, &before);
  sigpending(&pending);
  ssize_t result = write(descriptor, data, size);
  int code = errno;
  int signal = code == EPIPE ? SIGPIPE : SIGXFSZ;
  // One that had been pending before isn't ours to take.
  if (result < 0 && (code == EPIPE || code == EFBIG) && !sigismember(&pending, signal)) {
    sigset_t ours;
    struct timespec at_once = {0, 0};
    sigemptyset(&ours);
    sigaddset(&ours, signal);
    sigtimedwait(&ours, NULL, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = code;
  return result;
}

ssize_t csessiontickets_file_size_limit(void) {
  struct rlimit limit;
  // Infinity is more.
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < SSIZE_MAX ? (ssize_t)limit.rlim_cur : SSIZE_MAX;
}
