#define _GNU_SOURCE
#include "generation.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

enum { WIPED = 0, NOTICING, NOTICED };
static _Atomic int *_Atomic page;

void free_wiped_page(_Atomic int *made) { munmap((void *)made, (size_t)sysconf(_SC_PAGESIZE)); }

_Atomic int *wiped_page(void) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  _Atomic int *made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) return NULL;
  if (madvise((void *)made, size, MADV_WIPEONFORK) == 0) return made;
  free_wiped_page(made);
  return NULL;
}

int begin_generation(void) {
  if (atomic_load(&page)) return 1;
  _Atomic int *made = wiped_page(), *nobody = NULL;
  if (!made) return 0;
  atomic_store(made, NOTICED);
  if (!atomic_compare_exchange_strong(&page, &nobody, made)) free_wiped_page(made);
  return 1;
}

int is_noticed_generation(void (*look_around)(void)) {
  _Atomic int *place = atomic_load_explicit(&page, memory_order_acquire);
  if (!place) return 1;
  int now = atomic_load_explicit(place, memory_order_acquire);
  if (now == WIPED && atomic_compare_exchange_strong(place, &now, NOTICING)) {
    look_around();
    atomic_store(place, NOTICED);
    return 1;
  }
  return now == NOTICED;
}
