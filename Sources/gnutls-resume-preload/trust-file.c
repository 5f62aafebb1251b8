#define _GNU_SOURCE
#include "trust-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../CSessionTickets/include/stamps.h"

static int is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

int is_same_file(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino && one->st_size == other->st_size &&
         is_same_time(one->st_mtim, other->st_mtim) && is_same_time(one->st_ctim, other->st_ctim);
}

int is_unchanged(const struct trust_file *file) {
  struct stat now;
  return fstat(file->descriptor, &now) == 0 && is_same_file(&now, &file->status);
}

int keeps_stamps(const struct trust_file *file) {
  struct statfs system;
  int system_error = errno;
  int is_known = fstatfs(file->descriptor, &system) == 0;
  errno = system_error;
  return is_known && csessiontickets_stamps_tell((unsigned long)system.f_type, (unsigned long)system.f_flags);
}

static int read_whole(struct trust_file *file) {
  size_t done = 0;
  while (done < file->size) {
    ssize_t count = read(file->descriptor, file->bytes + done, file->size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    done += (size_t)count;
  }
  return is_unchanged(file);
}

// To open a pipe may disturb who writes into it. Nor does what takes its place just then hold anybody up.
static int is_readable(const struct stat *status) {
  return S_ISREG(status->st_mode) && status->st_size >= 0 && status->st_size <= LARGEST_TRUST_FILE;
}

int read_seen_file(int folder, const char *path, const struct stat *seen, unsigned char *space,
                   struct trust_file *file) {
  if (!is_readable(seen)) return 0;
  int system_error = errno;
  *file = (struct trust_file){.status = *seen, .bytes = space, .size = (size_t)seen->st_size};
  file->descriptor = openat(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  int is_read = file->descriptor >= 0 && read_whole(file);
  if (!is_read && file->descriptor >= 0) close(file->descriptor);
  errno = system_error;
  return is_read;
}

int read_trust_file(const char *path, struct trust_file *file) {
  struct stat seen;
  int system_error = errno;
  int is_there = stat(path, &seen) == 0;
  errno = system_error;
  if (!is_there || !is_readable(&seen) || seen.st_size == 0) return 0;
  unsigned char *space = malloc((size_t)seen.st_size);
  if (!space) return errno = system_error, 0;
  if (read_seen_file(AT_FDCWD, path, &seen, space, file)) return 1;
  free(space);
  return 0;
}

void close_trust_file(struct trust_file *file) {
  int system_error = errno;
  close(file->descriptor);
  errno = system_error;
}
