// What the benchmark needs in C: the store's operations written down plainly, to compare with, and surroundings of its
// own. All but the first two return 0, or -1 with errno set.
#ifndef CBENCHMARK_H
#define CBENCHMARK_H

#include <stddef.h>
#include <sys/types.h>

// Writes a new file the way the store does: O_TMPFILE, write, linkat. Ends the process on failure.
void cbenchmark_insert(int folder, const char *name, const void *bytes, size_t count);

// Gets a file the way the store does: open, read, unlink. Returns how many bytes it had. Ends the process on failure.
size_t cbenchmark_take(int folder, const char *name);

// Connects to a Unix socket, which may block. Returns it.
int cbenchmark_connect(const char *path);

// Writes a command for Redis, and reads its answer, with one write(2) and, where the answer fits, one read(2). Returns how many
// bytes it had; -1 for an error of the server's too.
ssize_t cbenchmark_ask(int descriptor, const void *request, size_t count);

// Gives the process mounts and a network of its own, with a loopback interface (unshare(2)). They end with the
// process and its children, however they end. Call it before there is a second thread; needs CAP_SYS_ADMIN.
int cbenchmark_enter_namespaces(void);

// Shows `source` at the place of `target` to this process and its children (mount(2), MS_BIND). Not read-only: stamps of
// files tell nothing there, and the system's own trust isn't.
int cbenchmark_mount_file(const char *source, const char *target);

// Mounts an empty file system in memory, of `megabytes` at most.
int cbenchmark_mount_memory(const char *folder, unsigned megabytes);

// Takes a mounted file system away, even if it is in use (umount2(2), MNT_DETACH).
int cbenchmark_unmount(const char *folder);

// Makes a network link on which each packet takes `microseconds`, each way: whoever connects to
// CBENCHMARK_FAR_ADDRESS reaches what listens on 127.0.0.1. Only in a network of one's own; needs /dev/net/tun.
int cbenchmark_start_delayed_link(unsigned microseconds);

#define CBENCHMARK_FAR_ADDRESS "10.77.0.2"

#endif
