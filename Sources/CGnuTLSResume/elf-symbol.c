#include "elf-symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Nothing in the file is believed: each read is of a fixed size, each loop ends.
enum { MOST_SEGMENTS = 32, MOST_ENTRIES = 256, MOST_IN_CHAIN = 4096, MOST_SYMBOLS = 1 << 16, LONGEST_NAME = 64 };

struct image {
  int file;
  ElfW(Phdr) segments[MOST_SEGMENTS];
  int segment_count;
  // Addresses in the library; 0 where there is none.
  uint64_t symbols, names, names_size, gnu_hash, hash;
};

// This program's own header, which the linker puts there: of which kind a library must be.
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool read_file(const struct image *image, uint64_t offset, void *data, size_t size) {
  return offset <= INT64_MAX - size && pread(image->file, data, size, (off_t)offset) == (ssize_t)size;
}

// Reads what would be at an address if the library were loaded.
static bool read_address(const struct image *image, uint64_t address, void *data, size_t size) {
  for (int i = 0; i < image->segment_count; i++) {
    const ElfW(Phdr) *segment = &image->segments[i];
    if (segment->p_type != PT_LOAD || address < segment->p_vaddr) continue;
    uint64_t distance = address - segment->p_vaddr;
    if (distance >= segment->p_filesz || segment->p_filesz - distance < size) continue;
    if (segment->p_offset > UINT64_MAX - distance) return false;
    return read_file(image, segment->p_offset + distance, data, size);
  }
  return false;
}

static bool read_segments(struct image *image) {
  ElfW(Ehdr) header;
  if (!read_file(image, 0, &header, sizeof header)) return false;
  // Magic, class, byte order, version.
  if (memcmp(header.e_ident, __ehdr_start.e_ident, EI_VERSION + 1) != 0) return false;
  if (header.e_type != ET_DYN || header.e_machine != __ehdr_start.e_machine) return false;
  if (header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum > MOST_SEGMENTS) return false;
  image->segment_count = header.e_phnum;
  return read_file(image, header.e_phoff, image->segments, header.e_phnum * sizeof(ElfW(Phdr)));
}

static bool read_dynamic_section(struct image *image) {
  const ElfW(Phdr) *section = NULL;
  for (int i = 0; i < image->segment_count; i++)
    if (image->segments[i].p_type == PT_DYNAMIC) section = &image->segments[i];
  if (!section) return false;
  ElfW(Dyn) entries[MOST_ENTRIES];
  uint64_t count = section->p_filesz / sizeof *entries;
  if (count > MOST_ENTRIES) count = MOST_ENTRIES;
  if (!read_file(image, section->p_offset, entries, count * sizeof *entries)) return false;
  for (uint64_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++) {
    uint64_t value = entries[i].d_un.d_ptr;
    switch (entries[i].d_tag) {
      case DT_SYMTAB: image->symbols = value; break;
      case DT_STRTAB: image->names = value; break;
      case DT_STRSZ: image->names_size = value; break;
      case DT_GNU_HASH: image->gnu_hash = value; break;
      case DT_HASH: image->hash = value; break;
    }
  }
  return image->symbols && image->names;
}

static bool is_definition(const struct image *image, uint32_t index, const char *name) {
  ElfW(Sym) symbol;
  uint64_t address = image->symbols + index * (uint64_t)sizeof symbol;
  if (address < image->symbols || !read_address(image, address, &symbol, sizeof symbol)) return false;
  // The same macros serve both classes.
  int binding = ELF64_ST_BIND(symbol.st_info), type = ELF64_ST_TYPE(symbol.st_info);
  if (symbol.st_shndx == SHN_UNDEF || (binding != STB_GLOBAL && binding != STB_WEAK)) return false;
  if (type != STT_FUNC && type != STT_GNU_IFUNC) return false;
  char found[LONGEST_NAME];
  size_t size = strlen(name) + 1;
  if (size > sizeof found || image->names_size < size || symbol.st_name > image->names_size - size) return false;
  address = image->names + symbol.st_name;
  return address >= image->names && read_address(image, address, found, size) && memcmp(found, name, size) == 0;
}

// The table that linkers write now: a header of four words, a filter, buckets, and a chain of hashes for each of these, in
// the order of symbols. The last of a chain is odd.
static bool is_in_gnu_hash(const struct image *image, const char *name) {
  uint32_t header[4];
  if (!read_address(image, image->gnu_hash, header, sizeof header)) return false;
  uint32_t bucket_count = header[0], first_symbol = header[1], filter_words = header[2];
  if (bucket_count == 0) return false;
  uint32_t hash = 5381;
  for (const char *next = name; *next; next++) hash = hash * 33 + (unsigned char)*next;
  uint64_t buckets = image->gnu_hash + sizeof header + filter_words * (uint64_t)sizeof(ElfW(Addr));
  uint64_t chains = buckets + bucket_count * (uint64_t)sizeof(uint32_t);
  uint32_t index;
  if (!read_address(image, buckets + (hash % bucket_count) * (uint64_t)sizeof index, &index, sizeof index)) return false;
  if (index < first_symbol) return false;
  for (int i = 0; i < MOST_IN_CHAIN && index >= first_symbol; i++, index++) {
    uint32_t found;
    if (!read_address(image, chains + (index - first_symbol) * (uint64_t)sizeof found, &found, sizeof found)) return false;
    if ((found | 1) == (hash | 1) && is_definition(image, index, name)) return true;
    if (found & 1) return false;
  }
  return false;
}

// The older table knows how many symbols there are, at least.
static bool is_among_all(const struct image *image, const char *name) {
  uint32_t header[2];
  if (!read_address(image, image->hash, header, sizeof header)) return false;
  for (uint32_t i = 0; i < header[1] && i < MOST_SYMBOLS; i++)
    if (is_definition(image, i, name)) return true;
  return false;
}

enum library look_up_symbol(const char *path, const char *symbol) {
  struct image image = {.file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (image.file < 0) return CANT_BE_READ;
  struct stat status;
  enum library result = IS_NO_LIBRARY;
  if (fstat(image.file, &status) == 0 && S_ISREG(status.st_mode) && read_segments(&image) &&
      read_dynamic_section(&image)) {
    bool is_there = image.gnu_hash ? is_in_gnu_hash(&image, symbol) : image.hash && is_among_all(&image, symbol);
    result = is_there ? DEFINES_SYMBOL : LACKS_SYMBOL;
  }
  close(image.file);
  return result;
}
