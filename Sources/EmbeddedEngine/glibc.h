// The C library for Embedded Swift, which has no Glibc module: see .ci/embedded. The names are those of Swift's module,
// so that the sources are the same; what Swift can't import of them is written as a function here.
#ifndef EMBEDDED_GLIBC_H
#define EMBEDDED_GLIBC_H

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define EMBEDDED_NAME(name) __attribute__((swift_name(name)))

// A macro over a function call.
static inline int embedded_errno(void) EMBEDDED_NAME("getter:errno()");
static inline int embedded_errno(void) { return errno; }
static inline void embedded_set_errno(int value) EMBEDDED_NAME("setter:errno(_:)");
static inline void embedded_set_errno(int value) { errno = value; }

// A macro with a cast.
static inline void *embedded_map_failed(void) EMBEDDED_NAME("getter:MAP_FAILED()");
static inline void *embedded_map_failed(void) { return MAP_FAILED; }

// Variadic functions.
static inline int embedded_open(const char *path, int flags) EMBEDDED_NAME("open(_:_:)");
static inline int embedded_open(const char *path, int flags) { return open(path, flags); }
static inline int embedded_create(const char *path, int flags, mode_t mode) EMBEDDED_NAME("open(_:_:_:)");
static inline int embedded_create(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int embedded_open_at(int folder, const char *path, int flags) EMBEDDED_NAME("openat(_:_:_:)");
static inline int embedded_open_at(int folder, const char *path, int flags) { return openat(folder, path, flags); }
static inline int embedded_create_at(int folder, const char *path, int flags, mode_t mode)
    EMBEDDED_NAME("openat(_:_:_:_:)");
static inline int embedded_create_at(int folder, const char *path, int flags, mode_t mode) {
  return openat(folder, path, flags, mode);
}
static inline int embedded_control(int descriptor, int command, int argument) EMBEDDED_NAME("fcntl(_:_:_:)");
static inline int embedded_control(int descriptor, int command, int argument) {
  return fcntl(descriptor, command, argument);
}

// Macros that are expressions, or of another type than what they are compared with.
#define EMBEDDED_MODE(name) static const mode_t embedded_##name EMBEDDED_NAME(#name) = name;
EMBEDDED_MODE(S_IFMT)
EMBEDDED_MODE(S_IFBLK)
EMBEDDED_MODE(S_IFCHR)
EMBEDDED_MODE(S_IFDIR)
EMBEDDED_MODE(S_IFIFO)
EMBEDDED_MODE(S_IFLNK)
EMBEDDED_MODE(S_IFREG)
EMBEDDED_MODE(S_IFSOCK)
EMBEDDED_MODE(S_ISUID)
EMBEDDED_MODE(S_ISGID)
EMBEDDED_MODE(S_ISVTX)
EMBEDDED_MODE(S_IRWXU)
EMBEDDED_MODE(S_IRUSR)
EMBEDDED_MODE(S_IWUSR)
EMBEDDED_MODE(S_IXUSR)
EMBEDDED_MODE(S_IRWXG)
EMBEDDED_MODE(S_IRGRP)
EMBEDDED_MODE(S_IWGRP)
EMBEDDED_MODE(S_IXGRP)
EMBEDDED_MODE(S_IRWXO)
EMBEDDED_MODE(S_IROTH)
EMBEDDED_MODE(S_IWOTH)
EMBEDDED_MODE(S_IXOTH)
#undef S_IFMT
#undef S_IFBLK
#undef S_IFCHR
#undef S_IFDIR
#undef S_IFIFO
#undef S_IFLNK
#undef S_IFREG
#undef S_IFSOCK
#undef S_ISUID
#undef S_ISGID
#undef S_ISVTX
#undef S_IRWXU
#undef S_IRUSR
#undef S_IWUSR
#undef S_IXUSR
#undef S_IRWXG
#undef S_IRGRP
#undef S_IWGRP
#undef S_IXGRP
#undef S_IRWXO
#undef S_IROTH
#undef S_IWOTH
#undef S_IXOTH

#endif
