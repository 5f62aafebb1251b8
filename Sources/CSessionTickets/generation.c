#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CSessionTickets.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

typedef _Atomic uint64_t number;

// While somebody draws a number.
enum { DRAWING = 1 };

// In a page that the kernel empties in a child.
static number *_Atomic page;
static number unsupported;

// The last number that was drawn, in memory that a child gets a copy of.
static number last = DRAWING;

static number *made_page(void) {
  int code = errno;
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  number *known = NULL, *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if ((void *)place == MAP_FAILED || madvise(place, size, MADV_WIPEONFORK) != 0) {
    if ((void *)place != MAP_FAILED) munmap(place, size);
    place = &unsupported;
  }
  if (!atomic_compare_exchange_strong(&page, &known, place)) {
    if (place != &unsupported) munmap(place, size);
    place = known;
  }
  errno = code;
  return place;
}

// Nobody waits for another thread here, which a signal's handler may have interrupted. That the page says who draws lets
// a child find out that the parent's drawing, which it may have been born within, isn't its own.
static uint64_t drawn(number *place) {
  uint64_t found = 0;
  while (found <= DRAWING) {
    if (found == 0 && !atomic_compare_exchange_strong(place, &found, DRAWING)) continue;
    found = DRAWING;
    uint64_t next = atomic_fetch_add(&last, 1) + 1;
    if (atomic_compare_exchange_strong(place, &found, next)) return next;
  }
  return found;
}

uint64_t csessiontickets_process_generation(void) {
  number *place = atomic_load_explicit(&page, memory_order_acquire);
  if (!place) place = made_page();
  if (place == &unsupported) return 0;
  uint64_t known = atomic_load_explicit(place, memory_order_relaxed);
  return known > DRAWING ? known : drawn(place);
}
