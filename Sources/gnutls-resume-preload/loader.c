#define _GNU_SOURCE
#include "loader.h"

#include <stdatomic.h>
#include <stddef.h>

#include "elf.h"

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
  dl_iterate_phdr(search_object, &search);
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
  dl_iterate_phdr(search_ourselves, &search);
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
static _Thread_local int has_loaded __attribute__((tls_model("initial-exec")));

void note_load(void) {
  if (!atomic_load(&objects_at_start)) {
    int count = 0, unknown = 0;
    dl_iterate_phdr(count_object, &count);
    atomic_compare_exchange_strong(&objects_at_start, &unknown, count);
  }
  has_loaded = 1;
  atomic_fetch_add(&loads, 1);
}

int may_have_loaded_since(_Atomic unsigned *looked) {
  // What this thread has loaded is there. What another is loading may not have been when it was looked for.
  unsigned now = atomic_load(&loads) + 1;
  if (!has_loaded && atomic_load_explicit(looked, memory_order_relaxed) == now) return 0;
  has_loaded = 0;
  atomic_store_explicit(looked, now, memory_order_relaxed);
  return 1;
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
  dl_iterate_phdr(place_object, &placing);
  *defines = placing.defines;
  return placing.place;
}
