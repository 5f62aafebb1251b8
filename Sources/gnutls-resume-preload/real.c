#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <stddef.h>

#include "copies.h"
#include "elf.h"
#include "loader.h"
#include "names.h"
#include "objects.h"

// The object that an address is in, as the loader knows it: null if nobody does.
static const char *object_of(const void *address, const void **base) {
  Dl_info info;
  if (!address || !dladdr(address, &info)) return NULL;
  *base = info.dli_fbase;
  return info.dli_fname;
}

static int is_ours(const void *address) {
  const void *base = NULL, *own = NULL;
  object_of((const void *)find_real, &own);
  return address && object_of(address, &base) && base == own;
}

// In an object that is loaded, and in what that one depends on.
static void *find_in(const char *path, const char *name) {
  dlopen_function *open = next_dlopen();
  void *object = path && *path && open ? open(path, RTLD_NOLOAD | RTLD_LAZY) : NULL;
  if (!object) return NULL;
  void *function = next_dlsym()(object, name);
  // It was loaded before, and somebody else holds it.
  dlclose(object);
  return is_ours(function) ? NULL : function;
}

void *find_real(const char *name, const void *caller) {
  dlsym_function *lookup = next_dlsym();
  if (!lookup) return NULL;
  void *function = lookup(RTLD_NEXT, name);
  if (is_ours(function)) function = NULL;
  const void *base;
  // A GnuTLS that came by dlopen with RTLD_LOCAL is behind nobody: it is known to what was linked with it, and to what
  // looks it up by a handle.
  if (!function) function = find_in(object_of(caller, &base), name);
  if (!function) function = find_in("libgnutls.so.30", name);
  return function;
}

// A library of which an address is kept must stay: else something else may come to lie there. By its own path, as it may
// have been found under another.
static int pin(const char *name, void *function) {
  static const void *_Atomic pinned[4];
  const void *base;
  const char *path = object_of(function, &base);
  if (!path) return 0;
  for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++)
    if (atomic_load_explicit(&pinned[i], memory_order_relaxed) == base) return 1;
  dlopen_function *open = next_dlopen();
  void *object = open ? open(path, RTLD_NOLOAD | RTLD_NODELETE | RTLD_LAZY) : NULL;
  // Not closed: musl knows no RTLD_NODELETE.
  if (!object || next_dlsym()(object, name) != function) return 0;
  for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++) {
    const void *nobody = NULL;
    if (atomic_compare_exchange_strong(&pinned[i], &nobody, base)) break;
  }
  return 1;
}

static void *_Atomic known[KNOWN_COUNT];

// The names' hashes, and where each begins.
struct search {
  int is_behind;
  uint32_t hashes[KNOWN_COUNT];
  uint16_t offsets[KNOWN_COUNT];
};

static int find_in_object(struct dl_phdr_info *object, size_t size, void *context) {
  struct search *search = context;
  struct symbols symbols;
  (void)size;
  if (!search->is_behind) {
    search->is_behind = object_contains(object, (const void *)find_real);
    return 0;
  }
  if (!read_symbols(object, &symbols)) return 0;
  for (int index = 0; index < KNOWN_COUNT; index++) {
    if (atomic_load_explicit(&known[index], memory_order_relaxed)) continue;
    void *function = find_function(&symbols, known_names + search->offsets[index], search->hashes[index]);
    if (function) atomic_store_explicit(&known[index], function, memory_order_relaxed);
  }
  return 0;
}

void find_all_real(void) {
  struct search search = {0};
  const char *name = known_names;
  for (int index = 0; index < KNOWN_COUNT; index++, name = end_of(name) + 1) {
    search.hashes[index] = gnu_hash_of(name);
    search.offsets[index] = (uint16_t)(name - known_names);
  }
  each_object(find_in_object, &search);
}

void *real_function(unsigned index, const char *name, const void *caller) {
  void *function = atomic_load_explicit(&known[index], memory_order_relaxed);
  if (function && !has_several_copies()) return function;
  function = find_real(name, caller);
  if (function && !has_several_copies() && pin(name, function))
    atomic_store_explicit(&known[index], function, memory_order_relaxed);
  return function;
}
