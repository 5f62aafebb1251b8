// Definitions in loaded objects, found without the loader's own functions: these are what is looked for.
#ifndef ELF_H
#define ELF_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

// What an object's dynamic section leads to. Either table of hashes may be missing, and so may the versions.
struct symbols {
  uintptr_t base;
  const ElfW(Sym) * table;
  const char *names;
  const ElfW(Half) * versions;
  const uint32_t *gnu_hash;
  const uint32_t *hash;
  // By which calls by name are bound, and all others; with their sizes in bytes.
  const ElfW(Rela) * calls, *relocations;
  size_t calls_size, relocations_size;
};

// Whether there are any.
int read_symbols(const struct dl_phdr_info *object, struct symbols *symbols);

// A name's hash in the newer kind of table.
uint32_t gnu_hash_of(const char *name);

// The function that is defined under a name, whose hash is given, in its default version; or null.
void *find_function(const struct symbols *symbols, const char *name, uint32_t gnu_hash);

// The function that an object defines under a name, in its default version; or null.
void *function_in_object(const struct dl_phdr_info *object, const char *name);

// Whether an object calls this function, which is one of its own, by its name: another object before it would be asked.
int refers_to_function(const struct dl_phdr_info *object, const void *function);

// Whether an address lies in what is loaded of the object.
int object_contains(const struct dl_phdr_info *object, const void *address);

#endif
