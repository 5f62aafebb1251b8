#define _GNU_SOURCE
#include "objects.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>

#include "elf.h"

typedef int iterate_function(int (*)(struct dl_phdr_info *, size_t, void *), void *);

// The loader's list, which it tells debuggers of by way of the program. Its own name for it isn't used: not each C library
// has it.
static const struct link_map *loaded_objects(void) {
  const ElfW(Phdr) *segments = (const void *)getauxval(AT_PHDR);
  unsigned long count = getauxval(AT_PHNUM);
  const ElfW(Dyn) *entry = NULL;
  uintptr_t base = 0;
  for (unsigned long i = 0; segments && i < count; i++)
    if (segments[i].p_type == PT_PHDR) base = (uintptr_t)segments - segments[i].p_vaddr;
  for (unsigned long i = 0; segments && i < count; i++)
    if (segments[i].p_type == PT_DYNAMIC) entry = (const void *)(base + segments[i].p_vaddr);
  for (; entry && entry->d_tag != DT_NULL; entry++) {
    const struct r_debug *debug = (const void *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_DEBUG) return debug ? debug->r_map : NULL;
  }
  return NULL;
}

// The last, as the C library stands behind whatever stands before it.
static iterate_function *last_definition(void) {
  iterate_function *result = NULL;
  for (const struct link_map *object = loaded_objects(); object; object = object->l_next) {
    ElfW(Phdr) section = {.p_type = PT_DYNAMIC, .p_vaddr = (uintptr_t)object->l_ld - object->l_addr};
    struct dl_phdr_info info = {.dlpi_addr = object->l_addr, .dlpi_phdr = &section, .dlpi_phnum = 1};
    void *found = object->l_ld ? function_in_object(&info, "dl_iterate_phdr") : NULL;
    if (found) result = (iterate_function *)found;
  }
  return result;
}

int each_object(int (*body)(struct dl_phdr_info *, size_t, void *), void *context) {
  // First while the program starts, when nobody changes the list.
  static _Atomic(iterate_function *) known;
  iterate_function *iterate = atomic_load_explicit(&known, memory_order_relaxed);
  if (!iterate) {
    iterate = last_definition();
    if (!iterate) iterate = dl_iterate_phdr;
    atomic_store_explicit(&known, iterate, memory_order_relaxed);
  }
  return iterate(body, context);
}
