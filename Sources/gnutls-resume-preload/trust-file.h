// A file, read whole.
#ifndef TRUST_FILE_H
#define TRUST_FILE_H

#include <stddef.h>
#include <sys/stat.h>

struct trust_file {
  // Stays open until it is closed.
  int descriptor;
  // Before it was read, and after.
  struct stat status;
  // To be freed, unless it is in space that somebody gave.
  unsigned char *bytes;
  size_t size;
};

// Reads a regular file, by its path, that stays the same meanwhile. Returns 0, and leaves nothing behind, where that can't be
// done, or it is empty or very large.
int read_trust_file(const char *path, struct trust_file *file);

// The same of a file that has just been looked at, by a path from a folder on, into space for as much as it had. It may be
// empty.
int read_seen_file(int folder, const char *path, const struct stat *seen, unsigned char *space,
                   struct trust_file *file);

// In bytes: some hundred times the largest bundle.
enum { LARGEST_TRUST_FILE = 64 << 20 };

// Whether the file is still what was read.
int is_unchanged(const struct trust_file *file);

// Whether these are of one file, in one state.
int is_same_file(const struct stat *one, const struct stat *other);

// Whether the file system is one whose stamps tell.
int keeps_stamps(const struct trust_file *file);

void close_trust_file(struct trust_file *file);

#endif
