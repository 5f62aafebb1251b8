// Linux system calls and constants that Swift's Glibc module hides, because it is built without _GNU_SOURCE.
#ifndef CSESSIONTICKETS_H
#define CSESSIONTICKETS_H

#include <sys/types.h>

#include "stamps.h"

// Opens an unnamed regular file in the folder: nothing is left behind if the process dies (open(2), O_TMPFILE).
int csessiontickets_open_unnamed(int folder, mode_t mode);

// Gives an unnamed file its name. Refuses with EEXIST if the name is taken (linkat(2), through /proc/self/fd).
int csessiontickets_link_unnamed(int descriptor, int folder, const char *name);

// Renames, refusing with EEXIST if the new name is taken (renameat2(2), RENAME_NOREPLACE).
int csessiontickets_rename_exclusively(int folder, const char *from, const char *to);

// Opens a path component as a location only, never following a symbolic link (open(2), O_PATH | O_NOFOLLOW).
int csessiontickets_open_location(int folder, const char *name);

// Opens a folder by its path as a location only, if there is no symbolic link in the path, not even at its end: ELOOP
// otherwise, and ENOSYS before Linux 5.6 (openat2(2), RESOLVE_NO_SYMLINKS).
int csessiontickets_open_without_links(const char *path);

// Reads a folder's next entries as `struct linux_dirent64`, without a stream's allocations (getdents64(2)).
ssize_t csessiontickets_read_entries(int folder, void *buffer, size_t size);

// Writes without the signals that end a process: of a pipe that nobody reads (EPIPE), and of a file that gets longer than
// the process may make one (EFBIG).
ssize_t csessiontickets_write_quietly(int descriptor, const void *data, size_t size);

// How long this process may make a file (getrlimit(2), RLIMIT_FSIZE): who writes more gets a signal that ends it.
ssize_t csessiontickets_file_size_limit(void);

// Keeps a memory range out of core dumps (madvise(2), MADV_DONTDUMP). The range must be page-aligned.
int csessiontickets_exclude_from_core_dumps(void *start, size_t length);

// Overwrites memory in a way that the optimiser may not drop (explicit_bzero(3)).
void csessiontickets_wipe(void *start, size_t length);

#endif
