#define _GNU_SOURCE
#include "trust-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// In bytes: some hundred times the largest bundle.
enum { MOST = 64 << 20 };

static int is_same_time(struct timespec one, struct timespec other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

int is_unchanged(const struct trust_file *file) {
  struct stat now;
  return fstat(file->descriptor, &now) == 0 && now.st_size == file->status.st_size &&
         is_same_time(now.st_mtim, file->status.st_mtim) && is_same_time(now.st_ctim, file->status.st_ctim);
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

static int read_open_file(struct trust_file *file) {
  if (fstat(file->descriptor, &file->status) != 0 || !S_ISREG(file->status.st_mode)) return 0;
  if (file->status.st_size <= 0 || file->status.st_size > MOST) return 0;
  file->size = (size_t)file->status.st_size;
  file->bytes = malloc(file->size);
  if (!file->bytes) return 0;
  if (read_whole(file)) return 1;
  free(file->bytes);
  return 0;
}

// To open a pipe may disturb who writes into it.
static int is_regular(int folder, const char *path) {
  struct stat status;
  return fstatat(folder, path, &status, 0) == 0 && S_ISREG(status.st_mode);
}

int read_trust_file(int folder, const char *path, struct trust_file *file) {
  int system_error = errno;
  // Nor does what takes its place just then hold anybody up.
  file->descriptor = is_regular(folder, path) ? openat(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  int is_read = file->descriptor >= 0 && read_open_file(file);
  if (!is_read && file->descriptor >= 0) close(file->descriptor);
  errno = system_error;
  return is_read;
}

void close_trust_file(struct trust_file *file) {
  int system_error = errno;
  close(file->descriptor);
  errno = system_error;
}
