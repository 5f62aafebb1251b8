#define _GNU_SOURCE
#include "reserve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

// Memory, and what is in use of it: how far it has been given out, and in how many pieces. That is one word, so that
// nothing is locked, nor found locked after a fork.
struct region {
  size_t size;
  _Atomic uint64_t use;
  _Alignas(16) char memory[];
};

// Stands before each piece.
union head {
  uint32_t size;
  _Alignas(16) char unused[16];
};

// The loader makes the first with the library: it costs no memory until it is used, and a program that can't have it
// doesn't get the library. Smaller than what the kernel has huge pages for.
enum { FIRST_SIZE = 1 << 20, COUNT = 8 };
static union {
  struct region region;
  char size[FIRST_SIZE];
} first = {.region = {.size = 0}};
static _Atomic(struct region *) regions[COUNT] = {&first.region};

static size_t size_of(const struct region *region) {
  return (region == &first.region ? FIRST_SIZE : region->size) - sizeof *region;
}

static uint32_t reach(uint64_t use) { return (uint32_t)(use >> 32); }
static uint32_t pieces(uint64_t use) { return (uint32_t)use; }
static uint64_t use_of(uint32_t reach, uint32_t pieces) { return (uint64_t)reach << 32 | pieces; }

static void *take(struct region *region, uint32_t size) {
  uint64_t use = atomic_load(&region->use);
  do
    if (size > size_of(region) - reach(use)) return NULL;
  while (!atomic_compare_exchange_weak(&region->use, &use, use_of(reach(use) + size, pieces(use) + 1)));
  union head *head = (union head *)(region->memory + reach(use));
  head->size = size;
  return head + 1;
}

// malloc may have failed for another reason than that the system has no memory.
static struct region *make(_Atomic(struct region *) *place, size_t size) {
  int code = errno;
  if (size < FIRST_SIZE) size = FIRST_SIZE;
  struct region *known = NULL, *region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  errno = code;
  if ((void *)region == MAP_FAILED) return NULL;
  region->size = size;
  if (atomic_compare_exchange_strong(place, &known, region)) return region;
  munmap(region, size);
  return known;
}

void *reserve_take(size_t size) {
  if (size > UINT32_MAX / 2) return NULL;
  size_t whole = (sizeof(union head) + size + 15) / 16 * 16;
  for (int i = 0; i < COUNT; i++) {
    struct region *region = atomic_load(&regions[i]);
    if (!region && !(region = make(&regions[i], sizeof *region + whole))) return NULL;
    void *memory = take(region, (uint32_t)whole);
    if (memory) return memory;
  }
  return NULL;
}

int reserve_give(void *memory) {
  for (int i = 0; i < COUNT; i++) {
    struct region *region = atomic_load(&regions[i]);
    if (!region) return 0;
    if ((uintptr_t)memory - (uintptr_t)region->memory >= size_of(region)) continue;
    union head *head = (union head *)memory - 1;
    uint32_t start = (uint32_t)((char *)head - region->memory);
    uint64_t use = atomic_load(&region->use), next;
    // Of the last piece, and of the only one, the memory can be given out again.
    do
      next = use_of(pieces(use) == 1 ? 0 : reach(use) == start + head->size ? start : reach(use), pieces(use) - 1);
    while (!atomic_compare_exchange_weak(&region->use, &use, next));
    return 1;
  }
  return 0;
}

int reserve_is_short(void) { return reach(atomic_load(&first.region.use)) > FIRST_SIZE / 2; }
