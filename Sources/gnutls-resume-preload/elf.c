#define _GNU_SOURCE
#include "elf.h"

#include <stddef.h>
#include <stdint.h>

#include "names.h"

// glibc writes addresses into the section, musl (and glibc where it is read-only) leaves them relative to the base.
static const void *address(uintptr_t base, uintptr_t value) { return (const void *)(value < base ? base + value : value); }

int read_symbols(const struct dl_phdr_info *object, struct symbols *symbols) {
  const ElfW(Dyn) *next = NULL;
  uintptr_t base = object->dlpi_addr;
  *symbols = (struct symbols){.base = base};
  for (int i = 0; i < object->dlpi_phnum; i++)
    if (object->dlpi_phdr[i].p_type == PT_DYNAMIC) next = (const void *)(base + object->dlpi_phdr[i].p_vaddr);
  for (; next && next->d_tag != DT_NULL; next++) {
    const void *place = address(base, next->d_un.d_ptr);
    switch (next->d_tag) {
    case DT_SYMTAB: symbols->table = place; break;
    case DT_STRTAB: symbols->names = place; break;
    case DT_VERSYM: symbols->versions = place; break;
    case DT_GNU_HASH: symbols->gnu_hash = place; break;
    case DT_HASH: symbols->hash = place; break;
    case DT_JMPREL: symbols->calls = place; break;
    case DT_PLTRELSZ: symbols->calls_size = next->d_un.d_val; break;
    case DT_RELA: symbols->relocations = place; break;
    case DT_RELASZ: symbols->relocations_size = next->d_un.d_val; break;
    }
  }
  return symbols->table && symbols->names;
}

static void *function_at(const struct symbols *symbols, uint32_t index, const char *name) {
  const ElfW(Sym) *symbol = &symbols->table[index];
  if (symbol->st_shndx == SHN_UNDEF || symbol->st_value == 0 || (symbol->st_info & 0xf) != STT_FUNC) return NULL;
  if (symbol->st_info >> 4 == STB_LOCAL || !is_same(symbols->names + symbol->st_name, name)) return NULL;
  // The highest bit hides what is no default version; 0 is local.
  if (symbols->versions && (symbols->versions[index] & 0x8000 || symbols->versions[index] == 0)) return NULL;
  return (void *)(symbols->base + symbol->st_value);
}

uint32_t gnu_hash_of(const char *name) {
  uint32_t hash = 5381;
  for (const unsigned char *next = (const unsigned char *)name; *next; next++) hash = hash * 33 + *next;
  return hash;
}

static void *find_by_gnu_hash(const struct symbols *symbols, const char *name, uint32_t hash) {
  const uint32_t *table = symbols->gnu_hash;
  uint32_t buckets = table[0], first = table[1], filters = table[2], shift = table[3];
  if (buckets == 0 || filters == 0) return NULL;
  // The filter's words are as wide as an address. Most objects have none of the names.
  enum { WIDTH = 8 * sizeof(ElfW(Addr)) };
  const ElfW(Addr) *filter = (const void *)(table + 4);
  ElfW(Addr) word = filter[hash / WIDTH % filters];
  if (!(word >> hash % WIDTH & word >> (hash >> shift) % WIDTH & 1)) return NULL;
  const uint32_t *bucket = (const void *)(filter + filters), *chain = bucket + buckets;
  uint32_t index = bucket[hash % buckets];
  if (index < first) return NULL;
  for (;; index++) {
    uint32_t known = chain[index - first];
    void *found = (known | 1) == (hash | 1) ? function_at(symbols, index, name) : NULL;
    if (found || known & 1) return found;
  }
}

static void *find_by_hash(const struct symbols *symbols, const char *name) {
  uint32_t hash = 0;
  for (const unsigned char *next = (const unsigned char *)name; *next; next++) {
    hash = (hash << 4) + *next;
    hash = (hash ^ (hash & 0xf0000000) >> 24) & 0x0fffffff;
  }
  const uint32_t *bucket = symbols->hash + 2, *chain = bucket + symbols->hash[0];
  if (symbols->hash[0] == 0) return NULL;
  for (uint32_t index = bucket[hash % symbols->hash[0]]; index; index = chain[index]) {
    void *found = function_at(symbols, index, name);
    if (found) return found;
  }
  return NULL;
}

void *find_function(const struct symbols *symbols, const char *name, uint32_t gnu_hash) {
  if (symbols->gnu_hash) return find_by_gnu_hash(symbols, name, gnu_hash);
  return symbols->hash ? find_by_hash(symbols, name) : NULL;
}

void *function_in_object(const struct dl_phdr_info *object, const char *name) {
  struct symbols symbols;
  return read_symbols(object, &symbols) ? find_function(&symbols, name, gnu_hash_of(name)) : NULL;
}

#if defined(__x86_64__)
enum { BOUND_CALL = R_X86_64_JUMP_SLOT, BOUND_ADDRESS = R_X86_64_GLOB_DAT };
#elif defined(__aarch64__)
enum { BOUND_CALL = R_AARCH64_JUMP_SLOT, BOUND_ADDRESS = R_AARCH64_GLOB_DAT };
#else
enum { BOUND_CALL = -1, BOUND_ADDRESS = -1 };
#endif

static int refers_to(const struct symbols *symbols, const ElfW(Rela) * next, size_t size, uintptr_t function) {
  for (size_t count = next ? size / sizeof *next : 0; count > 0; count--, next++) {
    int type = (int)ELF64_R_TYPE(next->r_info);
    if (type != BOUND_CALL && type != BOUND_ADDRESS) continue;
    const ElfW(Sym) *symbol = &symbols->table[ELF64_R_SYM(next->r_info)];
    if (symbol->st_shndx != SHN_UNDEF && symbols->base + symbol->st_value == function) return 1;
  }
  return 0;
}

int refers_to_function(const struct dl_phdr_info *object, const void *function) {
  struct symbols symbols;
  if (!read_symbols(object, &symbols)) return 0;
  return refers_to(&symbols, symbols.calls, symbols.calls_size, (uintptr_t)function) ||
         refers_to(&symbols, symbols.relocations, symbols.relocations_size, (uintptr_t)function);
}

int object_contains(const struct dl_phdr_info *object, const void *address) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    uintptr_t offset = (uintptr_t)address - object->dlpi_addr - segment->p_vaddr;
    if (segment->p_type == PT_LOAD && offset < segment->p_memsz) return 1;
  }
  return 0;
}
