#define _GNU_SOURCE
#include "trust-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust-file.h"

// More than folders of trust have; and in bytes, of a path that GnuTLS wouldn't cut short, and of all files.
enum { MOST_ENTRIES = 4096, LONGEST_PATH = 512, MOST_BYTES = 16 << 20 };

struct known_file {
  dev_t device;
  ino_t inode;
  // In the bytes of all; or in a source's.
  size_t offset, size;
  const unsigned char *elsewhere;
};

struct reading {
  int descriptor;
  const struct trust *trust;
  struct trust_folder *folder;
  struct known_file *files;
  uint16_t *order;
  unsigned known;
  size_t space;
};

static const struct known_file *find_file(const struct reading *reading, const struct stat *status) {
  for (unsigned i = 0; i < reading->known; i++)
    if (reading->files[i].device == status->st_dev && reading->files[i].inode == status->st_ino)
      return &reading->files[i];
  return NULL;
}

// What a source of the list's is, too.
static const unsigned char *held_by_source(const struct trust *trust, const unsigned char *bytes, size_t size) {
  for (unsigned i = 0; i < trust->count; i++) {
    const struct trust_source *source = &trust->sources[i];
    if (!source->is_revocation_list && source->size == size && memcmp(source->bytes, bytes, size) == 0)
      return source->bytes;
  }
  return NULL;
}

static int make_space(struct reading *reading, size_t size) {
  struct trust_folder *folder = reading->folder;
  if (size > MOST_BYTES || folder->size + size + 1 > MOST_BYTES) return 0;
  if (folder->size + size + 1 <= reading->space) return 1;
  size_t space = (folder->size + size + 1) * 2;
  unsigned char *bytes = realloc(folder->bytes, space);
  if (!bytes) return 0;
  folder->bytes = bytes;
  reading->space = space;
  return 1;
}

static int keep_file(struct reading *reading, const struct trust_file *file) {
  struct trust_folder *folder = reading->folder;
  struct known_file *known = &reading->files[reading->known];
  *known = (struct known_file){.device = file->status.st_dev, .inode = file->status.st_ino, .size = file->size};
  // By itself GnuTLS takes what has this label if there is nothing else; together with others it passes it over.
  static const char other[] = "-----BEGIN X509 CERTIFICATE";
  if (memmem(file->bytes, file->size, other, sizeof other - 1)) return 0;
  known->elsewhere = held_by_source(reading->trust, file->bytes, file->size);
  if (!known->elsewhere) {
    if (!make_space(reading, file->size)) return 0;
    known->offset = folder->size;
    memcpy(folder->bytes + folder->size, file->bytes, file->size);
    folder->size += file->size;
    folder->bytes[folder->size++] = '\n';
  }
  reading->known++;
  return 1;
}

static int note_entry(struct reading *reading, unsigned index) {
  struct trust_folder *folder = reading->folder;
  if (folder->count == MOST_ENTRIES) return 0;
  reading->order[folder->count++] = (uint16_t)index;
  return 1;
}

// What GnuTLS passes over without a word is passed over here; what it might wait for, or read otherwise, is nothing to be
// sure of.
static int read_entry(struct reading *reading, const char *name) {
  struct stat status;
  if (fstatat(reading->descriptor, name, &status, 0) != 0) return errno == ENOENT || errno == ELOOP;
  if (S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0)) return 1;
  const struct known_file *known = find_file(reading, &status);
  if (known) return note_entry(reading, (unsigned)(known - reading->files));
  struct trust_file file;
  if (!S_ISREG(status.st_mode) || !read_trust_file(reading->descriptor, name, &file)) return 0;
  int is_kept = keep_file(reading, &file) && note_entry(reading, reading->known - 1);
  close_trust_file(&file);
  free(file.bytes);
  return is_kept;
}

static int read_entries(struct reading *reading, DIR *directory) {
  for (;;) {
    errno = 0;
    const struct dirent *entry = readdir(directory);
    if (!entry) return errno == 0;
    if (entry->d_type != DT_REG && entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN) continue;
    if (!read_entry(reading, entry->d_name)) return 0;
  }
}

// Puts something behind the bytes.
static int append(struct reading *reading, const void *bytes, size_t size, size_t *added) {
  struct trust_folder *folder = reading->folder;
  if (!make_space(reading, *added + size)) return 0;
  memcpy(folder->bytes + folder->size + *added, bytes, size);
  *added += size;
  return 1;
}

// The order is a part of what the answer depends on, and so is what sources hold already.
static int append_order(struct reading *reading) {
  size_t added = 0;
  if (!append(reading, reading->order, reading->folder->count * sizeof *reading->order, &added)) return 0;
  for (unsigned i = 0; i < reading->known; i++) {
    const struct known_file *file = &reading->files[i];
    if (!append(reading, &file->size, sizeof file->size, &added)) return 0;
    if (file->elsewhere && !append(reading, file->elsewhere, file->size, &added)) return 0;
  }
  reading->folder->size_with_order = reading->folder->size + added;
  return 1;
}

static int list_entries(struct reading *reading) {
  struct trust_folder *folder = reading->folder;
  folder->entries = calloc(folder->count, sizeof *folder->entries);
  if (!folder->entries) return 0;
  for (unsigned i = 0; i < folder->count; i++) {
    const struct known_file *file = &reading->files[reading->order[i]];
    folder->entries[i].bytes = file->elsewhere ? file->elsewhere : folder->bytes + file->offset;
    folder->entries[i].size = file->size;
  }
  return 1;
}

static int read_open_folder(struct reading *reading, DIR *directory) {
  reading->descriptor = dirfd(directory);
  reading->files = calloc(MOST_ENTRIES, sizeof *reading->files);
  reading->order = calloc(MOST_ENTRIES, sizeof *reading->order);
  int is_read = reading->files && reading->order && read_entries(reading, directory) && reading->folder->count > 0 &&
                append_order(reading) && list_entries(reading);
  free(reading->files);
  free(reading->order);
  return is_read;
}

int read_trust_folder(const char *path, const struct trust *trust, struct trust_folder *folder) {
  int system_error = errno;
  *folder = (struct trust_folder){0};
  struct reading reading = {.trust = trust, .folder = folder};
  DIR *directory = strlen(path) <= LONGEST_PATH ? opendir(path) : NULL;
  int is_read = directory && read_open_folder(&reading, directory);
  if (directory) closedir(directory);
  if (!is_read) {
    free(folder->entries);
    free(folder->bytes);
  }
  errno = system_error;
  return is_read;
}

void close_trust_folder(struct trust_folder *folder) { free(folder->entries); }
