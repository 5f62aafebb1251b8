#define _GNU_SOURCE
#include "reserve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

// Nothing is locked here, nor found locked after a fork: pieces are cut off a region's end, and those that are given
// back wait in a list for the next of their size, which is a power of two.

struct piece {
  _Alignas(16) uint32_t kind;
  // Of one that waits. Whoever has read it just before somebody else took the piece finds the list changed.
  _Atomic(struct piece *) next;
};

enum { SMALLEST = 32, KINDS = 24 };

// The loader makes the first region with the library: it costs no memory until it is used, and a program that can't
// have it doesn't get the library. Smaller than what the kernel has huge pages for. Most calls need less than 30 kB at a
// time.
enum { FIRST_SIZE = 1 << 20, COUNT = 8 };

struct region {
  size_t size;
  _Atomic size_t cut;
  _Alignas(16) char memory[];
};

static union {
  struct region region;
  char size[FIRST_SIZE];
} first;
static _Atomic(struct region *) regions[COUNT] = {&first.region};
static _Atomic size_t in_use;

static size_t size_of_kind(uint32_t kind) { return (size_t)SMALLEST << kind; }

static size_t size_of(const struct region *region) {
  return (region == &first.region ? FIRST_SIZE : region->size) - sizeof *region;
}

// A list's first piece and how often it has changed, in one word: addresses are multiples of 16 below 2^48.
typedef _Atomic uint64_t list;
static list waiting[KINDS];
enum { ADDRESS_BITS = 44 };
static struct piece *first_of(uint64_t value) {
  return (struct piece *)(uintptr_t)((value & ((UINT64_C(1) << ADDRESS_BITS) - 1)) << 4);
}
static uint64_t changed(uint64_t before, struct piece *piece) {
  return ((before >> ADDRESS_BITS) + 1) << ADDRESS_BITS | (uint64_t)(uintptr_t)piece >> 4;
}

static struct piece *take_waiting(uint32_t kind) {
  uint64_t value = atomic_load(&waiting[kind]);
  struct piece *piece;
  do
    if (!(piece = first_of(value))) return NULL;
  while (!atomic_compare_exchange_weak(&waiting[kind], &value, changed(value, atomic_load(&piece->next))));
  return piece;
}

static struct piece *cut(struct region *region, uint32_t kind) {
  size_t start = atomic_load(&region->cut);
  do
    if (size_of_kind(kind) > size_of(region) - start) return NULL;
  while (!atomic_compare_exchange_weak(&region->cut, &start, start + size_of_kind(kind)));
  struct piece *piece = (struct piece *)(region->memory + start);
  piece->kind = kind;
  return piece;
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

static struct piece *take(uint32_t kind) {
  struct piece *piece = take_waiting(kind);
  for (int i = 0; !piece && i < COUNT; i++) {
    struct region *region = atomic_load(&regions[i]);
    if (!region && !(region = make(&regions[i], sizeof *region + size_of_kind(kind)))) break;
    piece = cut(region, kind);
  }
  return piece;
}

void *reserve_take(size_t size) {
  uint32_t kind = 0;
  while (kind < KINDS && size_of_kind(kind) - sizeof(struct piece) < size) kind++;
  struct piece *piece = kind < KINDS ? take(kind) : NULL;
  if (!piece) return NULL;
  atomic_fetch_add(&in_use, size_of_kind(kind));
  return piece + 1;
}

int reserve_give(void *memory) {
  for (int i = 0; i < COUNT; i++) {
    struct region *region = atomic_load_explicit(&regions[i], memory_order_acquire);
    if (!region) return 0;
    if ((uintptr_t)memory - (uintptr_t)region->memory >= size_of(region)) continue;
    struct piece *piece = (struct piece *)memory - 1;
    atomic_fetch_sub(&in_use, size_of_kind(piece->kind));
    list *place = &waiting[piece->kind];
    uint64_t value = atomic_load(place);
    do atomic_store(&piece->next, first_of(value));
    while (!atomic_compare_exchange_weak(place, &value, changed(value, piece)));
    return 1;
  }
  return 0;
}

int reserve_is_short(void) { return atomic_load_explicit(&in_use, memory_order_relaxed) > FIRST_SIZE / 4; }
