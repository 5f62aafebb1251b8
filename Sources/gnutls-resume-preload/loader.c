#define _GNU_SOURCE
#include "loader.h"

#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include "copies.h"
#include "elf.h"
#include "names.h"
#include "objects.h"
#include "real.h"
#include "unseen.h"

// Whether no thread has ever been started; missing in older C libraries.
extern char __libc_single_threaded __attribute__((weak));

static _Atomic pid_t started;

int may_be_locked(void) {
  return atomic_load(&started) != getpid() && !(&__libc_single_threaded && __libc_single_threaded);
}

// Any address in this library.
static const void *ourselves(void) { return (const void *)next_dlsym; }

struct search {
  const char *name;
  int is_behind;
  void *found;
};

static int search_object(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct search *search = pointer;
  (void)size;
  if (search->is_behind) search->found = function_in_object(object, search->name);
  else search->is_behind = object_contains(object, ourselves());
  return search->found != NULL;
}

// Not by dlsym, which is one of them, nor by dlvsym: musl has none, and another library's dlsym has no version.
static void *next_function(void *_Atomic *known, const char *name) {
  void *function = atomic_load_explicit(known, memory_order_relaxed);
  if (function) return function;
  struct search search = {.name = name};
  each_object(search_object, &search);
  // None of them is ever unloaded: all were there when the program started.
  atomic_store_explicit(known, search.found, memory_order_relaxed);
  return search.found;
}

#define NEXT(name)                                                                                                   \
  name##_function *next_##name(void) {                                                                               \
    static void *_Atomic known;                                                                                      \
    return (name##_function *)next_function(&known, #name);                                                          \
  }
NEXT(dlsym)
NEXT(dlvsym)
NEXT(dlopen)
NEXT(dlmopen)

static int search_ourselves(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct search *search = pointer;
  (void)size;
  if (!object_contains(object, ourselves())) return 0;
  search->found = function_in_object(object, search->name);
  return 1;
}

void *own_function(const char *name) {
  struct search search = {.name = name};
  each_object(search_ourselves, &search);
  return search.found;
}

// How many objects there were before the program loaded the first one itself.
static _Atomic int objects_at_start;

static int count_object(struct dl_phdr_info *object, size_t size, void *count) {
  (void)object, (void)size;
  ++*(int *)count;
  return 0;
}

static _Atomic unsigned loads;
// In which process this thread has loaded something; 0: nothing since it was asked.
static _Thread_local pid_t loaded_in __attribute__((tls_model("initial-exec")));

static void count_objects(void) {
  int count = 0, unknown = 0;
  if (atomic_load(&objects_at_start)) return;
  each_object(count_object, &count);
  atomic_compare_exchange_strong(&objects_at_start, &unknown, count);
}

// Finds all that is looked for in the loader's list, as far as it is there already: later the list may be locked.
__attribute__((constructor)) static void look_around(void) {
  atomic_store(&started, getpid());
  count_objects();
  next_dlsym(), next_dlvsym(), next_dlopen(), next_dlmopen();
  if (look_for_copies() == 1) find_all_real();
}

void note_load(void) {
  count_objects();
  loaded_in = getpid();
  atomic_fetch_add(&loads, 1);
}

int may_have_loaded_since(_Atomic unsigned *looked) {
  // What this thread has loaded is there. What another is loading may not have been when it was looked for.
  unsigned now = atomic_load(&loads) + 1;
  if (!loaded_in && atomic_load_explicit(looked, memory_order_relaxed) == now) return 0;
  // What isn't known in a forked process isn't looked for there, unless it has loaded that itself.
  int is_unknown = loaded_in != getpid() && may_be_locked();
  loaded_in = 0;
  if (is_unknown) note_unseen_calls();
  atomic_store_explicit(looked, now, memory_order_relaxed);
  return !is_unknown;
}

struct placing {
  const void *address;
  const char *name;
  int index;
  int is_behind;
  enum place place;
  int defines;
};

static int place_object(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct placing *placing = pointer;
  (void)size;
  int is_ours = object_contains(object, ourselves()), first = atomic_load(&objects_at_start);
  int is_late = first && placing->index++ >= first;
  if (object_contains(object, placing->address)) {
    placing->place = is_ours ? OURSELVES : is_late ? LOADED_LATER : placing->is_behind ? BEHIND_US : BEFORE_US;
    placing->defines = function_in_object(object, placing->name) != NULL;
    return 1;
  }
  placing->is_behind |= is_ours;
  return 0;
}

enum place place_of(const void *address, const char *name, int *defines) {
  struct placing placing = {.address = address, .name = name, .place = NOWHERE};
  each_object(place_object, &placing);
  *defines = placing.defines;
  return placing.place;
}

struct naming {
  const void *address;
  const char *name;
  int is_found;
};

static int name_object(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct naming *naming = pointer;
  (void)size;
  if (!object_contains(object, naming->address)) return 0;
  const char *name = object->dlpi_name;
  for (const char *next = name; *next; next++)
    if (*next == '/') name = next + 1;
  naming->is_found = begins_with(name, naming->name);
  return 1;
}

int is_in_library(const void *address, const char *name) {
  struct naming naming = {.address = address, .name = name};
  // Not by dladdr, which waits for whoever is loading something, and that may be waiting for this thread.
  if (!may_be_locked()) each_object(name_object, &naming);
  return naming.is_found;
}

struct extent {
  const void *address;
  uintptr_t begin, end;
};

static int measure_object(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct extent *extent = pointer;
  (void)size;
  if (!object_contains(object, extent->address)) return 0;
  extent->begin = UINTPTR_MAX;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t begin = object->dlpi_addr + segment->p_vaddr, end = begin + segment->p_memsz;
    if (begin < extent->begin) extent->begin = begin;
    if (end > extent->end) extent->end = end;
  }
  return 1;
}

void library_extent(const void *address, uintptr_t *begin, uintptr_t *end) {
  struct extent extent = {.address = address};
  each_object(measure_object, &extent);
  *begin = extent.begin;
  *end = extent.end;
}
