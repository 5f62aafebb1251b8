// Linux system calls and constants that Swift's Glibc module hides, because it is built without _GNU_SOURCE.
#ifndef CSESSIONTICKETS_H
#define CSESSIONTICKETS_H

#include <stdint.h>
#include <sys/types.h>

#include "stamps.h"

// Opens an unnamed regular file in the folder: nothing is left behind if the process dies (open(2), O_TMPFILE). Its mode is
// 0600, whatever the umask says.
int csessiontickets_open_unnamed(int folder);

// Makes a file of that mode, refusing with EEXIST if the name is taken.
int csessiontickets_open_new(int folder, const char *name);

// Whether a file or folder is on a tmpfs, which lives in memory and ends with the boot (fstatfs(2), TMPFS_MAGIC).
int csessiontickets_is_on_tmpfs(int descriptor);

// Makes a folder of mode 0700, whatever the umask says. Returns 0, or -1.
int csessiontickets_make_folder(int parent, const char *name);

// Whether the program has more rights than who runs it (getauxval(3), AT_SECURE).
int csessiontickets_is_secure(void);

// What stands in the environment, but nothing for a program that has more rights than who runs it (secure_getenv(3)).
const char *csessiontickets_environment(const char *name);

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

// Which process this is, of those that came of one another by fork(2): a descendant has another number than its
// ancestors, however it was made, and a greater one. 0 where the kernel can't tell (madvise(2), MADV_WIPEONFORK). It may
// be asked anywhere, a signal's handler included.
uint64_t csessiontickets_process_generation(void);

// A lock that a child of fork(2) gives up if a thread of its parent held it, as that thread doesn't exist there: the child
// goes on with other memory. What is locked has a storage, whose first four bytes belong to the lock and begin as 0;
// `current` says which storage it is.
//
// Waits for the lock, and returns the storage that is locked now. Or returns NULL, and in `lost` the storage that another
// process holds, which is not to be touched: then csessiontickets_lock_renew. Neither changes errno.
void *csessiontickets_lock(void **current, void **lost);
void csessiontickets_unlock(void *storage);

// Keeps the thread from being cancelled (pthread_setcancelstate(3)), which ends it without letting go of anything, and
// returns what its state was: for csessiontickets_restore_cancellation.
int csessiontickets_defer_cancellation(void);
void csessiontickets_restore_cancellation(int state);

// Puts a fresh storage in the place of one that is lost. Returns 0 if somebody else has done so.
int csessiontickets_lock_renew(void **current, void *lost, void *fresh);

// Whether nobody holds the storage, so that it may be freed.
int csessiontickets_lock_is_free(void *storage);

#endif
