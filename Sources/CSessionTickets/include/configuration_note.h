// A note of GnuTLS's configuration file, to be taken when GnuTLS reads it: when it is loaded. What a process has read then
// counts for it until it ends, whatever becomes of the file.
//
// All of it stands here, and needs only what every C library has: what is preloaded into all programs takes a note too, when
// the program starts, and has GnuTLS's path from elsewhere.
#ifndef CSESSIONTICKETS_CONFIGURATION_NOTE_H
#define CSESSIONTICKETS_CONFIGURATION_NOTE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stamps.h"

enum {
  CONFIGURATION_NOTE_PATH = 4096,
  CONFIGURATION_NOTE_CONTENTS = 64 * 1024,
};

enum configuration_note_state {
  CONFIGURATION_NOTE_NONE,  // not taken
  CONFIGURATION_NOTE_ABSENT,
  CONFIGURATION_NOTE_THERE,
  CONFIGURATION_NOTE_UNKNOWN,  // unreadable, no regular file, larger than a note can hold, or changed meanwhile
};

struct configuration_note {
  enum configuration_note_state state;
  struct timespec taken;  // by the wall clock, before anything was looked at
  char path[CONFIGURATION_NOTE_PATH];
  // Of what is there only:
  struct stat status;
  int stamp_tells;  // by its file system
  size_t size;
  unsigned char contents[CONFIGURATION_NOTE_CONTENTS];
};

static inline int configuration_note_is_same(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino && one->st_size == other->st_size &&
         one->st_mtim.tv_sec == other->st_mtim.tv_sec && one->st_mtim.tv_nsec == other->st_mtim.tv_nsec &&
         one->st_ctim.tv_sec == other->st_ctim.tv_sec && one->st_ctim.tv_nsec == other->st_ctim.tv_nsec;
}

// Reads all of an open file. Returns 0 if it is no regular file, doesn't fit, can't be read, or changes meanwhile.
static inline int configuration_note_read(struct configuration_note *note, int descriptor) {
  struct statfs system;
  struct stat after;
  if (fstat(descriptor, &note->status) || fstatfs(descriptor, &system)) return 0;
  if (!S_ISREG(note->status.st_mode)) return 0;
  note->stamp_tells = csessiontickets_stamps_tell((unsigned long)system.f_type, (unsigned long)system.f_flags);
  while (note->size < sizeof note->contents) {
    ssize_t count = read(descriptor, note->contents + note->size, sizeof note->contents - note->size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return 0;
    if (count == 0) break;
    note->size += (size_t)count;
  }
  if (note->size == sizeof note->contents || (off_t)note->size != note->status.st_size) return 0;
  return fstat(descriptor, &after) == 0 && configuration_note_is_same(&note->status, &after);
}

// Never waits, whatever lies there, and keeps `errno`.
static inline void configuration_note_take(struct configuration_note *note, const char *path) {
  int system_error = errno;
  note->state = CONFIGURATION_NOTE_UNKNOWN;
  note->size = 0;
  note->stamp_tells = 0;
  note->path[0] = 0;
  size_t length = path ? strlen(path) : sizeof note->path;
  if (length < sizeof note->path && clock_gettime(CLOCK_REALTIME, &note->taken) == 0) {
    memcpy(note->path, path, length + 1);
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor >= 0) {
      if (configuration_note_read(note, descriptor)) note->state = CONFIGURATION_NOTE_THERE;
      close(descriptor);
    } else if (errno == ENOENT || errno == ENOTDIR) {
      note->state = CONFIGURATION_NOTE_ABSENT;
    }
  }
  errno = system_error;
}

#endif
