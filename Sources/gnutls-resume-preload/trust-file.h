// A file, read whole.
#ifndef TRUST_FILE_H
#define TRUST_FILE_H

#include <stddef.h>
#include <sys/stat.h>

struct trust_file {
  // Stays open until it is closed.
  int descriptor;
  struct stat status;
  // To be freed.
  unsigned char *bytes;
  size_t size;
};

// Reads a regular file, by a path from a folder on (AT_FDCWD), that stays the same meanwhile. Returns 0, and leaves nothing behind, where that can't be done, or
// it is empty or very large.
int read_trust_file(int folder, const char *path, struct trust_file *file);

// Whether the file is still what was read.
int is_unchanged(const struct trust_file *file);

void close_trust_file(struct trust_file *file);

#endif
