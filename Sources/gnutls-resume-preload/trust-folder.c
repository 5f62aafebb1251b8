#define _GNU_SOURCE
#include "trust-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pem-blocks.h"
#include "trust-file.h"

// More than folders of trust have; and in bytes, of a path that GnuTLS wouldn't cut short, and of all files.
enum { MOST_ENTRIES = 4096, LONGEST_PATH = 512, MOST_BYTES = 16 << 20 };

// In bytes, of a system's authorities.
enum { USUAL_BYTES = 512 << 10 };

struct known_file {
  struct stat status;
  int keeps_stamps;
  // In the bytes of all; or in a source's.
  size_t offset, size;
  const struct trust_source *elsewhere;
  // All zeros where nobody knows.
  unsigned char digest[CPRELOAD_DIGEST];
  // Of those that aren't empty: the first entry that it is, and one.
  unsigned first;
};

struct reading {
  int descriptor;
  const struct trust *trust;
  // Of the sources that hold what stands in them, and no less.
  struct block_index *held;
  struct trust_folder *folder;
  // Of the named ones, which file each is.
  uint16_t *indices;
  // The same of those that aren't empty.
  uint16_t *order;
  unsigned known;
  size_t space;
};

static struct known_file *find_file(const struct reading *reading, const struct stat *status) {
  struct known_file *files = reading->folder->files;
  for (unsigned i = 0; i < reading->known; i++)
    if (files[i].status.st_dev == status->st_dev && files[i].status.st_ino == status->st_ino) return &files[i];
  return NULL;
}

// A source that was loaded in another way, or in which GnuTLS doesn't find all that begins there, may not hold what it has.
static int index_sources(struct reading *reading, unsigned flags) {
  const struct trust *trust = reading->trust;
  reading->held = calloc(1, sizeof *reading->held);
  if (!reading->held) return 0;
  for (unsigned i = 0; i < trust->count; i++) {
    const struct trust_source *source = &trust->sources[i];
    if (source->is_revocation_list || source->flags != flags) continue;
    if (source->expected == count_blocks(source->bytes, source->size))
      index_blocks(reading->held, source->bytes, source->size, i);
  }
  return 1;
}

// Behind what is there already, and for a line end.
static int make_space(struct reading *reading, size_t size) {
  struct trust_folder *folder = reading->folder;
  if (size > MOST_BYTES || folder->size + size + 1 > MOST_BYTES) return 0;
  if (folder->size + size + 1 <= reading->space) return 1;
  size_t space = (folder->size + size + 1) * 2;
  if (space < USUAL_BYTES) space = USUAL_BYTES;
  unsigned char *bytes = realloc(folder->bytes, space);
  if (!bytes) return 0;
  folder->bytes = bytes;
  reading->space = space;
  return 1;
}

// Files are mostly on one file system.
static int do_stamps_tell(const struct reading *reading, const struct trust_file *file) {
  const struct known_file *last = reading->known > 0 ? &reading->folder->files[reading->known - 1] : NULL;
  return last && last->status.st_dev == file->status.st_dev ? last->keeps_stamps : keeps_stamps(file);
}

// A file that stands behind the bytes of all.
static int keep_file(struct reading *reading, const struct trust_file *file) {
  struct trust_folder *folder = reading->folder;
  struct known_file *known = &folder->files[reading->known];
  *known = (struct known_file){.status = file->status,
                               .keeps_stamps = do_stamps_tell(reading, file),
                               .offset = folder->size,
                               .size = file->size};
  unsigned source = 0;
  const unsigned char *held = find_blocks(reading->held, file->bytes, file->size, &source);
  // By itself GnuTLS takes what has this label if there is nothing else; together with others it passes it over.
  if (!held && has_label(file->bytes, file->size, "X509 CERTIFICATE")) return 0;
  reading->known++;
  if (held) {
    known->elsewhere = &reading->trust->sources[source];
    known->offset = (size_t)(held - known->elsewhere->bytes);
    if (known->size == known->elsewhere->size) memcpy(known->digest, known->elsewhere->digest, sizeof known->digest);
  }
  if (held || file->size == 0) return 1;
  folder->size += file->size;
  folder->bytes[folder->size++] = '\n';
  return 1;
}

static int note_entry(struct reading *reading, const char *name, const struct known_file *file) {
  struct trust_folder *folder = reading->folder;
  if (folder->named_count == MOST_ENTRIES) return 0;
  char *copy = strdup(name);
  if (!copy) return 0;
  uint16_t index = (uint16_t)(file - folder->files);
  folder->named[folder->named_count] = (struct cpreload_trust_file){.name = copy};
  reading->indices[folder->named_count++] = index;
  if (file->size > 0) reading->order[folder->count++] = index;
  return 1;
}

// What GnuTLS passes over without a word is passed over here; what it might wait for, or read otherwise, is nothing to be
// sure of.
static int read_entry(struct reading *reading, const char *name) {
  struct stat status;
  if (fstatat(reading->descriptor, name, &status, 0) != 0) return errno == ENOENT || errno == ELOOP;
  if (S_ISDIR(status.st_mode)) return 1;
  const struct known_file *known = find_file(reading, &status);
  if (known) return is_same_file(&known->status, &status) && note_entry(reading, name, known);
  struct trust_folder *folder = reading->folder;
  struct trust_file file;
  if (reading->known == MOST_ENTRIES || status.st_size < 0 || !make_space(reading, (size_t)status.st_size)) return 0;
  if (!read_seen_file(reading->descriptor, name, &status, folder->bytes + folder->size, &file)) return 0;
  int is_kept = keep_file(reading, &file) && note_entry(reading, name, &folder->files[reading->known - 1]);
  close_trust_file(&file);
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

// By its digest, if that is known.
static int append_source(struct reading *reading, const struct trust_source *source, size_t *added) {
  static const unsigned char unknown[CPRELOAD_DIGEST];
  unsigned char has_digest = memcmp(source->digest, unknown, sizeof unknown) != 0;
  if (!append(reading, &has_digest, sizeof has_digest, added)) return 0;
  return has_digest ? append(reading, source->digest, sizeof source->digest, added)
                    : append(reading, source->bytes, source->size, added);
}

// The order is a part of what the answer depends on, and so is what sources hold already.
static int append_order(struct reading *reading) {
  size_t added = 0;
  int is_named[MOST_SOURCES] = {0};
  if (!append(reading, reading->order, reading->folder->count * sizeof *reading->order, &added)) return 0;
  for (unsigned i = 0; i < reading->known; i++) {
    const struct known_file *file = &reading->folder->files[i];
    const unsigned char is_elsewhere = file->elsewhere != NULL;
    if (!append(reading, &is_elsewhere, sizeof is_elsewhere, &added)) return 0;
    if (!append(reading, &file->size, sizeof file->size, &added)) return 0;
    if (!file->elsewhere) continue;
    const unsigned char source = (unsigned char)(file->elsewhere - reading->trust->sources);
    if (!append(reading, &source, sizeof source, &added)) return 0;
    if (!append(reading, &file->offset, sizeof file->offset, &added)) return 0;
    if (!is_named[source] && !append_source(reading, file->elsewhere, &added)) return 0;
    is_named[source] = 1;
  }
  reading->folder->size_with_order = reading->folder->size + added;
  return 1;
}

static const unsigned char *bytes_of(const struct trust_folder *folder, const struct known_file *file) {
  return (file->elsewhere ? file->elsewhere->bytes : folder->bytes) + file->offset;
}

static int list_entries(struct reading *reading) {
  struct trust_folder *folder = reading->folder;
  folder->entries = calloc(folder->count, sizeof *folder->entries);
  if (!folder->entries) return 0;
  for (unsigned i = 0; i < folder->count; i++) {
    struct known_file *file = &folder->files[reading->order[i]];
    if (file->first == 0) file->first = i + 1;
    folder->entries[i] = (struct folder_entry){.bytes = bytes_of(folder, file),
                                               .size = file->size,
                                               .first = file->first - 1,
                                               .is_held = file->elsewhere != NULL};
  }
  for (unsigned i = 0; i < folder->named_count; i++) {
    struct known_file *file = &folder->files[reading->indices[i]];
    struct cpreload_trust_file *named = &folder->named[i];
    named->status = &file->status;
    named->keeps_stamps = file->keeps_stamps;
    named->bytes = bytes_of(folder, file);
    named->size = file->size;
    named->digest = file->digest;
  }
  return 1;
}

static int read_open_folder(struct reading *reading, DIR *directory, unsigned flags) {
  struct trust_folder *folder = reading->folder;
  reading->descriptor = dirfd(directory);
  folder->files = calloc(MOST_ENTRIES, sizeof *folder->files);
  folder->named = calloc(MOST_ENTRIES, sizeof *folder->named);
  reading->indices = calloc(MOST_ENTRIES, sizeof *reading->indices);
  reading->order = calloc(MOST_ENTRIES, sizeof *reading->order);
  int is_read = folder->files && folder->named && reading->indices && reading->order &&
                index_sources(reading, flags) && read_entries(reading, directory) && folder->count > 0 && append_order(reading) && list_entries(reading);
  free(reading->indices);
  free(reading->order);
  free(reading->held);
  return is_read;
}

int read_trust_folder(const char *path, const struct trust *trust, unsigned flags, struct trust_folder *folder) {
  int system_error = errno;
  *folder = (struct trust_folder){0};
  struct reading reading = {.trust = trust, .folder = folder};
  DIR *directory = strlen(path) <= LONGEST_PATH ? opendir(path) : NULL;
  int is_read = directory && read_open_folder(&reading, directory, flags);
  if (directory) closedir(directory);
  if (!is_read) {
    close_trust_folder(folder);
    free(folder->bytes);
  }
  errno = system_error;
  return is_read;
}

void close_trust_folder(struct trust_folder *folder) {
  for (unsigned i = 0; i < folder->named_count; i++) free((char *)folder->named[i].name);
  free(folder->named);
  free(folder->files);
  free(folder->entries);
}
